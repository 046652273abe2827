import { describe, expect, it } from 'vitest';
import { meanInterval, studentQuantile } from '../../../lib/evaluation/mean-interval';

describe('studentQuantile', () => {
  // Of the table that Student's t is printed with everywhere; scipy.stats.t.ppf agrees.
  it.each([
    [0.975, 1, 12.7062],
    [0.975, 2, 4.30265],
    [0.975, 3, 3.18245],
    [0.975, 4, 2.77645],
    [0.975, 9, 2.26216],
    [0.975, 120, 1.97993],
    [0.95, 5, 2.01505],
    [0.995, 10, 3.16927],
  ])('of %f with %i degrees of freedom', (probability, degreesOfFreedom, expected) => {
    expect(studentQuantile(probability, degreesOfFreedom)).toBeCloseTo(expected, 4);
  });
});

describe('meanInterval', () => {
  it('is Student’s interval', () => {
    const { mean, deviation, interval } = meanInterval([1, 2, 3]);
    expect(mean).toBe(2);
    expect(deviation).toBe(1);
    expect(interval.low).toBeCloseTo(2 - 4.302653 / Math.sqrt(3), 6);
    expect(interval.high).toBeCloseTo(2 + 4.302653 / Math.sqrt(3), 6);
  });

  it('is wider for scores of folds that share images', () => {
    const { interval } = meanInterval([0.01, 0.02, 0.03], { overlap: 1 / 2 });
    expect(interval.low).toBeCloseTo(0.02 - 4.302653 * 0.01 * Math.sqrt(5 / 6), 8);
    expect(interval.high).toBeCloseTo(0.059278, 6);
  });

  it('knows nothing of the spread from two equal values, though they differ by rounding', () => {
    const unknown = { low: -Infinity, high: Infinity };
    expect(meanInterval([0.3, 0.3]).interval).toEqual(unknown);
    expect(meanInterval([0.3 - 0.2, 0.2 - 0.1], { overlap: 1 }).interval).toEqual(unknown);
    expect(meanInterval([0.3, 0.301]).interval.high).toBeLessThan(0.4);
    expect(meanInterval([0.3, 0.3, 0.3]).interval.high).toBeCloseTo(0.3, 12);
  });

  it('knows nothing from one value, and refuses none', () => {
    const { mean, deviation, interval } = meanInterval([0.5]);
    expect([mean, deviation, interval.low, interval.high]).toEqual([0.5, Number.NaN, -Infinity, Infinity]);
    expect(() => meanInterval([])).toThrow('values must hold at least one number, but got none.');
  });
});
