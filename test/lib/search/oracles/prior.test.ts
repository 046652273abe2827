import { describe, expect, it } from 'vitest';
import { random } from '../../../../lib/base/random';
import { type Confidence, checkConfidence, priorLikelihood, samplePrior } from '../../../../lib/search/oracles/prior';
import { type Domain, type HyperParameterValue, positionOf, valueAt, valuesOf } from '../../../../lib/search/space/domain';

const CONFIDENCES = ['low', 'medium', 'high'] as const;
const DEVIATION = { low: 0.5, medium: 0.25, high: 0.125 };
const choice: Domain = { kind: 'choice', values: ['a', 'b', 'c'], default: 'b' };
const log: Domain = { kind: 'float', min: 1e-4, max: 1, sampling: 'log', default: 1e-3 };

/** Mass of a bell around `center` between two points, by the trapezoidal rule: independent of the error function. */
function mass(center: number, deviation: number, from: number, to: number): number {
  const cells = 20_000;
  const bell = (u: number) => Math.exp(-(((u - center) / deviation) ** 2) / 2);
  let sum = (bell(from) + bell(to)) / 2;
  for (let i = 1; i < cells; i++) sum += bell(from + ((to - from) * i) / cells);
  return (sum * (to - from)) / cells;
}

/** Domains whose values can be counted, each with a default. */
const COUNTABLE: readonly Domain[] = [
  choice,
  { kind: 'boolean', default: true },
  { kind: 'fixed', value: 3 },
  { kind: 'choice', values: [16, 32, 64, 128], default: 128 },
  { kind: 'choice', values: ['small', 'middle', 'large'], ordered: true, default: 'small' },
  { kind: 'int', min: 1, max: 6, sampling: 'linear', default: 2 },
  { kind: 'int', min: 1, max: 30, sampling: 'log', default: 4 },
  { kind: 'float', min: 0, max: 0.5, step: 0.1, sampling: 'linear', default: 0.2 },
  // Without a default.
  { kind: 'choice', values: ['a', 'b', 'c'] },
  { kind: 'int', min: 1, max: 30, sampling: 'log' },
];
const allValues = (domain: Domain): HyperParameterValue[] =>
  domain.kind === 'int' ? Array.from({ length: domain.max - domain.min + 1 }, (_, i) => domain.min + i) : valuesOf(domain);

describe('priorLikelihood', () => {
  it('weighs the default of an unordered choice 2, 4 or 6 times, worked by hand', () => {
    const of = (confidence: Confidence) => ['a', 'b', 'c'].map((value) => priorLikelihood(choice, value, confidence));
    expect(of('low')).toEqual([1 / 4, 2 / 4, 1 / 4]);
    expect(of('medium')).toEqual([1 / 6, 4 / 6, 1 / 6]);
    expect(of('high')).toEqual([1 / 8, 6 / 8, 1 / 8]);
    expect(priorLikelihood({ kind: 'boolean', default: true }, true, 'high')).toBe(6 / 7);
    expect(priorLikelihood({ kind: 'boolean', default: false }, true, 'high')).toBe(1 / 7);
    expect(priorLikelihood({ kind: 'fixed', value: 3 }, 3, 'low')).toBe(1);
  });

  it.each(CONFIDENCES)('is a bell cut off at both ends, on a log scale, too, with %s confidence', (confidence) => {
    // The default lies a quarter up the four orders of magnitude.
    const inside = mass(0.25, DEVIATION[confidence], 0, 1);
    for (const [value, u] of [
      [1e-4, 0],
      [1e-3, 0.25],
      [1e-2, 0.5],
      [1, 1],
    ] as const) {
      const bell = Math.exp(-(((u - 0.25) / DEVIATION[confidence]) ** 2) / 2);
      expect(priorLikelihood(log, value, confidence)).toBeCloseTo(bell / inside, 7);
    }
  });

  it('is the mass of the share of a value that can be counted', () => {
    // Shares of a sixth; the default 2 lies in the middle of the second.
    const int: Domain = { kind: 'int', min: 1, max: 6, sampling: 'linear', default: 2 };
    for (const value of [1, 2, 5]) {
      const share = mass(0.25, 0.125, (value - 1) / 6, value / 6) / mass(0.25, 0.125, 0, 1);
      expect(priorLikelihood(int, value, 'high')).toBeCloseTo(share, 7);
    }
  });

  it.each(COUNTABLE.map((domain) => [domain]))('sums to 1: %j', (domain) => {
    for (const confidence of CONFIDENCES) {
      const sum = allValues(domain).reduce<number>((s, value) => s + priorLikelihood(domain, value, confidence), 0);
      expect(sum).toBeCloseTo(1, 10);
    }
  });

  it('integrates to 1 over the unit interval of a continuous range', () => {
    for (const confidence of CONFIDENCES) {
      const cells = 2000;
      const integral = Array.from(
        { length: cells },
        (_, i) => priorLikelihood(log, valueAt(log, (i + 0.5) / cells), confidence) / cells,
      ).reduce((sum, part) => sum + part, 0);
      expect(integral).toBeCloseTo(1, 5);
    }
  });

  it('is uniform over ordered values without a default, and lies around another center where one is given', () => {
    const open: Domain = { kind: 'float', min: 0, max: 1, sampling: 'linear' };
    expect(priorLikelihood(open, 0.1, 'high')).toBe(1);
    expect(priorLikelihood({ kind: 'choice', values: [1, 2, 4, 8] }, 2, 'high')).toBeCloseTo(1 / 4, 15);
    expect(priorLikelihood({ kind: 'int', min: 1, max: 5, sampling: 'linear' }, 5, 'high')).toBeCloseTo(1 / 5, 12);
    // The first value of a choice without an order, and false, are defaults that need no name.
    expect(priorLikelihood({ kind: 'boolean' }, true, 'high')).toBe(1 / 7);
    expect(priorLikelihood({ kind: 'choice', values: ['a', 'b', 'c'] }, 'a', 'medium')).toBe(4 / 6);
    expect(priorLikelihood(choice, 'c', 'medium', 'c')).toBe(4 / 6);
    expect(priorLikelihood(open, 0.5, 'low', 0.5)).toBeCloseTo(1 / mass(0.5, 0.5, 0, 1), 7);
  });

  it('refuses values of another domain, and confidences that there are not', () => {
    expect(() => priorLikelihood(choice, 'd', 'low')).toThrow('value must be one of');
    expect(() => priorLikelihood(log, 2, 'low')).toThrow('value must be a number from 0.0001 to 1');
    expect(() => priorLikelihood(choice, 'a', 'low', 'd')).toThrow('value must be one of');
    expect(() => checkConfidence('certain' as Confidence)).toThrow(
      'confidence must be one of low, medium, high, but got "certain".',
    );
  });
});

describe('samplePrior', () => {
  it.each(COUNTABLE.map((domain) => [domain]))('draws each value as often as it is likely: %j', (domain) => {
    const draw = random(0, 'samplePrior', JSON.stringify(domain));
    const n = 4000;
    const counts = new Map<HyperParameterValue, number>();
    for (let i = 0; i < n; i++) {
      const value = samplePrior(domain, 'medium', draw);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const values = allValues(domain);
    let chi = 0;
    for (const value of values) {
      const expected = n * priorLikelihood(domain, value, 'medium');
      chi += ((counts.get(value) ?? 0) - expected) ** 2 / expected;
    }
    // Four standard deviations above the mean of chi-squared.
    const freedom = values.length - 1;
    expect(chi).toBeLessThanOrEqual(freedom + 4 * Math.sqrt(2 * freedom) + 1);
    expect([...counts.keys()].every((value) => values.includes(value))).toBe(true);
  });

  it.each(CONFIDENCES)('draws from the bell of a continuous range with %s confidence', (confidence) => {
    const draw = random(0, 'samplePrior', confidence);
    const n = 4000;
    const tenths = new Array(10).fill(0);
    for (let i = 0; i < n; i++) {
      tenths[Math.min(9, Math.floor(10 * positionOf(log, samplePrior(log, confidence, draw))))]++;
    }
    const inside = mass(0.25, DEVIATION[confidence], 0, 1);
    for (const [i, count] of tenths.entries()) {
      const share = mass(0.25, DEVIATION[confidence], i / 10, (i + 1) / 10) / inside;
      expect(Math.abs(count - n * share)).toBeLessThan(4 * Math.sqrt(n * share * (1 - share)) + 1);
    }
  });
});
