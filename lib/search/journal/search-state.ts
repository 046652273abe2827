import type { Objective } from '../objective';
import type { Domain, HyperParameterValues } from '../space/hyperparameters';
import type { TimelineEntry, Trial, TrialStatus, WorkSpan } from '../trial';
import type { RunConfig, SearchConfig, SearchEvent, Versions } from './search-event';
import { describeTrial, scoreTrial, type TrialState } from './trial-state';

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
  /** Whether the last run came to its end, and was neither interrupted nor killed. */
  hasEnded = false;
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
        this.hasEnded = false;
        break;
      case 'ended':
        this.elapsedMs = event.elapsedMs;
        this.hasEnded = true;
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
