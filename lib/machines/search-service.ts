import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Executor } from '../search/executors/executor';
import { makeTemporaryFolder } from '../storage/temporary-folder';
import { WriteError } from '../storage/write-error';
import type { RedisServer } from './connection';
import { Inbox } from './inbox';
import { AbandonedError, type AttemptContext, JobAttempt, RETRY_MS } from './job-attempt';
import { Presence } from './presence';
import { inboxKey, machinesKey, queueName, SEARCHES } from './session';
import { untilAborted } from './until-aborted';
import { type JobResult, MOST_REASON, type SearchSetup, toWire } from './wire';

export interface SearchServiceOptions {
  readonly server: RedisServer;
  /** A connection to it. */
  readonly redis: Redis;
  readonly session: string;
  readonly setup: SearchSetup;
  readonly machine: { readonly id: string; readonly name: string; readonly concurrency: number };
  /** Makes what trains. */
  readonly openExecutor: () => Executor;
  /** Tells the search that this machine takes part, for a while. */
  readonly present: () => Promise<void>;
  /** Told what happens, a sentence each. */
  readonly say: (line: string) => void;
  /** Aborted when the machine shall end. */
  readonly stopping: AbortSignal;
}

/** How often it is looked whether the search is still there, at least. */
const LOOK_MS = 2000;

/** The part that a machine takes in one search. */
export class SearchService {
  readonly #options: SearchServiceOptions;
  /** Aborted when the machine leaves the search; with a `WriteError` where that is its reason. */
  readonly #leaving = new AbortController();
  /** Aborted when no job is begun any more, and the running ones end. */
  readonly #ending = new AbortController();

  constructor(options: SearchServiceOptions) {
    this.#options = options;
  }

  /**
   * Trains jobs until the search has ended, the machine is stopped, or its disk takes nothing more; in the latter two cases other
   * machines go on with what it trained at once.
   *
   * @throws WriteError for the disk.
   */
  async run(): Promise<void> {
    const { openExecutor, present, stopping, server, redis, session, setup, machine } = this.#options;
    const folder = makeTemporaryFolder('machine');
    try {
      const executor = openExecutor();
      // Before it takes a job: the search looks for it then.
      await untilAborted(stopping, present()).catch(() => {});
      const inbox = new Inbox(server.connect(), inboxKey(session, machine.id));
      const context = { redis, inbox, session, setup, machine, executor, folder: folder.path };
      const worker = this.#openWorker(context);
      const stop = () => this.#leaving.abort();
      stopping.addEventListener('abort', stop);
      if (stopping.aborted) stop();
      try {
        await this.#untilOver();
      } finally {
        stopping.removeEventListener('abort', stop);
        await this.#leave(executor, worker);
        await inbox.close();
      }
    } finally {
      folder.remove();
    }
    const { reason } = this.#leaving.signal;
    if (reason instanceof WriteError) throw reason;
  }

  #openWorker(context: AttemptContext): Worker {
    const { machine, redis, say, server, setup } = this.#options;
    const process = (job: Job, token = '') => this.#train(context, job, token);
    const worker = new Worker(queueName(context.session), process, {
      connection: redis,
      concurrency: machine.concurrency,
      lockDuration: setup.lostAfterMs,
      runRetryDelay: RETRY_MS,
      // The search takes jobs back from machines that are lost, as long as it is there.
      skipStalledCheck: true,
      // BullMQ compares the machine's clock with itself and does not renew for an hour that was set back.
      skipLockRenewal: true,
    });
    let isPaused = false;
    worker.on('error', ({ message }) => {
      // It would ask again at once, hundreds of times a second.
      if (!message.startsWith('OOM') || isPaused) return;
      isPaused = true;
      say(`Redis at ${server.name} is full; waiting for room.`);
      void worker.pause(true).then(async () => {
        await sleep(RETRY_MS);
        isPaused = false;
        if (!this.#ending.signal.aborted) worker.resume();
      });
    });
    return worker;
  }

  async #untilOver(): Promise<void> {
    const { present, redis, session, setup } = this.#options;
    const { signal } = this.#leaving;
    const searches = new Presence(redis, SEARCHES);
    while (!signal.aborted) {
      // A server that is away says nothing about the search.
      const isThere = await untilAborted(
        signal,
        searches.has(session).catch(() => true),
      );
      if (isThere === false) return;
      await untilAborted(
        signal,
        present().catch(() => {}),
      );
      await untilAborted(signal, sleep(Math.min(LOOK_MS, setup.lostAfterMs / 6)));
    }
  }

  async #leave(executor: Executor, worker: Worker): Promise<void> {
    const { machine, redis, session } = this.#options;
    // No next job; the running ones end now.
    const paused = worker.pause();
    this.#ending.abort();
    await executor.close();
    // Not waited for longer: a server that is gone learns of it by our silence.
    const goodbye = (async () => {
      await paused;
      await new Presence(redis, machinesKey(session)).remove(machine.id);
    })();
    await Promise.race([goodbye.catch(() => {}), sleep(2 * RETRY_MS)]);
    await Promise.race([worker.close(true).catch(() => {}), sleep(2 * RETRY_MS)]);
  }

  /** The processor of BullMQ's worker. */
  async #train(context: AttemptContext, job: Job, token: string): Promise<JobResult> {
    const attempt = new JobAttempt(context, job, token);
    const { signal } = this.#ending;
    const abandon = () => attempt.abandon();
    signal.addEventListener('abort', abandon);
    if (signal.aborted) abandon();
    try {
      return await attempt.run();
    } catch (error) {
      if (error instanceof WriteError) {
        this.#leaving.abort(error);
        // It would be this machine that takes the job next.
        if (!signal.aborted) await once(signal, 'abort');
      } else if (!(error instanceof AbandonedError)) {
        const reason = (error instanceof Error ? error.message : String(error)).slice(0, MOST_REASON);
        throw new UnrecoverableError(JSON.stringify(toWire({ reason })));
      }
      if (this.#leaving.signal.aborted) await job.moveToWait(token).catch(() => {});
      throw new WaitingError();
    } finally {
      signal.removeEventListener('abort', abandon);
    }
  }
}
