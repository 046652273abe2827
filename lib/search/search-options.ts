import { checkWholeNumber } from '../base/whole-number';
import { type AugmentationConfig, checkAugmentation } from '../recipe/augmentation';
import type { OpenExecutor } from './executors/open-executor';
import type { CallbackFactory } from './executors/training-job';
import { type Objective, resolveObjective } from './objective';
import type { OpenObserver } from './observer';
import type { Pruner } from './pruners/pruner';
import type { HyperParameters } from './space/hyperparameters';
import type { Trial } from './trial';

export interface SearchOptions {
  /** `valAccuracy` (the default), `valLoss`, `accuracy`, `loss`, or `{ name, direction }` for a metric of a callback. */
  objective?: string | Objective;
  /** Configurations to try, the builder's default and enqueued ones included, from 1; default 10. */
  maxTrials?: number;
  /**
   * Trial 1 is the builder's own default (see `defaultHyperparameters`), which the other trials have to beat, before anything
   * enqueued; left out where it has more than `maxModelWeights`. False: it is no trial. Default true.
   */
  startWithDefault?: boolean;
  /** No epoch is begun after this time in `run`, over all sessions, in milliseconds; default no limit. */
  maxTimeMs?: number;
  /** No trial is begun or continued that would bring the epochs asked for, over all trainings, above this; default no limit. */
  maxEpochs?: number;
  /** Configurations with more weights than this are not tried; default no limit. */
  maxModelWeights?: number;
  /** 2 or more: k-fold cross-validation, stratified. 1 (the default): judged on a stratified hold-out of `validationSplit`. */
  folds?: number;
  /** Trainings of each fold with other weights and orders, from 1 (the default); the score is the mean over all. */
  executionsPerTrial?: number;
  /** Share of the images held out where `folds` is 1, above 0 and below 1, default 0.2. */
  validationSplit?: number;
  /** Drives the configurations, the folds, the initial weights, dropout and the order of the images; default 0. */
  seed?: number;
  /**
   * Skips the folds of a trial that can no longer win (see `raceReason`); default false. With Hyperband see `run` about workers.
   */
  racing?: boolean;
  /**
   * What ends trials early: `medianPruner()`, `patiencePruner({ patience: 3 })`. A loss that is no number always does. With
   * Hyperband see `run` about workers.
   */
  pruners?: readonly Pruner[];
  /** A space from outside: its domains take the place of the builder's. */
  hyperparameters?: HyperParameters;
  /** False: what `hyperparameters` does not name takes its default. Default true. */
  tuneNewEntries?: boolean;
  /** False: asking for what `hyperparameters` does not name is an error. Default true. */
  allowNewEntries?: boolean;
  /**
   * Folder of the search's journal and weights. A search that finds its journal there goes on where that ends, whatever ended
   * it. Default: a temporary folder that goes with the process.
   */
  directory?: string;
  /**
   * True: begins anew, and moves what `directory` held to `<directory>.1`, `.2` and so on; `ifChanged`: only if that is a search
   * with other settings, data or domains, which is an error by default (false).
   */
  overwrite?: boolean | 'ifChanged';
  /** Number of best trials whose weights are kept for `bestModels`, from 0; default 1. */
  keepModels?: number;
  /**
   * How often a training of a trial that failed is tried again, from its last finished epoch, before the trial counts as failed;
   * default 1.
   */
  maxRetriesPerTrial?: number;
  /** What trains, unless `run` says otherwise: processes of this machine, or other `machines`. */
  workers?: number | OpenExecutor;
}

export interface RunOptions {
  /** Epochs of a whole training, from 1. */
  epochs: number;
  /** Images a step, from 1; default what each model was compiled with (`CompileConfig.batchSize`), else 128. */
  batchSize?: number;
  /** How the training images are varied; default as each model was compiled. */
  augmentation?: AugmentationConfig;
  /** Makes fresh callbacks for each training: `() => [new EarlyStopping({ patience: 2 })]`. */
  callbacks?: CallbackFactory;
  /**
   * Child processes that train at the same time, from 1, or other `machines`. Default: as the search was created, else none:
   * training happens in this process.
   */
  workers?: number | OpenExecutor;
  /** Threads of each worker, from 1 (the default). Another number changes the last digits of a CNN's results. */
  threadsPerWorker?: number;
  /** A worker that shows no sign of life for so long has failed, in milliseconds; default 10 minutes. */
  timeoutMs?: number;
  /** Hear what the search finds as it finds it, such as `tensorBoardLogs('runs/logs')`; default none. */
  observers?: readonly OpenObserver[];
  /** Heading of the progress display, default `Search`; null shows none. */
  title?: string | null;
  /** Whether the scores of the trials stay as a figure when the run has ended; default true. */
  figure?: boolean;
  /**
   * Called after each trial that ended, awaited; `search.stop()` in it ends the search, and so does an error that it throws. Not
   * called again, in a later run, for one that had ended when the process was killed.
   */
  onTrialEnd?: (trial: Trial) => void | Promise<void>;
}

/** The options of a search with their defaults, which stand here alone. */
export type SearchSettings = ReturnType<typeof resolveSearchOptions>;

/** Those of a run. */
export type RunSettings = ReturnType<typeof resolveRunOptions>;

/** @throws RangeError for an option out of range. */
export function resolveSearchOptions(options: SearchOptions) {
  const { objective = 'valAccuracy', maxTrials = 10, maxEpochs = Infinity, maxTimeMs = Infinity } = options;
  const { folds = 1, executionsPerTrial = 1, validationSplit = 0.2, seed = 0 } = options;
  const { racing = false, pruners = [], startWithDefault = true, maxModelWeights = Infinity } = options;
  const { tuneNewEntries = true, allowNewEntries = true, hyperparameters } = options;
  const { directory, overwrite = false, keepModels = 1, maxRetriesPerTrial = 1, workers } = options;
  for (const [name, value] of Object.entries({ maxTrials, maxEpochs, maxModelWeights, executionsPerTrial })) {
    if (value !== Infinity) checkWholeNumber(name, value, 1);
  }
  if (!Number.isInteger(folds) || folds < 1) {
    throw new RangeError(`folds must be 1 (hold-out) or a whole number from 2, but got ${folds}.`);
  }
  for (const [name, value] of Object.entries({ keepModels, maxRetriesPerTrial })) checkWholeNumber(name, value, 0);
  if (!(validationSplit > 0 && validationSplit < 1)) {
    throw new RangeError(`validationSplit must lie above 0 and below 1, but got ${validationSplit}.`);
  }
  if (!(maxTimeMs > 0)) {
    throw new RangeError(`maxTimeMs must be above 0, but got ${maxTimeMs}; an hour is 3_600_000.`);
  }
  return {
    objective: resolveObjective(objective),
    maxTrials,
    maxEpochs,
    maxTimeMs,
    maxModelWeights,
    maxRetriesPerTrial,
    folds,
    executionsPerTrial,
    validationSplit,
    seed,
    racing,
    pruners,
    startWithDefault,
    space: { overrides: hyperparameters, tuneNewEntries, allowNewEntries },
    directory,
    overwrite,
    keepModels,
    workers,
  };
}

/**
 * @param workers the search's own, where the run has none.
 * @throws RangeError for an option out of range.
 */
export function resolveRunOptions(options: RunOptions, searchWorkers: SearchSettings['workers']) {
  const { epochs, batchSize, augmentation, callbacks, observers = [], title = 'Search', figure = true, onTrialEnd } = options;
  const { workers = searchWorkers, threadsPerWorker = 1, timeoutMs = 600_000 } = options;
  const whole = { epochs, batchSize, threadsPerWorker, timeoutMs, workers: typeof workers === 'number' ? workers : undefined };
  for (const [name, value] of Object.entries(whole)) {
    if (value !== undefined) checkWholeNumber(name, value, 1);
  }
  if (augmentation !== undefined) checkAugmentation(augmentation);
  return {
    epochs,
    batchSize,
    augmentation,
    callbacks,
    workers,
    threadsPerWorker,
    timeoutMs,
    observers,
    title,
    figure,
    onTrialEnd,
  };
}
