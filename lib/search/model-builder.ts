import { inspect } from 'node:util';
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

/** Whether a builder's value is a model. */
export function isModel(built: unknown): built is tf.LayersModel {
  return typeof built === 'object' && built !== null && 'countParams' in built && 'dispose' in built;
}

/**
 * What a builder returned, which must be a model.
 *
 * @throws TypeError where it is anything else.
 */
export function requireModel(built: unknown): tf.LayersModel {
  if (isModel(built)) return built;
  const [what, cure] =
    built === undefined
      ? ['nothing', 'end it with `return model;`, in every branch']
      : built instanceof Promise
        ? ['a promise', 'take `async` from it, and load what it awaits beforehand']
        : [inspect(built, { depth: 0, breakLength: Infinity }).slice(0, 80), 'return what compileModel gives'];
  throw new TypeError(`The model builder must return a compiled model, but it returned ${what}; ${cure}.`);
}
