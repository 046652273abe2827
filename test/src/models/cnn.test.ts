import { describe, expect, it } from 'vitest';
import { compileConfigOf } from '../../../lib/recipe/compile';
import { HyperParameters, type HyperParameterValues } from '../../../lib/search/space/hyperparameters';
import { buildCnn } from '../../../src/models/cnn';
import { cnnValues, dense, normalizedConvolution } from './configurations';

const data = { classNames: ['a', 'b', 'c'] };

function build(changes: HyperParameterValues = {}) {
  const hp = HyperParameters.from({ ...cnnValues, ...changes });
  const model = buildCnn(hp, data);
  const classes = model.layers.map((layer) => layer.getClassName());
  return { model, classes, asked: [...hp.space.keys()] };
}

describe('buildCnn', () => {
  it('has the weights that its hyperparameters say', () => {
    const { model } = build();
    const convolutions = normalizedConvolution(1, 16, 5) + normalizedConvolution(16, 32, 3);
    const head = dense(4 * 4 * 32, 64, false) + 4 * 64 + dense(64, 3);
    expect(model.countParams()).toBe(convolutions + head);
    expect(model.inputs[0].shape).toEqual([null, 28, 28, 1]);
    expect(compileConfigOf(model)).toEqual({
      optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 },
      schedule: { kind: 'stepDecay', factor: 0.2 },
      batchSize: 128,
      labelSmoothing: 0.1,
      emaMomentum: 0.99,
      precision: 'mixedBfloat16',
    });
    model.dispose();
  });

  it('pools each block before its normalization and activation', () => {
    const { model, classes } = build();
    const block = ['Conv2D', 'MaxPooling2D', 'BatchNormalization', 'Activation'];
    expect(classes).toEqual([
      ...['InputLayer', ...block, ...block, 'Flatten'],
      ...['Dropout', 'Dense', 'BatchNormalization', 'Activation', 'Dense'],
    ]);
    model.dispose();
  });

  it('pools by 3 after the first block, by 2 after the others', () => {
    const { model } = build({ blocks: 3, filters3: 32, batchNormalization: false });
    const pools = model.layers.filter((layer) => layer.getClassName() === 'MaxPooling2D');
    // 28 / 3 = 9, 9 / 2 = 4, 4 / 2 = 2, each rounded down.
    expect(pools.map(({ outputShape }) => outputShape[1])).toEqual([9, 4, 2]);
    const convolutions = 25 * 16 + 16 + 9 * 16 * 32 + 32 + 9 * 32 * 32 + 32;
    expect(model.countParams()).toBe(convolutions + dense(2 * 2 * 32, 64) + dense(64, 3));
    model.dispose();
  });

  it('has a dropout before each dense layer but the output', () => {
    const { model, classes } = build({ denseLayers: 2, denseUnits2: 128, batchNormalization: false });
    const head = ['Dropout', 'Dense', 'Activation'];
    expect(classes.slice(classes.indexOf('Flatten'))).toEqual(['Flatten', ...head, ...head, 'Dense']);
    model.dispose();
  });

  it('asks for what depends on other hyperparameters only with them', () => {
    const asked = (changes: HyperParameterValues) => {
      const found = build(changes);
      found.model.dispose();
      return found.asked;
    };
    expect(asked({})).not.toContain('filters3');
    const three = asked({ blocks: 3, filters3: 32 });
    expect(three).toEqual(expect.arrayContaining(['filters3', 'kernelSize']));
    expect(asked({ regularization: 'none' })).not.toContain('l1');
    expect(asked({ regularization: 'l2' })).toEqual(expect.not.arrayContaining(['l1']));
    expect(asked({})).toContain('batchNormalization');
    expect(asked({ activation: 'sigmoid' })).not.toContain('batchNormalization');
  });

  it('normalizes sigmoids always', () => {
    const { model, classes } = build({ activation: 'sigmoid', batchNormalization: false });
    expect(classes.filter((name) => name === 'BatchNormalization')).toHaveLength(3);
    model.dispose();
  });

  it('penalizes its kernels: l1 times the sum of |w| and l2 times the sum of squares', () => {
    const { model } = build();
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
