import { describe, expect, it } from 'vitest';
import { averageRanks, bootstrapConfigurations, spearman } from '../../bench/spearman';

describe('averageRanks', () => {
  it('gives equal values the mean of their ranks', () => {
    expect(averageRanks([20, 10, 30, 20])).toEqual([2.5, 1, 4, 2.5]);
    expect(averageRanks([5, 5, 5])).toEqual([2, 2, 2]);
  });

  it('puts what has no score last, all of it alike', () => {
    expect(averageRanks([Number.NaN, 0.1, Number.NaN, 0.05])).toEqual([1.5, 4, 1.5, 3]);
  });
});

describe('spearman', () => {
  it('is that of the textbook: intelligence quotient and hours of television', () => {
    const quotient = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    // 1 - 6 * 194 / (10 * (100 - 1)).
    expect(spearman(quotient, hours)).toBeCloseTo(-29 / 165, 12);
  });

  it('is worked out by hand with ties', () => {
    // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: products of differences from 2.5 are 2.25 + 0 + 0 + 2.25, squares 4.5 and 5.
    expect(spearman([1, 2, 2, 3], [10, 30, 20, 40])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  });

  it('is 1 and -1 for equal and opposite orders, whatever the distances, and NaN where there is no order', () => {
    expect(spearman([1, 2, 100], [0.1, 0.11, 0.12])).toBeCloseTo(1, 12);
    expect(spearman([3, 2, 1], [1, 20, 21])).toBeCloseTo(-1, 12);
    expect(spearman([1, 1], [1, 2])).toBeNaN();
  });

  it('counts a failed configuration as the worst', () => {
    expect(spearman([Number.NaN, 0.2, 0.3], [Number.NaN, 0.5, 0.6])).toBeCloseTo(1, 12);
    expect(spearman([Number.NaN, 0.2, 0.3], [0.7, 0.5, 0.6])).toBeCloseTo(-0.5, 12);
  });

  it('refuses lists of different lengths', () => {
    expect(() => spearman([1, 2], [1])).toThrow('equally long, but have 2 and 1');
  });
});

describe('bootstrapConfigurations', () => {
  it('holds the number itself, is the same each time, and leaves out draws that have none', () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8];
    const y = [2, 1, 4, 3, 6, 5, 8, 7];
    const measure = (draw: readonly number[]) =>
      spearman(
        draw.map((i) => x[i]),
        draw.map((i) => y[i]),
      );
    const interval = bootstrapConfigurations(8, measure);
    expect(interval.low).toBeLessThan(spearman(x, y));
    expect(interval.high).toBeGreaterThan(spearman(x, y));
    expect(bootstrapConfigurations(8, measure)).toEqual(interval);
    expect(bootstrapConfigurations(2, (draw) => (draw[0] === draw[1] ? Number.NaN : 0.5))).toEqual({ low: 0.5, high: 0.5 });
  });
});
