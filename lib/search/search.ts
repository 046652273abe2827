import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { checkWholeNumber } from '../base/whole-number';
import type { Dataset } from '../data/dataset';
import * as tf from '../tensorflow';
import { CheckpointError, readCheckpoint, restoreWeights } from '../training/checkpoint';
import type { History } from '../training/history';
import { leaveSynchronousPart } from '../training/interrupt';
import type { Executor } from './executors/executor';
import { InProcessExecutor } from './executors/in-process-executor';
import type { OpenExecutor } from './executors/open-executor';
import { buildOrDispose, type CallbackFactory } from './executors/training-job';
import { WorkerPool } from './executors/workers/worker-pool';
import { type HyperparameterImportance, hyperparameterImportance } from './importance';
import { bestTraining, SearchFolder } from './journal/search-folder';
import { hasFailed, type RunConfig, type TrialState, trainingSeed } from './journal/search-state';
import type { DataShape, ModelBuilder } from './model-builder';
import { type Objective, rankByScore, resolveObjective } from './objective';
import type { OpenObserver } from './observer';
import { configurationKey } from './oracles/duplicates';
import type { Bracket, Oracle } from './oracles/oracle';
import { Proposals, type SpaceDefinition } from './proposals';
import type { Pruner } from './pruners/pruner';
import { MAX_FAILURES_IN_A_ROW, SearchRun } from './search-run';
import type { Domain } from './space/domain';
import { HyperParameters, type HyperParameterValues } from './space/hyperparameters';
import { findBaseline, type TimelineEntry, type Trial, type WorkSpan } from './trial';

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
  /**
   * Called after each trial that ended, awaited; `search.stop()` in it ends the search, and so does an error that it throws. Not
   * called again, in a later run, for one that had ended when the process was killed.
   */
  onTrialEnd?: (trial: Trial) => void | Promise<void>;
}

/** A configuration for a loop of one's own. */
export interface Asked {
  readonly id: number;
  readonly hyperparameters: HyperParameters;
  /** Epochs that the training shall come to, in all. */
  readonly epochs: number;
}

/**
 * A search over a builder's hyperparameters, steered by an oracle; see `RandomSearch`, `GridSearch`, `Hyperband`, `PriorBand`,
 * `Asha` and `BayesianOptimization`.
 *
 * Whatever it learns goes to a journal before it is acted upon, and every epoch leaves a checkpoint: a search that was killed
 * goes on from its last finished epoch and comes to the same end.
 */
export class Search {
  readonly objective: Objective;
  readonly maxTrials: number;
  readonly folds: number;
  readonly executionsPerTrial: number;
  readonly seed: number;
  readonly #builder: ModelBuilder | SpaceDefinition;
  readonly #oracle: Oracle;
  readonly #options: SearchOptions;
  readonly #folder: SearchFolder;
  readonly #proposals: Proposals;
  #results: { of: object; events: number; trials: readonly Trial[] } | undefined;
  #asked = new Map<number, number>();
  #stopped = false;

  constructor(builder: ModelBuilder | SpaceDefinition, oracle: Oracle, options: SearchOptions = {}) {
    checkOptions(options);
    const { folds = 1, executionsPerTrial = 1, validationSplit = 0.2, seed = 0, racing = false } = options;
    const { maxTrials = 10, pruners = [], tuneNewEntries = true, allowNewEntries = true } = options;
    const { startWithDefault = true } = options;
    const { hyperparameters: given, directory, overwrite = false, keepModels = 1 } = options;
    this.#builder = builder;
    this.#oracle = oracle;
    this.#options = options;
    this.objective = resolveObjective(options.objective ?? 'valAccuracy');
    this.maxTrials = maxTrials;
    this.folds = folds;
    this.executionsPerTrial = executionsPerTrial;
    this.seed = seed;
    this.#folder = new SearchFolder(
      directory,
      {
        objective: this.objective,
        folds,
        executionsPerTrial,
        validationSplit,
        seed,
        racing,
        startWithDefault,
        oracle: oracle.config,
        pruners: pruners.map(({ config }) => config),
        given: given ? { space: [...given.space], tuneNewEntries, allowNewEntries } : null,
      },
      { overwrite, keepModels },
    );
    const { maxEpochs = Infinity, maxModelWeights = Infinity } = options;
    const define: SpaceDefinition = (hp, data) => buildOrDispose(() => (builder as SpaceDefinition)(hp, data));
    this.#proposals = new Proposals(define, oracle, this.#folder, {
      seed,
      maxTrials,
      maxEpochs,
      maxModelWeights,
      startWithDefault,
      tuneNewEntries,
      allowNewEntries,
      ...(given && { given }),
    });
  }

  /** Folder of the journal (`journal.jsonl`) and the weights (`checkpoints`). */
  get directory(): string {
    return this.#folder.path;
  }

  /** All trials so far, in the order begun. */
  get trials(): readonly Trial[] {
    const { state } = this.#folder;
    if (this.#results?.of !== state || this.#results.events !== state.events) {
      this.#results = { of: state, events: state.events, trials: state.results() };
    }
    return this.#results.trials;
  }

  /** When trials came as far as they were asked to, in that order, with the training time of the whole search until then. */
  get timeline(): readonly TimelineEntry[] {
    return this.#folder.state.timeline;
  }

  /**
   * What each worker trained when, in the order that it ended, over all sessions; empty where a loop of one's own trains. Epochs
   * that came after their trial's end are missing, and so is what an interrupt broke off.
   */
  get activity(): readonly WorkSpan[] {
    return this.#folder.state.activity;
  }

  /**
   * Which trials compete with which to be trained further, and at how many epochs: each bracket of Hyperband's, the only one of
   * ASHA's; none for other oracles, and before `run`.
   */
  get brackets(): readonly Bracket[] {
    const { run } = this.#folder.state;
    return (run && this.#oracle.brackets?.(this.trials, run.epochs)) ?? [];
  }

  /** The domain of every hyperparameter that a trial had. */
  get space(): ReadonlyMap<string, Domain> {
    return this.#folder.state.space;
  }

  /** Seconds of training and validation of all trials, over all sessions and workers. */
  get seconds(): number {
    return this.trials.reduce((sum, trial) => sum + trial.seconds, 0);
  }

  /** True once no configuration is left that was not tried. */
  get exhausted(): boolean {
    return this.#proposals.spaceExhausted;
  }

  /** The completed trial with the best score; while none is completed, the best of those that have a score. */
  get best(): Trial {
    const [best] = this.#ranked();
    if (best === undefined) throw new Error('No trial has a score yet: `await search.run(...)` first.');
    return best;
  }

  /**
   * The trial of the builder's own default, which the others have to beat; undefined where it was not tried (`startWithDefault`).
   */
  get baseline(): Trial | undefined {
    return findBaseline(this.trials);
  }

  /** The hyperparameters of the best trial, ready to be given to the builder. */
  bestHyperparameters(): HyperParameters;
  /** Those of the `count` best trials, best first; fewer where there are fewer. */
  bestHyperparameters(count: number): HyperParameters[];
  bestHyperparameters(count?: number): HyperParameters | HyperParameters[] {
    if (count === undefined) return this.#configuration(this.best.hyperparameters);
    checkWholeNumber('count', count, 1);
    return this.#ranked()
      .slice(0, count)
      .map((trial) => this.#configuration(trial.hyperparameters));
  }

  /**
   * The models of the `count` best completed trials, best first, with the weights at the end of their best training. The caller
   * disposes them.
   *
   * With cross-validation such a model never saw the images of one fold: for a final model, train the best hyperparameters on all
   * images.
   *
   * @throws RangeError where `count` is above `keepModels`, or no trial that `run` trained is completed; Error where weights are
   * gone.
   */
  async bestModels(count = 1): Promise<tf.LayersModel[]> {
    checkWholeNumber('count', count, 1);
    const { keepModels = 1 } = this.#options;
    if (count > keepModels) {
      throw new RangeError(
        `count must be at most keepModels, the number of trials whose weights are kept (${keepModels}), but got ${count}; ` +
          `create the search with keepModels: ${count} before it runs, or train the best hyperparameters again.`,
      );
    }
    const completed = this.#ranked().filter(({ status }) => status === 'completed');
    const dataset = this.#folder.state.run?.dataset;
    if (completed.length === 0 || dataset === undefined) {
      throw new RangeError('There is no model yet: no trial that `search.run(...)` trained is completed with a score.');
    }
    const models: tf.LayersModel[] = [];
    for (const { id, seed, hyperparameters } of completed.slice(0, count)) {
      const { index, checkpoint } = bestTraining(this.#folder.state.trial(id), this.objective);
      try {
        const snapshot = await readCheckpoint(join(this.#folder.checkpoints, checkpoint as string));
        const model = this.#builder(this.#configuration(hyperparameters), {
          classNames: dataset.classNames,
          seed: trainingSeed(seed, index),
        }) as tf.LayersModel;
        models.push(model);
        restoreWeights(model, snapshot);
      } catch (error) {
        for (const model of models) model.dispose();
        if (!(error instanceof CheckpointError)) throw error;
        throw new Error(
          `The weights of trial ${id} cannot be had. A search keeps those of the best keepModels trials, as it was when they ` +
            'ended; train ' +
            `the trial's hyperparameters again. (${error.message})`,
        );
      }
    }
    return models;
  }

  /** The trainings of a trial, epoch by epoch: executions, within each its folds. */
  history(trialId: number): readonly History[] {
    const trial = this.trials.find(({ id }) => id === trialId);
    if (trial === undefined) {
      throw new RangeError(`trialId must be from 1 to ${this.trials.length}, but got ${trialId}.`);
    }
    return trial.histories;
  }

  /**
   * How much each hyperparameter matters for reaching the better scores, most important first; see `hyperparameterImportance`.
   */
  importance(): HyperparameterImportance[] {
    return hyperparameterImportance(this.trials, this.objective, this.space);
  }

  /**
   * Puts a configuration before those of the oracle, which chooses what it leaves out, and behind the builder's default; also
   * from a callback while `run` runs. The same configuration counts once, so that a notebook's cell may run again.
   */
  enqueue(hyperparameters: HyperParameterValues): void {
    this.#whileOpen(() => {
      const key = configurationKey(hyperparameters);
      if (this.#folder.state.enqueued.some((known) => configurationKey(known) === key)) return;
      this.#folder.record({ kind: 'enqueued', hyperparameters: { ...hyperparameters } });
    });
  }

  /** Ends `run` after the epochs that are running; called from a callback. The next `run` goes on. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * The next configuration for a loop of your own, or undefined when there is none. Say with `tell` how it came out:
   *
   *     for (let trial = search.ask(); trial; trial = search.ask()) {
   *       search.tell(trial.id, await score(trial.hyperparameters));
   *     }
   *
   * Configurations that an earlier process asked for and never told come first.
   *
   * @param options `epochs` of a whole training, for the oracles that stop some earlier (`trial.epochs` says when), default 1;
   * `data`, what
   *   a model builder gets with the hyperparameters, for instance the images to train with, default no classes.
   * @throws Error where the oracle needs a running trial to be told first, or `run` has searched in this directory.
   */
  ask(options: { epochs?: number; data?: DataShape } = {}): Asked | undefined {
    const { epochs = 1, data = { classNames: [] } } = options;
    checkWholeNumber('epochs', epochs, 1);
    this.#oracle.checkEpochs?.(epochs);
    return this.#whileOpen(() => {
      if (this.#folder.state.run !== undefined) {
        throw new Error(
          `${this.directory} holds trials of run, which ask and tell cannot go on with; give them a directory of their own.`,
        );
      }
      const open = this.#folder.state.trials.find(({ id, status }) => status === 'running' && !this.#asked.has(id));
      const next = open ?? this.#propose(epochs, data);
      if (next === 'finished') return undefined;
      if (next === 'wait') {
        throw new Error('The oracle must know how a running trial comes out first: call tell for those that ask gave.');
      }
      this.#asked.set(next.id, epochs);
      return { id: next.id, hyperparameters: this.#configuration(next.hyperparameters), epochs: next.epochs };
    });
  }

  /** A trial for a loop of the user's. One that the builder failed for is settled, and the next one taken. */
  #propose(epochs: number, data: DataShape): TrialState | 'wait' | 'finished' {
    for (let failures = 1; ; failures++) {
      const next = this.#proposals.next({ epochs, trainings: 1, data });
      if (typeof next === 'string' || !hasFailed(next)) return next;
      const reason = next.trainings[0].end?.reason;
      this.#folder.record({ kind: 'settled', trial: next.id, status: 'failed', kept: [0], reason });
      if (failures === MAX_FAILURES_IN_A_ROW) {
        throw new Error(`${failures} configurations in a row could not be defined, the last because: ${reason}`);
      }
    }
  }

  /**
   * Says how a configuration that `ask` gave came out: its score, NaN for none, or the error that it failed with.
   *
   * @throws RangeError for a trial that waits for no score.
   */
  tell(trialId: number, outcome: number | Error): void {
    if (typeof outcome !== 'number' && !(outcome instanceof Error)) {
      throw new TypeError(
        `outcome must be a number or an Error, but got ${JSON.stringify(outcome)}; NaN says that there is no score.`,
      );
    }
    this.#whileOpen(() => {
      const epochs = this.#asked.get(trialId);
      if (epochs === undefined) {
        throw new RangeError(
          `trialId must be one that ask gave and that was not told yet (${[...this.#asked.keys()].join(', ') || 'none'}), ` +
            `but got ${trialId}.`,
        );
      }
      const trial = this.#folder.state.trial(trialId);
      const settled = { kind: 'settled', trial: trialId, kept: [0] } as const;
      if (outcome instanceof Error) {
        const reason = outcome.message;
        this.#folder.record({ kind: 'attempt', trial: trialId, training: 0, reason, final: true });
        this.#folder.record({ ...settled, status: 'failed', reason });
      } else {
        this.#folder.record({ kind: 'told', trial: trialId, score: outcome });
        this.#folder.record({ ...settled, status: trial.epochs < epochs ? 'paused' : 'completed' });
      }
      this.#asked.delete(trialId);
    });
  }

  /**
   * Tries configurations until there are `maxTrials`, or another limit is reached, or none is left. After an interrupt, an error
   * or a kill, call it again, in this process or another: it goes on, and no finished epoch is trained again.
   *
   * A training that fails is tried again, then its trial counts as failed and the search goes on; three such trials in a row end
   * it with the first one's cause, a `FatalError` ends it at once. The same seed gives the same trials and scores for any number
   * of workers, with three exceptions: oracles that learn from what has ended by then (ASHA, TPE); limits of time; and Hyperband
   * with pruners that compare trials, racing or `maxEpochs`, because with several workers a bracket begins while the one before
   * waits for its last trials, so what a trial is compared with depends on which came first.
   *
   * @param train the images to search with; the search splits them itself and holds no others.
   * @throws FolderInUseError while another run works on the same folder; InterruptedError after the kernel's stop button.
   */
  async run(train: Dataset, options: RunOptions): Promise<void> {
    const { epochs, batchSize, workers = this.#options.workers, threadsPerWorker } = options;
    const { observers = [], onTrialEnd, title = 'Search' } = options;
    checkRunOptions({ ...options, workers });
    this.#oracle.checkEpochs?.(epochs);
    await leaveSynchronousPart();
    const {
      pruners = [],
      racing = false,
      validationSplit = 0.2,
      maxEpochs = Infinity,
      maxTimeMs = Infinity,
      maxRetriesPerTrial = 1,
    } = this.#options;
    const { objective, folds, executionsPerTrial, seed, maxTrials } = this;
    this.#folder.open();
    this.#stopped = false;
    let executor: Executor | undefined;
    try {
      executor = await this.#openExecutor(train, { ...options, workers });
      const { state } = this.#folder;
      if (state.run === undefined && state.trials.length > 0) {
        throw new Error(
          `${this.directory} holds trials of a loop with ask and tell, which run cannot go on with; give run a directory of ` +
            'its own.',
        );
      }
      this.#folder.beginRun(
        { epochs, ...(batchSize !== undefined && { batchSize }), dataset: describeData(train) },
        this.#proposals.findChanges(train),
      );
      this.#folder.record({
        kind: 'session',
        pid: process.pid,
        at: new Date().toISOString(),
        versions: describeVersions(workers === undefined ? 'all' : String(threadsPerWorker ?? 1)),
      });
      this.#folder.sweep();
      await new SearchRun(this.#folder, this.#proposals, executor, train, {
        objective,
        pruners,
        racing,
        epochs,
        batchSize,
        folds,
        executionsPerTrial,
        validationSplit,
        seed,
        plan: this.#oracle.plan?.({ maxTrials, epochs }) ?? { trials: maxTrials, epochs: maxTrials * epochs },
        title,
        maxEpochs,
        maxTimeMs,
        maxRetriesPerTrial,
        ...(onTrialEnd && { onTrialEnd }),
        observers: observers.map((open) => open(objective, this.#folder.state)),
        isStopped: () => this.#stopped,
      }).toEnd();
    } finally {
      await executor?.close();
      this.#folder.close();
    }
  }

  async #openExecutor(train: Dataset, { workers, threadsPerWorker, timeoutMs, callbacks }: RunOptions): Promise<Executor> {
    const setup = { builder: this.#builder as ModelBuilder, data: train, ...(callbacks && { callbacks }) };
    if (workers === undefined) return new InProcessExecutor(setup);
    if (typeof workers === 'number') return new WorkerPool(setup, { workers, threadsPerWorker, timeoutMs });
    return workers(setup, { threadsPerWorker, timeoutMs, folder: this.directory });
  }

  #configuration(values: HyperParameterValues): HyperParameters {
    const { hyperparameters: overrides } = this.#options;
    return HyperParameters.from(values, { ...(overrides && { overrides }) });
  }

  /** Completed ones, best first; while there is none, those that have a score. */
  #ranked(): Trial[] {
    const completed = this.trials.filter(({ status }) => status === 'completed');
    return rankByScore(completed.some(({ score }) => !Number.isNaN(score)) ? completed : this.trials, this.objective);
  }

  /** `run` has it open while it calls the user's callbacks. */
  #whileOpen<Result>(work: () => Result): Result {
    if (this.#folder.isOpen) return work();
    this.#folder.open();
    try {
      return work();
    } finally {
      this.#folder.close();
    }
  }
}

function describeData({ name, size, classNames, images, labels }: Dataset): RunConfig['dataset'] {
  const checksum = crc32(labels, crc32(images)).toString(16).padStart(8, '0');
  return { name, size, classNames: [...classNames], checksum };
}

function describeVersions(threads: string): Readonly<Record<string, string>> {
  return { node: process.versions.node, tfjs: tf.version['tfjs-node'], threads };
}

function checkOptions(options: SearchOptions): void {
  const { folds = 1, validationSplit = 0.2, maxTimeMs = 1, keepModels = 1, maxRetriesPerTrial = 1 } = options;
  const { maxTrials = 1, maxEpochs = 1, maxModelWeights = 1, executionsPerTrial = 1 } = options;
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
}

function checkRunOptions({ epochs, batchSize = 1, workers = 1, threadsPerWorker = 1, timeoutMs = 1 }: RunOptions) {
  const whole = { epochs, batchSize, threadsPerWorker, timeoutMs };
  for (const [name, value] of Object.entries({ ...whole, ...(typeof workers === 'number' && { workers }) })) {
    checkWholeNumber(name, value, 1);
  }
}
