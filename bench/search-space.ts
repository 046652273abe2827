import { HyperParameters } from '../src';

/**
 * The part of the MLP's and the CNN's search spaces that Keras and KerasTuner follow, to be given to a search: all but one-cycle.
 */
export function comparableSpace(): HyperParameters {
  const hp = new HyperParameters();
  hp.choice('schedule', ['constant', 'stepDecay', 'cosineAnnealing']);
  return hp;
}
