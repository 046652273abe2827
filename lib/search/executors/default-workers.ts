import { availableParallelism } from 'node:os';

/** Workers for a search: one for each core, at most 4, since each has its own copy of the images and of TensorFlow. */
export function defaultWorkers(): number {
  return Math.min(4, availableParallelism());
}
