import { ProgressReporter } from '../training/progress';
import type { Objective } from './objective';
import type { Trial } from './trial';

/** How far a search has come. */
export interface SearchProgress {
  readonly title: string;
  readonly objective: Objective;
  /** All trials so far, in the order begun. */
  readonly trials: readonly Trial[];
  /** Trials that there will be; undefined where nobody knows. */
  readonly plannedTrials?: number;
  /** Why it ended with fewer trials than planned; undefined while it runs, and where it did not. */
  readonly shortfall?: string;
  /** Trials that had ended before this run. */
  readonly foundTrials: number;
  /** Epochs over all trainings, with parts of those that run; an ended trial counts for all that it was asked for. */
  readonly epochs: number;
  /** Such epochs in the end, at most; Infinity where nobody knows. */
  readonly plannedEpochs: number;
  /** Trainings that run at a time, at most. */
  readonly slots: number;
  /** Those that run now, by worker. */
  readonly workers: readonly WorkerProgress[];
  /** Whether the scores of the trials stay as a figure when the run has ended. */
  readonly figure: boolean;
  /** What is to be known of the workers beside that, a sentence each. */
  readonly notes?: readonly string[];
}

/** What a worker trains. All numbers are counted from 1. */
export interface WorkerProgress {
  /** At most `slots`. */
  readonly worker: number;
  readonly trial: number;
  /** Which of the trial's `trainings`. */
  readonly training: number;
  readonly trainings: number;
  /** The epoch that runs, of those that the training shall come to. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps taken of the epoch's; both 0 before the first. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the epoch so far; NaN before its first step. */
  readonly loss: number;
  /** NaN before the epoch's first step. */
  readonly imagesPerSecond: number;
}

export const searchProgress = new ProgressReporter<SearchProgress>();
