import { describe, expect, it } from 'vitest';
import { buildCnn } from '../../src/models';
import { compileConfigOf } from '../../src/models/compile';
import { HyperParameters, type HyperParameterValues } from '../../src/tuner/space/hyperparameters';
import { cnnValues, dense } from './configurations';

const data = { classNames: ['a', 'b', 'c'] };

/** Weights of a convolution with batch normalization. */
function normalized(channels: number, filters: number, kernelSize: number): number {
  return kernelSize ** 2 * channels * filters + 4 * filters;
}

describe('buildCnn', () => {
  it('has the weights that its hyperparameters say', () => {
    const model = buildCnn(HyperParameters.from(cnnValues), data);
    const convolutions = 25 * 16 + 4 * 16 + 9 * 16 * 32 + 4 * 32;
    expect(model.countParams()).toBe(convolutions + dense(7 * 7 * 32, 64) + dense(64, 3));
    expect(model.inputs[0].shape).toEqual([null, 28, 28, 1]);
    expect(compileConfigOf(model)).toEqual({
      optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 },
      schedule: { kind: 'stepDecay', factor: 0.2 },
      batchSize: 64,
      labelSmoothing: 0.1,
      augmentation: { rotation: 5, shift: 0.05, scale: 0.05, shear: 0.075 },
    });
    model.dispose();
  });

  it('has two convolutions of 3 x 3 a block where it is asked for two, whatever the size of single ones', () => {
    const values = { ...cnnValues, convolutions: 2, residual: false, head: 'globalAverage' };
    const model = buildCnn(HyperParameters.from(values), data);
    const first = normalized(1, 16, 3) + normalized(16, 16, 3);
    const second = normalized(16, 32, 3) + normalized(32, 32, 3);
    expect(model.countParams()).toBe(first + second + dense(32, 64) + dense(64, 3));
    model.dispose();
  });

  it('has residual blocks, with a projection where the filters change', () => {
    const values = { ...cnnValues, convolutions: 2, residual: true };
    const model = buildCnn(HyperParameters.from(values), data);
    const first = normalized(1, 16, 3) + normalized(16, 16, 3) + normalized(1, 16, 1);
    const second = normalized(16, 32, 3) + normalized(32, 32, 3) + normalized(16, 32, 1);
    expect(model.countParams()).toBe(first + second + dense(7 * 7 * 32, 64) + dense(64, 3));
    expect(model.layers.filter((layer) => layer.getClassName() === 'Add')).toHaveLength(2);
    model.dispose();
  });

  it('asks for what depends on other hyperparameters only with them', () => {
    const asked = (changes: HyperParameterValues) => {
      const hp = HyperParameters.from({ ...cnnValues, residual: false, weightDecay: 0.01, ...changes });
      buildCnn(hp, data).dispose();
      return Object.keys(hp.values);
    };
    expect(asked({ convolutions: 1 })).toContain('kernelSize2');
    expect(asked({ convolutions: 1 })).not.toContain('residual');
    expect(asked({ convolutions: 2 })).toContain('residual');
    expect(asked({ convolutions: 2 })).not.toContain('kernelSize2');
    expect(asked({ convolutions: 2, batchNormalization: false })).not.toContain('residual');
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
