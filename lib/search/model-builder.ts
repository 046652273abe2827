import type * as tf from '@tensorflow/tfjs-node';
import type { HyperParameters } from './space/hyperparameters';

/** What a builder needs to know of the data; every `Dataset` is one. */
export interface DataDescription {
  /** One name for each class: their number is the width of the output layer. */
  readonly classNames: readonly string[];
  /** Draws the initial weights; default 0. The same seed gives the same weights. */
  readonly seed?: number;
}

/**
 * Builds a fresh, compiled model from hyperparameters: the function that a search calls once for each fold.
 *
 * Every hyperparameter is defined by asking `hp` for it (define-by-run). Input `[b, 28, 28, 1]` or `[b, 784]`
 * float32 in [0, 1], output `[b, classes]` probabilities. The caller disposes the model.
 */
export type ModelBuilder = (hp: HyperParameters, data: DataDescription) => tf.LayersModel;
