import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dataset, PIXELS } from '../../../lib/data/dataset';
import { classImages } from '../../../lib/interpretability/class-images';
import { embedding } from '../../../lib/interpretability/embedding';
import { featureMaps } from '../../../lib/interpretability/feature-maps';
import { firstLayerFilters } from '../../../lib/interpretability/filters';
import { gradCam } from '../../../lib/interpretability/grad-cam';
import { saliency } from '../../../lib/interpretability/saliency';
import * as tf from '../../../lib/tensorflow';
import { evaluate } from '../../../lib/training/evaluate';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';
import { buildAveraging, buildLinear } from './models';

/** Three classes of images with noisy bands, 5 images more than a batch. */
const dataset = stripedImages(69, 3);
const first = [...dataset.labels.keys()];

/** A residual network with batch normalization, as the builders make them, untrained. */
const buildResidual = () =>
  new Stack(0)
    .input([28, 28, 1])
    .convolution(3, 3, 'relu', true)
    .maxPooling(2)
    .residual(4, 3, 'elu')
    .maxPooling(2)
    .globalAveragePooling()
    .dropout(0.5)
    .dense(6, 'tanh')
    .output(3);

const blank = (levels: (i: number) => number): Dataset => ({
  ...dataset,
  images: Uint8Array.from({ length: PIXELS }, (_, i) => levels(i)),
  labels: Uint8Array.of(0),
  size: 1,
});

// Everything is disposed but the models, which the tests dispose.
let tensors: number;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

describe('firstLayerFilters', () => {
  it('gives each unit of a dense layer its weights as an image', () => {
    const { model, weights } = buildLinear();
    const filters = firstLayerFilters(model);
    expect(filters).toMatchObject({ count: 3, height: 28, width: 28, layer: model.layers[0].name });
    expect(filters.values).toHaveLength(3 * PIXELS);
    expect(filters.values[2 * PIXELS + 57]).toBe(weights[57 * 3 + 2]);
    model.dispose();
  });

  it('gives the kernels of a convolution', () => {
    const model = buildAveraging();
    const filters = firstLayerFilters(model);
    expect(filters).toEqual({ values: Float32Array.of(1, 2), count: 2, height: 1, width: 1, layer: 'maps' });
    model.dispose();
  });

  it('refuses weights that are no images', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4], name: 'four' })] });
    expect(() => firstLayerFilters(model)).toThrow('dense layer of 784 inputs, whose weights are images');
    model.dispose();
  });
});

describe('featureMaps', () => {
  it('gives what ends each block, filter by filter', () => {
    const model = buildAveraging();
    const image = Uint8Array.from({ length: PIXELS }, (_, i) => i % 256);
    const { layers } = featureMaps(model, image);
    expect(layers).toMatchObject([{ layer: 'maps', count: 2, height: 28, width: 28 }]);
    expect(layers[0].values[255]).toBeCloseTo(1, 6);
    expect(layers[0].values[PIXELS + 51]).toBeCloseTo(0.4, 6);
    model.dispose();
  });

  it('finds the blocks of a residual network, and any layer by name', () => {
    const model = buildResidual();
    const image = dataset.images.subarray(0, PIXELS);
    const sizes = featureMaps(model, image).layers.map(({ count, height }) => [count, height]);
    expect(sizes).toEqual([
      [3, 28],
      [4, 14],
    ]);
    const { name } = model.layers[1];
    expect(featureMaps(model, image, { layer: name }).layers.map(({ layer }) => layer)).toEqual([name]);
    expect(() => featureMaps(model, image, { layer: 'none' })).toThrow('got "none", which the model does not have');
    expect(() => featureMaps(model, image.subarray(1))).toThrow('must have 784 grey levels, but has 783');
    model.dispose();
  });
});

describe('saliency', () => {
  it('equals the weights of a linear model, with and without noise, in each batch', async () => {
    const { model, weights } = buildLinear();
    const classes = first.map((i) => (i * 2) % 3);
    for (const samples of [1, 3]) {
      const { values, size } = await saliency(model, dataset, first, { classes, samples });
      expect(size).toBe(69);
      for (const i of [0, 1, 63, 64, 68]) {
        const expected = Float32Array.from({ length: PIXELS }, (_, p) => weights[p * 3 + classes[i]]);
        const seen = values.subarray(i * PIXELS, (i + 1) * PIXELS);
        expect(seen.every((value, p) => Math.abs(value - expected[p]) < 1e-6)).toBe(true);
      }
    }
    model.dispose();
  });

  it('explains the predicted class by default, and takes images in any order', async () => {
    const { model } = buildLinear();
    const { predicted } = await evaluate(model, dataset);
    const indices = [66, 2, 2];
    const map = await saliency(model, dataset, indices, { samples: 1 });
    expect([...map.classes]).toEqual(indices.map((i) => predicted[i]));
    expect([...map.labels]).toEqual([0, 2, 2]);
    expect(map.images.subarray(0, PIXELS)).toEqual(dataset.images.subarray(66 * PIXELS, 67 * PIXELS));
    model.dispose();
  });

  it('draws the same noise from the same seed', async () => {
    const model = buildResidual();
    const look = (seed: number) => saliency(model, dataset, [0, 1], { samples: 2, seed });
    const [a, b, c] = [await look(0), await look(0), await look(1)];
    expect(a.values).toEqual(b.values);
    expect(a.values).not.toEqual(c.values);
    model.dispose();
  });

  it('refuses what cannot be', async () => {
    const { model } = buildLinear();
    await expect(saliency(model, dataset, [])).rejects.toThrow('indices must have at least one image');
    await expect(saliency(model, dataset, [69])).rejects.toThrow('indices[0] is 69');
    await expect(saliency(model, dataset, [0], { classes: [3] })).rejects.toThrow('classes[0] is 3');
    await expect(saliency(model, dataset, [0], { classes: [] })).rejects.toThrow('each of the 1 images, but has 0');
    await expect(saliency(model, dataset, [0], { samples: 0 })).rejects.toThrow('samples must be a whole number');
    model.dispose();
    const sigmoid = tf.sequential({
      layers: [tf.layers.dense({ units: 3, activation: 'sigmoid', inputShape: [PIXELS], name: 'last' })],
    });
    await expect(saliency(sigmoid, dataset, [0])).rejects.toThrow(
      'must end with a dense layer and softmax, but ends with "last", a Dense',
    );
    sigmoid.dispose();
  });

  it('knows a softmax layer of its own', async () => {
    const { model, weights } = buildLinear();
    const apart = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [PIXELS] }), tf.layers.softmax()] });
    apart.setWeights(model.getWeights());
    const { values } = await saliency(apart, dataset, [0], { classes: [1], samples: 1 });
    expect(values[5]).toBeCloseTo(weights[5 * 3 + 1], 6);
    model.dispose();
    apart.dispose();
  });
});

describe('gradCam', () => {
  it('sums the maps by their mean gradients and keeps what is positive', async () => {
    const model = buildAveraging();
    // The maps are x and 2 x; a logit's gradient by a map is its weight / 784 at each place.
    const image = blank((i) => (i === 400 ? 255 : 51));
    const heat = async (c: number) => (await gradCam(model, image, [0], { classes: [c] })).values;
    const [a, b, c] = [await heat(0), await heat(1), await heat(2)];
    expect(a[400]).toBeCloseTo(3 / 784, 7);
    expect(a[0]).toBeCloseTo((3 * 0.2) / 784, 7);
    expect(b.every((value) => value === 0)).toBe(true);
    expect(c[400]).toBeCloseTo((2 - 1) / 784, 7);
    model.dispose();
  });

  it('goes through residual connections, whichever layer is asked for', async () => {
    const model = buildResidual();
    for (const layer of [undefined, ...model.layers.slice(1, 4).map(({ name }) => name)]) {
      const { values } = await gradCam(model, dataset, [0, 1, 2, 3], { layer });
      expect(values).toHaveLength(4 * PIXELS);
      expect(values.every((value) => value >= 0)).toBe(true);
      expect(values.some((value) => value > 0)).toBe(true);
    }
    model.dispose();
  });

  it('refuses a model without convolutions, and a layer without maps', async () => {
    const { model } = buildLinear();
    await expect(gradCam(model, dataset, [0])).rejects.toThrow('model must have convolutions');
    model.dispose();
    const residual = buildResidual();
    const { name } = residual.layers[residual.layers.length - 1];
    await expect(gradCam(residual, dataset, [0], { layer: name })).rejects.toThrow(`got "${name}", a Dense`);
    residual.dispose();
  });
});

describe('embedding', () => {
  it('gives the same points from the same seed, with labels and predictions', async () => {
    const { model } = buildLinear();
    const { predicted } = await evaluate(model, dataset);
    const look = (seed: number) => embedding(model, dataset, { images: 40, seed });
    const [a, b, c] = [await look(3), await look(3), await look(4)];
    expect(a).toEqual(b);
    expect(a.x).not.toEqual(c.x);
    expect(new Set(a.indices).size).toBe(40);
    expect([...a.labels]).toEqual([...a.indices].map((i) => dataset.labels[i]));
    expect([...a.predicted]).toEqual([...a.indices].map((i) => predicted[i]));
    expect([...a.x, ...a.y].every(Number.isFinite)).toBe(true);
    model.dispose();
  });

  it('lays images that the model sees alike together', async () => {
    const { model } = buildLinear();
    const { x, y, labels, size } = await embedding(model, dataset);
    expect(size).toBe(69);
    let alike = 0;
    for (let i = 0; i < size; i++) {
      const distance = (j: number) => (j === i ? Infinity : Math.hypot(x[i] - x[j], y[i] - y[j]));
      const nearest = first.reduce((best, j) => (distance(j) < distance(best) ? j : best));
      if (labels[nearest] === labels[i]) alike++;
    }
    expect(alike / size).toBeGreaterThan(0.8);
    model.dispose();
  });

  it('refuses too few images', async () => {
    const { model } = buildLinear();
    await expect(embedding(model, dataset, { images: 15 })).rejects.toThrow('at least 16');
    await expect(embedding(model, stripedImages(9, 3))).rejects.toThrow('of the 9 images');
    model.dispose();
  });
});

describe('classImages', () => {
  it('raises the probability of each class, by the seed', async () => {
    const { model, weights } = buildLinear();
    const [one, many] = [await classImages(model, { steps: 1 }), await classImages(model, { steps: 40 })];
    many.probabilities.forEach((probability, c) => {
      expect(probability).toBeGreaterThan(one.probabilities[c]);
      expect(probability).toBeGreaterThan(0.9);
    });
    expect(many.images.every((ink) => ink >= 0 && ink <= 1)).toBe(true);
    // Of its own image, worked by hand.
    const logits = [0, 1, 2].map((c) =>
      many.images.subarray(0, PIXELS).reduce((sum, ink, p) => sum + ink * weights[p * 3 + c], 0.1 - 0.1 * c),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    expect(many.probabilities[0]).toBeCloseTo(Math.exp(logits[0]) / total, 4);
    expect(await classImages(model, { steps: 1 })).toEqual(one);
    expect((await classImages(model, { steps: 1, seed: 1 })).images).not.toEqual(one.images);
    await expect(classImages(model, { steps: 0 })).rejects.toThrow('steps must be a whole number');
    model.dispose();
  });

  it('takes networks of images', async () => {
    const model = buildResidual();
    const { images, probabilities } = await classImages(model, { steps: 3 });
    expect([images.length, probabilities.length]).toEqual([3 * PIXELS, 3]);
    model.dispose();
  });
});
