import { describe, expect, it } from 'vitest';
import { random } from '../../../../lib/base/random';
import { checkDomain } from '../../../../lib/search/space/check-domain';
import {
  contains,
  type Domain,
  defaultValue,
  describeDomain,
  isOrdered,
  positionOf,
  type Sampling,
  valueAt,
  valuesOf,
} from '../../../../lib/search/space/domain';

type NumericDomain = Extract<Domain, { kind: 'int' | 'float' }>;
const valuesAt = (domain: Domain, us: number[]) => us.map((u) => valueAt(domain, u));
const range =
  (kind: 'int' | 'float') =>
  (min: number, max: number, rest: { step?: number; sampling?: Sampling; default?: number } = {}): NumericDomain => ({
    kind,
    min,
    max,
    sampling: 'linear',
    ...rest,
  });
const int = range('int');
const float = range('float');
/** The largest number that `random().next()` gives. */
const LAST = 1 - 2 ** -32;

describe('valueAt', () => {
  it('gives equal shares of the unit interval to the values of a stepped range', () => {
    const units = int(32, 128, { step: 32 });
    expect(valuesAt(units, [0, 0.2499, 0.25, 0.5, 0.75, LAST, 1])).toEqual([32, 32, 64, 96, 128, 128, 128]);
    const dropout = float(0, 0.5, { step: 0.1 });
    expect(valuesAt(dropout, [0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, LAST])).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(valuesAt(int(1, 3), [0, 0.34, 0.67, LAST])).toEqual([1, 2, 3, 3]);
    expect(valuesAt({ kind: 'choice', values: ['a', 'b', 'c'] }, [0, 0.34, 0.67, LAST])).toEqual(['a', 'b', 'c', 'c']);
    expect(valuesAt({ kind: 'boolean' }, [0.49, 0.5, LAST])).toEqual([false, true, true]);
    expect(valuesAt({ kind: 'fixed', value: 7 }, [0, LAST])).toEqual([7, 7]);
  });

  it('gives each order of magnitude the same share on a log scale', () => {
    const rates = valuesAt(float(1e-4, 1e-1, { sampling: 'log' }), [0, 1 / 3, 2 / 3, 1]) as number[];
    for (const [i, rate] of [1e-4, 1e-3, 1e-2, 1e-1].entries()) expect(rates[i] / rate).toBeCloseTo(1, 12);
  });

  it('gives a whole number its share of the log scale, from half below to half above', () => {
    // 1 to 3: shares of ln(1.5 / 0.5), ln(2.5 / 1.5), ln(3.5 / 2.5) in ln(3.5 / 0.5) = 0.565, 0.263, 0.173.
    const log = int(1, 3, { sampling: 'log' });
    expect(valuesAt(log, [0, 0.564, 0.565, 0.827, 0.828, LAST])).toEqual([1, 1, 2, 2, 3, 3]);
  });
});

describe('valuesOf', () => {
  it.each<[string, Domain, unknown[]]>([
    ['steps that are added', int(6, 13, { step: 3 }), [6, 9, 12]],
    ['whole numbers', int(-1, 2), [-1, 0, 1, 2]],
    ['fractions without rounding errors', float(0, 0.3, { step: 0.1 }), [0, 0.1, 0.2, 0.3]],
    ['fractions across 0', float(-0.3, 0.3, { step: 0.1 }), [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]],
    ['factors', int(2, 40, { step: 2, sampling: 'log' }), [2, 4, 8, 16, 32]],
    // 18 * 1.5 * 1.5 = 40.5 is rounded to 41.
    ['factors rounded to whole numbers', int(8, 41, { step: 1.5, sampling: 'log' }), [8, 12, 18, 27, 41]],
    ['factors of ten', float(0.001, 10, { step: 10, sampling: 'log' }), [0.001, 0.01, 0.1, 1, 10]],
    ['a range of one value', float(5, 5, { step: 2 }), [5]],
    ['a min of many digits', float(2 / 3, 1, { step: 1 }), [2 / 3]],
    ['a factor beyond max', int(1, 999_999, { step: 1000, sampling: 'log' }), [1, 1000]],
    ['a step that just misses max', int(0, 1_999_999, { step: 1_000_000 }), [0, 1_000_000]],
    ['choices', { kind: 'choice', values: ['b', 1, true] }, ['b', 1, true]],
    ['booleans', { kind: 'boolean' }, [false, true]],
    ['a fixed value', { kind: 'fixed', value: 'x' }, ['x']],
  ])('lists %s', (_what, domain, values) => {
    expect(valuesOf(domain)).toEqual(values);
  });

  it('samples continuous ranges evenly, both ends included', () => {
    expect(valuesOf(float(0, 1), 3)).toEqual([0, 0.5, 1]);
    expect(valuesOf(float(-1, 1)).length).toBe(10);
    expect(valuesOf(float(1, 10_000, { sampling: 'log' }), 3)).toEqual([1, 100, 10_000]);
    expect(valuesOf(int(1, 4, { sampling: 'log' }))).toEqual([1, 2, 3, 4]);
    const wide = valuesOf(int(1, 4096, { sampling: 'log' }), 4);
    expect([wide.length, wide[0], wide[3]]).toEqual([4, 1, 4096]);
    expect(valuesOf(float(2, 2))).toEqual([2]);
    expect(valuesOf(float(0.1, 0.3), 1)).toEqual([0.1]);
  });

  it('refuses to list more than a million', () => {
    expect(() => valuesOf(int(0, 1_000_000))).toThrow(
      'at most 1000000, but a whole number from 0 to 1000000 has 1000001; give it a larger step',
    );
  });
});

describe('over many random domains', () => {
  const { next, integer } = random(0, 'domains');
  const samplings: Sampling[] = ['linear', 'log'];
  const ranges: NumericDomain[] = [];
  while (ranges.length < 600) {
    const kind = (['int', 'float'] as const)[integer(2)];
    const sampling = samplings[integer(2)];
    // Sizes from 1e-9 to 1e9 for fractions, 1 to 1e9 for whole numbers; on a linear scale of either sign.
    const size = () => 10 ** (kind === 'int' ? 9 * next() : 18 * next() - 9);
    const sign = () => (sampling === 'linear' && next() < 0.5 ? -1 : 1);
    const trim = (x: number) => (kind === 'int' ? Math.round(x) : Number(x.toPrecision(1 + integer(16))));
    const [min, max] = [trim(sign() * size()), trim(sign() * size())].sort((a, b) => a - b);
    const step = [undefined, sampling === 'linear' ? trim(size()) : Number((1 + 9 * next()).toFixed(2))][integer(2)];
    const range: NumericDomain = { kind, min, max, sampling, ...(step === undefined ? {} : { step }) };
    try {
      checkDomain('x', range);
      ranges.push(range);
    } catch {
      // Steps too close, or none: tested below.
    }
  }

  it('has enough of each kind', () => {
    for (const kind of ['int', 'float']) {
      for (const sampling of samplings) {
        for (const stepped of [false, true]) {
          const alike = ranges.filter(
            (range) => range.kind === kind && range.sampling === sampling && (range.step !== undefined) === stepped,
          );
          expect(alike.length).toBeGreaterThan(15);
        }
      }
    }
  });

  it('values lie inside, rise with u, and come back from their positions', () => {
    const faults: string[] = [];
    for (const range of ranges) {
      const { kind, min, max, step, sampling } = range;
      const continuous = kind === 'float' && step === undefined;
      let former = Number.NEGATIVE_INFINITY;
      for (const u of [0, LAST, 1, ...Array.from({ length: 30 }, next)].sort((a, b) => a - b)) {
        const value = valueAt(range, u) as number;
        const back = valueAt(range, positionOf(range, value)) as number;
        // A value near 0 has the rounding errors of the range's largest number.
        const scale = sampling === 'log' ? value : Math.max(Math.abs(min), Math.abs(max));
        const slack = continuous ? 1e-13 * scale : 0;
        const holds =
          value >= min &&
          value <= max &&
          contains(range, value) &&
          (kind === 'float' || Number.isSafeInteger(value)) &&
          Math.abs(back - value) <= slack &&
          value >= former - slack;
        if (!holds) faults.push(`${describeDomain(range)} at ${u}: ${value}, ${back}`);
        former = value;
      }
    }
    expect(faults).toEqual([]);
  });

  it('both ends are reached exactly without a step', () => {
    for (const range of ranges.filter(({ step }) => step === undefined)) {
      expect(valuesAt(range, [0, 1]), describeDomain(range)).toEqual([range.min, range.max]);
    }
  });

  it('lists distinct values in order, each at the middle of an equal share', () => {
    let listed = 0;
    for (const range of ranges) {
      if (range.step === undefined) continue;
      const count = Math.round(0.5 / positionOf(range, valueAt(range, 0)));
      if (count > 1000) continue;
      const values = valuesOf(range) as number[];
      expect(values.length, describeDomain(range)).toBe(count);
      const faults = values.filter(
        (value, n) => Math.abs(positionOf(range, value) - (n + 0.5) / count) > 1e-12 || (n > 0 && value <= values[n - 1]),
      );
      expect(faults, describeDomain(range)).toEqual([]);
      listed++;
    }
    expect(listed).toBeGreaterThan(100);
  });
});

describe('extreme domains', () => {
  it('keeps huge, tiny and negative ranges', () => {
    const seeds = int(0, 2 ** 32 - 1);
    expect(valuesAt(seeds, [0, LAST])).toEqual([0, 2 ** 32 - 1]);
    expect(positionOf(seeds, 2 ** 32 - 1)).toBe(1 - 2 ** -33);
    expect(valuesAt(float(-8e307, 8e307), [0, 0.5, 1])).toEqual([-8e307, 0, 8e307]);
    expect(valuesAt(float(1e-150, 1e150, { sampling: 'log' }), [0, 1])).toEqual([1e-150, 1e150]);
    expect(valueAt(float(1e-150, 1e150, { sampling: 'log' }), 0.5) as number).toBeCloseTo(1, 10);
    expect(valuesAt(int(-5, -3), [0, 0.5, LAST])).toEqual([-5, -4, -3]);
    expect(valuesAt(float(-2, -1), [0, 1])).toEqual([-2, -1]);
  });

  it.each(['linear', 'log'] as const)('puts the only value of a %s range in the middle', (sampling) => {
    for (const domain of [int(7, 7, { sampling }), float(0.7, 0.7, { sampling })]) {
      const value = domain.kind === 'int' ? 7 : 0.7;
      expect(valuesAt(domain, [0, 0.3, LAST])).toEqual([value, value, value]);
      expect(positionOf(domain, value)).toBeCloseTo(0.5, 12);
    }
  });
});

describe('contains', () => {
  it.each<[Domain, unknown[], unknown[]]>([
    [int(1, 3), [1, 2, 3], [0, 4, 1.5, '1', true]],
    [int(32, 100, { step: 32 }), [32, 64, 96], [33, 100, 128]],
    [int(1, 100, { sampling: 'log' }), [1, 57], [57.5, 0, 101]],
    [int(8, 41, { step: 1.5, sampling: 'log' }), [8, 27, 41], [40, 28]],
    // 1.585 is rounded to 2, which is nearer to 1.585^2 on the log scale.
    [int(1, 4, { step: 1.585, sampling: 'log' }), [1, 2, 3, 4], [5]],
    [float(0, 0.3, { step: 0.1 }), [0, 0.1 + 0.2, 0.3], [0.15, 0.4, -0.1]],
    [float(0.001, 10, { step: 10, sampling: 'log' }), [0.001, 1], [2, 100]],
    [float(0, 1), [0, 0.123, 1], [1.1, Number.NaN, '0']],
    [{ kind: 'choice', values: [1, 'a'] }, [1, 'a'], ['1', 'b']],
    [{ kind: 'boolean' }, [true, false], [0, 'true']],
    [{ kind: 'fixed', value: 3 }, [3], [4, '3']],
  ])('%o has its own values and no others', (domain, inside, outside) => {
    for (const value of inside) expect(contains(domain, value as number), String(value)).toBe(true);
    for (const value of outside) {
      expect(contains(domain, value as number), String(value)).toBe(false);
      expect(() => positionOf(domain, value as number)).toThrow(`value must be ${describeDomain(domain)}`);
    }
  });
});

it('knows the default: its own, else the first value', () => {
  expect(defaultValue(int(1, 9, { default: 4 }))).toBe(4);
  expect(defaultValue(float(0.1, 0.2))).toBe(0.1);
  expect(defaultValue({ kind: 'choice', values: ['a', 'b'], default: 'b' })).toBe('b');
  expect(defaultValue({ kind: 'boolean' })).toBe(false);
  expect(defaultValue({ kind: 'boolean', default: true })).toBe(true);
});

it('knows which domains have neighbours that are alike', () => {
  expect(isOrdered(int(1, 2))).toBe(true);
  expect(isOrdered({ kind: 'choice', values: [0.5, 0.2, 0.1] })).toBe(true);
  expect(isOrdered({ kind: 'choice', values: [1, 3, 2] })).toBe(false);
  expect(isOrdered({ kind: 'choice', values: [1, 2], ordered: false })).toBe(false);
  expect(isOrdered({ kind: 'choice', values: ['s', 'm'] })).toBe(false);
  expect(isOrdered({ kind: 'choice', values: ['s', 'm'], ordered: true })).toBe(true);
  expect(isOrdered({ kind: 'boolean' })).toBe(false);
});

it.each<[Domain, string]>([
  [int(32, 512, { step: 32 }), 'a whole number from 32 to 512 in steps of 32'],
  [float(1e-4, 0.1, { sampling: 'log' }), 'a number from 0.0001 to 0.1 on a log scale'],
  [int(8, 64, { step: 2, sampling: 'log' }), 'a whole number from 8 to 64 by factors of 2 on a log scale'],
  [{ kind: 'choice', values: ['s', 'm'], ordered: true, default: 'm' }, 'one of "s", "m" in this order, default "m"'],
  [{ kind: 'choice', values: [3, 5], ordered: false }, 'one of 3, 5 in no order'],
  [{ kind: 'boolean', default: true }, 'true or false, default true'],
  [{ kind: 'fixed', value: 'adam' }, 'fixed at "adam"'],
])('describes %o in words', (domain, words) => {
  expect(describeDomain(domain)).toBe(words);
});

describe('checkDomain', () => {
  it.each<[string, Domain, string]>([
    ['min above max', int(3, 2), '"x" needs min <= max, both finite, but got min 3 and max 2'],
    ['an infinite range', float(0, Number.POSITIVE_INFINITY), 'both finite'],
    ['no number', float(Number.NaN, 1), 'min <= max'],
    ['a fraction as an int bound', int(0.5, 2), 'min of "x" must be a whole number, but got 0.5'],
    ['a fraction as an int step', int(0, 2, { step: 0.5 }), 'step of "x" must be a whole number, but got 0.5'],
    ['too many whole numbers', int(0, 2 ** 32), 'fewer than 2^32 whole numbers'],
    ['no step', float(0, 1, { step: 0 }), 'step of "x" must be above 0, but got 0'],
    [
      'a step of 1 on a log scale',
      int(1, 8, { step: 1, sampling: 'log' }),
      'above 1 on a log scale, where it is a factor, but got 1',
    ],
    ['an infinite step', float(0, 1, { step: Number.POSITIVE_INFINITY }), 'must be above 0, but got Infinity'],
    ['log from 0', float(0, 1, { sampling: 'log' }), 'min must be above 0, but got 0'],
    [
      'factors that round to one number',
      int(1, 8, { step: 1.2, sampling: 'log' }),
      'large enough to tell its values apart, but got 1.2',
    ],
    ['steps below the digits', float(1e9, 2e9, { step: 1 }), 'large enough to tell its values apart'],
    [
      'factors whose last value is rounded to the one before',
      int(10, 11, { step: 1.06, sampling: 'log' }),
      'tell its values apart, but got 1.06',
    ],
    ['another sampling', int(1, 2, { sampling: 'reverse_log' as Sampling }), 'linear or log, but got reverse_log'],
    ['no values', { kind: 'choice', values: [] }, 'at least one value'],
    ['a value twice', { kind: 'choice', values: [1, 1] }, 'must differ, but got 1, 1'],
    [
      'a value that is no number',
      { kind: 'choice', values: [1, Number.NaN] },
      'finite number, a string or a boolean, but got NaN',
    ],
    ['an object', { kind: 'fixed', value: [1] as unknown as number }, 'finite number, a string or a boolean, but got 1'],
    [
      'a default outside',
      int(32, 512, { step: 32, default: 33 }),
      'default of "x" must be a whole number from 32 to 512 in steps of 32, but got 33',
    ],
    [
      'a default that is no choice',
      { kind: 'choice', values: ['a'], default: 'b' },
      'default of "x" must be one of "a", but got "b"',
    ],
  ])('refuses %s', (_what, domain, message) => {
    expect(() => checkDomain('x', domain)).toThrow(message);
  });
});
