import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../../lib/experiments/paired-difference';

const accuracy = { name: 'valAccuracy', direction: 'max' } as const;
const loss = { name: 'valLoss', direction: 'min' } as const;

describe('pairedDifference', () => {
  it('is the mean over folds, with the corrected interval', () => {
    const found = pairedDifference([0.61, 0.62, 0.63], [0.6, 0.6, 0.6], { folds: 3, objective: accuracy });
    expect(found.difference).toBeCloseTo(0.02, 12);
    const half = 4.302652729911275 * 0.01 * Math.sqrt(1 / 3 + 1 / 2);
    expect(found.interval.low).toBeCloseTo(0.02 - half, 8);
    expect(found.interval.high).toBeCloseTo(0.02 + half, 8);
  });

  it('ends at what shares can differ by, as two folds that disagree do not; losses may differ by more', () => {
    const [scores, others] = [
      [0.9, 0.5],
      [0.5, 0.4],
    ];
    // 0.25 ± 12.706 * 0.2121 * sqrt(1/2 + 1).
    expect(pairedDifference(scores, others, { folds: 2, objective: accuracy }).interval).toEqual({ low: -1, high: 1 });
    const { low, high } = pairedDifference(scores, others, { folds: 2, objective: loss }).interval;
    expect(low).toBeCloseTo(0.25 - 12.7062 * 0.212132 * Math.sqrt(1.5), 3);
    expect(high).toBeCloseTo(0.25 + 12.7062 * 0.212132 * Math.sqrt(1.5), 3);
  });

  it('has no interval of one fold', () => {
    const { interval } = pairedDifference([0.5], [0.4], { folds: 1, objective: accuracy });
    expect(interval).toEqual({ low: Number.NaN, high: Number.NaN });
  });
});
