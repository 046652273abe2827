import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Redis } from 'ioredis';
import { checkWholeNumber } from '../base/whole-number';
import type { Dataset } from '../data/dataset';
import { loadDataset } from '../data/load-dataset';
import { takeSubset } from '../data/split';
import type { Executor } from '../search/executors/executor';
import type { WorkerPoolOptions, WorkerPoolSetup } from '../search/executors/workers/worker-pool';
import { WriteError } from '../storage/write-error';
import { openServer, type RedisServer } from './connection';
import { checksumCode, checksumData, KnownModules } from './fingerprint';
import { Presence } from './presence';
import { SearchService } from './search-service';
import { forgetSearch, machinesKey, SEARCHES, TRANSIT_MS } from './session';
import { untilAborted } from './until-aborted';
import { type MachineCard, readWire, type SearchSetup, searchSetup, toWire } from './wire';

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

/**
 * Takes part in the searches of a Redis server, one at a time, until `stop`: looks for one that this machine has the code and the
 * data for, trains its jobs, leaves it when it has ended.
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
  /** Why it takes part in no search before `until`, by `performance.now()`. */
  #trouble: { readonly reason: string; readonly until: number } | undefined;

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
        if (found) await this.#serve(server, redis, ...found);
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

  #untilStop<Value>(work: Promise<Value>): Promise<Value | undefined> {
    return untilAborted(this.#stopping.signal, work);
  }

  async #findSearch(redis: Redis, searches: Presence): Promise<[string, SearchSetup, WorkerPoolSetup] | undefined> {
    for (const session of await searches.listLost()) await forgetSearch(redis, session);
    const found = await searches.list();
    for (const session of this.#refusals.keys()) if (!found.has(session)) this.#refusals.delete(session);
    for (const [session, text] of found) {
      const setup = readWire(searchSetup, text);
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
    if (this.#trouble !== undefined && performance.now() < this.#trouble.until) return this.#trouble.reason;
    if (setup.code !== this.#code) {
      return describeDifference('its code', this.#code, setup.code, 'use the same version of the project on all machines.');
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
    if (mine !== checksum) return describeDifference(`its data ${name}`, mine, checksum, 'put the same files on all machines.');
    this.#data = { of: wanted, images };
    return images;
  }

  async #present(redis: Redis, session: string, ms: number, refusal?: string): Promise<void> {
    const card: MachineCard = {
      name: this.name,
      concurrency: this.#concurrency,
      ...(refusal !== undefined && { refusal: refusal.slice(0, 1000) }),
    };
    const key = machinesKey(session);
    await new Presence(redis, key).renew(this.#id, JSON.stringify(toWire(card)), ms);
    // The search may have ended a moment ago, and nobody would look for it again.
    await redis.pexpire(key, ms + TRANSIT_MS);
  }

  async #serve(server: RedisServer, redis: Redis, session: string, setup: SearchSetup, prepared: WorkerPoolSetup): Promise<void> {
    const { threads, timeoutMs, lostAfterMs } = setup;
    const concurrency = this.#concurrency;
    this.#say(`Takes part in a search with ${setup.builder.name} on ${setup.data.name}, ${concurrency} at a time.`);
    const options: WorkerPoolOptions = { workers: concurrency, threadsPerWorker: threads, timeoutMs };
    const service = new SearchService({
      server,
      redis,
      session,
      setup,
      machine: { id: this.#id, name: this.name, concurrency },
      openExecutor: () => this.#options.openExecutor(prepared, options),
      present: () => this.#present(redis, session, lostAfterMs),
      say: (line) => this.#say(line),
      stopping: this.#stopping.signal,
    });
    try {
      await service.run();
      if (!this.#stopping.signal.aborted) this.#say('The search has ended.');
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      const waitMs = 2 * lostAfterMs;
      const reason = `${error.message} It tries again every ${waitMs / 1000} s.`;
      this.#trouble = { reason, until: performance.now() + waitMs };
    }
  }
}

function describeDifference(what: string, mine: string, theirs: string, cure: string): string {
  return `${what} ${mine.slice(0, 8)} differs from the search's ${theirs.slice(0, 8)}; ${cure}`;
}
