import { describe, expect, expectTypeOf, it } from 'vitest';
import { defaultValue, valueAt } from '../../../../lib/search/space/domain';
import { HyperParameters } from '../../../../lib/search/space/hyperparameters';

describe('HyperParameters', () => {
  it('takes defaults without an oracle: min, the first value, false', () => {
    const hp = new HyperParameters();
    expect(hp.int('units', { min: 32, max: 512, step: 32 })).toBe(32);
    expect(hp.float('rate', { min: 0.001, max: 0.1, sampling: 'log' })).toBe(0.001);
    expect(hp.choice('activation', ['relu', 'tanh'])).toBe('relu');
    expect(hp.boolean('batchNormalization')).toBe(false);
    expect(hp.fixed('blocks', 2)).toBe(2);
    expect(hp.values).toEqual({ units: 32, rate: 0.001, activation: 'relu', batchNormalization: false, blocks: 2 });
  });

  it('has types that follow the values', () => {
    const hp = new HyperParameters();
    expectTypeOf(hp.choice('activation', ['relu', 'tanh'])).toEqualTypeOf<'relu' | 'tanh'>();
    expectTypeOf(hp.choice('kernel', [3, 5])).toEqualTypeOf<3 | 5>();
    expectTypeOf(hp.fixed('pool', 'max')).toEqualTypeOf<'max'>();
    expectTypeOf(hp.int('units', { min: 1, max: 2 })).toEqualTypeOf<number>();
  });

  it('gives the same value when asked twice, asking the oracle once', () => {
    let calls = 0;
    const hp = new HyperParameters(() => ++calls);
    expect([hp.int('a', { min: 1, max: 9 }), hp.int('a', { min: 1, max: 9 })]).toEqual([1, 1]);
  });

  it('refuses one name with two domains, showing both', () => {
    const hp = new HyperParameters();
    hp.choice('third activation', ['relu', 'elu']);
    expect(() => hp.choice('third activation', ['tanh'])).toThrow(
      '"third activation" was defined with two domains: first one of "relu", "elu", now one of "tanh".',
    );
  });

  it('builds a finished configuration anew and refuses one that does not fit', () => {
    const hp = HyperParameters.from({ units: 96, activation: 'elu', rate: 0.3, unused: 1 });
    expect(hp.int('units', { min: 32, max: 512, step: 32 })).toBe(96);
    expect(hp.choice('activation', ['relu', 'elu'])).toBe('elu');
    expect(hp.float('rate', { min: 0, max: 0.5, step: 0.1 })).toBe(0.3);
    expect(hp.values).toEqual({ units: 96, activation: 'elu', rate: 0.3, unused: 1 });
    expect(HyperParameters.from({ units: 96 }).values).toEqual({ units: 96 });
    expect(() => hp.boolean('bn')).toThrow('has no value for "bn" (true or false); it has units, activation, rate, unused');
    const wrong = HyperParameters.from({ units: 100, activation: 'swish', n: 1.5, b: 'yes', f: 1 });
    expect(() => wrong.int('units', { min: 32, max: 512, step: 32 })).toThrow('steps of 32, but the configuration has 100');
    expect(() => wrong.choice('activation', ['relu'])).toThrow('one of "relu", but the configuration has "swish"');
    expect(() => wrong.int('n', { min: 1, max: 2 })).toThrow('a whole number from 1 to 2, but the configuration has 1.5');
    expect(() => wrong.boolean('b')).toThrow('true or false');
    expect(() => wrong.fixed('f', 2)).toThrow('fixed at 2');
  });

  it('takes other defaults where they are given', () => {
    const hp = new HyperParameters();
    expect(hp.int('units', { min: 32, max: 512, step: 32, default: 128 })).toBe(128);
    expect(hp.float('rate', { min: 0, max: 1, default: 0.5 })).toBe(0.5);
    expect(hp.choice('activation', ['relu', 'tanh'], { default: 'tanh' })).toBe('tanh');
    expect(hp.boolean('bias', { default: true })).toBe(true);
  });

  it('takes what says nothing for the same domain', () => {
    const hp = new HyperParameters();
    hp.int('n', { min: 1, max: 3 });
    hp.int('n', { min: 1, max: 3, step: 1, sampling: 'linear', default: 1 });
    hp.choice('c', [1, 2]);
    hp.choice('c', [1, 2], { ordered: true, default: 1 });
    hp.boolean('b', { default: false });
    hp.boolean('b');
    expect(Object.fromEntries(hp.space)).toEqual({
      n: { kind: 'int', min: 1, max: 3, sampling: 'linear' },
      c: { kind: 'choice', values: [1, 2] },
      b: { kind: 'boolean' },
    });
    expect(() => hp.choice('c', [1, 2], { ordered: false })).toThrow('now one of 1, 2 in no order');
    expect(() => hp.int('n', { min: 1, max: 3, default: 2 })).toThrow('now a whole number from 1 to 3, default 2');
  });

  it.each<[string, (hp: HyperParameters) => unknown, string]>([
    ['a wrong range', (hp) => hp.int('n', { min: 3, max: 2 }), '"n" needs min <= max'],
    ['a wrong step', (hp) => hp.float('n', { min: 0, max: 1, step: 0 }), 'step of "n" must be above 0'],
    ['no values', (hp) => hp.choice('n', []), 'at least one value'],
    ['a wrong default', (hp) => hp.float('n', { min: 0, max: 1, default: 2 }), 'default of "n" must be'],
    ['a name without a letter', (hp) => hp.boolean('1'), 'must hold a letter, but got "1"'],
    ['no name', (hp) => hp.boolean(''), 'must hold a letter, but got ""'],
  ])('refuses %s', (_what, ask, message) => {
    const hp = new HyperParameters();
    expect(() => ask(hp)).toThrow(message);
    expect(hp.values).toEqual({});
  });

  it('does not take what every object has for a value', () => {
    expect(() => HyperParameters.from({}).boolean('constructor')).toThrow('has no value for "constructor"');
  });
});

describe('conditionalScope', () => {
  const ask = (hp: HyperParameters) => {
    hp.choice('optimizer', ['adam', 'sgd']);
    return hp.conditionalScope('optimizer', ['sgd'], () => {
      hp.boolean('nesterov');
      return hp.conditionalScope('nesterov', [true], () => hp.float('momentum', { min: 0.5, max: 0.9 }));
    });
  };
  const set = (values: Record<string, string | boolean>) =>
    new HyperParameters((name, domain) => values[name] ?? defaultValue(domain));

  it('runs its body only where the parent has one of the values, and inside scopes only where all hold', () => {
    const adam = set({ optimizer: 'adam' });
    expect(ask(adam)).toBeUndefined();
    expect(Object.keys(adam.values)).toEqual(['optimizer']);
    expect([...adam.space.keys()]).toEqual(['optimizer']);
    const plain = set({ optimizer: 'sgd' });
    expect(ask(plain)).toBeUndefined();
    expect(plain.values).toEqual({ optimizer: 'sgd', nesterov: false });
    const nesterov = set({ optimizer: 'sgd', nesterov: true });
    expect(ask(nesterov)).toBe(0.5);
    expect(nesterov.values).toEqual({ optimizer: 'sgd', nesterov: true, momentum: 0.5 });
    const sgd = { parent: 'optimizer', values: ['sgd'] };
    expect(Object.fromEntries(nesterov.conditions)).toEqual({
      optimizer: [],
      nesterov: [sgd],
      momentum: [sgd, { parent: 'nesterov', values: [true] }],
    });
  });

  it('has the type of what its body returns, or undefined', () => {
    const hp = new HyperParameters();
    hp.boolean('b');
    expectTypeOf(hp.conditionalScope('b', [true], () => 3)).toEqualTypeOf<number | undefined>();
    expectTypeOf(hp.nameScope('a', () => hp.choice('c', ['x', 'y']))).toEqualTypeOf<'x' | 'y'>();
  });

  it('ends where its body throws', () => {
    const hp = new HyperParameters();
    hp.boolean('b');
    const fail = () => {
      throw new Error('body');
    };
    expect(() => hp.conditionalScope('b', [false], () => hp.nameScope('inner', fail))).toThrow('body');
    hp.boolean('after');
    expect(hp.conditions.get('after')).toEqual([]);
  });

  it('refuses a parent that was not asked for, and values that it cannot have', () => {
    const hp = new HyperParameters();
    hp.choice('optimizer', ['adam', 'sgd']);
    const scope = (parent: string, values: string[]) => () => hp.conditionalScope(parent, values, () => 1);
    expect(scope('optimiser', ['sgd'])).toThrow(
      'must be asked for before it, but "optimiser" was not; asked for so far: optimizer.',
    );
    expect(scope('optimizer', ['SGD'])).toThrow('on "optimizer" must be among its own (one of "adam", "sgd"), but got "SGD"');
    expect(scope('optimizer', [])).toThrow('but got none');
  });
});

describe('nameScope', () => {
  it('puts its name before those asked for inside, and nests', () => {
    const hp = new HyperParameters();
    for (const side of ['left', 'right']) {
      hp.nameScope(side, () => {
        hp.int('units', { min: 1, max: 2 });
        hp.nameScope('head', () => hp.boolean('bias'));
      });
    }
    hp.int('units', { min: 5, max: 6 });
    expect(hp.values).toEqual({ 'left/units': 1, 'left/head/bias': false, 'right/units': 1, 'right/head/bias': false, units: 5 });
  });

  it('finds the parent of a conditionalScope in its own scope first, then further out', () => {
    const hp = new HyperParameters();
    const parentOf = (parent: string, probe: string) =>
      hp.nameScope('outer', () =>
        hp.nameScope('inner', () => {
          hp.conditionalScope(parent, [false], () => hp.boolean(probe));
          return hp.conditions.get(`outer/inner/${probe}`)?.[0].parent;
        }),
      );
    hp.boolean('top');
    hp.boolean('deep');
    hp.nameScope('outer', () => hp.boolean('deep'));
    expect(parentOf('top', 'a')).toBe('top');
    expect(parentOf('deep', 'b')).toBe('outer/deep');
    hp.nameScope('outer', () => hp.nameScope('inner', () => hp.boolean('deep')));
    expect(parentOf('deep', 'c')).toBe('outer/inner/deep');
  });
});

describe('a space given from outside', () => {
  /** As an oracle that takes the last value of everything. */
  const last = (options: ConstructorParameters<typeof HyperParameters>[1]) =>
    new HyperParameters((_name, domain) => valueAt(domain, 1), options);
  const build = (hp: HyperParameters) => {
    const optimizer = hp.choice('optimizer', ['adam', 'sgd']);
    if (optimizer === 'adam') hp.float('adamLearningRate', { min: 1e-3, max: 1e-2, sampling: 'log' });
    hp.conditionalScope('optimizer', ['sgd'], () => hp.boolean('nesterov'));
    hp.int('units', { min: 32, max: 64, step: 32 });
    return hp.values;
  };
  const overrides = new HyperParameters();
  overrides.fixed('optimizer', 'adam');
  overrides.float('adamLearningRate', { min: 0.1, max: 0.2 });
  overrides.boolean('unheard of');

  it('uses the given domains in place of the builder’s, also for parents', () => {
    expect(build(last({}))).toEqual({ optimizer: 'sgd', nesterov: true, units: 64 });
    const hp = last({ overrides });
    expect(build(hp)).toEqual({ optimizer: 'adam', adamLearningRate: 0.2, units: 64 });
    expect(hp.space.get('optimizer')).toEqual({ kind: 'fixed', value: 'adam' });
    expect(hp.space.get('adamLearningRate')).toMatchObject({ min: 0.1, max: 0.2 });
    // Asked for twice, the builder's own domains are compared.
    expect(hp.choice('optimizer', ['adam', 'sgd'])).toBe('adam');
    expect(() => hp.choice('optimizer', ['adam'])).toThrow('first one of "adam", "sgd", now one of "adam"');
  });

  it('fixes all others at their defaults where tuneNewEntries is false', () => {
    const hp = last({ overrides, tuneNewEntries: false });
    expect(build(hp)).toEqual({ optimizer: 'adam', adamLearningRate: 0.2, units: 32 });
    expect(hp.space.get('units')).toEqual({ kind: 'fixed', value: 32 });
    expect(build(last({ tuneNewEntries: false }))).toEqual({ optimizer: 'adam', adamLearningRate: 0.001, units: 32 });
  });

  it('refuses all others where allowNewEntries is false', () => {
    expect(() => build(last({ overrides, allowNewEntries: false }))).toThrow(
      'asks for "units" (a whole number from 32 to 64 in steps of 32), which is not among the given hyperparameters ' +
        '(optimizer, adamLearningRate, unheard of); add it to them, or set allowNewEntries to true.',
    );
    expect(() => build(last({ allowNewEntries: false }))).toThrow('"optimizer"');
  });

  it('builds a configuration anew that it allows and the builder alone does not', () => {
    const values = build(last({ overrides }));
    expect(build(HyperParameters.from(values, { overrides }))).toEqual(values);
    expect(() => build(HyperParameters.from(values))).toThrow('"adamLearningRate" must be a number from 0.001');
  });

  it.each<[string, (hp: HyperParameters) => unknown, (hp: HyperParameters) => unknown]>([
    ['words for numbers', (hp) => hp.choice('x', ['a']), (hp) => hp.int('x', { min: 1, max: 2 })],
    ['numbers for words', (hp) => hp.int('x', { min: 1, max: 2 }), (hp) => hp.choice('x', ['a'])],
    ['true for a word', (hp) => hp.boolean('x'), (hp) => hp.fixed('x', 'a')],
    ['fractions for whole numbers', (hp) => hp.float('x', { min: 1, max: 2 }), (hp) => hp.int('x', { min: 1, max: 2 })],
    ['one fraction among whole numbers', (hp) => hp.choice('x', [1, 1.5]), (hp) => hp.int('x', { min: 1, max: 2 })],
  ])('refuses %s', (_what, give, ask) => {
    const given = new HyperParameters();
    give(given);
    expect(() => ask(new HyperParameters(undefined, { overrides: given }))).toThrow(
      /^The model builder needs "x" to be .*, but the given hyperparameters have .*; give it values of the same kind\.$/,
    );
  });

  it.each<[string, (hp: HyperParameters) => unknown, (hp: HyperParameters) => unknown, unknown]>([
    ['a choice for a range', (hp) => hp.choice('x', [1, 8]), (hp) => hp.int('x', { min: 1, max: 2 }), 8],
    ['a range for a fixed number', (hp) => hp.float('x', { min: 1, max: 2 }), (hp) => hp.fixed('x', 1), 2],
    ['a whole number for a fraction', (hp) => hp.fixed('x', 3), (hp) => hp.float('x', { min: 0, max: 1 }), 3],
  ])('takes %s', (_what, give, ask, value) => {
    const given = new HyperParameters();
    give(given);
    expect(ask(last({ overrides: given }))).toBe(value);
  });
});
