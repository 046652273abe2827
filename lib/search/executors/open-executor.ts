import type { Executor } from './executor';
import type { TrainingSetup } from './training-job';

/** What a search tells whoever opens its executor. */
export interface ExecutorOptions {
  /** The search's, of which this process has the lock. */
  readonly folder: string;
  /** Threads of each training, from 1. */
  readonly threadsPerWorker: number;
  /** A training that shows no sign of life for so long has failed, in milliseconds. */
  readonly timeoutMs: number;
}

/** Opens what trains for a search; the search closes it. */
export type OpenExecutor = (setup: TrainingSetup, options: ExecutorOptions) => Promise<Executor>;
