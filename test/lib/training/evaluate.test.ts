import { describe, expect, it } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { evaluate } from '../../../lib/training/evaluate';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from './striped-images';

/** A model that says the same of every image. */
function constantModel(probabilities: number[]): tf.Sequential {
  const model = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [784], units: probabilities.length, activation: 'softmax' })],
  });
  model.setWeights([tf.zeros([784, probabilities.length]), tf.log(tf.tensor1d(probabilities))]);
  return model;
}

describe('evaluate', () => {
  it('gives accuracy and mean cross-entropy, worked by hand', async () => {
    const result = await evaluate(constantModel([0.5, 0.25, 0.25]), stripedImages(4, 3));
    // Labels 0, 1, 2, 0: two right; -log 0.5 twice and -log 0.25 twice.
    expect(result.accuracy).toBe(0.5);
    expect(result.loss).toBeCloseTo((2 * Math.log(2) + 2 * Math.log(4)) / 4, 6);
    expect(Array.from(result.predicted)).toEqual([0, 0, 0, 0]);
    expect(Array.from(result.labels)).toEqual([0, 1, 2, 0]);
    expect(Array.from(result.probabilities.subarray(0, 3))).toEqual([0.5, 0.25, 0.25].map((p) => expect.closeTo(p, 6)));
    expect(result).toMatchObject({ size: 4, classNames: ['band 0', 'band 1', 'band 2'] });
  });

  it('gives the plain cross-entropy of a model compiled with label smoothing and penalties too', async () => {
    const model = new Stack(0, { l1: 0.1, l2: 0.1 }).input([784]).output(3);
    const plain = await evaluate(model, stripedImages(4, 3));
    compileModel(model, { optimizer: { kind: 'adam', learningRate: 1 }, labelSmoothing: 0.5 });
    expect((await evaluate(model, stripedImages(4, 3))).loss).toBe(plain.loss);
    model.dispose();
  });

  it('takes the lower class of two equal ones', async () => {
    const result = await evaluate(constantModel([0.2, 0.4, 0.4]), stripedImages(1, 3));
    expect(result.predicted[0]).toBe(1);
  });

  it('keeps the loss finite where a true class has probability 0', async () => {
    const result = await evaluate(constantModel([1, 0, 0]), stripedImages(3, 3));
    expect(result.loss).toBeCloseTo((2 * -Math.log(1e-37)) / 3, 3);
  });

  it('gives the same for any batch size, and leaves no tensor behind', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [784], units: 4, activation: 'softmax' })] });
    const data = stripedImages(50);
    const before = tf.memory().numTensors;
    const [a, b] = [await evaluate(model, data), await evaluate(model, data, { batchSize: 7 })];
    expect(tf.memory().numTensors).toBe(before);
    expect(b.predicted).toEqual(a.predicted);
    expect(b.loss).toBeCloseTo(a.loss, 5);
    model.dispose();
  });

  it('averages the probabilities of an ensemble', async () => {
    const models = [constantModel([0.5, 0.25, 0.25]), constantModel([0.1, 0.8, 0.1])];
    const result = await evaluate(models, stripedImages(3, 3));
    expect(Array.from(result.probabilities.subarray(0, 3))).toEqual([0.3, 0.525, 0.175].map((p) => expect.closeTo(p, 6)));
    expect(result.accuracy).toBeCloseTo(1 / 3);
    for (const model of models) model.dispose();
  });

  it('averages over each image and its varied copies, the same for the same seed', async () => {
    const { images, labels, size, ...names } = stripedImages(40);
    const data = { ...names, images, labels, size };
    const weights = tf.randomNormal([784, 4], 0, 0.1, 'float32', 1);
    const model = tf.sequential({
      layers: [tf.layers.dense({ inputShape: [784], units: 4, activation: 'softmax', useBias: false })],
    });
    model.setWeights([weights]);
    const before = tf.memory().numTensors;
    const augmentation = { shift: 0.1, rotation: 5 };
    const [plain, varied, same, other] = [
      await evaluate(model, data),
      await evaluate(model, data, { augmentation, copies: 3 }),
      await evaluate(model, data, { augmentation, copies: 3, seed: 0 }),
      await evaluate(model, data, { augmentation, copies: 3, seed: 1 }),
    ];
    expect(same.probabilities).toEqual(varied.probabilities);
    expect(other.probabilities).not.toEqual(varied.probabilities);
    const still = await evaluate(model, data, { augmentation: {}, copies: 2 });
    still.probabilities.forEach((p, i) => {
      expect(p).toBeCloseTo(plain.probabilities[i], 6);
    });
    // A quarter of the mean is the image itself.
    const copies = varied.probabilities.map((p, i) => (4 * p - plain.probabilities[i]) / 3);
    expect(Math.max(...copies)).toBeLessThanOrEqual(1 + 1e-5);
    expect(Math.min(...copies)).toBeGreaterThanOrEqual(-1e-5);
    expect(tf.memory().numTensors).toBe(before);
    await expect(evaluate(model, data, { augmentation, copies: 0 })).rejects.toThrow(/copies.*got 0/);
    await expect(evaluate(model, data, { augmentation: { scale: 2 } })).rejects.toThrow(/scale of the/);
    await expect(evaluate([], data)).rejects.toThrow(/at least one model/);
    for (const one of [weights, model]) one.dispose();
  });

  it('refuses what does not fit', async () => {
    const model = constantModel([0.5, 0.25, 0.25]);
    await expect(evaluate(model, stripedImages(0, 3))).rejects.toThrow(/must have images/);
    await expect(evaluate(model, stripedImages(5, 4))).rejects.toThrow(/output must be \[b, 4\]/);
    await expect(evaluate(model, stripedImages(5, 3), { batchSize: 0 })).rejects.toThrow(/batchSize.*got 0/);
    const linear = tf.sequential({ layers: [tf.layers.dense({ inputShape: [784], units: 3 })] });
    await expect(evaluate(linear, stripedImages(5, 3))).rejects.toThrow(/softmax/);
  });
});
