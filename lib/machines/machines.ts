import type { Executor } from '../search/executors/executor';
import type { ExecutorOptions, OpenExecutor } from '../search/executors/open-executor';
import type { TrainingSetup } from '../search/executors/training-job';

export interface MachinesOptions {
  /**
   * A machine that shows no sign of life for so long has lost its trainings, which go to others; in milliseconds, default 30 s.
   */
  readonly lostAfterMs?: number;
}

/**
 * Machines that train at the same time, for the `workers` of a search: all that run `npm run worker -- --redis URL` with the same
 * code and data, coming and going as they like. Builder and callbacks must be exported by files, and the images be what
 * `loadDataset` or `takeSubset` gave.
 *
 *     await search.run(train, { epochs: 4, workers: machines('redis://host:6379') });
 *
 * @param redis URL of Redis 6.2 or newer, or Valkey: `redis://host:6379`, with TLS `rediss://host:6379`. User and password may be
 *   in it, or in the environment variables REDIS_USERNAME and REDIS_PASSWORD; neither is printed nor written down.
 */
export function machines(redis: string, { lostAfterMs = 30_000 }: MachinesOptions = {}): OpenExecutor {
  return (setup, options) => {
    // Loaded only now, and not by its types either: with those of its packages, the kernel would check half as much again in the
    // first cell of every notebook.
    const { RedisExecutor } = require('./redis-executor') as { RedisExecutor: { open: OpenRedisExecutor } };
    return RedisExecutor.open(setup, { ...options, redis, lostAfterMs });
  };
}

type OpenRedisExecutor = (
  setup: TrainingSetup,
  options: ExecutorOptions & Required<MachinesOptions> & { readonly redis: string },
) => Promise<Executor>;
