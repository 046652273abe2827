import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../../lib/recipe/schedules';
import { HyperParameters } from '../../../lib/search/space/hyperparameters';
import { chooseSchedule } from '../../../src/models/choices';

describe('learningRateAt', () => {
  it('stays for a constant schedule', () => {
    expect(learningRateAt({ kind: 'constant' }, 0.1, 7.5, 10)).toBe(0.1);
  });

  it('drops by the factor every so many epochs', () => {
    const schedule = { kind: 'stepDecay', factor: 0.5, every: 2 } as const;
    const rates = [0, 1.9, 2, 3.5, 4].map((t) => learningRateAt(schedule, 0.1, t, 6));
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
  });

  it('drops twice in a run unless told, also where the epochs do not divide by three', () => {
    const rates = [0, 1, 2, 3].map((t) => learningRateAt({ kind: 'stepDecay' }, 1, t, 4));
    // Drops after 4/3 and 8/3 epochs, seen at the next epoch's start.
    expect(rates).toEqual([1, 1, 0.5, 0.25]);
  });

  it('follows half a cosine from the rate to its floor', () => {
    const cosine = { kind: 'cosineAnnealing' } as const;
    expect(learningRateAt(cosine, 0.1, 0, 4)).toBe(0.1);
    expect(learningRateAt(cosine, 0.1, 1, 4)).toBeCloseTo(0.1 * (0.5 + Math.SQRT1_2 / 2), 12);
    expect(learningRateAt(cosine, 0.1, 2, 4)).toBeCloseTo(0.05, 12);
    expect(learningRateAt(cosine, 0.1, 4, 4)).toBeCloseTo(0, 12);
    expect(learningRateAt({ ...cosine, floor: 0.2 }, 0.1, 4, 4)).toBeCloseTo(0.02, 12);
  });

  it('rises in proportion during the warm-up, then follows the cosine over the rest', () => {
    // Two of ten epochs: the cosine spans eight, and is half way down after the sixth.
    const warm = { kind: 'cosineAnnealing', warmUp: 0.2 } as const;
    const rates = [0, 0.5, 1, 2, 4, 6, 10].map((t) => learningRateAt(warm, 0.1, t, 10));
    const quarter = 0.1 * (0.5 + Math.SQRT1_2 / 2);
    expect(rates).toEqual([0, 0.025, 0.05, 0.1, quarter, 0.05, 0].map((rate) => expect.closeTo(rate, 12)));
    expect(learningRateAt({ ...warm, floor: 0.5 }, 0.1, 6, 10)).toBeCloseTo(0.075, 12);
    expect(learningRateAt({ ...warm, floor: 0.5 }, 0.1, 1, 10)).toBeCloseTo(0.05, 12);
  });
});

/**
 * The rates of PyTorch's `OneCycleLR(max_lr=0.1, total_steps=11, pct_start=4/11, cycle_momentum=False)`, worked out by the
 * formula of its source: steps 0 to 3 go from 0.1 / 25 to 0.1, steps 3 to 10 to 0.1 / 25 / 10000, each as
 * `end + (start - end) / 2 * (1 + cos(pi * share))`. There the top is at step `pct_start * total_steps - 1` = 3 of 0 to 10,
 * which is after three of ten epochs here.
 */
const ONE_CYCLE = [
  0.004, 0.028, 0.076, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893, 0.03887419780637107, 0.0188258346050237,
  0.004951936798652623, 4e-7,
];

describe('one-cycle', () => {
  it('follows PyTorch', () => {
    const rates = ONE_CYCLE.map((_, t) => learningRateAt({ kind: 'oneCycle' }, 0.1, t, 10));
    expect(rates).toEqual(ONE_CYCLE.map((rate) => expect.closeTo(rate, 8)));
  });
});

describe('chooseSchedule', () => {
  it.each([
    ['constant', { kind: 'constant' }],
    ['stepDecay', { kind: 'stepDecay', factor: 0.2 }],
    ['oneCycle', { kind: 'oneCycle' }],
    ['cosineAnnealing', { kind: 'cosineAnnealing', warmUp: 0.1 }],
  ])('takes %s', (schedule, expected) => {
    expect(chooseSchedule(HyperParameters.from({ schedule, decayFactor: 0.2 }))).toEqual(expected);
  });

  it('takes cosine annealing where nothing chooses', () => {
    expect(chooseSchedule(new HyperParameters())).toEqual({ kind: 'cosineAnnealing', warmUp: 0.1 });
  });
});
