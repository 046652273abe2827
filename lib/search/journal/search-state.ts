import { sum } from '../../base/numbers';
import { deriveSeed } from '../../base/random';
import type { EpochRecord, History } from '../../training/history';
import { type Objective, objectiveValue } from '../objective';
import type { Domain, HyperParameterValues } from '../space/hyperparameters';
import type { TimelineEntry, Trial, TrialStatus, WorkSpan } from '../trial';

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

type Versions = Readonly<Record<string, string>>;

/** How a training came to its end, or to the epoch asked for (`reached`). */
export interface TrainingEnd {
  readonly kind: 'reached' | 'stopped' | 'diverged' | 'failed';
  readonly reason?: string;
  /** The epoch whose weights it has, where that is not the last. */
  readonly bestEpoch?: number;
}

export interface TrainingState {
  records: EpochRecord[];
  checkpoint?: string;
  /** Set when it needs no more training, as far as asked for. */
  end?: TrainingEnd;
  told?: number;
  /** Why attempts at it failed, in order, each after so many finished epochs. */
  failures: { readonly epochs: number; readonly reason: string }[];
  trainSize: number;
  validationSize: number;
  batchSize: number;
}

export interface TrialState {
  readonly id: number;
  readonly hyperparameters: HyperParameterValues;
  readonly origin: Trial['origin'];
  readonly seed: number;
  readonly parameters: number;
  readonly trainings: TrainingState[];
  epochs: number;
  status: TrialStatus;
  reason?: string;
  versions: Versions;
}

/** A search as its journal tells it: `apply` each event in order. */
export class SearchState {
  config?: SearchConfig;
  run?: RunConfig;
  versions: Versions = {};
  /** Time and process of the first session: no other search has the same. */
  began?: string;
  readonly trials: TrialState[] = [];
  /** Of the trials, in the order of their ids. */
  readonly running: TrialState[] = [];
  readonly paused = new Set<TrialState>();
  readonly queue: HyperParameterValues[] = [];
  /** All that was ever enqueued, but what was left out. */
  readonly enqueued: HyperParameterValues[] = [];
  /** The domain of every hyperparameter that a trial had. */
  readonly space = new Map<string, Domain>();
  readonly timeline: TimelineEntry[] = [];
  /** In the order that they ended. */
  readonly activity: WorkSpan[] = [];
  /** Wall time over all sessions, each to its end or, where it was ended, to the last that was recorded. */
  elapsedMs = 0;
  /** Number of events applied. */
  events = 0;
  /** Of the trials as they were when last asked for, and which of them have changed since. */
  readonly #results: Trial[] = [];
  readonly #changed = new Set<number>();
  #seconds = 0;
  #epochs = 0;

  apply(event: SearchEvent): void {
    this.events++;
    switch (event.kind) {
      case 'search':
        this.config = { ...event.config, startWithDefault: event.config.startWithDefault ?? false };
        break;
      case 'run':
        this.run = event.config;
        break;
      case 'session':
        this.began ??= `${event.at} ${event.pid}`;
        this.versions = event.versions;
        break;
      case 'ended':
        this.elapsedMs = event.elapsedMs;
        break;
      case 'enqueued':
        this.queue.push(event.hyperparameters);
        this.enqueued.push(event.hyperparameters);
        break;
      case 'dequeued': {
        const leftOut = this.queue.shift();
        // So that it may be enqueued again, with the cause mended.
        if (leftOut) this.enqueued.splice(this.enqueued.indexOf(leftOut), 1);
        break;
      }
      case 'begun': {
        const { trial: id, hyperparameters, origin, epochs, seed, parameters } = event;
        const trainings = Array.from({ length: event.trainings }, () => ({
          records: [],
          failures: [],
          trainSize: 0,
          validationSize: 0,
          batchSize: 0,
        }));
        const trial: TrialState = {
          id,
          hyperparameters,
          origin,
          epochs,
          seed,
          parameters,
          trainings,
          versions: this.versions,
          status: 'running',
        };
        this.trials.push(trial);
        this.#setStatus(trial, 'running');
        for (const [name, domain] of Object.entries(event.space)) this.space.set(name, domain);
        if (origin === 'user') this.queue.shift();
        break;
      }
      case 'continued': {
        const trial = this.trial(event.trial);
        trial.epochs = event.epochs;
        this.#setStatus(trial, 'running');
        for (const training of trial.trainings) {
          if (training.end?.kind === 'reached') training.end = undefined;
          training.told = undefined;
        }
        break;
      }
      case 'epoch': {
        const trial = this.trial(event.trial);
        const training = trial.trainings[event.training];
        training.records.push(event.record);
        training.checkpoint = event.checkpoint;
        training.trainSize = event.trainSize;
        training.validationSize = event.validationSize;
        training.batchSize = event.batchSize ?? this.run?.batchSize ?? 0;
        trial.versions = this.versions;
        this.elapsedMs = event.elapsedMs;
        if (event.worker !== undefined) {
          const { worker, record } = event;
          const to = event.elapsedMs / 1000;
          this.activity.push({
            worker,
            trial: event.trial,
            training: event.training,
            epoch: record.epoch,
            failed: false,
            from: to - record.seconds,
            to,
          });
        }
        this.#seconds += event.record.seconds;
        this.#epochs++;
        break;
      }
      case 'trained':
        this.trial(event.trial).trainings[event.training].end = event.end;
        break;
      case 'told': {
        const [training] = this.trial(event.trial).trainings;
        training.told = event.score;
        training.end = { kind: 'reached' };
        break;
      }
      case 'attempt': {
        const { reason, work } = event;
        const training = this.trial(event.trial).trainings[event.training];
        if (work) {
          const { worker, elapsedMs, seconds } = work;
          const to = elapsedMs / 1000;
          this.elapsedMs = elapsedMs;
          this.activity.push({
            worker,
            trial: event.trial,
            training: event.training,
            epoch: training.records.length + 1,
            failed: true,
            from: to - seconds,
            to,
          });
        }
        training.failures.push({ epochs: training.records.length, reason });
        if (event.final) training.end = { kind: 'failed', reason };
        break;
      }
      case 'settled': {
        const trial = this.trial(event.trial);
        this.#setStatus(trial, event.status);
        trial.reason = event.reason;
        for (const [index, training] of trial.trainings.entries()) {
          const kept = event.kept[index] ?? -1;
          if (kept >= training.records.length && index !== event.cut) continue;
          training.records.length = Math.max(0, kept);
          training.failures = training.failures.filter(({ epochs }) => epochs < kept);
          training.end = undefined;
        }
        this.timeline.push({
          trial: trial.id,
          status: event.status,
          score: scoreTrial(trial, this.#objective()).score,
          seconds: this.#seconds,
          epochs: this.#epochs,
        });
        break;
      }
    }
    if ('trial' in event) this.#changed.add(event.trial);
  }

  #setStatus(trial: TrialState, status: TrialStatus): void {
    trial.status = status;
    const place = this.running.indexOf(trial);
    if (place !== -1) this.running.splice(place, 1);
    this.paused.delete(trial);
    if (status === 'paused') this.paused.add(trial);
    if (status !== 'running') return;
    this.running.push(trial);
    this.running.sort((a, b) => a.id - b.id);
  }

  trial(id: number): TrialState {
    const trial = this.trials[id - 1];
    if (trial === undefined) throw new RangeError(`The search has no trial ${id}; it has ${this.trials.length}.`);
    return trial;
  }

  /** As users see them, by id. */
  results(): Trial[] {
    for (const id of this.#changed) this.result(id);
    return this.#results.slice();
  }

  /** A trial as users see it: a copy that later events leave as it is. */
  result(id: number): Trial {
    const trial = this.trial(id);
    if (this.#changed.delete(id)) this.#results[id - 1] = describeTrial(trial, this.#objective());
    return this.#results[id - 1];
  }

  #objective(): Objective {
    if (this.config === undefined) throw new Error('The journal must begin with the settings of the search.');
    return this.config.objective;
  }
}

/** The objective of a training at the epoch whose weights it has; NaN where it diverged or has no epoch. */
export function scoreTraining({ records, end, told }: TrainingState, objective: Objective): number {
  if (told !== undefined) return told;
  if (end?.kind === 'diverged' || end?.kind === 'failed') return Number.NaN;
  // A training that was cut short by pruning counts as far as its records go.
  const best = end?.bestEpoch === undefined ? undefined : records[end.bestEpoch - 1];
  const record = best ?? records[records.length - 1];
  return record === undefined ? Number.NaN : objectiveValue(record, objective);
}

function scoreTrial(trial: TrialState, objective: Objective): { scores: number[]; score: number; spread: number } {
  const counted = trial.trainings.filter((training) =>
    trial.status === 'running' ? training.end !== undefined : training.records.length > 0 || training.end,
  );
  const scores = hasFailed(trial) ? [] : counted.map((training) => scoreTraining(training, objective));
  return { scores, ...meanAndSpread(scores) };
}

function describeTrial(trial: TrialState, objective: Objective): Trial {
  const { id, status, hyperparameters, origin, epochs, seed, parameters, reason, versions } = trial;
  const attempts = sum(trial.trainings.map(({ failures }) => failures.length));
  const histories = trial.trainings
    .map(
      ({ records, end, trainSize, validationSize, batchSize }, training): History => ({
        epochs: [...records],
        seconds: sum(records.map((record) => record.seconds)),
        trainSize,
        validationSize,
        batchSize,
        seed: trainingSeed(seed, training),
        ...(end?.bestEpoch === undefined ? {} : { bestEpoch: end.bestEpoch }),
        ...(end?.kind === 'stopped' ? { stopped: end.reason } : {}),
      }),
    )
    .filter((history) => history.epochs.length > 0);
  const ended = trial.trainings.find(({ end }) => end?.kind === 'stopped')?.end?.reason;
  return {
    id,
    status,
    hyperparameters,
    origin,
    epochs,
    ...scoreTrial(trial, objective),
    histories,
    trainings: trial.trainings.length,
    parameters,
    seed,
    attempts,
    versions,
    seconds: sum(histories.map((history) => history.seconds)),
    ...((reason ?? ended) === undefined ? {} : { reason: reason ?? ended }),
  };
}

/** Whether a training of the trial has failed for good, though the trial may not be settled yet. */
export function hasFailed({ trainings }: TrialState): boolean {
  return trainings.some(({ end }) => end?.kind === 'failed');
}

/** The seed of one training of a trial: its initial weights, order of images and dropout. */
export function trainingSeed(trialSeed: number, training: number): number {
  return deriveSeed(trialSeed, 'training', training);
}

/** Mean and sample standard deviation (n - 1 in the denominator); NaN and 0 of none, and 0 for the spread of one. */
export function meanAndSpread(scores: readonly number[]): { score: number; spread: number } {
  if (scores.length === 0) return { score: Number.NaN, spread: 0 };
  const score = sum(scores) / scores.length;
  if (scores.length < 2) return { score, spread: 0 };
  const squares = sum(scores.map((value) => (value - score) ** 2));
  return { score, spread: Math.sqrt(squares / (scores.length - 1)) };
}
