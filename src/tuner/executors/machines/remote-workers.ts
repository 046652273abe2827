import type { Executor } from '../executor';
import type { TrainingSetup } from '../training-job';

/**
 * Machines that train at the same time: all that run `npm run worker -- --redis URL` with the same code and data, coming and going as they
 * like. Builder and callbacks must be exported by files, and the images be what `loadDataset` or `takeSubset` gave.
 */
export interface RemoteWorkers {
  /**
   * URL of Redis 6.2 or newer, or Valkey: `redis://host:6379`, with TLS `rediss://host:6379`. User and password may be in it, or in the
   * environment variables REDIS_USERNAME and REDIS_PASSWORD; neither is printed nor written down.
   */
  redis: string;
  /** A machine that shows no sign of life for so long has lost its trainings, which go to others; in milliseconds, default 30 s. */
  lostAfterMs?: number;
}

export interface RedisExecutorOptions extends RemoteWorkers {
  /** The search's, of which this process has the lock: what a killed process left of the same search is ended. */
  readonly folder: string;
  /** Threads of each training, from 1; default 1. */
  readonly threadsPerWorker?: number;
  /** A training that shows no sign of life for so long has failed, in milliseconds; default 10 minutes. */
  readonly timeoutMs?: number;
}

type OpenRedisExecutor = (setup: TrainingSetup, options: RedisExecutorOptions) => Promise<Executor>;

/**
 * `RedisExecutor.open`, which is loaded only now. Not by its types either: with those of its packages, the kernel would check half as much
 * again in the first cell of every notebook.
 */
export const openRedisExecutor: OpenRedisExecutor = (setup, options) => {
  const { RedisExecutor } = require('./redis-executor') as { RedisExecutor: { open: OpenRedisExecutor } };
  return RedisExecutor.open(setup, options);
};
