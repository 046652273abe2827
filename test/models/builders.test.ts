import { describe, expect, it } from 'vitest';
import {
  buildCnn,
  buildMlp,
  buildReferenceCnn,
  buildReferenceMlp,
  compileModel,
  type ModelBuilder,
  Stack,
} from '../../src/models';
import { compileConfigOf } from '../../src/models/compile';
import { random } from '../../src/random';
import * as tf from '../../src/tensorflow';
import { HyperParameters, valueAt } from '../../src/tuner/hyperparameters';

const data = { classNames: ['a', 'b', 'c'] };

/** Weights of the layers, counted by hand in the tests: `kernel + bias`. */
function dense(inputs: number, units: number, bias = true): number {
  return inputs * units + (bias ? units : 0);
}

const mlpValues = {
  layers: 2,
  units1: 64,
  activation1: 'relu',
  units2: 32,
  activation2: 'leakyRelu',
  batchNormalization: false,
  dropout: 0.2,
  regularization: 'none',
  optimizer: 'adam',
  adamLearningRate: 0.001,
  schedule: 'constant',
};
const cnnValues = {
  blocks: 2,
  poolSize: 2,
  activation: 'elu',
  batchNormalization: true,
  filters1: 16,
  kernelSize1: 5,
  filters2: 32,
  kernelSize2: 3,
  dropout: 0.5,
  denseActivation: 'tanh',
  denseLayers: 1,
  denseUnits1: 64,
  regularization: 'l1l2',
  l1: 1e-5,
  l2: 1e-4,
  optimizer: 'sgd',
  sgdLearningRate: 0.05,
  momentum: 0.9,
  schedule: 'stepDecay',
  decayFactor: 0.2,
};

describe('buildMlp', () => {
  it('has the weights that its hyperparameters say', () => {
    const model = buildMlp(HyperParameters.from(mlpValues), data);
    expect(model.countParams()).toBe(dense(784, 64) + dense(64, 32) + dense(32, 3));
    expect(model.inputs[0].shape).toEqual([null, 784]);
    expect(model.outputs[0].shape).toEqual([null, 3]);
    expect(compileConfigOf(model)).toEqual({
      optimizer: { kind: 'adam', learningRate: 0.001 },
      schedule: { kind: 'constant' },
    });
    model.dispose();
  });

  it('normalizes before the activation and then needs no bias', () => {
    const model = buildMlp(HyperParameters.from({ ...mlpValues, layers: 1, batchNormalization: true }), data);
    expect(model.layers.map((layer) => layer.getClassName())).toEqual([
      'InputLayer',
      'Dense',
      'BatchNormalization',
      'Activation',
      'Dropout',
      'Dense',
    ]);
    expect(model.countParams()).toBe(dense(784, 64, false) + 4 * 64 + dense(64, 3));
    model.dispose();
  });
});

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
      const values = kernel.read().dataSync();
      return sum + values.reduce((part, w) => part + 1e-5 * Math.abs(w) + 1e-4 * w * w, 0);
    }, 0);
    expect(kernels).toHaveLength(3);
    expect(penalty).toBeCloseTo(expected, 4);
    model.dispose();
  });
});

describe('reference models', () => {
  it('have the weights of their published layers', () => {
    const mlp = buildReferenceMlp(new HyperParameters(), data);
    expect(mlp.countParams()).toBe(dense(784, 512) + 4 * 512 + dense(512, 256) + dense(256, 3));
    const cnn = buildReferenceCnn(new HyperParameters(), data);
    const convolutions = 9 * 32 + 32 + 9 * 32 * 128 + 128 + 9 * 128 * 128 + 128;
    expect(cnn.countParams()).toBe(convolutions + dense(3 * 3 * 128, 512) + dense(512, 256) + dense(256, 3));
    mlp.dispose();
    cnn.dispose();
  });
});

describe.each<[string, ModelBuilder]>([
  ['buildMlp', buildMlp],
  ['buildCnn', buildCnn],
])('%s over its whole space', (name, build) => {
  it('gives probabilities for any configuration, and leaves no tensor behind', () => {
    const { next } = random(0, 'space', name);
    const seen = new Set<string>();
    const before = tf.memory().numTensors;
    for (let draw = 0; draw < 12; draw++) {
      const hp = new HyperParameters((_name, domain) => valueAt(domain, next()));
      const model = build(hp, data);
      tf.tidy(() => {
        const shape = model.inputs[0].shape.map((side) => side ?? 2);
        const sums = (model.apply(tf.ones(shape)) as tf.Tensor).sum(-1).dataSync();
        for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
      });
      for (const asked of hp.space.keys()) seen.add(asked);
      model.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(seen).toContain('schedule');
  });

  it('draws the same weights from the same seed, others from another, 0 being the default', () => {
    const weights = (seed?: number) => {
      const model = build(HyperParameters.from({ ...mlpValues, ...cnnValues }), { ...data, seed });
      const values = model.getWeights().map((weight) => Array.from(weight.dataSync()));
      model.dispose();
      return values;
    };
    expect(weights(0)).toEqual(weights());
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)[0]).not.toEqual(weights(0)[0]);
  });
});

describe('compileModel', () => {
  const model = () => new Stack().input([784]).output(3);

  it('makes each optimizer with its learning rate', () => {
    for (const kind of ['sgd', 'adam', 'rmsprop', 'adagrad', 'adadelta'] as const) {
      const compiled = compileModel(model(), { optimizer: { kind, learningRate: 0.25 } });
      expect(compiled.optimizer.getClassName().toLowerCase()).toBe(kind);
      expect(compiled.optimizer.getConfig().learningRate).toBe(0.25);
      compiled.dispose();
    }
  });

  it('says what is wrong with a configuration', () => {
    const compile = (config: Parameters<typeof compileModel>[1]) => () => compileModel(model(), config);
    expect(compile({ optimizer: { kind: 'adam', learningRate: 0 } })).toThrow(/learningRate.*above 0.*got 0/);
    expect(compile({ optimizer: { kind: 'sgd', learningRate: 1, momentum: 1 } })).toThrow(
      /momentum.*below 1.*got 1/,
    );
    const optimizer = { kind: 'adam', learningRate: 0.1 } as const;
    expect(compile({ optimizer, schedule: { kind: 'stepDecay', factor: 2 } })).toThrow(/factor.*got 2/);
    expect(compile({ optimizer, schedule: { kind: 'stepDecay', every: 0 } })).toThrow(/every.*got 0/);
    expect(compile({ optimizer, schedule: { kind: 'cosineAnnealing', floor: -1 } })).toThrow(/floor.*got -1/);
  });
});
