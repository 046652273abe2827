import { describe, expect, it } from 'vitest';
import { medianPruner } from '../../../../lib/search/pruners/median';

const LOSS = { name: 'valLoss', direction: 'min' } as const;
const ACCURACY = { name: 'valAccuracy', direction: 'max' } as const;
/** After epoch 2 they have 0.2, 0.4, 0.6, 0.8 and 1.0: median 0.6. */
const FIVE = [0.2, 0.4, 0.6, 0.8, 1].map((value) => [0.5, value]);

describe('medianPruner', () => {
  const judge = (values: number[], peers = FIVE, objective: typeof LOSS | typeof ACCURACY = LOSS) =>
    medianPruner().judge({ values, peers, objective });

  it('ends a training whose best value is worse than the median of the others after the same epoch', () => {
    expect(judge([0.9, 0.7])).toBe('its best valLoss after epoch 2, 0.7000, is worse than 0.6000, the median of 5 others');
    expect(judge([0.9, 0.6])).toBeUndefined();
    expect(judge([0.5, 0.9])).toBeUndefined();
    expect(judge([0.5, 0.59], FIVE, ACCURACY)).toMatch('its best valAccuracy after epoch 2, 0.5900');
    expect(judge([0.61, 0.1], FIVE, ACCURACY)).toBeUndefined();
  });

  it('takes the mean of the two in the middle of an even number', () => {
    const six = [...FIVE, [0.5, 0.3]];
    // 0.2 0.3 0.4 0.6 0.8 1.0: median 0.5.
    expect(judge([0.9, 0.51], six)).toMatch('0.5000, the median of 6 others');
    expect(judge([0.9, 0.5], six)).toBeUndefined();
  });

  it('judges nothing in the warm-up epochs, nor where too few others came so far', () => {
    expect(judge([9])).toBeUndefined();
    expect(judge([9, 9, 9])).toBeUndefined();
    expect(judge([9, 9], FIVE.slice(1))).toBeUndefined();
    expect(judge([9, 9], [...FIVE.slice(1), [0.5]])).toBeUndefined();
    const eager = medianPruner({ startupTrials: 1, warmupEpochs: 0 });
    expect(eager.judge({ values: [9], peers: [[1]], objective: LOSS })).toMatch('the median of 1 others');
    expect(eager.judge({ values: [9], peers: [], objective: LOSS })).toBeUndefined();
  });

  it('leaves out values that are no number, and ends a training that has no other ones', () => {
    expect(judge([0.9, 0.7], [...FIVE.slice(1), [0.5, Number.NaN]])).toBeUndefined();
    expect(judge([0.9, 0.7], [...FIVE, [0.5, Number.NaN]])).toMatch('the median of 5 others');
    expect(judge([Number.NaN, 0.5])).toBeUndefined();
    expect(judge([Number.NaN, Number.NaN])).toMatch('NaN, is worse than 0.6000');
  });

  it('says its settings and refuses others', () => {
    expect(medianPruner().config).toEqual({ name: 'median', startupTrials: 5, warmupEpochs: 1 });
    expect(() => medianPruner({ startupTrials: 0 })).toThrow('startupTrials must be a whole number from 1, but got 0.');
    expect(() => medianPruner({ warmupEpochs: -1 })).toThrow('warmupEpochs must be a whole number from 0, but got -1.');
  });
});
