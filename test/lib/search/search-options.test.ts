import { describe, expect, it } from 'vitest';
import { resolveRunOptions, resolveSearchOptions } from '../../../lib/search/search-options';
import { GridSearch, RandomSearch } from '../../../lib/search/searches';

describe('the options of a search', () => {
  it('have the defaults that their descriptions name, also where one is given as undefined', () => {
    const { objective, maxTrials, folds, seed, keepModels, startWithDefault } = resolveSearchOptions({
      folds: undefined,
      seed: 3,
    });
    expect({ objective, maxTrials, folds, seed, keepModels, startWithDefault }).toEqual({
      objective: { name: 'valAccuracy', direction: 'max' },
      maxTrials: 10,
      folds: 1,
      seed: 3,
      keepModels: 1,
      startWithDefault: true,
    });
    expect(new GridSearch(() => undefined).maxTrials).toBe(Infinity);
  });

  it.each([
    [{ maxTrials: 0 }, 'maxTrials must be a whole number from 1, but got 0'],
    [{ maxEpochs: 1.5 }, 'maxEpochs must be a whole number from 1, but got 1.5'],
    [{ folds: 1.5 }, 'folds must be 1 (hold-out) or a whole number from 2, but got 1.5'],
    [{ validationSplit: 1 }, 'validationSplit must lie above 0 and below 1, but got 1'],
    [{ keepModels: -1 }, 'keepModels must be a whole number from 0, but got -1'],
    [{ maxTimeMs: 0 }, 'maxTimeMs must be above 0, but got 0'],
    [{ objective: 'f1' }, 'objective must be one of valAccuracy'],
  ])('are refused where they are out of range: %o', (options, message) => {
    expect(() => new RandomSearch(() => undefined, options)).toThrow(message);
  });
});

describe('the options of a run', () => {
  it('have defaults, and the workers of the search', () => {
    const { workers, threadsPerWorker, timeoutMs, title } = resolveRunOptions({ epochs: 2 }, 3);
    expect({ workers, threadsPerWorker, timeoutMs, title }).toEqual({
      workers: 3,
      threadsPerWorker: 1,
      timeoutMs: 600_000,
      title: 'Search',
    });
    expect(resolveRunOptions({ epochs: 2, workers: 1, title: null }, 3)).toMatchObject({ workers: 1, title: null });
    expect(resolveRunOptions({ epochs: 2 }, undefined).workers).toBeUndefined();
  });

  it.each([
    [{ epochs: 0 }, 'epochs must be a whole number from 1, but got 0.'],
    [{ epochs: 1, batchSize: 0.5 }, 'batchSize must be a whole number from 1, but got 0.5.'],
    [{ epochs: 1, augmentation: { rotation: 200 } }, 'rotation of the augmentation must be from 0 to 180, but got 200.'],
    [{ epochs: 1, workers: 0 }, 'workers must be a whole number from 1, but got 0.'],
    [{ epochs: 1, workers: 1.5 }, 'workers must be a whole number from 1, but got 1.5.'],
    [{ epochs: 1, threadsPerWorker: 0 }, 'threadsPerWorker must be'],
    [{ epochs: 1, timeoutMs: Number.NaN }, 'timeoutMs must be'],
  ])('are refused where they are out of range: %o', (options, message) => {
    expect(() => resolveRunOptions(options, undefined)).toThrow(message);
  });
});
