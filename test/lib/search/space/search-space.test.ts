import { describe, expect, it } from 'vitest';
import { HyperParameters } from '../../../../lib/search/space/hyperparameters';
import { describeCondition, describeSpace } from '../../../../lib/search/space/search-space';
import * as tf from '../../../../lib/tensorflow';
import { buildCnn } from '../../../../src/models/cnn';

type Builder = (hp: HyperParameters) => unknown;

/** The space as names with their conditions in words. */
const conditionsOf = (build: Builder, options?: Parameters<typeof describeSpace>[2]) =>
  Object.fromEntries(
    [...describeSpace(build, undefined, options)].map(([name, { conditions }]) => [
      name,
      conditions.map(describeCondition).join(' and '),
    ]),
  );

describe('describeSpace', () => {
  it('tells what each hyperparameter depends on, from scopes and from plain ifs alike', () => {
    const build: Builder = (hp) => {
      const layers = hp.int('layers', { min: 1, max: 3 });
      for (let layer = 1; layer <= layers; layer++) hp.int(`units${layer}`, { min: 32, max: 512, step: 32 });
      hp.choice('optimizer', ['adam', 'sgd', 'rmsprop']);
      hp.conditionalScope('optimizer', ['sgd', 'rmsprop'], () => {
        if (hp.boolean('momentum')) hp.boolean('nesterov');
      });
      if (hp.float('dropout', { min: 0, max: 0.3, step: 0.1 }) > 0) hp.boolean('spatial');
    };
    expect(Object.entries(conditionsOf(build))).toEqual([
      ['layers', ''],
      ['units1', ''],
      ['units2', 'layers is 2 or 3'],
      ['units3', 'layers is 3'],
      ['optimizer', ''],
      ['momentum', 'optimizer is "sgd" or "rmsprop"'],
      ['nesterov', 'optimizer is "sgd" or "rmsprop" and momentum is true'],
      ['dropout', ''],
      ['spatial', 'dropout is 0.1, 0.2 or 0.3'],
    ]);
  });

  it('follows a chain of rare values to its end', () => {
    // One configuration in 6^6 = 46,656 has the last one.
    const build: Builder = (hp) => {
      for (let depth = 0; hp.choice(`depth${depth}`, ['a', 'b', 'c', 'd', 'e', 'f']) === 'd' && depth < 6; depth++);
    };
    const space = conditionsOf(build);
    expect(Object.keys(space).length).toBe(7);
    expect(space.depth6).toBe('depth5 is "d"');
  });

  it('says "not always" where no single parent explains it', () => {
    const build: Builder = (hp) => {
      const [a, b] = [hp.boolean('a'), hp.boolean('b')];
      if (a && b) hp.boolean('both');
      if (hp.float('rate', { min: 0, max: 1 }) > 0.5) {
        hp.boolean('above');
        hp.boolean('beside');
      }
    };
    expect(conditionsOf(build)).toMatchObject({ both: 'not always', above: 'not always', beside: 'not always' });
  });

  it('unites scopes: asked for in two of them, or in one and outside', () => {
    const build: Builder = (hp) => {
      hp.choice('penalty', ['none', 'l1', 'l2', 'l1l2']);
      hp.conditionalScope('penalty', ['l1'], () => hp.boolean('strength'));
      hp.conditionalScope('penalty', ['l2', 'l1l2'], () => hp.boolean('strength'));
      hp.conditionalScope('penalty', ['l1'], () => hp.boolean('always'));
      hp.boolean('always');
    };
    expect(conditionsOf(build)).toEqual({ penalty: '', strength: 'penalty is "l1", "l2" or "l1l2"', always: '' });
  });

  it('refuses one name with two domains in different branches, showing both', () => {
    const scopes: Builder = (hp) => {
      hp.choice('layers', [2, 3]);
      hp.conditionalScope('layers', [2], () => hp.choice('third_activation_layer', ['relu', 'elu']));
      hp.conditionalScope('layers', [3], () => hp.choice('third_activation_layer', ['tanh']));
    };
    const message =
      /"third_activation_layer" was defined with two domains: .*"relu", "elu".*Give each its own name, or put each in a nameScope/;
    expect(() => describeSpace(scopes, undefined)).toThrow(message);
    const plain: Builder = (hp) =>
      hp.choice('layers', [2, 3]) === 2
        ? hp.choice('third_activation_layer', ['relu', 'elu'])
        : hp.choice('third_activation_layer', ['tanh']);
    expect(() => describeSpace(plain, undefined)).toThrow(message);
    const named: Builder = (hp) => {
      hp.choice('layers', [2, 3]);
      hp.conditionalScope('layers', [2], () => hp.nameScope('two', () => hp.choice('activation', ['relu', 'elu'])));
      hp.conditionalScope('layers', [3], () => hp.nameScope('three', () => hp.choice('activation', ['tanh'])));
    };
    expect(conditionsOf(named)).toEqual({ layers: '', 'two/activation': 'layers is 2', 'three/activation': 'layers is 3' });
  });

  it('looks past configurations that cannot be built, and throws where none can', () => {
    const build: Builder = (hp) => {
      if (hp.choice('poolSize', [2, 3, 5]) === 5) throw new Error('no pixel is left');
      hp.boolean('bias');
    };
    expect(conditionsOf(build)).toEqual({ poolSize: '', bias: '' });
    const broken: Builder = (hp) => {
      hp.boolean('bias');
      throw new Error('always');
    };
    expect(() => describeSpace(broken, undefined)).toThrow('always');
    const wrong: Builder = (hp) => hp.boolean('deep') && hp.int('n', { min: 2, max: 1 });
    expect(() => describeSpace(wrong, undefined)).toThrow('"n" needs min <= max');
  });

  it('describes the space that is left by one given from outside', () => {
    const overrides = new HyperParameters();
    overrides.fixed('optimizer', 'sgd');
    const build: Builder = (hp) => {
      const optimizer = hp.choice('optimizer', ['adam', 'sgd']);
      hp.float(`${optimizer}LearningRate`, { min: 0, max: 1 });
      hp.int('units', { min: 1, max: 9 });
    };
    const space = describeSpace(build, undefined, { overrides, tuneNewEntries: false });
    expect(Object.fromEntries([...space].map(([name, { domain }]) => [name, domain]))).toEqual({
      optimizer: { kind: 'fixed', value: 'sgd' },
      sgdLearningRate: { kind: 'fixed', value: 0 },
      units: { kind: 'fixed', value: 1 },
    });
  });

  it('ends for a builder that asks for another name each time', () => {
    let runs = 0;
    const space = describeSpace((hp: HyperParameters) => hp.boolean(`run ${++runs}`), undefined);
    expect(space.size).toBe(500);
  });

  it('finds all of the convolutional network’s space in few runs, and disposes the models', () => {
    let runs = 0;
    const before = tf.memory().numTensors;
    const space = describeSpace(
      (hp, data) => {
        runs++;
        return buildCnn(hp, data);
      },
      { classNames: ['a', 'b'] },
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(runs).toBeLessThan(40);
    const optimizers = ['adam', 'sgd', 'sgdMomentum', 'rmsprop', 'adagrad', 'adadelta'];
    for (const optimizer of optimizers) {
      expect(space.get(`${optimizer}LearningRate`)?.conditions).toEqual([{ parent: 'optimizer', values: [optimizer] }]);
    }
    expect(space.get('l2')?.conditions).toEqual([{ parent: 'regularization', values: ['l2', 'l1l2'] }]);
    expect(space.get('batchNormalization')?.conditions).toEqual([
      { parent: 'activation', values: ['relu', 'leakyRelu', 'elu', 'tanh'] },
    ]);
    expect(space.get('filters3')?.conditions).toEqual([{ parent: 'blocks', values: [3] }]);
    expect(space.size).toBe(23);
  });
});

it('describeCondition puts a condition in words', () => {
  expect(describeCondition({ parent: 'optimizer', values: ['sgd'] })).toBe('optimizer is "sgd"');
  expect(describeCondition({ parent: 'layers', values: [1, 2, 3] })).toBe('layers is 1, 2 or 3');
  expect(describeCondition('not always')).toBe('not always');
});
