import { describe, expect, it } from 'vitest';
import { CompiledModel } from '../../../lib/compiler/compiled-model';
import { averageShare } from '../../../lib/compiler/moving-average';
import { compileModel } from '../../../lib/recipe/compile';
import { stripedImages } from '../training/striped-images';
import { nativeData, readWeights, relativeDifference } from './fixtures';
import { MODELS } from './models';

describe('averageShare', () => {
  it('takes each of the first steps by its own momentum, which is 2/11, 3/12 and so on', () => {
    expect(averageShare(0.99, 1)).toBeCloseTo(1 - 2 / 11, 12);
    expect(averageShare(0.99, 2)).toBeCloseTo(1 - 3 / 12, 12);
    expect(averageShare(0.99, 61)).toBeCloseTo(1 - 62 / 71, 12);
  });

  it('takes every fourth step as soon as the averages span eight, for all four together', () => {
    expect([62, 63, 65, 66, 67].map((step) => averageShare(0.99, step))).toEqual([0, 0, 0, 0, 0]);
    expect(averageShare(0.99, 64)).toBeCloseTo(1 - (63 / 72) * (64 / 73) * (65 / 74), 12);
    expect(averageShare(0.99, 4000)).toBeCloseTo(1 - 0.99 ** 4, 12);
  });

  it('takes every step of averages that never span eight', () => {
    expect([61, 62, 63, 64, 1001].map((step) => averageShare(0.8, step))).toEqual([0.2, 0.2, 0.2, 0.2, 0.2].map(close));
  });
});

const data = stripedImages(20, 3);

it('averages the weights of a training over the steps that are taken', () => {
  const model = compileModel(MODELS['dense without bias'](), {
    optimizer: { kind: 'sgd', learningRate: 0.1 },
    emaMomentum: 0.95,
  });
  const compiled = new CompiledModel(model, { emaMomentum: 0.95 });
  const native = nativeData(data);
  const expected = readWeights(model).map((array) => Float64Array.from(array));
  for (let step = 1; step <= 70; step++) {
    compiled.step(native, Uint32Array.of(step % data.size, (3 * step + 1) % data.size), 0.1, step);
    if (step > 61 && step % 4 !== 0) continue;
    const momentum = (one: number) => Math.min(0.95, (1 + one) / (10 + one));
    const since = step <= 61 ? [step] : step === 64 ? [62, 63, 64] : [step - 3, step - 2, step - 1, step];
    const kept = since.reduce((product, one) => product * momentum(one), 1);
    // The weights themselves are what the model would have without averages.
    compiled.state().averaged?.forEach((array, i) => {
      array.forEach((weight, k) => {
        expected[i][k] = kept * expected[i][k] + (1 - kept) * weight;
      });
    });
  }
  compiled.store();
  for (const [i, array] of readWeights(model).entries()) {
    expect(relativeDifference(array, expected[i])).toBeLessThan(1e-5);
  }
  for (const one of [compiled, model, native]) one.dispose();
});

function close(value: number): unknown {
  return expect.closeTo(value, 12);
}
