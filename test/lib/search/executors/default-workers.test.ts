import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { defaultWorkers } from '../../../../lib/search/executors/default-workers';

it('defaultWorkers: one for each core, at most 4', () => {
  expect(defaultWorkers()).toBe(Math.min(4, availableParallelism()));
});
