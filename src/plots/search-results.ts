import type { Objective } from '../tuner/random-search';
import type { Trial } from '../tuner/trial';

/** What a search found: every search of the tuner is one. */
export interface SearchResults {
  readonly trials: readonly Trial[];
  readonly objective: Objective;
}

/** How an objective is written on an axis and in a hover text, and which of its scores is the better one. */
export const objectives = {
  valAccuracy: {
    axis: {
      title: { text: 'Validation accuracy' },
      tickformat: '~%',
      autorangeoptions: { clipmin: 0, clipmax: 1 },
    },
    format: '.2%',
    better: Math.max,
  },
  valLoss: { axis: { title: { text: 'Validation loss (nats)' } }, format: '.4f', better: Math.min },
} as const;

/** Trials that were completed, in the order tried. */
export function completedTrials(search: SearchResults): Trial[] {
  return search.trials.filter((trial) => trial.status === 'completed').sort((a, b) => a.id - b.id);
}
