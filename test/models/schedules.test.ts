import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/models';

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

  it('drops within an epoch where it changes per step', () => {
    const schedule = { kind: 'stepDecay', factor: 0.1, every: 1.5, per: 'step' } as const;
    expect(learningRateAt(schedule, 1, 1.49, 3)).toBe(1);
    expect(learningRateAt(schedule, 1, 1.5, 3)).toBe(0.1);
    expect(learningRateAt({ ...schedule, per: 'epoch' }, 1, 1.5, 3)).toBe(1);
  });

  it('follows half a cosine from the rate to its floor', () => {
    const cosine = { kind: 'cosineAnnealing' } as const;
    expect(learningRateAt(cosine, 0.1, 0, 4)).toBe(0.1);
    expect(learningRateAt(cosine, 0.1, 1, 4)).toBeCloseTo(0.1 * (0.5 + Math.SQRT1_2 / 2), 12);
    expect(learningRateAt(cosine, 0.1, 2, 4)).toBeCloseTo(0.05, 12);
    expect(learningRateAt(cosine, 0.1, 4, 4)).toBeCloseTo(0, 12);
    expect(learningRateAt({ ...cosine, floor: 0.2 }, 0.1, 4, 4)).toBeCloseTo(0.02, 12);
    expect(learningRateAt({ ...cosine, per: 'epoch' }, 0.1, 2.9, 4)).toBeCloseTo(0.05, 12);
  });
});
