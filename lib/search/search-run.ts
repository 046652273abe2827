/** One run of a search. More than 300 lines: its methods share what is being trained, and would else have to pass it around. */
import { join, relative } from 'node:path';
import type { Dataset } from '../data/dataset';
import { splitDataset, stratifiedFolds } from '../data/split';
import type { AugmentationConfig } from '../recipe/augmentation';
import { WriteError } from '../storage/write-error';
import { InterruptedError, watchInterrupts } from '../training/interrupt';
import type { ProgressDisplay, TaskOutcome } from '../training/progress';
import type { EventAnswer, Executor, TrainingEvent, TrainingJob, TrainingOutcome } from './executors/executor';
import { FatalError } from './fatal-error';
import { type SearchFolder, trialFolder } from './journal/search-folder';
import { hasFailed, type TrialState, trainingSeed } from './journal/trial-state';
import { checkObjective } from './objective';
import type { SearchObserver } from './observer';
import type { Proposals } from './proposals';
import { judge, type Rules } from './pruners/verdict';
import { type ActiveJob, describeProgress, isOpen } from './run-progress';
import { searchProgress } from './search-progress';
import { describeFailure, type Trial } from './trial';

export interface SearchRunOptions extends Rules {
  readonly batchSize?: number;
  readonly augmentation?: AugmentationConfig;
  readonly folds: number;
  readonly executionsPerTrial: number;
  readonly validationSplit: number;
  readonly seed: number;
  /** Trials and, over all of them, epochs of each training; Infinity where that is not known beforehand. */
  readonly plan: { readonly trials: number; readonly epochs: number };
  readonly maxEpochs: number;
  readonly maxTimeMs: number;
  readonly maxRetriesPerTrial: number;
  /** Heading of the progress display; null shows none. */
  readonly title: string | null;
  /** Whether it leaves a figure of the scores. */
  readonly figure: boolean;
  readonly observers: readonly SearchObserver[];
  readonly onTrialEnd?: (trial: Trial) => void | Promise<void>;
  /** Asked after each epoch. */
  readonly isStopped: () => boolean;
}

/** Failures in a row after which a search gives up: the fault is then in the model or the data. */
export const MAX_FAILURES_IN_A_ROW = 3;

/**
 * One run of a search: keeps an executor busy with trainings until nothing is left to do.
 *
 * The order of work is that of the ids: first what running trials still need, then a new trial. A trial is settled after all
 * trials with smaller ids, so the outcome is the same for any number of trainings at a time.
 */
export class SearchRun {
  readonly #folder: SearchFolder;
  readonly #proposals: Proposals;
  readonly #executor: Executor;
  readonly #train: Dataset;
  readonly #options: SearchRunOptions;
  readonly #active = new Map<string, ActiveJob>();
  readonly #started = performance.now();
  readonly #elapsedBefore: number;
  /** Trials that had ended before this run. */
  readonly #found: number;
  readonly #progress: ProgressDisplay | undefined;
  /** Of the parts that trainings are judged on. */
  readonly #validationSizes: readonly number[];
  /** Entries of the timeline that were noted. */
  #noted: number;
  #ended: Trial[] = [];
  #failures: Trial[] = [];
  #error: unknown;
  /** Why there will be fewer trials than planned. */
  #shortfall: string | undefined;

  /** @throws RangeError where the images cannot be split so. */
  constructor(folder: SearchFolder, proposals: Proposals, executor: Executor, train: Dataset, options: SearchRunOptions) {
    this.#folder = folder;
    this.#proposals = proposals;
    this.#executor = executor;
    this.#train = train;
    this.#options = options;
    this.#elapsedBefore = folder.state.elapsedMs;
    this.#noted = folder.state.timeline.length;
    const { folds, validationSplit, seed } = options;
    this.#validationSizes =
      folds === 1
        ? [splitDataset(train, validationSplit, seed).validation.size]
        : stratifiedFolds(train, folds, seed).map(({ validation }) => validation.length);
    this.#found = folder.state.trials.filter((trial) => !isOpen(trial)).length;
    const { title } = options;
    this.#progress =
      title === null
        ? undefined
        : searchProgress.start(() =>
            describeProgress(title, folder.state, [...this.#active.values()], executor, {
              ...options,
              foundTrials: this.#found,
              shortfall: this.#shortfall,
            }),
          );
  }

  async toEnd(): Promise<void> {
    const interrupts = watchInterrupts();
    const interrupted = new Promise<void>((resolve) => {
      interrupts.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const jobs = new Set<Promise<void>>();
    let outcome: TaskOutcome = 'failed';
    const check = () => {
      // What was thrown first is the cause.
      if (this.#error !== undefined) throw this.#error;
      interrupts.check();
    };
    try {
      for (;;) {
        this.#settle();
        if (this.#ended.length > 0) {
          await this.#reportEnded();
          // Jobs went on while the user's callback ran: what they brought is settled before the next is chosen.
          check();
          continue;
        }
        while (jobs.size < this.#executor.slots && !this.#isOver()) {
          const job = this.#nextJob();
          if (job === undefined) break;
          const running = this.#runJob(job).finally(() => jobs.delete(running));
          jobs.add(running);
        }
        this.#progress?.update();
        if (jobs.size > 0) {
          const changed = this.#executor.changed?.();
          await Promise.race([...jobs, interrupted, ...(changed ? [changed] : [])]);
        } else if (this.#ended.length === 0) break;
        check();
      }
      this.#folder.sweep();
      this.#folder.record({ kind: 'ended', elapsedMs: this.#elapsedMs() });
      this.#shortfall = this.#findShortfall();
      const failure = describeFailure(this.#folder.state.results());
      if (failure) throw new Error(failure);
      outcome = 'done';
    } catch (error) {
      if (error instanceof InterruptedError) outcome = 'interrupted';
      throw error;
    } finally {
      interrupts.stop();
      await this.#executor.close();
      await Promise.allSettled(jobs);
      await this.#progress?.end(outcome);
    }
  }

  async #runJob(job: TrainingJob): Promise<void> {
    const key = `${job.trial}/${job.training}`;
    const active: ActiveJob = {
      job,
      worker: this.#freeWorker(),
      sinceMs: this.#elapsedMs(),
      epoch: job.records.length + 1,
      step: 0,
      steps: 1,
      loss: Number.NaN,
      imagesPerSecond: Number.NaN,
    };
    this.#active.set(key, active);
    try {
      const outcome = await this.#executor.run(job, (event) => this.#onEvent(key, event));
      if (this.#error === undefined) this.#onOutcome(active, outcome);
    } catch (error) {
      this.#error ??= error;
    } finally {
      this.#active.delete(key);
    }
  }

  #freeWorker(): number {
    const taken = new Set(Array.from(this.#active.values(), ({ worker }) => worker));
    let worker = 1;
    while (taken.has(worker)) worker++;
    return worker;
  }

  #onEvent(key: string, event: TrainingEvent): EventAnswer {
    const active = this.#active.get(key);
    if (active === undefined || this.#error !== undefined) return 'stop';
    try {
      if (event.kind === 'step') {
        Object.assign(active, event);
        this.#progress?.update();
        return undefined;
      }
      if (event.kind === 'warning') {
        console.warn(event.message);
        return undefined;
      }
      Object.assign(active, { epoch: event.record.epoch + 1, step: 0, sinceMs: this.#elapsedMs() });
      return this.#onEpoch(active, event);
    } catch (error) {
      this.#error = error;
      return 'stop';
    }
  }

  #onEpoch({ job, worker }: ActiveJob, event: Extract<TrainingEvent, { kind: 'epoch' }>): EventAnswer {
    const { state } = this.#folder;
    const trial = state.trial(job.trial);
    if (trial.status !== 'running') return 'stop';
    checkObjective(event.record, this.#options.objective);
    const former = trial.trainings[job.training].checkpoint;
    const validationSize = this.#validationSizes[job.part.kind === 'fold' ? job.part.fold : 0];
    const checkpoint = relative(this.#folder.checkpoints, event.checkpoint);
    for (const observer of this.#options.observers) observer.onEpochEnd(job, event.record);
    this.#folder.record({
      kind: 'epoch',
      trial: job.trial,
      training: job.training,
      record: event.record,
      checkpoint,
      trainSize: this.#train.size - validationSize,
      validationSize,
      batchSize: event.batchSize,
      elapsedMs: this.#elapsedMs(),
      worker,
    });
    if (former && former !== checkpoint) this.#folder.removeCheckpoint(former);
    this.#settle();
    this.#progress?.update();
    // Settled means pruned, unless it was the last epoch.
    return this.#isOver() || state.trial(job.trial).status !== 'running' ? 'stop' : undefined;
  }

  #onOutcome({ job, worker, sinceMs }: ActiveJob, outcome: TrainingOutcome): void {
    const { trial, training } = job;
    const state = this.#folder.state.trial(trial);
    if (state.status !== 'running') return;
    switch (outcome.kind) {
      case 'cancelled':
        return;
      case 'unwritable':
        this.#error = new WriteError(outcome.reason);
        return;
      case 'failed': {
        const { reason, fatal } = outcome;
        if (fatal) {
          this.#error = new FatalError(reason);
          return;
        }
        const final = state.trainings[training].failures.length >= this.#options.maxRetriesPerTrial;
        const elapsedMs = this.#elapsedMs();
        const work = { worker, elapsedMs, seconds: (elapsedMs - sinceMs) / 1000 };
        this.#folder.record({ kind: 'attempt', trial, training, reason, final, work });
        return;
      }
      default: {
        const { kind } = outcome;
        const reason = 'reason' in outcome ? { reason: outcome.reason } : {};
        const bestEpoch = 'bestEpoch' in outcome && outcome.bestEpoch !== undefined ? { bestEpoch: outcome.bestEpoch } : {};
        this.#folder.record({ kind: 'trained', trial, training, end: { kind, ...reason, ...bestEpoch } });
      }
    }
  }

  #nextJob(): TrainingJob | undefined {
    for (;;) {
      const open = this.#openTrainings();
      const first = open.find(({ needed }) => needed);
      if (first) return this.#describeJob(first.trial, first.training);
      const running = this.#folder.state.running.length;
      const next = open.length > 0 && running > this.#executor.slots ? 'wait' : this.#nextTrial();
      if (next === 'wait' || next === 'finished') {
        return open.length > 0 ? this.#describeJob(open[0].trial, open[0].training) : undefined;
      }
      this.#noteEnded();
      // Nothing is to be trained where the builder failed.
      this.#settle();
    }
  }

  /**
   * Trainings that could begin now, in order. Where folds are raced, one of which it is still open whether its trial can win
   * is not `needed` yet: a new trial's first fold is better worth the time.
   */
  #openTrainings(): { trial: TrialState; training: number; needed: boolean }[] {
    const open: { trial: TrialState; training: number; needed: boolean }[] = [];
    let earlierSettled = true;
    for (const trial of this.#folder.state.running) {
      let needed = true;
      for (const [training, { end }] of trial.trainings.entries()) {
        // What comes after it cannot count any more.
        if (end?.kind === 'failed' || end?.kind === 'diverged') break;
        if (end === undefined && !this.#active.has(`${trial.id}/${training}`)) open.push({ trial, training, needed });
        if (this.#options.racing && (end === undefined || !earlierSettled)) needed = false;
      }
      earlierSettled = false;
    }
    return open;
  }

  #nextTrial(): TrialState | 'wait' | 'finished' {
    if (this.#mayHaveToGiveUp()) return 'wait';
    const { epochs, folds, executionsPerTrial } = this.#options;
    const next = this.#proposals.next({ epochs, trainings: folds * executionsPerTrial, data: this.#train, needsModel: true });
    if (next === 'wait' && this.#active.size === 0 && this.#openTrainings().length === 0) {
      throw new Error('The oracle waits for a trial that is running, but none is: the oracle is at fault.');
    }
    return next;
  }

  /** Whether the last trials begun have all failed, but cannot be settled before an earlier one has ended. */
  #mayHaveToGiveUp(): boolean {
    const last = this.#folder.state.trials.slice(-MAX_FAILURES_IN_A_ROW);
    return last.length === MAX_FAILURES_IN_A_ROW && last.every((trial) => trial.status === 'running' && hasFailed(trial));
  }

  #describeJob(trial: TrialState, training: number): TrainingJob {
    const { folds, validationSplit, seed, batchSize, augmentation, epochs } = this.#options;
    const { records, checkpoint } = trial.trainings[training];
    const { checkpoints } = this.#folder;
    return {
      trial: trial.id,
      training,
      hyperparameters: trial.hyperparameters,
      batchSize,
      augmentation,
      epochs,
      directory: join(checkpoints, trialFolder(trial.id)),
      seed: trainingSeed(trial.seed, training),
      part:
        folds === 1 ? { kind: 'holdOut', share: validationSplit, seed } : { kind: 'fold', fold: training % folds, folds, seed },
      until: trial.epochs,
      records: [...records],
      ...(records.length > 0 && checkpoint ? { checkpoint: join(checkpoints, checkpoint) } : {}),
    };
  }

  /** Settles what can be settled, in the order of the ids. */
  #settle(): void {
    const { state } = this.#folder;
    const { pruners, racing } = this.#options;
    const compares = racing || pruners.length > 0;
    // A copy, since a verdict takes a trial out of it.
    for (const trial of [...state.running]) {
      const earlier = compares ? state.trials.slice(0, trial.id - 1) : [];
      const verdict = judge(trial, earlier, this.#options);
      if (verdict === undefined) return;
      this.#folder.record(verdict);
      this.#noteEnded();
    }
  }

  /** Follows the timeline, in which trials end by a verdict or by the oracle's decision. */
  #noteEnded(): void {
    const { state } = this.#folder;
    if (this.#noted === state.timeline.length) return;
    this.#folder.sweep(Array.from(this.#active.values(), ({ job }) => job.trial));
    for (const observer of this.#options.observers) observer.onTrialsEnd(state);
    for (; this.#noted < state.timeline.length; this.#noted++) {
      const { trial, status } = state.timeline[this.#noted];
      const result = state.result(trial);
      if (status !== 'paused') this.#ended.push(result);
      this.#failures = status === 'failed' ? [...this.#failures, result] : [];
      if (this.#failures.length >= MAX_FAILURES_IN_A_ROW) {
        const [first] = this.#failures;
        this.#folder.record({ kind: 'ended', elapsedMs: this.#elapsedMs() });
        throw new Error(
          `${MAX_FAILURES_IN_A_ROW} trials failed in a row, so the search stopped; the first of them ` +
            `(trial ${first.id}): ${first.reason}`,
        );
      }
    }
  }

  async #reportEnded(): Promise<void> {
    const ended = this.#ended;
    this.#ended = [];
    for (const trial of ended) await this.#options.onTrialEnd?.(trial);
  }

  #findShortfall(): string | undefined {
    const { plan, maxEpochs, isStopped } = this.#options;
    if (!Number.isFinite(plan.trials) || this.#folder.state.trials.length >= plan.trials) return undefined;
    if (isStopped()) return 'it was stopped';
    if (this.#isOver()) return 'maxTimeMs is over';
    if (this.#proposals.spaceExhausted) return 'no other configuration is left';
    return Number.isFinite(maxEpochs) ? 'maxEpochs are used up' : 'no other configuration was found';
  }

  #isOver(): boolean {
    return this.#options.isStopped() || this.#elapsedMs() >= this.#options.maxTimeMs;
  }

  #elapsedMs(): number {
    return this.#elapsedBefore + performance.now() - this.#started;
  }
}
