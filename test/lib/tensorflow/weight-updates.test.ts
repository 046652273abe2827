import { describe, expect, it } from 'vitest';
import * as tf from '../../../lib/tensorflow';
import type { OptimizerState } from '../../../lib/tensorflow/optimizer-state';
import { createWeightUpdates } from '../../../lib/tensorflow/weight-updates';

/** One weight's path by the optimizer's published formula, in double precision. */
type Reference = (gradients: number[], rate: number, start: number) => number;

const epsilon = 1e-7;
const REFERENCES: [string, () => tf.Optimizer, Reference][] = [
  ['sgd', () => tf.train.sgd(1), (gradients, rate, w) => gradients.reduce((at, g) => at - rate * g, w)],
  [
    'momentum',
    () => tf.train.momentum(1, 0.9),
    (gradients, rate, w) => {
      let velocity = 0;
      for (const g of gradients) {
        velocity = 0.9 * velocity + g;
        w -= rate * velocity;
      }
      return w;
    },
  ],
  [
    'adam',
    () => tf.train.adam(1),
    (gradients, rate, w) => {
      let [m, v] = [0, 0];
      gradients.forEach((g, i) => {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        w -= (rate * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + epsilon);
      });
      return w;
    },
  ],
  [
    'rmsprop',
    () => tf.train.rmsprop(1),
    (gradients, rate, w) => {
      let meanSquare = 0;
      for (const g of gradients) {
        meanSquare = 0.9 * meanSquare + 0.1 * g * g;
        w -= (rate * g) / Math.sqrt(meanSquare + epsilon);
      }
      return w;
    },
  ],
  [
    'adagrad',
    () => tf.train.adagrad(1),
    (gradients, rate, w) => {
      let sum = 0.1;
      for (const g of gradients) {
        sum += g * g;
        w -= (rate * g) / Math.sqrt(sum);
      }
      return w;
    },
  ],
  [
    'adadelta',
    () => tf.train.adadelta(1, 0.95),
    (gradients, rate, w) => {
      let [squares, updates] = [0, 0];
      for (const g of gradients) {
        squares = 0.95 * squares + 0.05 * g * g;
        const update = (Math.sqrt(updates + epsilon) / Math.sqrt(squares + epsilon)) * g;
        updates = 0.95 * updates + 0.05 * update * update;
        w -= rate * update;
      }
      return w;
    },
  ],
];

describe('createWeightUpdates', () => {
  it.each(REFERENCES)('%s follows its formula', (_name, optimizer, reference) => {
    const gradients = [0.5, -0.25, 1, 0.75, -2];
    const weight = tf.variable(tf.tensor1d([1, -2]));
    const updates = createWeightUpdates(optimizer(), [weight]);
    for (const g of gradients) updates.apply([tf.tensor1d([g, -g])], 0.1);
    updates.dispose();
    const [first, second] = weight.dataSync();
    expect(first).toBeCloseTo(reference(gradients, 0.1, 1), 4);
    expect(second).toBeCloseTo(
      reference(
        gradients.map((g) => -g),
        0.1,
        -2,
      ),
      4,
    );
  });

  it('starts from the value that a weight was set to in between', () => {
    const weight = tf.variable(tf.tensor1d([1]));
    const updates = createWeightUpdates(tf.train.sgd(1), [weight]);
    updates.apply([tf.tensor1d([1])], 0.5);
    weight.assign(tf.tensor1d([10]));
    updates.apply([tf.tensor1d([1])], 0.5);
    expect(weight.dataSync()[0]).toBe(9.5);
    updates.dispose();
  });

  it.each(REFERENCES)('%s goes on from its state bit for bit', (_name, optimizer) => {
    const gradients = [0.5, -0.25, 1, 0.75, -2, 0.125].map((g) => tf.tensor2d([[g, -g, g * g]]));
    const path = (state?: OptimizerState, from = 0, start = [[1, -2, 0.3]]) => {
      const weight = tf.variable(tf.tensor2d(start));
      const updates = createWeightUpdates(optimizer(), [weight], state);
      const states = gradients.slice(from).map((gradient) => {
        updates.apply([gradient], 0.1);
        return { weight: weight.arraySync() as number[][], state: updates.state() };
      });
      updates.dispose();
      return states;
    };
    const whole = path();
    const kept = structuredClone(whole[2]);
    expect(path(whole[2].state, 3, whole[2].weight)).toEqual(whole.slice(3));
    expect(whole[2]).toEqual(kept);
    expect(whole[2].state.step).toBe(3);
  });

  it('refuses a state of another optimizer or other weights', () => {
    const [one, other] = [tf.variable(tf.zeros([3])), tf.variable(tf.zeros([4]))];
    const updates = createWeightUpdates(tf.train.adam(1), [one]);
    const state = updates.state();
    updates.dispose();
    const before = tf.memory().numTensors;
    const rmsprop = tf.train.rmsprop(1);
    expect(() => createWeightUpdates(rmsprop, [one], state)).toThrow(/must be Adam.*but is RMSProp/);
    const adam = tf.train.adam(1);
    expect(() => createWeightUpdates(adam, [other], state)).toThrow(/sizes 4,4, but has 3,3/);
    adam.dispose();
    rmsprop.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves no tensor behind', () => {
    const weight = tf.variable(tf.zeros([3]));
    const gradient = tf.ones([3]);
    const optimizer = tf.train.adam(1);
    const before = tf.memory().numTensors;
    const updates = createWeightUpdates(optimizer, [weight]);
    for (let step = 0; step < 5; step++) updates.apply([gradient], 0.1);
    createWeightUpdates(optimizer, [weight], updates.state()).dispose();
    updates.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
