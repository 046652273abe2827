import { afterAll, describe, expect, it } from 'vitest';
import { CompiledModel } from '../../../lib/compiler/compiled-model';
import { compileModel } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { drawWeights, nativeData, readWeights } from './fixtures';

const { layers } = tf;

// One white image: every input is 1, so that the gradient of a dense kernel behind the dropout shows the mask.
const white = nativeData({
  name: 'white',
  source: 'made by the test',
  images: new Uint8Array(784).fill(255),
  labels: Uint8Array.of(1),
  classNames: ['a', 'b', 'c'],
  size: 1,
});
afterAll(() => white.dispose());

const RATE = 0.25;

/** The gradients of one step on the white image, by weight in the model's order. */
function gradientsOf(build: () => tf.LayersModel, seed: number, steps = 1): number[][] {
  const model = compileModel(build(), { optimizer: { kind: 'sgd', learningRate: 1 } });
  drawWeights(model);
  const compiled = new CompiledModel(model, {});
  for (let step = 1; step < steps; step++) compiled.step(white, Uint32Array.of(0), 0, seed + step);
  const rate = 4096;
  compiled.step(white, Uint32Array.of(0), rate, seed);
  const before = readWeights(model);
  compiled.store();
  compiled.dispose();
  const after = readWeights(model);
  model.dispose();
  return before.map((weights, i) => Array.from(weights, (value, k) => (value - after[i][k]) / rate));
}

/** Images -> dropout -> dense with softmax. */
const one = (rate: number) => () =>
  tf.sequential({
    layers: [
      layers.inputLayer({ inputShape: [784] }),
      layers.dropout({ rate }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });

/** The factors by which the dropout multiplied 784 inputs of 1: the kernel's gradient over the bias's. */
function factorsOf(seed: number, rate = RATE, steps = 1): number[] {
  const [kernel, bias] = gradientsOf(one(rate), seed, steps);
  return Array.from({ length: 784 }, (_, i) => kernel[3 * i] / bias[0]);
}

const shareKept = (factors: readonly number[]) => factors.filter((factor) => factor > 0).length / 784;
const SEEDS = [0, 1, 2, 77, 4294967295];
/** Five standard deviations of a share of that many draws. */
const spread = (share: number, draws: number) => 5 * Math.sqrt((share * (1 - share)) / draws);

describe('dropout in a compiled step', () => {
  it.each([0.1, RATE, 0.5])('keeps a share 1 - %d and scales it by the inverse', (rate) => {
    const all = SEEDS.map((seed) => factorsOf(seed, rate));
    for (const factor of all.flat()) {
      if (factor !== 0) expect(factor).toBeCloseTo(1 / (1 - rate), 4);
    }
    const kept = all.reduce((sum, factors) => sum + shareKept(factors), 0) / SEEDS.length;
    expect(Math.abs(kept - (1 - rate))).toBeLessThan(spread(rate, 784 * SEEDS.length));
  });

  it('has the same mask for the same seed, whatever steps went before, and an unrelated one for another', () => {
    expect(factorsOf(1, RATE, 3)).toEqual(factorsOf(1));
    const masks = SEEDS.map((seed) => factorsOf(seed));
    for (const [i, mask] of masks.entries()) {
      for (const other of masks.slice(0, i)) {
        const both = shareKept(mask.map((factor, k) => factor * other[k]));
        const expected = (1 - RATE) ** 2;
        expect(Math.abs(both - expected)).toBeLessThan(spread(expected, 784));
      }
    }
  });

  it('has an unrelated mask in each layer of a model', () => {
    const [kernelA, biasA, kernelB, biasB] = gradientsOf(() => {
      const x = tf.input({ shape: [784] });
      const branches = [0, 1].map(() => {
        const dropped = layers.dropout({ rate: RATE }).apply(x);
        return layers.dense({ units: 2 }).apply(dropped) as tf.SymbolicTensor;
      });
      const joined = layers.concatenate().apply(branches);
      const y = layers.dense({ units: 3, activation: 'softmax' }).apply(joined) as tf.SymbolicTensor;
      return tf.model({ inputs: x, outputs: y });
    }, 3);
    const masks = [
      [kernelA, biasA],
      [kernelB, biasB],
    ].map(([kernel, bias]) => Array.from({ length: 784 }, (_, i) => kernel[2 * i] / bias[0]));
    const both = shareKept(masks[0].map((factor, i) => factor * masks[1][i]));
    const expected = (1 - RATE) ** 2;
    expect(Math.abs(both - expected)).toBeLessThan(spread(expected, 784));
  });

  it('gives its gradient the mask of the step', () => {
    const build = () =>
      tf.sequential({
        layers: [
          layers.inputLayer({ inputShape: [784] }),
          layers.dense({ units: 40, activation: 'linear' }),
          layers.dropout({ rate: RATE }),
          layers.dense({ units: 3, activation: 'softmax' }),
        ],
      });
    const model = build();
    drawWeights(model);
    const outer = readWeights(model)[2];
    model.dispose();
    const [, innerBias, outerKernel, outerBias] = gradientsOf(build, 5);
    const dropped = innerBias.map((_, unit) => outerKernel.slice(3 * unit, 3 * unit + 3).every((g) => g === 0));
    expect(new Set(dropped)).toEqual(new Set([true, false]));
    innerBias.forEach((gradient, unit) => {
      const arriving = outerBias.reduce((sum, delta, c) => sum + outer[3 * unit + c] * delta, 0);
      expect(gradient).toBeCloseTo(dropped[unit] ? 0 : arriving / (1 - RATE), 5);
    });
  });
});
