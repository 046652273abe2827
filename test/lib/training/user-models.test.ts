import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileModel, recompileModel } from '../../../lib/recipe/compile';
import type { OptimizerConfig } from '../../../lib/recipe/optimizers';
import * as tf from '../../../lib/tensorflow';
import { fit } from '../../../lib/training/fit';
import { stripedImages } from './striped-images';

const data = stripedImages(64);
const draw = (seed: number) => tf.initializers.glorotUniform({ seed });
const dense = (units: number, seed: number, more = {}) => tf.layers.dense({ units, kernelInitializer: draw(seed), ...more });
const options = { epochs: 2, seed: 0, title: null };

/** A model of the user's own with some layers in its middle. */
function make(middle: tf.layers.Layer[], optimizer: OptimizerConfig = { kind: 'adam', learningRate: 0.01 }): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      dense(16, 3, { activation: 'tanh' }),
      ...middle,
      dense(4, 5, { activation: 'softmax' }),
    ],
  });
  return compileModel(model, { optimizer }) as tf.Sequential;
}
const lossOf = async (model: tf.LayersModel) => (await fit(model, data, options)).history.epochs[1].loss;
const read = (layer: tf.layers.Layer) => layer.getWeights().map((weight) => Array.from(weight.dataSync()));
const block = (...layers: tf.layers.Layer[]) => tf.sequential({ layers: [dense(16, 9, { inputShape: [16] }), ...layers] });

afterEach(() => void vi.restoreAllMocks());
const silence = () => vi.spyOn(console, 'warn').mockImplementation(() => {});

describe('layers that draw at random', () => {
  it.each<[string, () => tf.layers.Layer]>([
    ['gaussianNoise', () => tf.layers.gaussianNoise({ stddev: 0.3 })],
    ['gaussianDropout', () => tf.layers.gaussianDropout({ rate: 0.3 })],
    ['alphaDropout', () => tf.layers.alphaDropout({ rate: 0.3 })],
    ['dropout in a block', () => block(tf.layers.dropout({ rate: 0.5 }))],
    ['dropout in a block of a block', () => tf.sequential({ layers: [block(tf.layers.dropout({ rate: 0.5 }))] })],
    ['noise in a block', () => block(tf.layers.gaussianNoise({ stddev: 0.3 }))],
  ])('%s: one seed gives one loss, another another', async (_, layer) => {
    silence();
    const [first, second] = [await lossOf(make([layer()])), await lossOf(make([layer()]))];
    expect(second).toBe(first);
    expect((await fit(make([layer()]), data, { ...options, seed: 1 })).history.epochs[1].loss).not.toBe(first);
    expect(Math.random()).not.toBe(Math.random());
  });

  it('a seeded dropout in a block draws a new mask each step', async () => {
    silence();
    const drop = tf.layers.dropout({ rate: 0.5, seed: 4 });
    const model = make([block(drop)], { kind: 'sgd', learningRate: 0.05 });
    const [before] = read(model.layers.at(-1) as tf.layers.Layer);
    await fit(model, data, { ...options, batchSize: 1 });
    const [after] = read(model.layers.at(-1) as tf.layers.Layer);
    for (let unit = 0; unit < 16; unit++)
      expect(after.slice(unit * 4, unit * 4 + 4)).not.toEqual(before.slice(unit * 4, unit * 4 + 4));
    expect((drop as unknown as { seed: number }).seed).toBe(4);
  });
});

describe('constraints', () => {
  it('hold after training, also in a block', async () => {
    silence();
    const bounded = dense(8, 7, { kernelConstraint: tf.constraints.maxNorm({ maxValue: 0.1, axis: 0 }) });
    const signed = dense(8, 7, { kernelConstraint: tf.constraints.nonNeg(), inputShape: [8] });
    const model = make([bounded, tf.sequential({ layers: [signed] })]);
    await fit(model, data, options);
    const [kernel] = bounded.getWeights();
    expect(Math.max(...kernel.square().sum(0).sqrt().dataSync())).toBeLessThanOrEqual(0.1 + 1e-6);
    expect(Math.min(...read(signed)[0])).toBeGreaterThanOrEqual(0);
  });
});

describe('frozen layers', () => {
  // Compiled, and op by op because of its noise.
  const middles: [string, () => tf.layers.Layer[]][] = [
    ['compiled', () => [dense(16, 6), tf.layers.batchNormalization(), dense(8, 7)]],
    ['op by op', () => [dense(16, 6), tf.layers.batchNormalization(), tf.layers.gaussianNoise({ stddev: 0.1 }), dense(8, 7)]],
    ['in a block', () => [block(tf.layers.batchNormalization()), dense(8, 7)]],
  ];

  it.each(middles)('stay as they are, batch normalization with its moments, %s', async (_, middle) => {
    silence();
    const model = make(middle());
    const [, , first] = model.layers;
    const normalization = model.layers.find((layer) => layer.getClassName() === 'BatchNormalization') ?? first;
    for (const layer of [first, normalization]) layer.trainable = false;
    const before = [read(first), read(normalization)];
    const last = read(model.layers.at(-1) as tf.layers.Layer);
    const { history } = await fit(model, data, { ...options, epochs: 4 });
    expect([read(first), read(normalization)]).toEqual(before);
    expect(read(model.layers.at(-1) as tf.layers.Layer)).not.toEqual(last);
    expect(history.epochs[3].loss).toBeLessThan(history.epochs[0].loss);
  });

  it.each(middles)('are those of the first training since the model was compiled, as in Keras, %s', async (name, middle) => {
    const warn = silence();
    const model = make(middle());
    const [, , layer] = model.layers;
    const moments: number[][][] = [];
    const freeze = {
      onEpochEnd: ({ epoch }: { epoch: number }) => {
        if (epoch === 1) layer.trainable = false;
        moments.push(read(layer));
      },
    };
    await fit(model, data, { ...options, epochs: 3, callbacks: [freeze], validation: data });
    expect(moments[2]).not.toEqual(moments[0]);
    const said = () =>
      warn.mock.calls.filter(([words]) => /trainable of the model's layers was changed/.test(String(words))).length;
    expect(said()).toBe(1);
    await fit(model, data, options);
    const trained = read(layer);
    expect(trained).not.toEqual(moments[2]);
    recompileModel(model, {});
    await fit(model, data, options);
    expect(read(layer), name).toEqual(trained);
    layer.trainable = true;
    await fit(recompileModel(model, {}), data, options);
    expect(read(layer)).not.toEqual(trained);
  });

  it('are not all of a model', async () => {
    silence();
    const model = make([]);
    for (const layer of model.layers) layer.trainable = false;
    await expect(fit(model, data, options)).rejects.toThrow(/^model must have a layer to train, but all are frozen/);
  });
});
