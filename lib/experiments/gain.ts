import { rankedTrials, type SearchResults } from '../search/search-results';
import { findBaseline, type Trial } from '../search/trial';
import { type PairedDifference, pairedDifference } from './paired-difference';

/** A search of which a gain can be measured; every search is one. */
export interface CrossValidatedSearch extends SearchResults {
  readonly folds: number;
}

/** How much better a search's best trial is than the builder's own default. Positive is better, also of a loss. */
export interface Gain extends PairedDifference {
  /** Mean score of the best trial, and of the default, over the trainings that both have. */
  readonly best: number;
  readonly baseline: number;
}

/**
 * What the best completed trial of a search scored over the builder's own default, on the folds that both were judged on in
 * full; undefined where one of them has no such fold: a default that was pruned after fewer epochs is no match.
 */
export function measureGain(search: CrossValidatedSearch): Gain | undefined {
  const { trials, objective, folds } = search;
  const baseline = findBaseline(trials);
  const [best] = rankedTrials(search);
  if (best === undefined || baseline === undefined || !isNumber(baseline.score)) return undefined;
  const scores = wholeScores(baseline, Math.max(...trials.map(({ epochs }) => epochs)));
  const shared = Math.min(best.scores.length, scores.length);
  if (shared === 0) return undefined;
  const found = pairedDifference(best.scores, scores, { folds, objective });
  const mean = (of: readonly number[]) => of.slice(0, shared).reduce((sum, score) => sum + score, 0) / shared;
  const { low, high } = found.interval;
  return {
    best: mean(best.scores),
    baseline: mean(scores),
    ...(objective.direction === 'max'
      ? found
      : {
          differences: found.differences.map((difference) => -difference),
          difference: -found.difference,
          interval: { low: -high, high: -low },
        }),
  };
}

/**
 * The scores of a trial's trainings to the first that was not trained in full: of one that racing ended, all, of one that was
 * pruned within a fold, those before it.
 */
function wholeScores({ status, scores, histories, epochs }: Trial, whole: number): readonly number[] {
  if (status === 'completed') return scores;
  if (status !== 'pruned' || epochs < whole) return [];
  const cut = histories.findIndex((history) => history.epochs.length < whole && history.stopped === undefined);
  return scores.slice(0, cut < 0 ? histories.length : cut);
}

/** Not the null that NaN becomes in a file. */
function isNumber(score: number): boolean {
  return typeof score === 'number' && !Number.isNaN(score);
}
