import { readSearchState } from './journal/search-folder';
import type { Objective } from './objective';
import type { Trial } from './trial';

/** What a search found, as far as it came. Plain data. */
export interface SearchRecord {
  readonly objective: Objective;
  /** What proposed its trials, as its oracle calls itself: `random`, `ablation`. */
  readonly strategy: string;
  readonly folds: number;
  readonly executionsPerTrial: number;
  /** In the order they began. */
  readonly trials: readonly Trial[];
}

/**
 * Reads what the search in `directory` found, without the builder or the data, also while it runs. The folder stays as it is.
 *
 * @throws Error where the folder holds no search, or a damaged journal.
 */
export function readSearch(directory: string): SearchRecord {
  const state = readSearchState(directory);
  if (state?.config === undefined) {
    throw new Error(
      `directory must hold a search, but ${directory} holds none; run the search with this directory first, or check the path.`,
    );
  }
  const { objective, oracle, folds, executionsPerTrial } = state.config;
  const strategy = String(oracle.name);
  return { objective, strategy, folds, executionsPerTrial, trials: state.trials.map(({ id }) => state.result(id)) };
}
