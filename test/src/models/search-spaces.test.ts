import { describe, expect, it } from 'vitest';
import { random } from '../../../lib/base/random';
import { compileConfigOf } from '../../../lib/recipe/compile';
import { defaultHyperparameters } from '../../../lib/search/default-hyperparameters';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { contains, defaultValue, valueAt } from '../../../lib/search/space/domain';
import { HyperParameters, type HyperParameterValues } from '../../../lib/search/space/hyperparameters';
import { describeSpace } from '../../../lib/search/space/search-space';
import * as tf from '../../../lib/tensorflow';
import { LEARNING_RATES } from '../../../src/models/choices';
import { buildCnn } from '../../../src/models/cnn';
import { buildMlp } from '../../../src/models/mlp';
import { dense, normalizedConvolution } from './configurations';

const data = { classNames: Array.from({ length: 47 }, (_, c) => `c${c}`) };

/** Defaults of how a model is trained and regularized, of whatever a configuration may have. */
const COMMON = {
  batchNormalization: true,
  dropout: 0.2,
  regularization: 'none',
  l1: 1e-5,
  l2: 1e-4,
  optimizer: 'adam',
  schedule: 'cosineAnnealing',
  decayFactor: 0.5,
  adamLearningRate: 0.002,
  rmspropLearningRate: 0.002,
  adagradLearningRate: 0.05,
  sgdLearningRate: 0.2,
  sgdMomentumLearningRate: 0.05,
  adadeltaLearningRate: 2,
};

interface Space {
  readonly build: ModelBuilder;
  readonly defaults: HyperParameterValues;
  /** The configuration where nothing chooses, in the order asked, and its weights counted by hand. */
  readonly baseline: HyperParameterValues;
  readonly weights: number;
}

const SPACES: readonly (readonly [string, Space])[] = [
  [
    'buildMlp',
    {
      build: buildMlp,
      defaults: {
        ...COMMON,
        layers: 2,
        units1: 512,
        units2: 512,
        units3: 512,
        activation1: 'relu',
        activation2: 'relu',
        activation3: 'relu',
      },
      baseline: {
        layers: 2,
        units1: 512,
        activation1: 'relu',
        units2: 512,
        activation2: 'relu',
        batchNormalization: true,
        dropout: 0.2,
        regularization: 'none',
        optimizer: 'adam',
        adamLearningRate: 0.002,
        schedule: 'cosineAnnealing',
      },
      weights: dense(784, 512, false) + 4 * 512 + dense(512, 512, false) + 4 * 512 + dense(512, 47),
    },
  ],
  [
    'buildCnn',
    {
      build: buildCnn,
      defaults: {
        ...COMMON,
        blocks: 3,
        activation: 'relu',
        kernelSize: 3,
        filters1: 16,
        filters2: 32,
        filters3: 64,
        denseLayers: 1,
        denseUnits1: 128,
        denseUnits2: 128,
      },
      baseline: {
        blocks: 3,
        activation: 'relu',
        batchNormalization: true,
        regularization: 'none',
        kernelSize: 3,
        filters1: 16,
        filters2: 32,
        filters3: 64,
        dropout: 0.2,
        denseLayers: 1,
        denseUnits1: 128,
        optimizer: 'adam',
        adamLearningRate: 0.002,
        schedule: 'cosineAnnealing',
      },
      // Pools of 3, 2 and 2 leave 2 x 2 of 28 x 28 pixels: 9, 4, 2.
      weights:
        normalizedConvolution(1, 16, 3) +
        normalizedConvolution(16, 32, 3) +
        normalizedConvolution(32, 64, 3) +
        (dense(2 * 2 * 64, 128, false) + 4 * 128) +
        dense(128, 47),
    },
  ],
];

describe.each(SPACES)('the space of %s', (name, { build, defaults, baseline, weights }) => {
  it('has these defaults, all within their domains', () => {
    const space = [...describeSpace(build, data)];
    const found = Object.fromEntries(space.map(([asked, { domain }]) => [asked, defaultValue(domain)]));
    expect(found).toEqual(defaults);
    expect(space.filter(([, { domain }]) => !contains(domain, defaultValue(domain)))).toEqual([]);
  });

  it('begins with this configuration where nothing chooses', () => {
    expect(Object.entries(defaultHyperparameters(build, data))).toEqual(Object.entries(baseline));
    const model = build(HyperParameters.from(baseline), data);
    expect(model.countParams()).toBe(weights);
    expect(compileConfigOf(model)).toEqual({
      optimizer: { kind: 'adam', learningRate: 0.002 },
      schedule: { kind: 'cosineAnnealing', warmUp: 0.1 },
      batchSize: 128,
      labelSmoothing: 0.1,
      emaMomentum: 0.99,
      precision: 'mixedBfloat16',
    });
    model.dispose();
  });

  it.each([
    ['relu', true],
    ['sigmoid', false],
  ])('can be narrowed to %s from outside', (activation, isAsked) => {
    const overrides = new HyperParameters();
    for (const asked of Object.keys(defaults)) {
      if (asked.startsWith('activation')) overrides.fixed(asked, activation);
    }
    const values = defaultHyperparameters(build, data, { overrides });
    expect('batchNormalization' in values).toBe(isAsked);
    expect(Object.values(values)).toContain(activation);
  });

  it('builds all of 200 random draws, with rates in their ranges and sigmoids normalized', () => {
    const { next } = random(0, '200 draws', name);
    const before = tf.memory().numTensors;
    const optimizers = new Set<unknown>();
    let sigmoids = 0;
    for (let draw = 0; draw < 200; draw++) {
      const hp = new HyperParameters((_name, domain) => valueAt(domain, next()));
      const model = build(hp, data);
      const { values } = hp;
      const told = JSON.stringify(values);
      const chosen = values.optimizer as keyof typeof LEARNING_RATES;
      optimizers.add(chosen);
      const [min, max] = LEARNING_RATES[chosen];
      const { optimizer } = compileConfigOf(model) ?? {};
      expect(optimizer?.learningRate, told).toBe(values[`${chosen}LearningRate`]);
      expect(optimizer?.learningRate, told).toBeGreaterThanOrEqual(min);
      expect(optimizer?.learningRate, told).toBeLessThanOrEqual(max);
      // No other optimizer's rate is asked for.
      expect(Object.keys(values).filter((asked) => asked.endsWith('LearningRate'))).toHaveLength(1);
      const classes = model.layers.map((layer) => layer.getClassName());
      const normalized = classes.filter((each) => each === 'BatchNormalization').length;
      const hidden = classes.filter((each) => each === 'Dense' || each === 'Conv2D').length - 1;
      const isSigmoid = Object.entries(values).some(([asked, value]) => asked.startsWith('activation') && value === 'sigmoid');
      if (isSigmoid) sigmoids++;
      expect('batchNormalization' in values, told).toBe(!isSigmoid);
      expect(normalized, told).toBe(isSigmoid || values.batchNormalization === true ? hidden : 0);
      expect(model.countParams()).toBeGreaterThan(10_000);
      model.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(optimizers.size).toBe(6);
    expect(sigmoids).toBeGreaterThan(20);
  });

  it('has defaults for the learning rates within what it draws', () => {
    for (const [min, max, preset] of Object.values(LEARNING_RATES)) {
      expect(min).toBeGreaterThan(0);
      expect(preset).toBeGreaterThanOrEqual(min);
      expect(preset).toBeLessThanOrEqual(max);
    }
  });
});
