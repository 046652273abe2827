import { describe, expect, it } from 'vitest';
import { raceReason } from '../../../../lib/search/pruners/racing';

const ACCURACY = { name: 'valAccuracy', direction: 'max' } as const;
const LOSS = { name: 'valLoss', direction: 'min' } as const;
/** Mean 0.81, gap 0.02. */
const RIVAL = { id: 4, scores: [0.8, 0.81, 0.82] };
/** Beside two rivals that are far behind and have no gap, so that there are enough of them. */
const race = (scores: number[], rivals = [RIVAL], objective: typeof ACCURACY | typeof LOSS = ACCURACY) => {
  const last = objective === LOSS ? 9 : 0.01;
  const behind = [91, 92].map((id) => ({ id, scores: [last, last, last] }));
  return raceReason({ scores, trainings: 3, rivals: [...rivals, ...behind], objective });
};

describe('raceReason', () => {
  it('ends a trial that would lose even if the rest came out better by the widest gap', () => {
    // (0.7 + 2 * 0.72) / 3 = 0.7133
    expect(race([0.7])).toBe('cannot win any more: 0.7000 after 1 of 3 trainings, at best 0.7133, trial 4 has 0.8100');
    // (0.79 + 0.77 + 0.81) / 3 = 0.79
    expect(race([0.79, 0.77])).toMatch('0.7800 after 2 of 3 trainings, at best 0.7900');
  });

  it('goes on while a trial may win', () => {
    // (0.797 + 2 * 0.817) / 3 = 0.81033, just above; from 0.7966 on it would be 0.80993.
    expect(race([0.797])).toBeUndefined();
    expect(race([0.7966])).toMatch('at best 0.8099');
    expect(race([0.79, 0.84])).toBeUndefined();
  });

  it('takes the best rival that has all trainings, and the widest gap of any rival', () => {
    const better = { id: 7, scores: [0.9, 0.9, 0.9] };
    expect(race([0.85], [RIVAL, better])).toMatch('at best 0.8633, trial 7 has 0.9000');
    // A gap of 0.2 in a rival that has two trainings: (0.85 + 2 * 1.05) / 3.
    expect(race([0.85], [RIVAL, better, { id: 8, scores: [0.5, 0.7] }])).toBeUndefined();
    // Of equals the earlier.
    expect(race([0.1], [{ ...RIVAL, id: 9 }, RIVAL])).toMatch('trial 4 has');
  });

  it('waits for three rivals that have all trainings', () => {
    const rivals = [1, 2, 3].map((id) => ({ ...RIVAL, id }));
    const reason = (some: typeof rivals) => raceReason({ scores: [0.1], trainings: 3, rivals: some, objective: ACCURACY });
    expect(reason([])).toBeUndefined();
    expect(reason(rivals.slice(0, 2))).toBeUndefined();
    expect(reason([...rivals.slice(0, 2), { id: 3, scores: [0.8, 0.81] }])).toBeUndefined();
    expect(reason(rivals)).toMatch('cannot win any more');
  });

  it('runs the other way round for a loss, below 0 as well', () => {
    const rival = { id: 1, scores: [-1, -1.2, -1.1] };
    // (-0.5 + 2 * -0.7) / 3 = -0.6333
    expect(race([-0.5], [rival], LOSS)).toMatch('at best -0.6333, trial 1 has -1.100');
    // (-1 + 2 * -1.2) / 3 = -1.1333
    expect(race([-1], [rival], LOSS)).toBeUndefined();
  });

  it('ends a trial that could at best draw level', () => {
    const same = { id: 1, scores: [0.5, 0.5, 0.5] };
    expect(race([0.5], [same])).toMatch('at best 0.5000, trial 1 has 0.5000');
    expect(race([0.5001], [same])).toBeUndefined();
  });

  it('says nothing before the first score and after the last, and beats rivals without a score', () => {
    expect(race([])).toBeUndefined();
    expect(race([0.1, 0.1, 0.1])).toBeUndefined();
    const unscored = [1, 2, 3].map((id) => ({ id, scores: [0.9, Number.NaN, 0.9] }));
    expect(raceReason({ scores: [0.1], trainings: 3, rivals: unscored, objective: ACCURACY })).toBeUndefined();
    expect(race([0.1], [RIVAL, { id: 1, scores: [0.9, Number.NaN, 0.9] }])).toMatch('best 0.1133, trial 4 has');
    expect(race([Number.NaN])).toMatch('NaN after 1 of 3 trainings');
  });
});
