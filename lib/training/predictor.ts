import { tryCompile } from '../compiler/try-compile';
import { imagesTensor } from '../data/batches';
import * as tf from '../tensorflow';
import type { InputShape } from './model-shape';

/** Predicts with a model. Whoever made it disposes it. */
export interface Predictor {
  /** Probabilities, `[n, classes]`, of grey levels, uint8 `[n, 784]`. */
  predict(images: Uint8Array): Float32Array;
  dispose(): void;
}

/** Predicts with the weights that `model` has now: compiled where the compiler knows the model, else op by op. */
export function createPredictor(model: tf.LayersModel, shape: InputShape): Predictor {
  return tryCompile(model) ?? createPlainPredictor(model, shape);
}

/** Predicts op by op, with the weights that `model` has at each call. */
export function createPlainPredictor(model: tf.LayersModel, shape: InputShape): Predictor {
  return {
    predict(images) {
      let probabilities: Float32Array = new Float32Array();
      // Not returned: tidy looks for tensors in what is returned, number by number.
      tf.tidy(() => {
        probabilities = (model.apply(imagesTensor(images, shape)) as tf.Tensor).dataSync<'float32'>();
      });
      return probabilities;
    },
    dispose() {},
  };
}
