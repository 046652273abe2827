import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Domain, describeDomain, HyperParameters, valueAt } from '../../src/tuner/hyperparameters';

describe('HyperParameters', () => {
  it('takes defaults without an oracle: min, the first value, false', () => {
    const hp = new HyperParameters();
    expect(hp.int('units', { min: 32, max: 512, step: 32 })).toBe(32);
    expect(hp.float('rate', { min: 0.001, max: 0.1, sampling: 'log' })).toBe(0.001);
    expect(hp.choice('activation', ['relu', 'tanh'])).toBe('relu');
    expect(hp.boolean('batchNormalization')).toBe(false);
    expect(hp.fixed('blocks', 2)).toBe(2);
    expect(hp.values).toEqual({
      units: 32,
      rate: 0.001,
      activation: 'relu',
      batchNormalization: false,
      blocks: 2,
    });
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
    expect(hp.values).toEqual({ units: 96, activation: 'elu', rate: 0.3 });
    expect(() => hp.boolean('bn')).toThrow(
      'has no value for "bn" (true or false); it has units, activation, rate, unused',
    );
    const wrong = HyperParameters.from({ units: 100, activation: 'swish', n: 1.5, b: 'yes', f: 1 });
    expect(() => wrong.int('units', { min: 32, max: 512, step: 32 })).toThrow(
      'steps of 32, but the configuration has 100',
    );
    expect(() => wrong.choice('activation', ['relu'])).toThrow(
      'one of "relu", but the configuration has "swish"',
    );
    expect(() => wrong.int('n', { min: 1, max: 2 })).toThrow(
      'a whole number from 1 to 2, but the configuration has 1.5',
    );
    expect(() => wrong.boolean('b')).toThrow('true or false');
    expect(() => wrong.fixed('f', 2)).toThrow('fixed at 2');
  });

  it.each<[string, (hp: HyperParameters) => unknown, string]>([
    ['min above max', (hp) => hp.int('n', { min: 3, max: 2 }), 'min <= max'],
    [
      'a fraction as an int bound',
      (hp) => hp.int('n', { min: 0.5, max: 2 }),
      'min of "n" must be a whole number, but got 0.5',
    ],
    ['no step', (hp) => hp.float('n', { min: 0, max: 1, step: 0 }), 'step of "n" must be above 0, but got 0'],
    [
      'log from 0',
      (hp) => hp.float('n', { min: 0, max: 1, sampling: 'log' }),
      'min must be above 0, but got 0',
    ],
    ['an infinite range', (hp) => hp.float('n', { min: 0, max: Number.POSITIVE_INFINITY }), 'both finite'],
    ['no values', (hp) => hp.choice('n', []), 'at least one value'],
    ['a value twice', (hp) => hp.choice('n', [1, 1]), 'must differ, but got 1, 1'],
  ])('refuses %s', (_what, ask, message) => {
    expect(() => ask(new HyperParameters())).toThrow(message);
  });
});

describe('valueAt', () => {
  const values = (domain: Domain, us: number[]) => us.map((u) => valueAt(domain, u));

  it('gives equal shares of [0, 1) to the values of a stepped range', () => {
    const units: Domain = { kind: 'int', min: 32, max: 128, step: 32, sampling: 'linear' };
    expect(values(units, [0, 0.2499, 0.25, 0.5, 0.75, 0.9999])).toEqual([32, 32, 64, 96, 128, 128]);
    const dropout: Domain = { kind: 'float', min: 0, max: 0.5, step: 0.1, sampling: 'linear' };
    expect(values(dropout, [0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 0.9999])).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  it('gives each order of magnitude the same share on a log scale', () => {
    const rate: Domain = { kind: 'float', min: 1e-4, max: 1e-1, sampling: 'log' };
    const [a, b, c] = values(rate, [0, 1 / 3, 2 / 3]) as number[];
    expect(a).toBeCloseTo(1e-4, 10);
    expect(b).toBeCloseTo(1e-3, 10);
    expect(c).toBeCloseTo(1e-2, 10);
  });

  it('stays inside and reaches both ends of stepped log ranges', () => {
    const filters: Domain = { kind: 'int', min: 8, max: 64, step: 8, sampling: 'log' };
    const drawn = values(
      filters,
      Array.from({ length: 1000 }, (_, i) => i / 1000),
    ) as number[];
    expect([...new Set(drawn)]).toEqual([8, 16, 24, 32, 40, 48, 56, 64]);
    const share = (value: number) => drawn.filter((x) => x === value).length;
    expect(share(8)).toBeGreaterThan(share(64));
  });

  it('treats choices and booleans as equal shares', () => {
    expect(values({ kind: 'choice', values: ['a', 'b', 'c'] }, [0, 0.34, 0.67, 0.999])).toEqual([
      'a',
      'b',
      'c',
      'c',
    ]);
    expect(values({ kind: 'boolean' }, [0.49, 0.5])).toEqual([false, true]);
  });
});

it('describes domains in words', () => {
  expect(describeDomain({ kind: 'int', min: 32, max: 512, step: 32, sampling: 'linear' })).toBe(
    'a whole number from 32 to 512 in steps of 32',
  );
  expect(describeDomain({ kind: 'float', min: 1e-4, max: 0.1, sampling: 'log' })).toBe(
    'a number from 0.0001 to 0.1 on a log scale',
  );
});
