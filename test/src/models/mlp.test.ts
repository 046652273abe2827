import { describe, expect, it } from 'vitest';
import { compileConfigOf } from '../../../lib/recipe/compile';
import { HyperParameters } from '../../../lib/search/space/hyperparameters';
import { buildMlp } from '../../../src/models/mlp';
import { dense, mlpValues } from './configurations';

const data = { classNames: ['a', 'b', 'c'] };

describe('buildMlp', () => {
  it('has the weights that its hyperparameters say', () => {
    const model = buildMlp(HyperParameters.from(mlpValues), data);
    expect(model.countParams()).toBe(dense(784, 64) + dense(64, 32) + dense(32, 3));
    expect(model.inputs[0].shape).toEqual([null, 784]);
    expect(model.outputs[0].shape).toEqual([null, 3]);
    expect(compileConfigOf(model)).toEqual({
      optimizer: { kind: 'adam', learningRate: 0.002 },
      schedule: { kind: 'constant' },
      batchSize: 128,
      labelSmoothing: 0.1,
      emaMomentum: 0.99,
      precision: 'mixedBfloat16',
    });
    model.dispose();
  });

  it('normalizes before the activation and then needs no bias', () => {
    const model = buildMlp(HyperParameters.from({ ...mlpValues, batchNormalization: true }), data);
    expect(model.layers.map((layer) => layer.getClassName())).toEqual([
      ...['InputLayer', 'Dense', 'BatchNormalization', 'Activation', 'Dropout'],
      ...['Dense', 'BatchNormalization', 'LeakyReLU', 'Dropout', 'Dense'],
    ]);
    const hidden = dense(784, 64, false) + 4 * 64 + dense(64, 32, false) + 4 * 32;
    expect(model.countParams()).toBe(hidden + dense(32, 3));
    model.dispose();
  });

  it('asks for batch normalization only where no layer has sigmoids, which are always normalized', () => {
    const build = (activation2: string) => {
      const hp = HyperParameters.from({ ...mlpValues, activation2 });
      const model = buildMlp(hp, data);
      const found = model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization').length;
      model.dispose();
      return { asked: hp.space.has('batchNormalization'), found };
    };
    expect(build('tanh')).toEqual({ asked: true, found: 0 });
    expect(build('sigmoid')).toEqual({ asked: false, found: 2 });
  });
});
