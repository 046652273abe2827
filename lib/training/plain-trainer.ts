import { deriveSeed, random } from '../base/random';
import { Augmenter } from '../compiler/augmentation';
import { gatherBatch } from '../data/batches';
import { type Dataset, PIXELS } from '../data/dataset';
import { takeImages } from '../data/split';
import { compileConfigOf } from '../recipe/compile';
import { layersOf, trainableOf, type Weight } from '../recipe/trainable';
import * as tf from '../tensorflow';
import type { OptimizerState } from '../tensorflow/optimizer-state';
import { withFrozen } from '../tensorflow/training-layers';
import { createWeightUpdates } from '../tensorflow/weight-updates';
import { classWeightsFor } from './class-weights';
import { trainingLoss } from './loss';
import { checkProbabilities, type InputShape } from './model-shape';
import { createPlainAverage } from './plain-average';
import { createPlainPredictor } from './predictor';
import type { Trainer } from './trainer';

type DropoutLayer = tf.layers.Layer & { seed?: number };
const Dropout = tf.layers.dropout({ rate: 0 }).constructor as abstract new () => tf.layers.Layer;
type ConstrainedWeight = Weight & { readonly constraint?: { apply(weight: tf.Tensor): tf.Tensor } | null };

/** Trains `model` op by op: the way for models that the compiler does not know. Its weights are the model's. */
export function createPlainTrainer(model: tf.LayersModel, train: Dataset, shape: InputShape, state?: OptimizerState): Trainer {
  const predictor = createPlainPredictor(model, shape);
  const trained = trainableOf(model);
  const weights = trained.weights.map((weight) => weight.read() as tf.Variable);
  const updates = createWeightUpdates(model.optimizer, weights, state);
  const dropouts = layersOf(model).filter((layer) => layer instanceof Dropout) as DropoutLayer[];
  const dropoutSeeds = dropouts.map((layer) => layer.seed);
  const { augmentation, emaMomentum = 0 } = compileConfigOf(model) ?? {};
  const classWeights = classWeightsFor(model, train);
  const augmenter = augmentation && new Augmenter(augmentation);
  const average = emaMomentum > 0 ? createPlainAverage(model, emaMomentum, state?.averaged) : undefined;
  let first = true;
  return {
    predict: predictor.predict,
    step(indices, learningRate, seed) {
      if (first) {
        // Not within the gradients: what the tape keeps would stay for ever after an error.
        checkProbabilities(predictor.predict(train.images.subarray(0, PIXELS)));
        first = false;
      }
      // A dropout layer draws one and the same mask for one seed.
      dropouts.forEach((layer, index) => {
        layer.seed = deriveSeed(seed, 'dropout', index);
      });
      let [loss, correct] = [0, 0];
      const forward = (varied: tf.Tensor) => model.apply(varied, { training: true }) as tf.Tensor2D;
      tf.tidy(() => {
        const { images, labels } = gatherBatch(train, indices, shape);
        const varied = augmenter ? tf.tensor(augmenter.run(takeImages(train, indices).images, seed), images.shape) : images;
        // Not variableGrads, which leaves out what a callback has frozen since the training began.
        const { value, grads } = tf.engine().gradients(
          () => {
            const probabilities = withFrozen(trained.frozen, () => withSeed(seed, () => forward(varied)));
            correct = probabilities.argMax(-1).equal(labels.argMax(-1)).sum().dataSync()[0];
            return trainingLoss(model, probabilities, labels, classWeights);
          },
          weights,
          undefined,
          true,
        );
        updates.apply(grads, learningRate);
        constrain(trained.weights);
        loss = value.dataSync()[0];
      });
      average?.update(updates.step());
      return { loss, correct };
    },
    load: () => average?.load(),
    store: () => average?.store(),
    state: () => (average ? { ...updates.state(), averaged: average.weights() } : updates.state()),
    dispose() {
      updates.dispose();
      augmenter?.dispose();
      average?.dispose();
      dropouts.forEach((layer, index) => {
        layer.seed = dropoutSeeds[index];
      });
    },
  };
}

/** Does `work`, in which all that TensorFlow.js draws without a seed, as noise layers do, follows from `seed`. */
function withSeed<Result>(seed: number, work: () => Result): Result {
  const { random: stock } = Math;
  const draw = random(seed, 'noise');
  Math.random = () => draw.next();
  try {
    return work();
  } finally {
    Math.random = stock;
  }
}

/** Brings weights that a step has changed back to where their layers' constraints want them, as Keras does. */
function constrain(weights: readonly ConstrainedWeight[]): void {
  for (const weight of weights) {
    if (weight.constraint) (weight.read() as tf.Variable).assign(weight.constraint.apply(weight.read()));
  }
}
