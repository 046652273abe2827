import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Dataset, loadDataset, takeSubset } from '../../../data';
import { checkWholeNumber } from '../../whole-number';
import type { EventAnswer, Executor, TrainingEvent } from '../executor';
import type { WorkerPoolOptions, WorkerPoolSetup } from '../workers/worker-pool';
import { openServer, type RedisServer } from './connection';
import { checksumCode, checksumData, KnownModules } from './fingerprint';
import { Presence } from './presence';
import {
  checkpointKey,
  forgetSearch,
  inboxKey,
  machinesKey,
  queueName,
  resumeKey,
  SEARCHES,
  TRANSIT_MS,
} from './session';
import {
  describeFault,
  type JobResult,
  type MachineCard,
  type MachineReport,
  readJson,
  remoteJob,
  type SearchAnswer,
  type SearchSetup,
  searchAnswer,
  searchSetup,
  toWire,
} from './wire';

export interface MachineWorkerOptions {
  /** URL, see `openServer`. */
  readonly redis: string;
  /** Trainings at a time, from 1; default 1. */
  readonly concurrency?: number;
  /** Folder of the data sets; default as for `loadDataset`. */
  readonly directory?: string;
  /** Files that export builders and callbacks, beside those of `src/models`. */
  readonly modules?: readonly string[];
  /** Makes what trains on this machine, in processes of their own. */
  readonly openExecutor: (setup: WorkerPoolSetup, options: WorkerPoolOptions) => Executor;
  /** Told what happens, a sentence each. */
  readonly say?: (line: string) => void;
}

/** How often a machine without a search looks for one. */
const LOOK_MS = 1000;
/** How long what Redis refuses, for instance because it is full, waits for the next try. */
const RETRY_MS = 1000;
/** Losses of machines in a row after which BullMQ gives a job up. */
const MOST_LOSSES = 2;

/** Ends an attempt at a job that this machine has no right to any more. */
class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** One search that this machine takes part in, until the search ends. */
interface Service {
  readonly session: string;
  readonly setup: SearchSetup;
  readonly executor: Executor;
  readonly lockMs: number;
  /** Of checkpoints, on this machine. */
  readonly folder: string;
  /** Aborted when it ends. */
  readonly ended: AbortSignal;
  readonly questions: Map<number, (answer: SearchAnswer) => void>;
}

/**
 * Takes part in the searches of a Redis server, one at a time, until `stop`: looks for one that this machine has the code and the data for,
 * trains its jobs, leaves it when it has ended.
 *
 * The only state that counts is the search's: whatever is lost here, it has another machine do again.
 */
export class MachineWorker {
  readonly name = `${hostname()}-${process.pid}`.slice(0, 100);
  readonly #id = randomUUID();
  readonly #options: MachineWorkerOptions;
  readonly #concurrency: number;
  readonly #modules: KnownModules;
  readonly #code = checksumCode();
  /** Why it does not take part in a search, by session; told once. */
  readonly #refusals = new Map<string, string>();
  readonly #stopping = new AbortController();
  #data: { readonly of: SearchSetup['data']; readonly images: Dataset } | undefined;
  #question = 0;

  /** @throws RangeError for a wrong concurrency; Error for a module that cannot be read. */
  constructor(options: MachineWorkerOptions) {
    const { concurrency = 1, modules = [] } = options;
    checkWholeNumber('concurrency', concurrency, 1);
    this.#options = options;
    this.#concurrency = concurrency;
    this.#modules = new KnownModules(modules);
  }

  /** Resolves after `stop`. @throws Error where Redis does not serve, see `openServer`. */
  async run(): Promise<void> {
    const server = await openServer(this.#options.redis);
    const redis = server.connect();
    this.#say(`${this.name} waits for searches at ${server.name}.`);
    try {
      const searches = new Presence(redis, SEARCHES);
      while (!this.#stopping.signal.aborted) {
        const found = await this.#untilStop(this.#findSearch(redis, searches)).catch((error) => {
          this.#say(`Redis at ${server.name}: ${(error as Error).message}`);
        });
        if (found) await this.#serve(server, redis, searches, ...found);
        else await this.#untilStop(sleep(LOOK_MS));
      }
    } finally {
      redis.disconnect();
    }
  }

  /** Gives the running trainings back, so that other machines go on with them at once. */
  stop(): void {
    this.#stopping.abort();
  }

  #say(line: string): void {
    this.#options.say?.(line);
  }

  async #untilStop<Value>(work: Promise<Value>): Promise<Value | undefined> {
    const { signal } = this.#stopping;
    if (signal.aborted) return undefined;
    let stop = () => {};
    const stopped = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
      signal.addEventListener('abort', stop);
    });
    work.catch(() => {});
    return Promise.race([work, stopped]).finally(() => signal.removeEventListener('abort', stop));
  }

  async #findSearch(
    redis: Redis,
    searches: Presence,
  ): Promise<[string, SearchSetup, WorkerPoolSetup] | undefined> {
    for (const session of await searches.listLost()) await forgetSearch(redis, session);
    const found = await searches.list();
    for (const session of this.#refusals.keys()) if (!found.has(session)) this.#refusals.delete(session);
    for (const [session, text] of found) {
      const setup = readJson(searchSetup, text);
      const prepared = setup
        ? await this.#prepare(setup)
        : 'its announcement is of another version of the code; use the same version on all machines.';
      if (setup && typeof prepared !== 'string') return [session, setup, prepared];
      const refusal = prepared as string;
      if (this.#refusals.get(session) !== refusal) this.#say(`A search is refused: ${refusal}`);
      this.#refusals.set(session, refusal);
      await this.#present(redis, session, setup?.lostAfterMs ?? 10 * LOOK_MS, refusal);
    }
    return undefined;
  }

  /** What trains for a search, or why this machine cannot. */
  async #prepare(setup: SearchSetup): Promise<WorkerPoolSetup | string> {
    if (setup.code !== this.#code) {
      return describeDifference(
        'its code',
        this.#code,
        setup.code,
        'use the same version of the project on all machines.',
      );
    }
    const { builder, callbacks } = setup;
    const found = [builder, ...(callbacks ? [callbacks] : [])].map((fn) => this.#modules.find(fn));
    const missing = found.indexOf(undefined);
    if (missing !== -1) {
      const { name, module } = missing === 0 ? builder : (callbacks as typeof builder);
      return (
        `it has no file with the content that exports ${name} (${module.slice(0, 8)}); ` +
        'start it with --module and the same file as on the machine of the search.'
      );
    }
    const data = await this.#load(setup.data);
    if (typeof data === 'string') return data;
    const [builderHere, callbacksHere] = found as NonNullable<(typeof found)[0]>[];
    return { builder: builderHere, ...(callbacksHere && { callbacks: callbacksHere }), data };
  }

  /** The images, or why this machine has others. */
  async #load(wanted: SearchSetup['data']): Promise<Dataset | string> {
    if (this.#data !== undefined && isDeepStrictEqual(this.#data.of, wanted)) return this.#data.images;
    this.#data = undefined;
    const { name, part, subsets, checksum } = wanted;
    let images: Dataset;
    try {
      images = (await loadDataset(name, { directory: this.#options.directory }))[part];
      for (const { size, seed } of subsets) images = takeSubset(images, size, seed);
    } catch (error) {
      return `it cannot read the data set: ${(error as Error).message}`;
    }
    const mine = checksumData(images);
    if (mine !== checksum)
      return describeDifference(`its data ${name}`, mine, checksum, 'put the same files on all machines.');
    this.#data = { of: wanted, images };
    return images;
  }

  async #present(redis: Redis, session: string, ms: number, refusal?: string): Promise<void> {
    const card: MachineCard = {
      ...{ name: this.name, concurrency: this.#concurrency },
      ...(refusal !== undefined && { refusal: refusal.slice(0, 1000) }),
    };
    await new Presence(redis, machinesKey(session)).renew(this.#id, JSON.stringify(card), ms);
  }

  async #serve(
    server: RedisServer,
    redis: Redis,
    searches: Presence,
    session: string,
    setup: SearchSetup,
    prepared: WorkerPoolSetup,
  ): Promise<void> {
    const { threads, timeoutMs, lostAfterMs } = setup;
    const concurrency = this.#concurrency;
    this.#say(
      `Takes part in a search with ${setup.builder.name} on ${setup.data.name}, ${concurrency} at a time.`,
    );
    const folder = mkdtempSync(join(tmpdir(), 'inkwell-machine-'));
    const end = new AbortController();
    const service: Service = {
      ...{ session, setup, folder, lockMs: lostAfterMs, questions: new Map(), ended: end.signal },
      executor: this.#options.openExecutor(prepared, {
        ...{ workers: concurrency, threadsPerWorker: threads, timeoutMs },
      }),
    };
    const inbox = server.connect();
    const reading = this.#readInbox(inbox, service);
    const worker = new Worker(queueName(session), (job, token) => this.#train(redis, service, job, token), {
      ...{ connection: redis, concurrency, lockDuration: lostAfterMs, stalledInterval: lostAfterMs / 3 },
      ...{ maxStalledCount: MOST_LOSSES, runRetryDelay: RETRY_MS },
      // BullMQ compares the machine's clock with itself and does not renew for an hour that was set back.
      skipLockRenewal: true,
    });
    let isPaused = false;
    worker.on('error', ({ message }) => {
      // It would ask again at once, hundreds of times a second.
      if (!message.startsWith('OOM') || isPaused) return;
      isPaused = true;
      this.#say(`Redis at ${server.name} is full; waiting for room.`);
      void worker.pause(true).then(async () => {
        await sleep(RETRY_MS);
        isPaused = false;
        worker.resume();
      });
    });
    try {
      while (!this.#stopping.signal.aborted) {
        // A server that is away says nothing about the search.
        const isThere = await this.#untilStop(searches.has(session).catch(() => true));
        if (isThere === false) break;
        await this.#untilStop(this.#present(redis, session, lostAfterMs).catch(() => {}));
        await this.#untilStop(sleep(Math.min(2 * LOOK_MS, lostAfterMs / 6)));
      }
    } finally {
      await this.#leave(redis, service, worker, end, this.#stopping.signal.aborted);
      inbox.disconnect();
      await reading;
      rmSync(folder, { recursive: true, force: true });
    }
    if (!this.#stopping.signal.aborted) this.#say('The search has ended.');
  }

  async #leave(
    redis: Redis,
    { session, executor }: Service,
    worker: Worker,
    end: AbortController,
    givesBack: boolean,
  ): Promise<void> {
    // No next job; the running ones end now.
    const paused = worker.pause();
    end.abort(givesBack);
    await executor.close();
    // Not waited for longer: a server that is gone learns of it by our silence.
    const goodbye = (async () => {
      await paused;
      await new Presence(redis, machinesKey(session)).remove(this.#id);
    })();
    await Promise.race([goodbye.catch(() => {}), sleep(2 * RETRY_MS)]);
    await Promise.race([worker.close(true).catch(() => {}), sleep(2 * RETRY_MS)]);
  }

  /** The processor of BullMQ's worker. */
  async #train(redis: Redis, service: Service, job: Job, token = ''): Promise<JobResult> {
    const { session, setup, executor, folder, lockMs } = service;
    const { data, error } = remoteJob.safeParse(job.data);
    if (data === undefined) {
      throw new UnrecoverableError(
        `${this.name} refuses a job that is not as it must be: ${describeFault(error)}`,
      );
    }
    if (!isDeepStrictEqual(data.setup, setup)) {
      throw new UnrecoverableError(
        `${this.name} refuses a job whose code, data or functions are not those that its search announced.`,
      );
    }
    const abandon = new AbortController();
    const onEnd = () => abandon.abort();
    service.ended.addEventListener('abort', onEnd);
    if (service.ended.aborted) onEnd();
    const renewal = setInterval(async () => {
      try {
        if (!(await job.extendLock(token, lockMs))) abandon.abort();
      } catch {
        // Redis is full or away: it may still be ours.
      }
    }, lockMs / 6);
    const id = job.id as string;
    const attempt = job.attemptsStarted;
    const directory = join(folder, `${id}-${attempt}`);
    const attemptAt = { redis, service, job, attempt, abandoned: abandon.signal };
    try {
      const begin = await this.#ask(attemptAt, (asks) => ({ kind: 'begin', attempt, ...asks }));
      if (begin.answer === 'stop') return { attempt, outcome: { kind: 'cancelled' } };
      const { records = [] } = begin;
      const checkpoint = records.length > 0 ? join(directory, 'resumed.checkpoint') : undefined;
      if (checkpoint !== undefined) {
        const bytes = await redis.getBuffer(resumeKey(session, id, attempt));
        // Without it, the training begins anew and comes to the same.
        await mkdir(directory, { recursive: true });
        if (bytes) await writeFile(checkpoint, bytes);
        await redis.del(resumeKey(session, id, attempt));
      }
      const { setup: _setup, ...training } = data;
      const outcome = await executor.run(
        { ...training, directory, records, ...(checkpoint !== undefined && { checkpoint }) },
        (event) => this.#onEvent(attemptAt, event),
      );
      const result =
        outcome.kind === 'failed' ? { ...outcome, reason: `${outcome.reason} (on ${this.name})` } : outcome;
      return toWire({ attempt, outcome: result });
    } catch (error) {
      if (!abandon.signal.aborted) throw error;
      if (service.ended.reason === true) await job.moveToWait(token).catch(() => {});
      throw new WaitingError();
    } finally {
      clearInterval(renewal);
      service.ended.removeEventListener('abort', onEnd);
      await rm(directory, { recursive: true, force: true });
    }
  }

  async #onEvent(at: AttemptAt, event: TrainingEvent): Promise<Awaited<EventAnswer>> {
    const { attempt, job, redis, service, abandoned } = at;
    if (abandoned.aborted) throw new AbandonedError();
    if (event.kind !== 'epoch') {
      // Nothing waits for it, and nothing is lost with it.
      const report = { ...event, attempt };
      if (event.kind === 'warning' || this.#isDue(at)) job.updateProgress(toWire(report)).catch(() => {});
      return undefined;
    }
    const { record, batchSize, checkpoint } = event;
    const bytes = await readFile(checkpoint);
    const key = checkpointKey(service.session, job.id as string, attempt, record.epoch);
    const { answer } = await this.#ask(
      at,
      (asks) => ({ kind: 'epoch', attempt, ...asks, record, batchSize }),
      () => redis.set(key, bytes, 'PX', TRANSIT_MS),
    );
    at.former?.();
    at.former = () => void rm(checkpoint, { force: true });
    return answer === 'stop' ? 'stop' : undefined;
  }

  #isDue(at: AttemptAt): boolean {
    const now = performance.now();
    if (now - (at.steppedAt ?? Number.NEGATIVE_INFINITY) < LOOK_MS) return false;
    at.steppedAt = now;
    return true;
  }

  /** The answer to a report, which is sent until there is one. @throws AbandonedError where nobody waits for it any more. */
  async #ask(
    { job, service, abandoned }: AttemptAt,
    makeReport: (asks: { machine: string; question: number }) => MachineReport,
    bring: () => Promise<unknown> = async () => {},
  ): Promise<SearchAnswer> {
    const question = this.#question++;
    const report = toWire(makeReport({ machine: this.#id, question }));
    let takeAnswer: (answer: SearchAnswer) => void = () => {};
    const answered = new Promise<SearchAnswer>((resolve) => {
      takeAnswer = resolve;
    });
    service.questions.set(question, takeAnswer);
    let abort = () => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      abort = () => reject(new AbandonedError());
      abandoned.addEventListener('abort', abort);
      if (abandoned.aborted) abort();
    });
    aborted.catch(() => {});
    try {
      for (;;) {
        const sent = (async () => {
          await bring();
          await job.updateProgress(report);
          return true;
        })().catch(() => false);
        const wasSent = await Promise.race([sent, aborted]);
        const again = new AbortController();
        const waiting = sleep(wasSent ? service.lockMs / 3 : RETRY_MS, undefined, { signal: again.signal });
        waiting.catch(() => {});
        const answer = await Promise.race([answered, aborted, waiting]).finally(() => again.abort());
        if (answer !== undefined) return answer;
      }
    } finally {
      service.questions.delete(question);
      abandoned.removeEventListener('abort', abort);
    }
  }

  async #readInbox(inbox: Redis, { session, questions, ended }: Service): Promise<void> {
    const key = inboxKey(session, this.#id);
    while (!ended.aborted) {
      try {
        const [, text] = (await inbox.blpop(key, 5)) ?? [];
        const answer = text === undefined ? undefined : readJson(searchAnswer, text);
        if (answer) questions.get(answer.question)?.(answer);
      } catch {
        await sleep(100);
      }
    }
  }
}

/** An attempt at a job, while it runs. */
interface AttemptAt {
  readonly redis: Redis;
  readonly service: Service;
  readonly job: Job;
  readonly attempt: number;
  readonly abandoned: AbortSignal;
  /** When a step was reported last. */
  steppedAt?: number;
  /** Removes the checkpoint that the next one makes needless. */
  former?: () => void;
}

function describeDifference(what: string, mine: string, theirs: string, cure: string): string {
  return `${what} ${mine.slice(0, 8)} differs from the search's ${theirs.slice(0, 8)}; ${cure}`;
}
