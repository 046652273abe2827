import { averageShare } from '../compiler/moving-average';
import { weightsOf } from '../recipe/trainable';
import * as tf from '../tensorflow';
import { readWeights } from './checkpoint';

/** The moving averages of a model's weights, for a training op by op, which changes the weights where they are. */
export interface PlainAverage {
  /** Takes the weights after step `step`, from 1, into the averages, where it is time to. */
  update(step: number): void;
  /** Gives the model its weights back in place of the averages; begins anew where somebody else has set them. */
  load(): void;
  /** Gives the model the averages, and keeps its weights. */
  store(): void;
  /** A copy of the weights, while the model has the averages. */
  weights(): Float32Array[];
  dispose(): void;
}

/**
 * @param momentum Above 0 and below 1.
 * @param weights What the model's weights are, where the model has their averages.
 */
export function createPlainAverage(model: tf.LayersModel, momentum: number, weights?: readonly Float32Array[]): PlainAverage {
  const variables = weightsOf(model).map((weight) => weight.read() as tf.Variable);
  const copies = () => variables.map((variable) => tf.keep(variable.clone()));
  const set = (tensors: readonly tf.Tensor[]) => {
    for (const [i, variable] of variables.entries()) variable.assign(tensors[i]);
  };
  const dispose = (tensors: readonly tf.Tensor[]) => {
    for (const tensor of tensors) tensor.dispose();
  };
  let averages: tf.Tensor[] = copies();
  let kept: tf.Tensor[] = variables.map(({ shape }, i) => tf.keep(weights ? tf.tensor(weights[i], shape) : variables[i].clone()));
  /** The averages as the model got them. */
  let given = readWeights(model);
  return {
    update(step) {
      const share = averageShare(momentum, step);
      if (share === 0) return;
      const next = tf.tidy(() => averages.map((average, i) => average.sub(average.sub(variables[i]).mul(share))));
      dispose(averages);
      averages = next.map((tensor) => tf.keep(tensor));
    },
    load() {
      const now = readWeights(model);
      if (now.every((numbers, i) => numbers.every((value, k) => Object.is(value, given[i][k])))) return set(kept);
      dispose(averages);
      averages = copies();
    },
    store() {
      dispose(kept);
      kept = copies();
      set(averages);
      given = readWeights(model);
    },
    weights: () => kept.map((tensor) => tensor.dataSync<'float32'>()),
    dispose() {
      dispose(averages);
      dispose(kept);
    },
  };
}
