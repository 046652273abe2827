import { describe, expect, it } from 'vitest';
import { learningRateRange } from '../../../lib/figures';

const range = {
  rates: [1e-4, 1e-3, 1e-2, 1e-1],
  losses: [4, 2, 40, Number.NaN],
  smoothed: [4, 3, 15, Number.NaN],
  suggestion: 1e-3,
};

describe('learningRateRange', () => {
  it('draws each loss, the running mean and the suggestion on a logarithmic axis', () => {
    const { data, layout } = learningRateRange(range);
    expect(data.map(({ name }) => name)).toEqual(['each batch', 'running mean', 'steepest at 0.001']);
    expect(data[0]).toMatchObject({ x: range.rates, y: [4, 2, 40, null] });
    expect(data[1]).toMatchObject({ y: [4, 3, 15, null] });
    expect(data[2]).toMatchObject({ x: [1e-3, 1e-3] });
    expect(layout.xaxis).toMatchObject({ type: 'log' });
  });

  it('cuts an explosion off, so that the fall is seen', () => {
    // From 2 to 1.5 times the first loss, with 6 % of that on both sides.
    expect(learningRateRange(range).layout.yaxis?.range).toEqual([2 - 0.24, 6 + 0.24]);
    const calm = { ...range, losses: [4, 3, 2, 3], smoothed: [4, 3.5, 3, 3] };
    expect(learningRateRange(calm).layout.yaxis?.range).toEqual([2 - 0.12, 4 + 0.12]);
  });

  it('marks nothing where there is no suggestion, and refuses an empty range', () => {
    expect(learningRateRange({ ...range, suggestion: undefined }).data).toHaveLength(2);
    expect(() => learningRateRange({ rates: [], losses: [], smoothed: [] })).toThrow(/at least one step/);
  });
});
