import { gatherBatch } from '../data/batches';
import { type Dataset, PIXELS } from '../data/dataset';
import { deriveSeed } from '../random';
import * as tf from '../tensorflow';
import type { OptimizerState } from '../tensorflow/optimizer-state';
import { createWeightUpdates } from '../tensorflow/weight-updates';
import { trainingLoss } from './loss';
import { checkProbabilities, type InputShape } from './model-shape';
import { createPlainPredictor } from './predictor';
import type { Trainer } from './trainer';

type DropoutLayer = tf.layers.Layer & { seed?: number };

/** Trains `model` op by op: the way for models that the compiler does not know. Its weights are the model's. */
export function createPlainTrainer(
  model: tf.LayersModel,
  train: Dataset,
  shape: InputShape,
  state?: OptimizerState,
): Trainer {
  const predictor = createPlainPredictor(model, shape);
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const updates = createWeightUpdates(model.optimizer, weights, state);
  const dropouts = model.layers.filter((layer) => layer.getClassName() === 'Dropout') as DropoutLayer[];
  const dropoutSeeds = dropouts.map((layer) => layer.seed);
  let first = true;
  return {
    predict: predictor.predict,
    step(indices, learningRate, seed) {
      if (first) {
        // Not inside variableGrads: what the tape keeps would stay for ever after an error.
        checkProbabilities(predictor.predict(train.images.subarray(0, PIXELS)));
        first = false;
      }
      // A dropout layer draws one and the same mask for one seed.
      dropouts.forEach((layer, index) => {
        layer.seed = deriveSeed(seed, 'dropout', index);
      });
      let [loss, correct] = [0, 0];
      tf.tidy(() => {
        const { images, labels } = gatherBatch(train, indices, shape);
        const { value, grads } = tf.variableGrads(() => {
          const probabilities = model.apply(images, { training: true }) as tf.Tensor2D;
          correct = probabilities.argMax(-1).equal(labels.argMax(-1)).sum().dataSync()[0];
          return trainingLoss(model, probabilities, labels);
        }, weights);
        updates.apply(
          weights.map((weight) => grads[weight.name]),
          learningRate,
        );
        loss = value.dataSync()[0];
      });
      return { loss, correct };
    },
    load() {},
    store() {},
    state: updates.state,
    dispose() {
      updates.dispose();
      dropouts.forEach((layer, index) => {
        layer.seed = dropoutSeeds[index];
      });
    },
  };
}
