import { describe, expect, it } from 'vitest';
import { buildCnn } from '../../src/models';
import { compileConfigOf } from '../../src/models/compile';
import { HyperParameters } from '../../src/tuner/space/hyperparameters';
import { cnnValues, dense } from './configurations';

const data = { classNames: ['a', 'b', 'c'] };

describe('buildCnn', () => {
  it('has the weights that its hyperparameters say', () => {
    const model = buildCnn(HyperParameters.from(cnnValues), data);
    const convolutions = 25 * 16 + 4 * 16 + 9 * 16 * 32 + 4 * 32;
    expect(model.countParams()).toBe(convolutions + dense(7 * 7 * 32, 64) + dense(64, 3));
    expect(model.inputs[0].shape).toEqual([null, 28, 28, 1]);
    expect(compileConfigOf(model)).toEqual({
      optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 },
      schedule: { kind: 'stepDecay', factor: 0.2 },
    });
    model.dispose();
  });

  it('penalizes its kernels: l1 times the sum of |w| and l2 times the sum of squares', () => {
    const model = buildCnn(HyperParameters.from(cnnValues), data);
    const penalty = model.calculateLosses().reduce((sum, loss) => sum + loss.dataSync()[0], 0);
    // The output layer is not regularized.
    const kernels = model.trainableWeights.filter(({ shape }) => shape.length > 1).slice(0, -1);
    const expected = kernels.reduce((sum, kernel) => {
      const values = kernel.read().dataSync<'float32'>();
      return sum + values.reduce((part, w) => part + 1e-5 * Math.abs(w) + 1e-4 * w * w, 0);
    }, 0);
    expect(kernels).toHaveLength(3);
    expect(penalty).toBeCloseTo(expected, 4);
    model.dispose();
  });
});
