import { describe, expect, it } from 'vitest';
import { quantile, summarizeRuns } from '../../bench/results';

describe('quantile', () => {
  it('interpolates between neighbours, whatever the order', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(quantile([7], 0.9)).toBe(7);
  });
});

describe('summarizeRuns', () => {
  it('gives the median a unit, and the interquartile range over the median', () => {
    // Quartiles of 10, 20, 30, 40, 50 are 20 and 40.
    expect(summarizeRuns([50, 10, 30, 20, 40], 10)).toEqual({ seconds: 3, runs: 5, spread: 20 / 30 });
  });

  it('has no spread of a single run', () => {
    expect(summarizeRuns([2])).toEqual({ seconds: 2, runs: 1, spread: null });
  });
});
