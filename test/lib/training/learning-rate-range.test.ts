import type { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { InterruptedError } from '../../../lib/training/interrupt';
import { findSteepest, learningRateRange } from '../../../lib/training/learning-rate-range';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from './striped-images';

const data = stripedImages(200);
const sgd = { optimizer: { kind: 'sgd', learningRate: 0.01 } } as const;
const build = (config: Parameters<typeof compileModel>[1] = sgd) =>
  compileModel(new Stack(1).input([784]).dense(16, 'relu', true).dropout(0.2).output(4), config);

/** A model that the compiler does not know. */
function buildPlain(): tf.LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [784], units: 8, activation: 'selu' }));
  model.add(tf.layers.dense({ units: 4, activation: 'softmax' }));
  return compileModel(model, sgd);
}

const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

describe('learningRateRange', () => {
  it.each([
    ['compiled', build],
    ['op by op', buildPlain],
  ])('raises the rate by one factor and leaves the model as it was, %s', async (_name, make) => {
    const model = make();
    const [weights, tensors] = [weightsOf(model), tf.memory().numTensors];
    const { rates, losses, smoothed, suggestion } = await learningRateRange(model, data, {
      from: 1e-4,
      to: 1,
      steps: 41,
      batchSize: 32,
    });
    // Ten steps a decade.
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(1e-4 * 10 ** (i / 10), 10);
    expect([losses.length, smoothed.length]).toEqual([rates.length, rates.length]);
    expect(losses[0]).toBeGreaterThan(1);
    expect(smoothed[0]).toBeCloseTo(losses[0], 10);
    expect(smoothed[1]).toBeCloseTo((0.09 * losses[0] + 0.1 * losses[1]) / 0.19, 10);
    expect(suggestion).toBeGreaterThan(1e-4);
    expect(suggestion).toBeLessThan(1);
    expect(weightsOf(model)).toEqual(weights);
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });

  it('gives the same numbers for the same seed, others for another', async () => {
    const model = build();
    const options = { steps: 20, batchSize: 16 };
    const [first, again, other] = [
      await learningRateRange(model, data, options),
      await learningRateRange(model, data, { ...options, seed: 0 }),
      await learningRateRange(model, data, { ...options, seed: 1 }),
    ];
    expect(again).toEqual(first);
    expect(other.losses).not.toEqual(first.losses);
    model.dispose();
  });

  it('takes the batch size that the model was compiled for', async () => {
    const own = build({ ...sgd, batchSize: 16 });
    const told = build();
    const range = await learningRateRange(own, data, { steps: 20 });
    expect(range).toEqual(await learningRateRange(told, data, { steps: 20, batchSize: 16 }));
    own.dispose();
    told.dispose();
  });

  it('stops where the loss explodes, and says so', async () => {
    const model = compileModel(new Stack(1).input([784]).dense(16, 'relu').output(4), sgd);
    const weights = weightsOf(model);
    const { rates, stopped } = await learningRateRange(model, data, { from: 1e-3, to: 1e6, batchSize: 32 });
    expect(rates.length).toBeLessThan(100);
    expect(stopped).toMatch(/^the smoothed loss rose above 4 times its lowest value$|^the loss became (NaN|Inf)/);
    expect(weightsOf(model)).toEqual(weights);
    model.dispose();
  });

  it('stops at an interrupt and gives the weights back', async () => {
    const model = buildPlain();
    const weights = weightsOf(model);
    const running = learningRateRange(model, data, { steps: 10_000 });
    const emitter = (globalThis as unknown as Record<symbol, EventEmitter>)[Symbol.for('inkwell.interrupts')];
    setImmediate(() => emitter.emit('interrupt'));
    await expect(running).rejects.toThrow(InterruptedError);
    expect(weightsOf(model)).toEqual(weights);
    model.dispose();
  });

  it('says what is wrong', async () => {
    const model = build();
    const refuse = (options: object, message: RegExp, train = data) =>
      expect(learningRateRange(model, train, options)).rejects.toThrow(message);
    await refuse({ from: 0 }, /from must be a learning rate above 0, but got 0/);
    await refuse({ from: 0.1, to: 0.1 }, /to must be a learning rate above from, which is 0.1, but got 0.1/);
    await refuse({ to: Number.NaN }, /to must be .* but got NaN/);
    await refuse({ steps: 19 }, /steps must be a whole number, 20 or more, but got 19/);
    await refuse({ batchSize: 0.5 }, /batchSize must be a whole number, 1 or more, but got 0.5/);
    await refuse({}, /train must have images/, stripedImages(0));
    await refuse({}, /output must be \[b, 3\]/, stripedImages(9, 3));
    model.dispose();
    const bare = new Stack().input([784]).output(4);
    await expect(learningRateRange(bare, data)).rejects.toThrow(/must be compiled.*compileModel/);
    bare.dispose();
  });
});

describe('findSteepest', () => {
  const rates = [1, 2, 4, 8, 16, 32, 64];

  it('finds the middle of the steepest fall', () => {
    // Slopes over three losses: 0, -1, -3, -2 and then up.
    const losses = [6, 6, 5, 3, 2, 2, 9];
    expect(findSteepest({ rates, losses, smoothed: losses }, 1)).toBe(4);
  });

  it('looks no further than the lowest running mean, nor into losses that are not finite', () => {
    const losses = [6, 5, 4, 9, 1, Number.NaN, Number.NaN];
    const smoothed = [6, 5.5, 5, 7, 6, Number.NaN, Number.NaN];
    expect(findSteepest({ rates, losses, smoothed }, 1)).toBe(2);
  });

  it('suggests nothing where the loss never falls', () => {
    const losses = [1, 2, 3, 4, 5, 6, 7];
    expect(findSteepest({ rates, losses, smoothed: losses }, 1)).toBeUndefined();
  });
});
