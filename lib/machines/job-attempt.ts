import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { checkpointWriteError } from '../search/executors/checkpoint-write-error';
import type { EventAnswer, Executor, TrainingEvent } from '../search/executors/executor';
import { explainWriteError, WriteError } from '../storage/write-error';
import type { Inbox } from './inbox';
import { checkpointKey, resumeKey, TRANSIT_MS } from './session';
import {
  findWireFault,
  type JobResult,
  type MachineReport,
  type RemoteJob,
  readWire,
  remoteJob,
  type SearchAnswer,
  type SearchSetup,
  toWire,
} from './wire';

/** How long what Redis refuses, for instance because it is full, waits for the next try. */
export const RETRY_MS = 1000;
/** Between two reports of steps. */
const STEP_REPORT_EVERY_MS = 1000;

/** What the attempts of a machine at jobs of one search have in common. */
export interface AttemptContext {
  readonly redis: Redis;
  readonly inbox: Inbox;
  readonly session: string;
  readonly setup: SearchSetup;
  readonly machine: { readonly id: string; readonly name: string };
  readonly executor: Executor;
  /** Of checkpoints, on this machine. */
  readonly folder: string;
}

/** Ends an attempt at a job that this machine has no right to any more. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/** One turn of this machine at a job: trains it and asks the search after each epoch whether to go on. */
export class JobAttempt {
  readonly #context: AttemptContext;
  readonly #job: Job;
  readonly #token: string;
  readonly #number: number;
  readonly #abandoned = new AbortController();
  #steppedAt = Number.NEGATIVE_INFINITY;
  /** The checkpoint that the next one makes needless. */
  #former: string | undefined;

  constructor(context: AttemptContext, job: Job, token: string) {
    this.#context = context;
    this.#job = job;
    this.#token = token;
    this.#number = job.attemptsStarted;
  }

  /** Ends it as soon as it notices. */
  abandon(): void {
    this.#abandoned.abort();
  }

  /**
   * @throws AbandonedError after `abandon`, or where the job was given to another machine; WriteError where this machine's disk
   *   takes nothing more; Error for a job that it does not do.
   */
  async run(): Promise<JobResult> {
    const { executor, folder, setup, machine } = this.#context;
    const job = this.#readJob();
    const directory = join(folder, `${this.#job.id}-${this.#number}`);
    const lockMs = setup.lostAfterMs;
    const renewal = setInterval(async () => {
      try {
        if (!(await this.#job.extendLock(this.#token, lockMs))) this.abandon();
      } catch {
        // Redis is full or away: it may still be ours.
      }
    }, lockMs / 6);
    try {
      const { answer, records = [] } = await this.#ask((asks) => ({ kind: 'begin', ...asks }));
      if (answer === 'stop') return { attempt: this.#number, outcome: { kind: 'cancelled' } };
      const checkpoint = records.length > 0 ? join(directory, 'resumed.checkpoint') : undefined;
      if (checkpoint !== undefined) await this.#fetch(checkpoint);
      const { setup: _setup, ...training } = job;
      const outcome = await executor.run(
        { ...training, directory, records, ...(checkpoint !== undefined && { checkpoint }) },
        (event) => this.#onEvent(event),
      );
      if (outcome.kind === 'unwritable') throw new WriteError(outcome.reason);
      const result = outcome.kind === 'failed' ? { ...outcome, reason: `${outcome.reason} (on ${machine.name})` } : outcome;
      return toWire({ attempt: this.#number, outcome: result });
    } catch (error) {
      // Whatever it was that the end of its executor made of it.
      throw this.#abandoned.signal.aborted ? new AbandonedError() : error;
    } finally {
      clearInterval(renewal);
      await rm(directory, { recursive: true, force: true });
    }
  }

  #readJob(): RemoteJob {
    const { machine, setup } = this.#context;
    const data = readWire(remoteJob, this.#job.data);
    if (data === undefined) {
      const fault = findWireFault(remoteJob, this.#job.data);
      throw new Error(`${machine.name} refuses a job that is not as it must be: ${fault}`);
    }
    if (!isDeepStrictEqual(data.setup, setup)) {
      throw new Error(`${machine.name} refuses a job whose code, data or functions are not those that its search announced.`);
    }
    return data;
  }

  /** Brings the checkpoint to go on from. Without it, the training begins anew and comes to the same. */
  async #fetch(path: string): Promise<void> {
    const { redis, session } = this.#context;
    const key = resumeKey(session, this.#job.id as string, this.#number);
    const bytes = await redis.getBuffer(key);
    try {
      await mkdir(dirname(path), { recursive: true });
      if (bytes) await writeFile(path, bytes);
    } catch (error) {
      throw checkpointWriteError(path, explainWriteError(error, path) as Error);
    }
    await redis.del(key);
  }

  async #onEvent(event: TrainingEvent): Promise<Awaited<EventAnswer>> {
    if (this.#abandoned.signal.aborted) throw new AbandonedError();
    if (event.kind !== 'epoch') {
      // Nothing waits for it, and nothing is lost with it.
      if (event.kind === 'warning' || this.#isDue()) {
        this.#job.updateProgress(toWire({ ...event, attempt: this.#number })).catch(() => {});
      }
      return undefined;
    }
    const { record, batchSize, checkpoint } = event;
    const { redis, session } = this.#context;
    const bytes = await readFile(checkpoint);
    const key = checkpointKey(session, this.#job.id as string, this.#number, record.epoch);
    const { answer } = await this.#ask(
      (asks) => ({ kind: 'epoch', ...asks, record, batchSize }),
      () => redis.set(key, bytes, 'PX', TRANSIT_MS),
    );
    if (this.#former !== undefined) void rm(this.#former, { force: true });
    this.#former = checkpoint;
    return answer === 'stop' ? 'stop' : undefined;
  }

  #isDue(): boolean {
    const now = performance.now();
    if (now - this.#steppedAt < STEP_REPORT_EVERY_MS) return false;
    this.#steppedAt = now;
    return true;
  }

  /** The answer to a report, which is sent until there is one. @throws AbandonedError where nobody waits for it any more. */
  async #ask(
    makeReport: (asks: { attempt: number; machine: string; question: number }) => MachineReport,
    bring: () => Promise<unknown> = async () => {},
  ): Promise<SearchAnswer> {
    const { inbox, machine, setup } = this.#context;
    const { signal } = this.#abandoned;
    const { number, answer: answered, forget } = inbox.ask();
    const report = toWire(makeReport({ attempt: this.#number, machine: machine.id, question: number }));
    let abort = () => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      abort = () => reject(new AbandonedError());
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
    aborted.catch(() => {});
    try {
      for (;;) {
        const sent = (async () => {
          await bring();
          await this.#job.updateProgress(report);
          return true;
        })().catch(() => false);
        const wasSent = await Promise.race([sent, aborted]);
        const again = new AbortController();
        const waitMs = wasSent ? setup.lostAfterMs / 3 : RETRY_MS;
        const waiting = sleep(waitMs, undefined, { signal: again.signal });
        waiting.catch(() => {});
        const answer = await Promise.race([answered, aborted, waiting]).finally(() => again.abort());
        if (answer !== undefined) return answer;
      }
    } finally {
      forget();
      signal.removeEventListener('abort', abort);
    }
  }
}
