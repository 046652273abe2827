import { HyperParameters } from '../src';

/**
 * The part of the MLP's and the CNN's search spaces that Keras and KerasTuner build as Inkwell does, to be given to a search: one
 * convolution a block and a flat head, and neither AdamW nor label smoothing nor augmentation.
 */
export function comparableSpace(): HyperParameters {
  const hp = new HyperParameters();
  hp.fixed('convolutions', 1);
  hp.fixed('head', 'flatten');
  hp.choice('optimizer', ['adam', 'sgd', 'rmsprop', 'adagrad', 'adadelta']);
  hp.choice('schedule', ['constant', 'stepDecay', 'cosineAnnealing']);
  hp.fixed('batchSize', 128);
  hp.fixed('labelSmoothing', 0);
  hp.fixed('augmentation', 0);
  return hp;
}
