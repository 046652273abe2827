import { describe, expect, it } from 'vitest';
import { soak } from '../../bench/soak';
import { isLong } from '../long';

const TRIALS = isLong ? 300 : 32;

describe('what a process holds along trials of which some fail', () => {
  it.each([
    ['in one process', 1],
    ['with two workers', 2],
  ])(
    'does not grow %s',
    async (_name, workers) => {
      const found = await soak(TRIALS, workers);
      expect(found.at(-1)).toMatchObject({ trial: TRIALS });
      expect(found.at(-1)?.failed).toBeGreaterThan(2);
      // What the first trials bring up stays: TensorFlow.js' backend, the workers' pipes.
      const held = found.slice(0, -1).filter(({ trial }) => trial > 12);
      for (const what of ['tensors', 'bytes', 'listeners'] as const) {
        expect(new Set(held.map((each) => each[what])).size, `${what} ${held.map((each) => each[what])}`).toBe(1);
      }
      for (const what of ['files', 'children'] as const) {
        const values = held.map((each) => each[what]);
        // A worker that died may not be replaced yet.
        const half = values.length / 2;
        expect(Math.max(...values.slice(half)), `${what} ${values}`).toBeLessThanOrEqual(Math.max(...values.slice(0, half)));
      }
      // The first hundred trials fill the allocators.
      const megabytes = held.filter(({ trial }) => trial >= 100).map((each) => each.megabytes);
      if (isLong) expect(Math.max(...megabytes) / Math.min(...megabytes), `${megabytes}`).toBeLessThan(1.1);
    },
    isLong ? 1_200_000 : 300_000,
  );
});
