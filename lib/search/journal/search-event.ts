import type { AugmentationConfig } from '../../recipe/augmentation';
import type { EpochRecord } from '../../training/history';
import type { Objective } from '../objective';
import type { Domain, HyperParameterValues } from '../space/hyperparameters';
import type { Trial, TrialStatus } from '../trial';

/** What makes two searches the same search. Plain data. */
export interface SearchConfig {
  readonly objective: Objective;
  readonly oracle: Readonly<Record<string, string | number | boolean>>;
  readonly pruners: readonly Readonly<Record<string, string | number | boolean>>[];
  readonly racing: boolean;
  readonly folds: number;
  readonly executionsPerTrial: number;
  readonly validationSplit: number;
  readonly seed: number;
  /** Whether trial 1 is the builder's own default, unless that is no candidate. */
  readonly startWithDefault: boolean;
  /** The domains that took the place of the builder's, with `tuneNewEntries` and `allowNewEntries`. */
  readonly given: unknown;
}

/** What all trainings of a search have in common. Plain data. */
export interface RunConfig {
  readonly epochs: number;
  /** Default what each model was compiled with. */
  readonly batchSize?: number;
  /** Default what each model was compiled with. */
  readonly augmentation?: AugmentationConfig;
  readonly dataset: {
    readonly name: string;
    readonly size: number;
    readonly classNames: readonly string[];
    readonly checksum: string;
  };
}

/** What the journal of a search holds, line by line. Plain data. */
export type SearchEvent =
  /** First of all. Journals before version 0.7 do not say `startWithDefault`: false. */
  | {
      readonly kind: 'search';
      readonly config: Omit<SearchConfig, 'startWithDefault'> & Partial<Pick<SearchConfig, 'startWithDefault'>>;
    }
  | { readonly kind: 'run'; readonly config: RunConfig }
  /** A process took the search up. */
  | { readonly kind: 'session'; readonly pid: number; readonly at: string; readonly versions: Versions }
  /** A run came to its end. */
  | { readonly kind: 'ended'; readonly elapsedMs: number }
  | { readonly kind: 'enqueued'; readonly hyperparameters: HyperParameterValues }
  /** The first of the queue was left out. */
  | { readonly kind: 'dequeued'; readonly reason: string }
  | {
      readonly kind: 'begun';
      readonly trial: number;
      readonly hyperparameters: HyperParameterValues;
      readonly space: Readonly<Record<string, Domain>>;
      readonly origin: Trial['origin'];
      readonly epochs: number;
      readonly trainings: number;
      readonly parameters: number;
      readonly seed: number;
    }
  | { readonly kind: 'continued'; readonly trial: number; readonly epochs: number }
  | {
      readonly kind: 'epoch';
      readonly trial: number;
      readonly training: number;
      readonly record: EpochRecord;
      /** Path within the search's folder of checkpoints. */
      readonly checkpoint: string;
      readonly trainSize: number;
      readonly validationSize: number;
      /** Images a step; journals before version 0.5 have it in `run` alone. */
      readonly batchSize?: number;
      /** Wall time of the search so far, over all sessions. */
      readonly elapsedMs: number;
      /** From 1; journals of version 0.3 have none. */
      readonly worker?: number;
    }
  /** A training came to the epoch asked for, or to an end of its own. */
  | { readonly kind: 'trained'; readonly trial: number; readonly training: number; readonly end: TrainingEnd }
  /** The user's own loop said how a trial came out. */
  | { readonly kind: 'told'; readonly trial: number; readonly score: number }
  /** An attempt at a training failed; `final` where it is not tried again. */
  | {
      readonly kind: 'attempt';
      readonly trial: number;
      readonly training: number;
      readonly reason: string;
      readonly final: boolean;
      /** When it failed, what worker it held and for how long since its last epoch; journals of version 0.3 have none. */
      readonly work?: { readonly worker: number; readonly elapsedMs: number; readonly seconds: number };
    }
  /** What became of a trial; `kept` is the number of epochs of each training that count, null where the training does not. */
  | {
      readonly kind: 'settled';
      readonly trial: number;
      readonly status: Exclude<TrialStatus, 'running'>;
      readonly kept: readonly (number | null)[];
      /** The training that a pruner cut after its last kept epoch: how it ended, if it went on, does not count either. */
      readonly cut?: number;
      readonly reason?: string;
    };

export type Versions = Readonly<Record<string, string>>;

/** How a training came to its end, or to the epoch asked for (`reached`). */
export interface TrainingEnd {
  readonly kind: 'reached' | 'stopped' | 'diverged' | 'failed';
  readonly reason?: string;
  /** The epoch whose weights it has, where that is not the last. */
  readonly bestEpoch?: number;
}
