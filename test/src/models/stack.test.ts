import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { loadModel, saveModel } from '../../../lib/training/save-model';
import { ACTIVATIONS, Stack } from '../../../src/models/stack';
import { normalizedConvolution as convolution, dense } from './configurations';

const classesOf = (model: tf.LayersModel) => model.layers.map((layer) => layer.getClassName());

describe('Stack', () => {
  it('builds a residual block: two convolutions, and a projection where the filters change', () => {
    const model = new Stack().input([28, 28, 1]).residual(4, 3, 'relu').residual(4, 3, 'relu').globalAveragePooling().output(3);
    const first = convolution(1, 4, 3) + convolution(4, 4, 3) + convolution(1, 4, 1);
    const second = 2 * convolution(4, 4, 3);
    expect(model.countParams()).toBe(first + second + dense(4, 3));
    const classes = classesOf(model);
    expect(classes.filter((name) => name === 'Add')).toHaveLength(2);
    expect(classes.filter((name) => name === 'Conv2D')).toHaveLength(5);
    // One inside each block, one after each addition.
    expect(classes.filter((name) => name === 'Activation')).toHaveLength(4);
    expect(model.inputs[0].shape).toEqual([null, 28, 28, 1]);
    expect(model.outputs[0].shape).toEqual([null, 3]);
    model.dispose();
  });

  it('adds what comes in to what the convolutions make of it', () => {
    const model = new Stack().input([28, 28, 2]).residual(2, 3, 'relu').globalAveragePooling().output(2);
    const [sum] = model.layers.filter((layer) => layer.getClassName() === 'Add');
    const inner = tf.model({ inputs: model.inputs, outputs: sum.output as tf.SymbolicTensor });
    // With a scale of 0 the last normalization says nothing, and the block is the identity.
    const scales = model.weights.filter(({ originalName }) => originalName.endsWith('/gamma'));
    expect(scales).toHaveLength(2);
    tf.tidy(() => {
      for (const scale of scales) scale.write(tf.zerosLike(scale.read()));
      const images = tf.randomUniform([2, 28, 28, 2], -1, 1, 'float32', 1);
      const difference = (inner.apply(images) as tf.Tensor).sub(images).abs().max().dataSync()[0];
      expect(difference).toBe(0);
    });
    model.dispose();
  });

  it('averages each filter over the image', () => {
    const model = new Stack().input([28, 28, 2]).globalAveragePooling().output(2);
    const [pooling] = model.layers.filter((layer) => layer.getClassName() === 'GlobalAveragePooling2D');
    tf.tidy(() => {
      const halves = tf.concat([tf.ones([1, 14, 28, 2]), tf.zeros([1, 14, 28, 2])], 1).mul([1, 4]);
      expect(Array.from((pooling.apply(halves) as tf.Tensor).dataSync())).toEqual([0.5, 2]);
    });
    model.dispose();
  });

  it('pools before normalization and activation where a convolution is given a poolSize', () => {
    const stack = () => new Stack().input([28, 28, 1]);
    const plain = stack().convolution(2, 3, 'relu', false, 2).flatten().output(2);
    const normalized = stack().convolution(2, 3, 'leakyRelu', true, 3).flatten().output(2);
    expect(classesOf(plain)).toEqual(['InputLayer', 'Conv2D', 'MaxPooling2D', 'Activation', 'Flatten', 'Dense']);
    expect(classesOf(normalized)).toEqual([
      ...['InputLayer', 'Conv2D', 'MaxPooling2D', 'BatchNormalization', 'LeakyReLU', 'Flatten', 'Dense'],
    ]);
    expect(normalized.layers[2].outputShape).toEqual([null, 9, 9, 2]);
    for (const model of [plain, normalized]) model.dispose();
  });

  it.each(ACTIVATIONS)('gives with pooling first what pooling last gives, without normalization: %s', (activation) => {
    const first = new Stack(5).input([28, 28, 1]).convolution(3, 3, activation, false, 2).flatten().output(4);
    const last = new Stack(5).input([28, 28, 1]).convolution(3, 3, activation).maxPooling(2).flatten().output(4);
    tf.tidy(() => {
      const images = tf.randomUniform([6, 28, 28, 1], 0, 1, 'float32', 1);
      const [a, b] = [first, last].map((model) => model.apply(images) as tf.Tensor);
      expect([...a.dataSync()]).toEqual([...b.dataSync()]);
      expect(a.sub(b.mean(0)).abs().max().dataSync()[0], 'the images must not all give the same').toBeGreaterThan(0);
    });
    for (const model of [first, last]) model.dispose();
  });

  // Uniform numbers from -a to a have the variance a^2 / 3; a^2 is 6 / inputs for He, 3 / inputs for LeCun, 6 / (inputs +
  // outputs) for Glorot.
  it.each([
    ['relu', 2 / 400, 2 / 9],
    ['leakyRelu', 2 / 400, 2 / 9],
    ['elu', 1 / 400, 1 / 9],
    ['tanh', 2 / (400 + 100), 2 / (9 + 9 * 1000)],
    ['sigmoid', 2 / (400 + 100), 2 / (9 + 9 * 1000)],
  ] as const)('draws the weights of %s with the variance that its initializer has', (activation, dense, conv) => {
    const flat = new Stack(7).input([400]).dense(100, activation).output(2);
    const image = new Stack(7).input([28, 28, 1]).convolution(1000, 3, activation, false, 28).flatten().output(2);
    for (const [model, variance] of [
      [flat, dense],
      [image, conv],
    ] as const) {
      const values = model.layers[1].getWeights()[0].dataSync<'float32'>();
      const mean = values.reduce((sum, w) => sum + w, 0) / values.length;
      const found = values.reduce((sum, w) => sum + (w - mean) ** 2, 0) / values.length;
      // Of 9,000 draws and more; the standard deviation of the variance is below 1 % of it.
      expect(found / variance).toBeGreaterThan(0.96);
      expect(found / variance).toBeLessThan(1.04);
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / values.length));
      // The bounds of the uniform distribution.
      const largest = values.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
      expect(largest / Math.sqrt(3 * variance)).toBeGreaterThan(0.99);
      expect(largest / Math.sqrt(3 * variance)).toBeLessThan(1 + 1e-6);
      model.dispose();
    }
  });

  it('draws weights from the seed and the place of the layer, whatever was built before', () => {
    const build = (seed: number) => new Stack(seed).input([28, 28, 1]).residual(2, 3, 'elu').flatten().dense(3, 'tanh').output(2);
    const kernels = (model: tf.LayersModel) =>
      model.weights.filter(({ shape }) => shape.length > 1).map((weight) => [...weight.read().dataSync()]);
    const [first, same, other] = [build(1), build(1), build(2)];
    expect(kernels(same)).toEqual(kernels(first));
    for (const [i, kernel] of kernels(other).entries()) expect(kernel).not.toEqual(kernels(first)[i]);
    for (const model of [first, same, other]) model.dispose();
  });

  it('asks for an input first', () => {
    expect(() => new Stack().dense(3, 'relu')).toThrow(/begin with an input; call input\(\[784\]\)/);
    expect(() => new Stack().output(3)).toThrow(/begin with an input/);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    new Stack().input([28, 28, 1]).residual(2, 3, 'relu').flatten().dropout(0.5).output(2).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a saved stack', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inkwell-stack-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const builds = {
    dense: () => new Stack(3).input([784]).dense(8, 'leakyRelu', true).dropout(0.2).output(3),
    residual: () =>
      new Stack(3)
        .input([28, 28, 1])
        .residual(2, 3, 'leakyRelu')
        .maxPooling(2)
        .residual(4, 3, 'relu')
        .globalAveragePooling()
        .output(3),
  };
  const record = {
    name: 'stack',
    hyperparameters: {},
    history: { epochs: [], seconds: 0, trainSize: 0, validationSize: 0, batchSize: 1, seed: 0 },
    dataset: 'none',
    classNames: ['a', 'b', 'c'],
  };

  it.each(Object.entries(builds))('reads as before, however many were built meanwhile: %s', async (_name, build) => {
    const model = compileModel(build(), { optimizer: { kind: 'adamw', learningRate: 0.01 } });
    await saveModel(model, join(folder, 'model'), record);
    const others = Array.from({ length: 3 }, build);
    const { model: loaded } = await loadModel(join(folder, 'model'));
    tf.tidy(() => {
      const images = tf.randomUniform([4, ...model.inputs[0].shape.slice(1)] as number[], 0, 1, 'float32', 1);
      const [a, b] = [model, loaded].map((each) => [...(each.apply(images) as tf.Tensor).dataSync()]);
      expect(b).toEqual(a);
    });
    expect(classesOf(loaded)).toEqual(classesOf(model));
    // And a model built alike takes the loaded one's weights, in their order.
    const weights = loaded.getWeights().map(({ shape }) => shape);
    expect(others[2].getWeights().map(({ shape }) => shape)).toEqual(weights);
    for (const each of [model, loaded, ...others]) each.dispose();
  });
});
