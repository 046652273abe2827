import { describe, expect, it } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import { defaultHyperparameters } from '../../../lib/search/default-hyperparameters';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { HyperParameters } from '../../../lib/search/space/hyperparameters';
import * as tf from '../../../lib/tensorflow';
import { buildMlp } from '../../../src/models/mlp';
import { Stack } from '../../../src/models/stack';

describe('defaultHyperparameters', () => {
  it('gives what the builder asks for, each at its default, else its lowest or first value', () => {
    const values = defaultHyperparameters((hp) => {
      if (hp.int('layers', { min: 1, max: 3, default: 2 }) > 1) hp.int('units2', { min: 32, max: 64 });
      hp.float('rate', { min: 1e-4, max: 1e-2, sampling: 'log' });
      hp.choice('activation', ['relu', 'tanh'], { default: 'tanh' });
      if (hp.boolean('batchNormalization')) hp.float('momentum', { min: 0, max: 1 });
      hp.fixed('classes', 10);
    });
    expect(Object.entries(values)).toEqual([
      ...[
        ['layers', 2],
        ['units2', 32],
        ['rate', 1e-4],
      ],
      ...[
        ['activation', 'tanh'],
        ['batchNormalization', false],
        ['classes', 10],
      ],
    ]);
  });

  it('disposes the model, tells the builder of the data, and of two classes where nothing is said', () => {
    const seen: number[] = [];
    const build: ModelBuilder = (hp, { classNames, seed }) => {
      seen.push(classNames.length);
      const model = compileModel(new Stack(seed).input([784]).output(classNames.length), {
        optimizer: { kind: 'adam', learningRate: hp.float('rate', { min: 0.001, max: 1, default: 0.01 }) },
      });
      if (classNames.length === 3) throw new Error('three are too many');
      return model;
    };
    const before = tf.memory().numTensors;
    expect(defaultHyperparameters(build)).toEqual({ rate: 0.01 });
    defaultHyperparameters(build, { classNames: ['a', 'b', 'c', 'd'] });
    expect(() => defaultHyperparameters(build, { classNames: ['a', 'b', 'c'] })).toThrow('three are too many');
    expect(seen).toEqual([2, 4, 3]);
    expect(tf.memory().numTensors).toBe(before);
    expect(defaultHyperparameters(buildMlp)).toMatchObject({ layers: 2, units2: 512, optimizer: 'adam' });
  });

  it('takes domains and defaults from outside', () => {
    const overrides = new HyperParameters();
    overrides.fixed('optimizer', 'sgd');
    overrides.int('units', { min: 8, max: 16, default: 12 });
    const define = (hp: HyperParameters) => {
      hp.choice('optimizer', ['adam', 'sgd']);
      hp.int('units', { min: 1, max: 64 });
      hp.int('depth', { min: 1, max: 4 });
    };
    expect(defaultHyperparameters(define, undefined, { overrides })).toEqual({ optimizer: 'sgd', units: 12, depth: 1 });
    expect(() => defaultHyperparameters(define, undefined, { overrides, allowNewEntries: false })).toThrow('asks for "depth"');
  });
});
