/** The search that users hold in their hands. More than 300 lines, since half of them say what its members do. */
import { crc32 } from 'node:zlib';
import { checkWholeNumber } from '../base/whole-number';
import { checkDataset } from '../data/check-dataset';
import type { Dataset } from '../data/dataset';
import * as tf from '../tensorflow';
import type { History } from '../training/history';
import { leaveSynchronousPart } from '../training/interrupt';
import { AskAndTell, type Asked } from './ask-and-tell';
import type { Executor } from './executors/executor';
import { InProcessExecutor } from './executors/in-process-executor';
import { buildOrDispose } from './executors/training-job';
import { refuseFormerExport } from './executors/workers/module-reference';
import { WorkerPool } from './executors/workers/worker-pool';
import { type HyperparameterImportance, hyperparameterImportance } from './importance';
import type { RunConfig } from './journal/search-event';
import { SearchFolder } from './journal/search-folder';
import type { DataDescription, ModelBuilder } from './model-builder';
import { type Objective, rankByScore } from './objective';
import { configurationKey } from './oracles/duplicates';
import type { Bracket, Oracle } from './oracles/oracle';
import { Untried } from './oracles/untried';
import { Proposals, type SpaceDefinition } from './proposals';
import { restoreModels } from './restore-models';
import {
  type RunOptions,
  type RunSettings,
  resolveRunOptions,
  resolveSearchOptions,
  type SearchOptions,
  type SearchSettings,
} from './search-options';
import { rankedTrials } from './search-results';
import { SearchRun } from './search-run';
import type { Domain } from './space/domain';
import { HyperParameters, type HyperParameterValues } from './space/hyperparameters';
import { describeFailure, findBaseline, type TimelineEntry, type Trial, type WorkSpan } from './trial';

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
  readonly #settings: SearchSettings;
  readonly #folder: SearchFolder;
  readonly #proposals: Proposals;
  readonly #loop: AskAndTell;
  #results: { of: object; events: number; trials: readonly Trial[] } | undefined;
  #stopped = false;

  constructor(builder: ModelBuilder | SpaceDefinition, oracle: Oracle, options: SearchOptions = {}) {
    const settings = resolveSearchOptions(options);
    const { objective, folds, executionsPerTrial, validationSplit, seed, racing, startWithDefault, space } = settings;
    this.#builder = builder;
    this.#oracle = oracle;
    this.#settings = settings;
    this.objective = objective;
    this.maxTrials = settings.maxTrials;
    this.folds = folds;
    this.executionsPerTrial = executionsPerTrial;
    this.seed = seed;
    const { overrides, ...entries } = space;
    this.#folder = new SearchFolder(
      settings.directory,
      {
        objective,
        folds,
        executionsPerTrial,
        validationSplit,
        seed,
        racing,
        startWithDefault,
        oracle: oracle.config,
        pruners: settings.pruners.map(({ config }) => config),
        given: overrides ? { space: [...overrides.space], ...entries } : null,
      },
      settings,
    );
    const define: SpaceDefinition = (hp, data) => buildOrDispose(() => (builder as SpaceDefinition)(hp, data));
    this.#proposals = new Proposals(define, oracle, this.#folder, settings);
    this.#loop = new AskAndTell(this.#folder, this.#proposals, (values) => this.#configuration(values));
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

  /**
   * True once no configuration is left that was not tried; of a grid, none of the grid. Those that `maxModelWeights` leaves out
   * count once the search has met them.
   */
  get exhausted(): boolean {
    return this.#proposals.spaceExhausted || Untried.after(this.trials, this.space).isEmpty;
  }

  /**
   * The completed trial with the best score; while none is completed, the best of those that have a score.
   *
   * @throws Error where no trial has one.
   */
  get best(): Trial {
    const [best] = this.#ranked();
    if (best !== undefined) return best;
    const { trials } = this;
    const pruned = trials.find(({ status }) => status === 'pruned');
    const last = pruned && `No trial has a score; trial ${pruned.id} was pruned: ${pruned.reason}`;
    throw new Error(describeFailure(trials) ?? last ?? 'No trial has a score yet: `await search.run(...)` first.');
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
    const { keepModels } = this.#settings;
    if (count > keepModels) {
      throw new RangeError(
        `count must be at most keepModels, the number of trials whose weights are kept (${keepModels}), but got ${count}; ` +
          `create the search with keepModels: ${count} before it runs, or train the best hyperparameters again.`,
      );
    }
    const build = (values: HyperParameterValues, data: DataDescription) =>
      (this.#builder as ModelBuilder)(this.#configuration(values), data);
    return restoreModels(this.#folder, rankedTrials(this).slice(0, count), build);
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
    this.#folder.whileOpen(() => {
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
   *   `data`, what a model builder gets with the hyperparameters, for instance the images to train with, default no classes.
   * @throws Error where the oracle needs a running trial to be told first, or `run` has searched in this directory.
   */
  ask(options: { epochs?: number; data?: DataDescription } = {}): Asked | undefined {
    const { epochs = 1, data = { classNames: [] } } = options;
    checkWholeNumber('epochs', epochs, 1);
    this.#oracle.checkEpochs?.(epochs);
    return this.#folder.whileOpen(() => this.#loop.ask(epochs, data));
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
    this.#folder.whileOpen(() => this.#loop.tell(trialId, outcome));
  }

  /**
   * Tries configurations until there are `maxTrials`, or another limit is reached, or none is left. After an interrupt, an error
   * or a kill, call it again, in this process or another: it goes on, and no finished epoch is trained again.
   *
   * A training that fails is tried again, then its trial counts as failed and the search goes on; three such trials in a row end
   * it with the first one's cause, a `FatalError` ends it at once. Where every trial failed, it ends with the first one's cause;
   * run again, it then begins anew, since what was at fault may be mended.
   *
   * The same seed gives the same trials and scores for any number of workers, with three exceptions: oracles that learn from what
   * has ended by then (ASHA, TPE); limits of time; and Hyperband with pruners that compare trials, racing or `maxEpochs`, because
   * with several workers a bracket begins while the one before waits for its last trials, so what a trial is compared with
   * depends on which came first.
   *
   * @param train the images to search with; the search splits them itself and holds no others.
   * @throws Error where every trial failed, or three in a row, or the builder's file was edited and loaded anew since;
   *   FolderInUseError while another run works on the same folder;
   *   InterruptedError after the kernel's stop button.
   */
  async run(train: Dataset, options: RunOptions): Promise<void> {
    checkDataset(train);
    const settings = this.#settings;
    const run = resolveRunOptions(options, settings.workers);
    const { epochs, batchSize, augmentation, workers, threadsPerWorker, observers } = run;
    this.#oracle.checkEpochs?.(epochs);
    refuseFormerExport(this.#builder, 'The model builder');
    await leaveSynchronousPart();
    const { objective, maxTrials } = settings;
    this.#folder.open();
    this.#stopped = false;
    let executor: Executor | undefined;
    try {
      executor = await this.#openExecutor(train, run);
      const { state } = this.#folder;
      if (state.run === undefined && state.trials.length > 0) {
        throw new Error(
          `${this.directory} holds trials of a loop with ask and tell, which run cannot go on with; give run a directory ` +
            'of its own.',
        );
      }
      this.#folder.beginRun(
        {
          epochs,
          ...(batchSize !== undefined && { batchSize }),
          ...(augmentation && { augmentation }),
          dataset: describeData(train),
        },
        this.#proposals.findChanges(train),
      );
      this.#folder.record({
        kind: 'session',
        pid: process.pid,
        at: new Date().toISOString(),
        versions: describeVersions(workers === undefined ? 'all' : String(threadsPerWorker)),
      });
      this.#folder.sweep();
      await new SearchRun(this.#folder, this.#proposals, executor, train, {
        ...settings,
        ...run,
        plan: this.#oracle.plan?.({ maxTrials, epochs }) ?? { trials: maxTrials, epochs: maxTrials * epochs },
        observers: observers.map((open) => open(objective, this.#folder.state)),
        isStopped: () => this.#stopped,
      }).toEnd();
    } finally {
      await executor?.close();
      this.#folder.close();
    }
  }

  async #openExecutor(train: Dataset, { workers, threadsPerWorker, timeoutMs, callbacks }: RunSettings): Promise<Executor> {
    const setup = { builder: this.#builder as ModelBuilder, data: train, ...(callbacks && { callbacks }) };
    if (workers === undefined) return new InProcessExecutor(setup);
    if (typeof workers === 'number') return new WorkerPool(setup, { workers, threadsPerWorker, timeoutMs });
    return workers(setup, { threadsPerWorker, timeoutMs, folder: this.directory });
  }

  #configuration(values: HyperParameterValues): HyperParameters {
    const { overrides } = this.#settings.space;
    return HyperParameters.from(values, { overrides });
  }

  /** Completed ones, best first; while there is none, those that have a score. */
  #ranked(): Trial[] {
    const ranked = rankedTrials(this);
    return ranked.length > 0 ? ranked : rankByScore(this.trials, this.objective);
  }
}

function describeData({ name, size, classNames, images, labels }: Dataset): RunConfig['dataset'] {
  const checksum = crc32(labels, crc32(images)).toString(16).padStart(8, '0');
  return { name, size, classNames: [...classNames], checksum };
}

function describeVersions(threads: string): Readonly<Record<string, string>> {
  return { node: process.versions.node, tfjs: tf.version['tfjs-node'], threads };
}
