import { describe, expect, it } from 'vitest';
import { packWeights, quantizeModel } from '../../../lib/drawing/quantize';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { evaluate } from '../../../lib/training/evaluate';
import { fit } from '../../../lib/training/fit';
import { ACTIVATIONS, Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';

function pack(weights: number[], shape: number[]) {
  const weightSpecs = [{ name: 'kernel', shape, dtype: 'float32' as const }];
  return { modelTopology: {}, weightSpecs, weightData: new Float32Array(weights).buffer };
}

describe('packWeights', () => {
  it('spreads 8 bit numbers from the smallest weight to the largest', () => {
    // Steps of (4 - -1) / 255 = 0.0196: 0.5 is 76.5 steps above -1.
    const { weightSpecs, weightData } = packWeights(pack([-1, 0, 1, 4], [2, 2]), 'uint8');
    expect([...new Uint8Array(weightData)]).toEqual([0, 51, 102, 255]);
    expect(weightSpecs[0].quantization).toEqual({ dtype: 'uint8', min: -1, scale: 5 / 255 });
    const { kernel } = tf.io.decodeWeights(weightData, weightSpecs);
    [...kernel.dataSync()].forEach((weight, i) => {
      expect(weight).toBeCloseTo([-1, 0, 1, 4][i], 6);
    });
    kernel.dispose();
  });

  it('keeps biases and equal weights', () => {
    const bias = packWeights(pack([0.1, 0.2], [2]), 'uint8');
    expect(bias).toEqual(pack([0.1, 0.2], [2]));
    const { weightSpecs, weightData } = packWeights(pack([3, 3], [1, 2]), 'uint16');
    const { kernel } = tf.io.decodeWeights(weightData, weightSpecs);
    expect([...kernel.dataSync()]).toEqual([3, 3]);
    kernel.dispose();
  });

  it('refuses weights that are not finite', () => {
    expect(() => packWeights(pack([1, Number.NaN], [1, 2]), 'uint8')).toThrow(/kernel holds others.*diverged/);
  });
});

describe('quantizeModel', () => {
  it('packs every layer and activation in 8 bits, and leaves the model and the memory as they were', async () => {
    const data = stripedImages(40);
    const stack = new Stack(0, { l1: 1e-6, l2: 1e-6 })
      .input([28, 28, 1])
      .convolution(4, 3, 'leakyRelu', true)
      .maxPooling(2)
      .flatten()
      .dropout(0.5);
    for (const activation of ACTIVATIONS) stack.dense(16, activation, true);
    const model = compileModel(stack.output(4), { optimizer: { kind: 'adam', learningRate: 0.01 } });
    await fit(model, data, { epochs: 8, batchSize: 8, title: null });
    const before = await evaluate(model, data);
    const tensors = tf.memory().numTensors;

    const { packed, format, predictions, fullAccuracy } = await quantizeModel(model, data);

    expect(tf.memory().numTensors).toBe(tensors);
    expect(format).toBe('uint8');
    expect(fullAccuracy).toBe(before.accuracy);
    expect(Math.abs(predictions.accuracy - before.accuracy)).toBeLessThanOrEqual(0.001);
    expect((await evaluate(model, data)).probabilities).toEqual(before.probabilities);
    const full = model.weights.reduce((sum, weight) => sum + 4 * tf.util.sizeFromShape(weight.shape as number[]), 0);
    expect(packed.weightData.byteLength).toBeLessThan(0.35 * full);
    expect(JSON.stringify(packed.modelTopology)).not.toMatch(/VarianceScaling|Glorot/);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(packed));
    expect((await evaluate(loaded, data)).probabilities).toEqual(predictions.probabilities);
    loaded.dispose();
    model.dispose();
  });

  it('takes more bits where 8 change the accuracy', async () => {
    const data = stripedImages(40);
    // Blank in every image, so its weights mean nothing.
    for (let i = 0; i < data.size; i++) data.images[i * 784] = 0;
    const model = compileModel(new Stack(0).input([784]).dense(16, 'relu').output(4), {
      optimizer: { kind: 'adam', learningRate: 0.01 },
    });
    await fit(model, data, { epochs: 20, batchSize: 8, title: null });
    const [kernel, bias] = model.layers[1].getWeights();
    const values = kernel.arraySync() as number[][];
    // Steps of 4 leave eight bits no room for the weights that tell the classes apart.
    values[0][0] = 1000;
    model.layers[1].setWeights([tf.tensor2d(values), bias]);

    const { format, predictions, fullAccuracy } = await quantizeModel(model, data);

    expect(fullAccuracy).toBeGreaterThan(0.9);
    expect(format).not.toBe('uint8');
    expect(predictions.accuracy).toBe(fullAccuracy);
    model.dispose();
  });
});
