import type { StepResult } from '../compiler/training-graph';
import type { OptimizerState } from '../tensorflow/optimizer-state';
import type { Predictor } from './predictor';

/**
 * Trains a compiled model batch by batch and predicts with what it has learned. Between `load` and `store` its weights are
 * its own: the model may have older ones.
 */
export interface Trainer extends Predictor {
  /** Takes one step on the images at `indices`; their variations and the dropout masks follow from `seed`, 0 to 2^32 - 1. */
  step(indices: Uint32Array, learningRate: number, seed: number): StepResult;
  /** Takes the weights that the model has, as it did when it was made, unless it gave them itself. */
  load(): void;
  /** Gives the model the weights learned, or their moving averages where it was compiled with `emaMomentum`. */
  store(): void;
  /** A copy of the optimizer's state; `createTrainer` takes it. */
  state(): OptimizerState;
  /** Frees all but the model. */
  dispose(): void;
}
