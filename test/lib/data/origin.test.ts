import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/data/dataset';
import { loadDataset } from '../../../lib/data/load-dataset';
import { splitDataset, takeSubset } from '../../../lib/data/split';
import { RedisExecutor } from '../../../lib/machines/redis-executor';
import { buildMlp } from '../../../src/models/mlp';

describe('the origin of images', () => {
  it('says how to have them again, as long as that can be said', async () => {
    const { train, test } = await loadDataset('mnist');
    expect(train.origin).toEqual({ name: 'mnist', part: 'train', subsets: [] });
    expect(test.origin?.part).toBe('test');
    const subset = takeSubset(takeSubset(test, 500, 7), 100);
    const subsets = [
      { size: 500, seed: 7 },
      { size: 100, seed: 0 },
    ];
    expect(subset.origin).toEqual({ name: 'mnist', part: 'test', subsets });
    expect(splitDataset(subset, 0.2, 0).train.origin).toBeUndefined();
  });

  it('is asked for where other machines shall have the same', async () => {
    const { test } = await loadDataset('mnist');
    const data: Dataset = splitDataset(test, 0.2, 0).train;
    const opened = RedisExecutor.open(
      { builder: buildMlp, data },
      { redis: 'x', folder: 'x', lostAfterMs: 30_000, threadsPerWorker: 1, timeoutMs: 600_000 },
    );
    await expect(opened).rejects.toThrow(/must be what loadDataset or takeSubset gave.*those of mnist/);
  });
});
