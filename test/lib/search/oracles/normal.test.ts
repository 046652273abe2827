import { describe, expect, it } from 'vitest';
import { normalCdf, normalMass } from '../../../../lib/search/oracles/normal';

describe('normalCdf', () => {
  it.each([
    // scipy.stats.norm.cdf
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.96, 0.024997895148220435],
    [3.5, 0.9997673709209645],
    [-5, 2.866515718791933e-7],
    [-7.5, 3.1908916729108844e-14],
    [-20, 2.7536241186061556e-89],
  ])('of %d is %d, as SciPy has it', (z, p) => {
    expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-8);
    expect(Math.abs(normalCdf(z) - p)).toBeLessThan(1e-14);
  });
});

describe('normalMass', () => {
  it('keeps its digits in the upper tail', () => {
    expect(normalMass(7, 8)).toBe(normalMass(-8, -7));
    expect(normalMass(20, 21)).toBeGreaterThan(0);
    expect(normalMass(-1, 1)).toBeCloseTo(0.6826894921370859, 13);
  });
});
