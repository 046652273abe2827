import { describe, expect, it } from 'vitest';
import { createOptimizer, type OptimizerConfig } from '../../../lib/recipe/optimizers';
import * as tf from '../../../lib/tensorflow';
import { createWeightUpdates } from '../../../lib/tensorflow/weight-updates';

const GRADIENTS = [
  [0.5, -1e-4, 2],
  [-0.25, 2e-4, 1],
  [1, -1e-4, -3],
  [0.75, 3e-4, 0.5],
];
/**
 * Where Keras 3.15.0 on TensorFlow 2.21.0 takes the weight [1, -2, 0.5] in four steps: `optimizer.apply([gradient], [weight])`
 * for each gradient, with the optimizer of the same name and settings, at its defaults but for what is given here. Adam's
 * 1 - 0.999^step leaves float32 five digits.
 */
const KERAS: [OptimizerConfig, number[]][] = [
  [{ kind: 'sgd', learningRate: 0.1 }, [0.79999995, -2.00003, 0.45]],
  [{ kind: 'sgd', learningRate: 0.1, momentum: 0.9 }, [0.6308, -2.0000308, 0.061200023]],
  [{ kind: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true }, [0.46772, -2.000058, 0.055080038]],
  [{ kind: 'adam', learningRate: 0.1 }, [0.7306192, -1.9834406, 0.31393388]],
  [{ kind: 'adamw', learningRate: 0.1 }, [0.7291877, -1.98033, 0.3133256]],
  [{ kind: 'adamw', learningRate: 0.1, weightDecay: 0.5 }, [0.56527495, -1.6227715, 0.24412821]],
  [{ kind: 'rmsprop', learningRate: 0.1 }, [0.36720708, -2.0883877, 0.2525426]],
  [{ kind: 'adagrad', learningRate: 0.1 }, [0.8169013, -2.000095, 0.42364073]],
  [{ kind: 'adadelta', learningRate: 0.1 }, [0.99959636, -2.000029, 0.49990615]],
];

/** The weight after a step for each gradient, at each one's learning rate; no tensor is left behind. */
function follow(config: OptimizerConfig, start: number[], gradients: number[][], rates: number[]): number[] {
  const before = tf.memory().numTensors;
  const optimizer = createOptimizer(config);
  const weight = tf.tidy(() => tf.variable(tf.tensor1d(start)));
  const updates = createWeightUpdates(optimizer, [weight]);
  tf.tidy(() => {
    gradients.forEach((gradient, i) => {
      updates.apply([tf.tensor1d(gradient)], rates[i]);
    });
  });
  const end = Array.from(weight.dataSync());
  updates.dispose();
  weight.dispose();
  optimizer.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return end;
}

describe('createOptimizer', () => {
  it.each(KERAS)('goes where Keras goes: %o', (config, expected) => {
    const found = follow(config, [1, -2, 0.5], GRADIENTS, [0.1, 0.1, 0.1, 0.1]);
    expect(found).toEqual(expected.map((value) => expect.closeTo(value, 5)));
  });
});

describe('adamw', () => {
  const adamw = { kind: 'adamw', learningRate: 0.1, weightDecay: 0.5 } as const;

  it('decays by the learning rate of the step', () => {
    // Without a gradient only the decay is left: 2 - 0.1 * 0.5 * 2 = 1.9, then 1.9 - 0.2 * 0.5 * 1.9 = 1.71.
    const [found] = follow(adamw, [2], [[0], [0]], [0.1, 0.2]);
    expect(found).toBeCloseTo(1.71, 6);
  });

  it("is no plain Adam under TensorFlow.js' own training either", () => {
    const before = tf.memory().numTensors;
    const optimizer = createOptimizer(adamw);
    const listed = tf.tidy(() => tf.variable(tf.scalar(2)));
    // Adam's first step is the learning rate: 2 - 0.1 * 0.5 * 2 - 0.1 = 1.8.
    optimizer.minimize(() => listed.mul(3) as tf.Scalar, false, [listed]);
    expect(listed.dataSync()[0]).toBeCloseTo(1.8, 5);
    optimizer.dispose();
    const second = createOptimizer(adamw);
    const named = tf.tidy(() => tf.variable(tf.scalar(-2)));
    const gradient = tf.scalar(3);
    second.applyGradients({ [named.name]: gradient });
    expect(named.dataSync()[0]).toBeCloseTo(-2 + 0.1 - 0.1, 5);
    second.dispose();
    tf.dispose([listed, named, gradient]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
