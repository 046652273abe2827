/** The executor of a search on several machines. More than 300 lines: deliveries and reports change the state of one run. */
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { Queue, QueueEvents, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { checkWholeNumber } from '../base/whole-number';
import { checkpointWriteError } from '../search/executors/checkpoint-write-error';
import type { EventAnswer, Executor, TrainingEvent, TrainingJob, TrainingOutcome } from '../search/executors/executor';
import type { ExecutorOptions } from '../search/executors/open-executor';
import { checkpointPath, type TrainingSetup } from '../search/executors/training-job';
import { requireModuleReference } from '../search/executors/workers/module-reference';
import { CheckpointError, copyCheckpoint } from '../training/checkpoint';
import type { EpochRecord } from '../training/history';
import { InterruptedError } from '../training/interrupt';
import { openServer, type RedisServer } from './connection';
import { checksumCode, checksumData, describeFunction } from './fingerprint';
import { Presence } from './presence';
import { checkpointKey, forgetSearch, inboxKey, machinesKey, queueName, resumeKey, SEARCHES, TRANSIT_MS } from './session';
import {
  jobFailure,
  jobResult,
  type MachineCard,
  type MachineReport,
  machineCard,
  machineReport,
  type RemoteJob,
  readWire,
  type SearchAnswer,
  type SearchSetup,
  searchSetup,
  toWire,
} from './wire';

/** The queue's events that Redis keeps, for a search that was away for a moment. */
const EVENTS_KEPT = 100_000;
/** Looks in a row that must miss a job, since its end may just be on its way. */
const LOOKS_UNTIL_MISSING = 2;
/** Losses of machines in a row after which BullMQ gives a job up. */
const MOST_LOSSES = 2;

/** A job on its way to its end, through as many deliveries and attempts as that takes. */
interface Run {
  readonly job: TrainingJob;
  readonly onEvent: (event: TrainingEvent) => EventAnswer;
  readonly resolve: (outcome: TrainingOutcome) => void;
  readonly reject: (error: unknown) => void;
  readonly records: EpochRecord[];
  /** Where the checkpoint of the last record lies; undefined before the first. */
  checkpoint: string | undefined;
  /** Id of the present delivery. */
  id: string;
  /** Finished epochs when it was delivered. */
  recordsThen: number;
  /** How many times in a row it was found missing. */
  timesMissed: number;
  /** Whose reports count: the attempt that began last, and its machine. */
  granted: { readonly attempt: number; readonly machine: string } | undefined;
  stopped: boolean;
  /** Reports are taken one after the other. */
  work: Promise<void>;
}

interface RedisExecutorOptions extends ExecutorOptions {
  /** URL, see `openServer`. */
  readonly redis: string;
  /** See `machines`. */
  readonly lostAfterMs: number;
}

/**
 * Trains on all machines that run `npm run worker` with the same Redis; they come and go while it runs.
 *
 * Redis holds nothing that is not had again: the search's own process decides whose reports count, keeps records and checkpoints,
 * and delivers again what was lost. A job belongs to one attempt at a time, the one that began last; so no epoch counts twice,
 * whatever is delivered twice or comes back from the dead.
 */
export class RedisExecutor implements Executor {
  readonly #server: RedisServer;
  readonly #setup: SearchSetup;
  readonly #session = randomUUID();
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  /** Takes jobs back from machines that are lost, and does none itself. */
  readonly #losses: Worker;
  readonly #searches: Presence;
  readonly #machines: Presence;
  readonly #runs = new Map<string, Run>();
  readonly #timers: NodeJS.Timeout[] = [];
  #cards = new Map<string, MachineCard>();
  #deliveries = 0;
  /** When Redis answered last. */
  #answeredAt = performance.now();
  #fault: string | undefined;
  #closed = false;
  #change = makeSignal();

  /** @throws Error where Redis does not serve, or other machines could not have data, builder or callbacks. */
  static async open(given: TrainingSetup, options: RedisExecutorOptions): Promise<RedisExecutor> {
    const { threadsPerWorker: threads, timeoutMs, lostAfterMs, folder } = options;
    checkWholeNumber('lostAfterMs', lostAfterMs, 100);
    const { origin, name } = given.data;
    if (origin === undefined) {
      throw new Error(
        'The images of a search on several machines must be what loadDataset or takeSubset gave, since each machine reads ' +
          `its own files; but those of ${name} were changed or taken from it in another way. Search on takeSubset(train, size).`,
      );
    }
    const describe = (fn: unknown, what: string) => describeFunction(requireModuleReference(fn, what));
    const setup: SearchSetup = {
      search: createHash('sha256').update(`${hostname()}:${folder}`).digest('hex'),
      code: checksumCode(),
      data: { ...origin, subsets: [...origin.subsets], checksum: checksumData(given.data) },
      builder: describe(given.builder, 'The model builder'),
      ...(given.callbacks && { callbacks: describe(given.callbacks, 'The callbacks function') }),
      threads,
      timeoutMs,
      lostAfterMs,
    };
    const executor = new RedisExecutor(await openServer(options.redis), setup);
    try {
      await executor.#begin();
    } catch (error) {
      await executor.close();
      throw error;
    }
    return executor;
  }

  private constructor(server: RedisServer, setup: SearchSetup) {
    this.#server = server;
    this.#setup = setup;
    this.#redis = server.connect();
    const name = queueName(this.#session);
    this.#queue = new Queue(name, {
      connection: this.#redis,
      streams: { events: { maxLen: EVENTS_KEPT } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    // From the queue's beginning: nothing is missed that comes before it listens.
    this.#events = new QueueEvents(name, { connection: this.#redis, lastEventId: '0', autorun: false });
    this.#searches = new Presence(this.#redis, SEARCHES);
    this.#machines = new Presence(this.#redis, machinesKey(this.#session));
    const { lostAfterMs } = setup;
    this.#losses = new Worker(name, undefined, {
      connection: this.#redis,
      autorun: false,
      stalledInterval: lostAfterMs / 3,
      maxStalledCount: MOST_LOSSES,
    });
    this.#queue.on('error', () => {});
    this.#events.on('error', () => {});
    this.#losses.on('error', () => {});
  }

  /** Trainings that the machines have room for; at least 1, so that there is one for the first machine to come. */
  get slots(): number {
    return Math.max(
      1,
      this.#ready.reduce((sum, { concurrency }) => sum + concurrency, 0),
    );
  }

  get notes(): readonly string[] {
    const ready = this.#ready;
    const silentMs = performance.now() - this.#answeredAt;
    const refused = [...this.#cards.values()].filter(({ refusal }) => refusal !== undefined);
    const { name } = this.#server;
    return [
      ...(silentMs > this.#setup.lostAfterMs / 3
        ? [`Redis at ${name} has not answered for ${Math.round(silentMs / 1000)} s; trying on.`]
        : this.#fault !== undefined
          ? [`Redis at ${name}: ${this.#fault}`]
          : []),
      ready.length === 0
        ? `Waiting for machines: npm run worker -- --redis ${name}`
        : `${describeCount(this.slots, 'worker')} on ${describeCount(ready.length, 'machine')}.`,
      ...refused.map(({ name, refusal }) => `${name} does not take part: ${refusal}`),
    ];
  }

  changed(): Promise<void> {
    return this.#change.promise;
  }

  run(job: TrainingJob, onEvent: (event: TrainingEvent) => EventAnswer): Promise<TrainingOutcome> {
    if (this.#closed) return Promise.reject(ended());
    return new Promise((resolve, reject) => {
      const { checkpoint } = job;
      const run: Run = {
        job,
        onEvent,
        resolve,
        reject,
        records: [...job.records],
        checkpoint,
        id: '',
        recordsThen: 0,
        timesMissed: 0,
        granted: undefined,
        stopped: false,
        work: Promise.resolve(),
      };
      void this.#deliver(run);
    });
  }

  /** What runs on other machines ends there within a second or two. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const run of this.#runs.values()) run.reject(ended());
    this.#runs.clear();
    // Not waited for longer: where Redis is gone, all of it ends by itself.
    const timeout = new Promise((resolve) => setTimeout(resolve, 2000).unref());
    // It would write settings of the queue anew.
    await Promise.race([this.#losses.close(true).catch(() => {}), timeout]);
    const forget = forgetSearch(this.#redis, this.#session).catch(() => {});
    await Promise.race([forget, timeout]);
    await Promise.race([Promise.allSettled([this.#queue.close(), this.#events.close()]), timeout]);
    this.#redis.disconnect();
  }

  async #begin(): Promise<void> {
    await this.#endFormerSessions();
    await this.#searches.renew(this.#session, this.#announcement, this.#setup.lostAfterMs);
    this.#events.on('progress', ({ jobId, data }) => this.#onReport(jobId, data));
    this.#events.on('completed', ({ jobId, returnvalue }) => this.#onCompleted(jobId, returnvalue));
    this.#events.on('failed', ({ jobId, failedReason }) => this.#onFailed(jobId, failedReason));
    void this.#events.run().catch(() => {});
    await this.#losses.startStalledCheckTimer();
    const { lostAfterMs } = this.#setup;
    this.#every(lostAfterMs / 6, () => this.#searches.renew(this.#session, this.#announcement, lostAfterMs));
    this.#every(Math.min(2000, lostAfterMs / 6), () => this.#readMachines());
    this.#every(lostAfterMs / 3, () => this.#deliverMissing());
    await this.#readMachines();
  }

  get #announcement(): string {
    return JSON.stringify(toWire(this.#setup));
  }

  /** Of this very search, whose process is gone: the folder's lock is ours. */
  async #endFormerSessions(): Promise<void> {
    for (const session of await this.#searches.listLost()) await forgetSearch(this.#redis, session);
    for (const [session, text] of await this.#searches.list()) {
      if (readWire(searchSetup, text)?.search === this.#setup.search) await forgetSearch(this.#redis, session);
    }
  }

  /** Does `work` again and again, never two at a time; what fails is tried at the next turn. */
  #every(ms: number, work: () => Promise<unknown>): void {
    let busy = false;
    this.#timers.push(
      setInterval(async () => {
        this.#noteSilence();
        if (busy) return;
        busy = true;
        try {
          await work();
          this.#setFault(undefined);
          this.#answeredAt = performance.now();
        } catch (error) {
          this.#noteFault(error);
        } finally {
          busy = false;
        }
      }, ms),
    );
  }

  #noteSilence(): void {
    if (performance.now() - this.#answeredAt > this.#setup.lostAfterMs / 3) this.#signal();
  }

  /** A server that answers with an error is there, but for instance full. */
  #noteFault(error: unknown): void {
    if (this.#closed) return;
    const { name, message } = error as Error;
    if (name !== 'ReplyError') return;
    this.#answeredAt = performance.now();
    this.#setFault(
      message.includes('OOM')
        ? 'its memory is full, so trainings wait; raise its maxmemory.'
        : message.split('\n')[0].slice(0, 200),
    );
  }

  #setFault(fault: string | undefined): void {
    if (this.#fault === fault) return;
    this.#fault = fault;
    this.#signal();
  }

  #signal(): void {
    const { resolve } = this.#change;
    this.#change = makeSignal();
    resolve();
  }

  get #ready(): MachineCard[] {
    return [...this.#cards.values()].filter(({ refusal }) => refusal === undefined);
  }

  async #readMachines(): Promise<void> {
    const cards = new Map<string, MachineCard>();
    for (const [id, text] of await this.#machines.list()) {
      const card = readWire(machineCard, text);
      if (card) cards.set(id, card);
    }
    const isSame = JSON.stringify([...cards]) === JSON.stringify([...this.#cards]);
    this.#cards = cards;
    if (!isSame) this.#signal();
  }

  async #deliver(run: Run): Promise<void> {
    this.#runs.delete(run.id);
    const { job } = run;
    run.id = `trial-${job.trial}-${job.training}-${++this.#deliveries}`;
    Object.assign(run, { granted: undefined, timesMissed: 0, recordsThen: run.records.length });
    this.#runs.set(run.id, run);
    const { trial, training, hyperparameters, seed, part, batchSize, augmentation, epochs, until } = job;
    const data: RemoteJob = {
      setup: this.#setup,
      trial,
      training,
      hyperparameters: { ...hyperparameters },
      seed,
      part,
      ...(batchSize !== undefined && { batchSize }),
      ...(augmentation && { augmentation: { ...augmentation } }),
      epochs,
      until,
    };
    try {
      await this.#queue.add('train', toWire(data), { jobId: run.id });
    } catch (error) {
      // Looked for, missed and delivered again, until there is room.
      this.#noteFault(error);
    }
  }

  /** Redis may have lost all it had, or had no room. */
  async #deliverMissing(): Promise<void> {
    const runs = [...this.#runs.values()];
    if (runs.length === 0) return;
    const pipeline = this.#redis.pipeline();
    for (const { id } of runs) pipeline.exists(this.#queue.toKey(id));
    const found = (await pipeline.exec()) ?? [];
    for (const [i, run] of runs.entries()) {
      const [error, exists] = found[i] ?? [];
      if (error) throw error;
      if (this.#runs.get(run.id) !== run) continue;
      run.timesMissed = exists === 0 ? run.timesMissed + 1 : 0;
      if (run.timesMissed >= LOOKS_UNTIL_MISSING) void this.#deliver(run);
    }
  }

  #onReport(id: string, data: unknown): void {
    const report = readWire(machineReport, data);
    if (report === undefined) return;
    const run = this.#runs.get(id);
    if (run === undefined) {
      if ('question' in report) void this.#answer(report, { answer: 'stop' });
      return;
    }
    this.#inTurn(run, () => this.#take(run, id, report));
  }

  /** What `work` throws ends the run. */
  #inTurn(run: Run, work: () => Promise<void>): void {
    run.work = run.work.then(work).catch((error) => {
      if (this.#closed) return;
      if (error?.name === 'ReplyError' || error?.message === 'Connection is closed.')
        this.#noteFault(error); // Asked again.
      else this.#end(run, () => run.reject(error));
    });
  }

  async #take(run: Run, id: string, report: MachineReport): Promise<void> {
    const isCurrent = this.#runs.get(id) === run;
    if (report.kind === 'begin') return this.#takeBeginning(run, id, report, isCurrent);
    if (!isCurrent || report.attempt !== run.granted?.attempt) {
      if (report.kind === 'epoch') await this.#answer(report, { answer: 'stop' });
      return;
    }
    if (report.kind !== 'epoch') {
      const { attempt, ...event } = report;
      await run.onEvent(event);
      return;
    }
    const { record } = report;
    if (record.epoch === run.records.length + 1) {
      const key = checkpointKey(this.#session, id, report.attempt, record.epoch);
      const bytes = await this.#redis.getBuffer(key);
      // Sent again with the same question.
      if (bytes === null || !(await this.#keep(run, record.epoch, bytes))) return;
      const path = checkpointPath(run.job, record.epoch);
      const answer = await run.onEvent({ kind: 'epoch', record, checkpoint: path, batchSize: report.batchSize });
      run.records.push(record);
      run.checkpoint = path;
      run.stopped ||= answer === 'stop';
      // First of all: a full server has room for the answer then.
      await this.#redis.del(key);
    }
    const isKnown = record.epoch <= run.records.length;
    await this.#answer(report, { answer: isKnown && !run.stopped ? 'go' : 'stop' });
  }

  async #takeBeginning(
    run: Run,
    id: string,
    report: Extract<MachineReport, { kind: 'begin' }>,
    isCurrent: boolean,
  ): Promise<void> {
    const { attempt, machine } = report;
    const { granted, records, checkpoint, job } = run;
    const isLate =
      granted !== undefined && (attempt < granted.attempt || (attempt === granted.attempt && machine !== granted.machine));
    if (!isCurrent || isLate) return this.#answer(report, { answer: 'stop' });
    if (!this.#cards.has(machine)) await this.#readMachines();
    if (granted !== undefined && attempt > granted.attempt) {
      const behind = records.length === 0 ? 'from the start' : `after epoch ${records.length}`;
      const name = this.#cards.get(machine)?.name ?? 'another machine';
      console.warn(`Trial ${job.trial} lost the machine that it was trained on, and goes on ${behind} on ${name}.`);
    }
    run.granted = { attempt, machine };
    if (checkpoint !== undefined && records.length > 0) {
      const bytes = await readFile(checkpoint).catch(() => undefined);
      if (bytes) await this.#redis.set(resumeKey(this.#session, id, attempt), bytes, 'PX', TRANSIT_MS);
    }
    await this.#answer(report, { answer: 'go', records });
  }

  /** False where the bytes that arrived are no checkpoint. */
  async #keep(run: Run, epoch: number, bytes: Buffer): Promise<boolean> {
    const path = checkpointPath(run.job, epoch);
    try {
      await copyCheckpoint(path, bytes);
      return true;
    } catch (error) {
      if (error instanceof CheckpointError) return false;
      throw checkpointWriteError(path, error as Error);
    }
  }

  async #answer(
    { machine, question }: { readonly machine: string; readonly question: number },
    answer: Omit<SearchAnswer, 'question'>,
  ): Promise<void> {
    const inbox = inboxKey(this.#session, machine);
    const text = JSON.stringify(toWire({ question, ...answer }));
    await this.#redis.multi().rpush(inbox, text).pexpire(inbox, TRANSIT_MS).exec();
  }

  #onCompleted(id: string, returned: unknown): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    this.#inTurn(run, async () => {
      if (this.#runs.get(id) !== run) return;
      const result = readWire(jobResult, returned);
      const isGranted = result !== undefined && result.attempt === run.granted?.attempt;
      // Not by our word: its machine gave up, and let it go as ended.
      if (!isGranted || (result.outcome.kind === 'cancelled' && !run.stopped)) await this.#deliver(run);
      else this.#end(run, () => run.resolve(result.outcome));
    });
  }

  #onFailed(id: string, reason: string): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    this.#inTurn(run, async () => {
      if (this.#runs.get(id) !== run) return;
      // BullMQ gives a job up where it was lost too often, and for no other reason.
      const failure = readWire(jobFailure, reason);
      if (failure === undefined && run.records.length > run.recordsThen) return this.#deliver(run);
      const words = failure?.reason ?? 'Three machines in a row were lost while they trained it, without a finished epoch.';
      this.#end(run, () => run.resolve({ kind: 'failed', reason: words, fatal: false }));
    });
  }

  #end(run: Run, settle: () => void): void {
    this.#runs.delete(run.id);
    settle();
  }
}

function describeCount(count: number, what: string): string {
  return count === 1 ? `one ${what}` : `${count} ${what}s`;
}

function makeSignal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function ended(): InterruptedError {
  return new InterruptedError('The search was ended while it trained.');
}
