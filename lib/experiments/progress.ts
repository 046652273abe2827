import { ProgressReporter } from '../training/progress';

/** How far an experiment has come that measures one thing after the other. */
export interface ExperimentProgress {
  readonly title: string;
  /** What it counts, for instance `training`. */
  readonly noun: string;
  readonly planned: number;
  /** Those that were taken from disk. */
  readonly found: number;
  /** Part of the work that is done, 0 to 1. */
  readonly share: number;
  /** In words, what is measured now. */
  readonly running: string;
  /** In words, what was measured in this run, in that order. */
  readonly measured: readonly string[];
}

export const experimentProgress = new ProgressReporter<ExperimentProgress>();
