import type { Batch } from '../data/batches';
import { compileConfigOf } from '../models/compile';
import { learningRateAt } from '../models/schedules';
import { deriveSeed } from '../random';
import * as tf from '../tensorflow';
import { createWeightUpdates, type OptimizerState } from '../tensorflow/weight-updates';
import { checkProbabilities } from './model-shape';

/** What one step over a batch gave. */
export type StepResult = {
  /** Mean cross-entropy of the batch in nats, with the labels smoothed as the model was compiled, plus regularization. */
  readonly loss: number;
  /** Images of the batch classified rightly, before the update. */
  readonly correct: number;
};

/** Trains a compiled model batch by batch. */
export interface TrainingStep {
  /** Takes one step and leaves the batch to its owner. The dropout masks follow from `seed`. */
  run(batch: Batch, learningRate: number, seed: number): StepResult;
  /** A copy of the optimizer's state; `createTrainingStep` takes it. */
  state(): OptimizerState;
  /** Frees the optimizer's state and leaves the model as it is. */
  dispose(): void;
}

/** Probabilities below this (near float32's smallest) count as this, so that the cross-entropy stays finite: 85 nats. */
export const SMALLEST_PROBABILITY = 1e-37;

/** Mean of `-log p` in nats; the gradient stays exact where p is tiny, since softmax's gradient multiplies by p again. */
function negativeLogLikelihood(probabilities: tf.Tensor): tf.Scalar {
  return probabilities.add(SMALLEST_PROBABILITY).log().neg().mean();
}

/** Mean cross-entropy in nats, of smoothed labels as in Szegedy et al. 2016, section 7: (1 - e) H(q, p) + e H(u, p). */
function crossEntropy(probabilities: tf.Tensor, labels: tf.Tensor, labelSmoothing: number): tf.Scalar {
  const plain = negativeLogLikelihood(probabilities.mul(labels).sum(-1));
  if (labelSmoothing === 0) return plain;
  return plain.mul(1 - labelSmoothing).add(negativeLogLikelihood(probabilities).mul(labelSmoothing));
}

/** The penalties of the model's regularizers, 0 without any. */
export function regularizationOf(model: tf.LayersModel): tf.Scalar {
  return tf.tidy(() => {
    const losses = model.calculateLosses();
    return losses.length === 0 ? tf.scalar(0) : tf.addN(losses);
  });
}

type DropoutLayer = tf.layers.Layer & { seed?: number };

/**
 * A step that trains `model` with its own optimizer, from `state` or afresh. The caller disposes the step, not the model,
 * when done.
 */
export function createTrainingStep(model: tf.LayersModel, state?: OptimizerState): TrainingStep {
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const updates = createWeightUpdates(model.optimizer, weights, state);
  const dropouts = model.layers.filter((layer) => layer.getClassName() === 'Dropout') as DropoutLayer[];
  const labelSmoothing = compileConfigOf(model)?.labelSmoothing ?? 0;
  const dropoutSeeds = dropouts.map((layer) => layer.seed);
  let first = true;
  return {
    run({ images, labels }, learningRate, seed) {
      return tf.tidy(() => {
        // A dropout layer draws one and the same mask for one seed.
        dropouts.forEach((layer, index) => {
          layer.seed = deriveSeed(seed, 'dropout', index);
        });
        if (first) {
          // Not inside variableGrads: what the tape keeps would stay for ever after an error.
          checkProbabilities((model.apply(images.slice(0, 1)) as tf.Tensor).dataSync<'float32'>());
          first = false;
        }
        let correct = 0;
        const { value, grads } = tf.variableGrads(() => {
          const probabilities = model.apply(images, { training: true }) as tf.Tensor2D;
          correct = probabilities.argMax(-1).equal(labels.argMax(-1)).sum().dataSync()[0];
          return crossEntropy(probabilities, labels, labelSmoothing).add(
            regularizationOf(model),
          ) as tf.Scalar;
        }, weights);
        updates.apply(
          weights.map((weight) => grads[weight.name]),
          learningRate,
        );
        return { loss: value.dataSync()[0], correct };
      });
    },
    state: updates.state,
    dispose() {
      updates.dispose();
      dropouts.forEach((layer, index) => {
        layer.seed = dropoutSeeds[index];
      });
    },
  };
}

/** The learning rate that `model` was compiled for, `t` epochs into a run of `epochs`. */
export function learningRateOf(model: tf.LayersModel, t: number, epochs: number): number {
  const config = compileConfigOf(model);
  if (config === undefined) return (model.optimizer.getConfig() as { learningRate: number }).learningRate;
  return learningRateAt(config.schedule ?? { kind: 'constant' }, config.optimizer.learningRate, t, epochs);
}
