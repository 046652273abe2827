import type { AugmentationConfig } from '../../recipe/augmentation';
import type { EpochRecord } from '../../training/history';
import type { HyperParameterValues } from '../space/hyperparameters';
import type { CallbackRecipe } from './workers/callback-recipe';

/** Which images a training trains on and which it is judged on. */
export type Part =
  | { readonly kind: 'holdOut'; readonly share: number; readonly seed: number }
  | { readonly kind: 'fold'; readonly fold: number; readonly folds: number; readonly seed: number };

/** One training of one trial, from the epoch it has come to, to the epoch it shall come to. Plain data. */
export interface TrainingJob {
  readonly trial: number;
  /** Index among the trial's trainings, from 0. */
  readonly training: number;
  readonly hyperparameters: HyperParameterValues;
  /** Drives initial weights, order of images and dropout. */
  readonly seed: number;
  readonly part: Part;
  /** Default what the model was compiled with, else 128. */
  readonly batchSize?: number;
  /** Default what the model was compiled with. */
  readonly augmentation?: AugmentationConfig;
  /** Epochs of a whole training: the schedule spans them. */
  readonly epochs: number;
  /** The epoch to stop after, at most `epochs`. */
  readonly until: number;
  /** The epochs it has behind it, in order; empty for a fresh one. */
  readonly records: readonly EpochRecord[];
  /** Where the checkpoint of the last of these lies; undefined for a fresh one. */
  readonly checkpoint?: string;
  /** Folder for the checkpoints to come, one for each epoch: `checkpointPath(job, epoch)`. */
  readonly directory: string;
  /** How to make its callbacks, where the search's are not made by a function that the executor has. */
  readonly callbacks?: readonly CallbackRecipe[];
}

/** What a job reports while it runs, in order. */
export type TrainingEvent =
  /** A step was taken; sent at most ten times a second. */
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly imagesPerSecond: number;
    }
  /** Something was amiss that the job got over, in words for the user. */
  | { readonly kind: 'warning'; readonly message: string }
  /** An epoch is finished and its checkpoint on disk. */
  | {
      readonly kind: 'epoch';
      readonly record: EpochRecord;
      readonly checkpoint: string;
      /** Images a step. */
      readonly batchSize: number;
    };

/** `'stop'` ends the job after the epoch that was reported; anything else lets it go on. */
// biome-ignore lint/suspicious/noConfusingVoidType: most listeners answer nothing
export type EventAnswer = 'stop' | undefined | void | Promise<'stop' | undefined | void>;

/** How a job ended. */
export type TrainingOutcome =
  /** It reached `until`; `bestEpoch` where the weights of an earlier epoch were restored at the end. */
  | { readonly kind: 'reached'; readonly bestEpoch?: number }
  /** A callback ended it early, for instance early stopping; `bestEpoch` where the weights of an earlier epoch were restored. */
  | { readonly kind: 'stopped'; readonly reason: string; readonly bestEpoch?: number }
  /** `onEvent` answered `'stop'`. */
  | { readonly kind: 'cancelled' }
  /** The loss was no number any more. */
  | { readonly kind: 'diverged'; readonly reason: string }
  /** It threw, or its process died or hung; `fatal` where the search shall end at once. */
  | { readonly kind: 'failed'; readonly reason: string; readonly fatal: boolean }
  /** Its checkpoint could not be written: the disk is full, for instance. No fault of the trial. */
  | { readonly kind: 'unwritable'; readonly reason: string };

/** Trains jobs: in this process, or in child processes. */
export interface Executor {
  /** Jobs that run at a time, from 1. */
  readonly slots: number;
  /** What the user should know of its workers now, a sentence each; where it has none to tell of, undefined. */
  readonly notes?: readonly string[];
  /** Resolves when `slots` or `notes` have changed; undefined where they never do. */
  changed?(): Promise<void>;
  /**
   * Runs a job to its end, reporting as it goes. It never rejects for a fault of the job; it rejects with
   * `InterruptedError` after `close`. Except after a step, the job goes on once `onEvent` has
   * answered; the answer `'stop'` to an epoch ends it. What `onEvent` throws ends it, too, and `run` rejects with it.
   */
  run(job: TrainingJob, onEvent: (event: TrainingEvent) => EventAnswer): Promise<TrainingOutcome>;
  /** Ends all jobs at once, and every process with them. */
  close(): Promise<void>;
}
