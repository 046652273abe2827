import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { defaultWorkers, type Profile, searchBudget } from '../../src/tuner/budget';

describe('searchBudget', () => {
  it('replaces what is given and keeps the rest of the profile', () => {
    const quick = searchBudget('mlp', 'quick');
    expect(searchBudget('mlp', 'quick', { trials: 3, folds: null })).toEqual({ ...quick, trials: 3 });
  });

  it('grows from small to quick to full', () => {
    for (const model of ['mlp', 'cnn'] as const) {
      const cost = (['small', 'quick', 'full'] as const).map((profile) => {
        const { searchImages, trials, searchEpochs, trainImages, epochs } = searchBudget(model, profile);
        return searchImages * trials * searchEpochs + trainImages * epochs;
      });
      expect(cost).toEqual([...cost].sort((a, b) => a - b));
      expect(new Set(cost).size).toBe(3);
    }
  });

  it('refuses what is no profile or no count', () => {
    expect(() => searchBudget('mlp', 'fast' as Profile)).toThrow(
      `'small', 'quick' or 'full', but got "fast"`,
    );
    expect(() => searchBudget('cnn', 'quick', { epochs: 0 })).toThrow('epochs must be a whole number from 1');
    expect(() => searchBudget('cnn', 'quick', { folds: 2.5 })).toThrow('but got 2.5');
    expect(() => searchBudget('cnn', 'quick', { searchEpochs: 1 })).toThrow('whole number from 2');
  });
});

it('defaultWorkers: one for each core, at most 4', () => {
  expect(defaultWorkers()).toBe(Math.min(4, availableParallelism()));
});
