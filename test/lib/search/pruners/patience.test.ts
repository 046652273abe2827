import { describe, expect, it } from 'vitest';
import { patiencePruner } from '../../../../lib/search/pruners/patience';

/** The first epoch after which it ends a training of these values; 0 for none. */
const end = (values: number[], settings: { patience: number; minDelta?: number }, direction: 'min' | 'max') => {
  const pruner = patiencePruner(settings);
  const view = { peers: [], objective: { name: 'loss', direction } };
  return values.findIndex((_, i) => pruner.judge({ ...view, values: values.slice(0, i + 1) })) + 1;
};

describe('patiencePruner', () => {
  it('ends a training after so many epochs without an improvement', () => {
    expect(end([5, 4, 4, 4, 3], { patience: 2 }, 'min')).toBe(4);
    expect(end([5, 4, 4, 3, 3, 3], { patience: 2 }, 'min')).toBe(6);
    expect(end([5, 4, 3, 2], { patience: 1 }, 'min')).toBe(0);
    expect(end([5, 4, 3, 2], { patience: 1 }, 'max')).toBe(2);
    expect(end([0.1, 0.2, 0.3, 0.3], { patience: 1 }, 'max')).toBe(4);
  });

  it('counts only improvements by more than minDelta, over the last that counted', () => {
    // 4 and 3.5 are no improvements over 5 by more than 1.5; 3 is.
    expect(end([5, 4, 3.5, 3, 2.5, 2], { patience: 3, minDelta: 1.5 }, 'min')).toBe(0);
    expect(end([5, 4, 3.5, 3.5], { patience: 3, minDelta: 1.5 }, 'min')).toBe(4);
    expect(end([0, 1, 2, 3], { patience: 2, minDelta: 1 }, 'max')).toBe(0);
    expect(end([0, 1, 1, 1], { patience: 3, minDelta: 1 }, 'max')).toBe(4);
  });

  it('takes a value that is no number for no improvement, and the first number after it for one', () => {
    expect(end([2, Number.NaN, Number.NaN], { patience: 2 }, 'min')).toBe(3);
    expect(end([Number.NaN, 2, 2, 2], { patience: 2 }, 'min')).toBe(4);
    expect(end([Number.NaN, Number.NaN], { patience: 1 }, 'max')).toBe(2);
  });

  it('says why', () => {
    const view = { peers: [], objective: { name: 'valLoss', direction: 'min' } as const };
    expect(patiencePruner({ patience: 2 }).judge({ ...view, values: [0.5, 0.25, 0.3, 0.3] })).toBe(
      'no better valLoss than the 0.2500 of epoch 2 in the 2 epochs since',
    );
  });

  it('says its settings and refuses others', () => {
    expect(patiencePruner({ patience: 2 }).config).toEqual({ name: 'patience', patience: 2, minDelta: 0 });
    expect(() => patiencePruner({ patience: 0 })).toThrow('patience must be a whole number from 1, but got 0.');
    for (const minDelta of [-1, Number.NaN, Infinity]) {
      expect(() => patiencePruner({ patience: 1, minDelta })).toThrow(`minDelta must be a number from 0, but got ${minDelta}.`);
    }
  });
});
