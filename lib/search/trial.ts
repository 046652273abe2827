import type { History } from '../training/history';
import type { HyperParameterValues } from './space/hyperparameters';

/**
 * How far a trial has come:
 * - `running`: it is being trained, or was when the search stopped; the next run goes on with it
 * - `paused`: trained as far as the oracle asked, which may ask for more (Hyperband, ASHA)
 * - `completed`: trained to the end, or to where a callback such as early stopping ended it
 * - `pruned`: ended before that, because it could no longer win or its loss was no number; `reason` says which
 * - `failed`: it threw, as often as `maxRetriesPerTrial` allows; `reason` is the last error
 */
export type TrialStatus = 'running' | 'paused' | 'completed' | 'pruned' | 'failed';

/** One configuration that a search tried. Plain data: survives JSON, but for NaN, which becomes null. */
export interface Trial {
  /** From 1, in the order begun. */
  readonly id: number;
  readonly status: TrialStatus;
  /** The active ones alone, in the order the builder asked for them. */
  readonly hyperparameters: HyperParameterValues;
  /** Who chose the configuration: the oracle, the user through `enqueue`, or nobody: the builder's own default, the baseline. */
  readonly origin: 'oracle' | 'user' | 'default';
  /** How many epochs each of its trainings was asked to come to, so far. */
  readonly epochs: number;
  /** Mean of `scores`; NaN without one. */
  readonly score: number;
  /** Sample standard deviation of `scores`; 0 with one. */
  readonly spread: number;
  /** The objective of each training that ended or reached `epochs`: executions, within each its folds. */
  readonly scores: readonly number[];
  /** The trainings in the same order, begun ones included. */
  readonly histories: readonly History[];
  /** Trainings planned: executions times folds. Fewer `scores` than this in a pruned trial: the rest were skipped. */
  readonly trainings: number;
  /** Weights of the model; 0 while unknown. */
  readonly parameters: number;
  /** Training and validating, over all trainings and sessions. */
  readonly seconds: number;
  /** Drives its folds' initial weights, order of images and dropout. */
  readonly seed: number;
  /** Failed attempts, the last of which failed the trial if its status is `failed`. */
  readonly attempts: number;
  /** Why it was pruned, failed or ended early. */
  readonly reason?: string;
  /** What it was trained with, the last time. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A moment of a search: a trial came as far as it was asked to, or ended. */
export interface TimelineEntry {
  readonly trial: number;
  readonly status: Exclude<TrialStatus, 'running'>;
  readonly score: number;
  /** Seconds of training and epochs of the whole search until then. */
  readonly seconds: number;
  readonly epochs: number;
}

/** What a worker did at one stretch: an epoch of a training, or an attempt at one that failed. */
export interface WorkSpan {
  /** From 1, at most the trainings that ran at a time; the lowest that was free. 1 where the search trains in its own process. */
  readonly worker: number;
  readonly trial: number;
  /** Index among the trial's trainings, from 0. */
  readonly training: number;
  /** From 1; of a failed attempt, the one it did not finish. */
  readonly epoch: number;
  readonly failed: boolean;
  /** Seconds on the search's own clock, which runs while `run` does, over all sessions. */
  readonly from: number;
  readonly to: number;
}

/** The trial of the builder's own default, which the others have to beat; undefined where there is none. */
export function findBaseline(trials: readonly Trial[]): Trial | undefined {
  return trials.find(({ origin }) => origin === 'default');
}

/** In words, that all of these failed and why the first did; undefined where one did not fail, or there is none. */
export function describeFailure(trials: readonly Trial[]): string | undefined {
  if (trials.length === 0 || trials.some(({ status }) => status !== 'failed')) return undefined;
  const [{ reason }] = trials;
  if (trials.length === 1) return `The only trial failed: ${reason}`;
  return `All ${trials.length} trials failed; the first of them: ${reason}`;
}

/** `trial 7`; `trial 1 (default)` where nobody chose its configuration. */
export function nameTrial({ id, origin }: Pick<Trial, 'id' | 'origin'>): string {
  return `trial ${id}${origin === 'default' ? ' (default)' : ''}`;
}

/** Epochs that the longest of a trial's trainings has behind it. */
export function trainedEpochs({ histories }: Trial): number {
  return Math.max(0, ...histories.map((history) => history.epochs.length));
}
