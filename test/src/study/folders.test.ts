import { join } from 'node:path';
import { expect, it } from 'vitest';
import { modelDirectory, searchDirectory } from '../../../src/study/folders';

it('modelDirectory and searchDirectory: one folder for each data set and profile', () => {
  expect(modelDirectory('mnist', 'quick', 'mlp')).toBe(join('runs', 'mnist-quick', 'mlp'));
  expect(searchDirectory('mnist', 'quick', 'mlp', 'random')).toBe(join('runs', 'mnist-quick', 'mlp-search', 'random'));
});
