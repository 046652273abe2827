import { type Objective, rankByScore } from './objective';
import { findBaseline, type TimelineEntry, type Trial } from './trial';

/** What a search found: every search of the tuner is one. */
export interface SearchResults {
  readonly trials: readonly Trial[];
  readonly objective: Objective;
}

/** A search that knows what its trials cost. */
export interface TimedSearch extends SearchResults {
  readonly timeline: readonly TimelineEntry[];
}

/** A score that a trial has, and not the null that NaN becomes in a file. */
function hasScore({ score }: { readonly score: number }): boolean {
  return typeof score === 'number' && !Number.isNaN(score);
}

/** Trials that were trained to the end and have a score, best first: these alone can be compared. */
export function rankedTrials({ trials, objective }: SearchResults): Trial[] {
  return rankByScore(
    trials.filter((trial) => trial.status === 'completed' && hasScore(trial)),
    objective,
  );
}

/** The same trials in the order begun. */
export function completedTrials(search: SearchResults): Trial[] {
  return rankedTrials(search).sort((a, b) => a.id - b.id);
}

/** The trial of the builder's own default where it was trained to the end and has a score, which is the one to beat. */
export function completedBaseline(search: SearchResults): Trial | undefined {
  return findBaseline(completedTrials(search));
}

/**
 * Trials that have a score but were not trained to the end (pruned, paused, running), in the order begun. Fewer epochs or
 * fewer trainings made their score, so it is no match for a completed trial's.
 */
export function partialTrials({ trials }: SearchResults): Trial[] {
  return trials
    .filter((trial) => trial.status !== 'completed' && trial.status !== 'failed' && hasScore(trial))
    .sort((a, b) => a.id - b.id);
}

/** Trials that failed, in the order begun: they have no score. */
export function failedTrials({ trials }: SearchResults): Trial[] {
  return trials.filter((trial) => trial.status === 'failed').sort((a, b) => a.id - b.id);
}

/**
 * The one of several searches with one objective that has the best completed trial, the first of equal ones, and its name.
 *
 * @throws RangeError where none has a completed trial.
 */
export function bestSearch<Found extends SearchResults>(
  searches: Readonly<Record<string, Found>>,
): { name: string; search: Found } {
  const bests = Object.entries(searches).flatMap(([name, search], id) => {
    const [best] = rankedTrials(search);
    return best ? [{ id, name, search, score: best.score }] : [];
  });
  if (bests.length === 0) {
    throw new RangeError('searches must hold a completed trial, but none of them does.');
  }
  const [{ name, search }] = rankByScore(bests, bests[0].search.objective);
  return { name, search };
}
