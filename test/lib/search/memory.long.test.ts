import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import type { MemoryPlan, MemoryUse } from './searching/memory-process';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A search of 100 trials in a process of its own, since what other tests leave behind would hide a leak. */
async function searchInProcess(plan: MemoryPlan): Promise<MemoryUse[]> {
  const script = ['--expose-gc', '--require', require.resolve('tsx/cjs')];
  const child = spawn(process.execPath, [...script, join(__dirname, 'searching', 'memory-process.ts'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (output === '') throw new Error(`The search printed nothing:\n${errors}`);
  return JSON.parse(output);
}

/**
 * In bytes. Measured: 2 to 7 MB without a leak, in part the 100 networks whose layers TensorFlow.js remembers; 28 MB where each
 * trial left a model, 85 MB where it left the optimizer's state, of which `tf.memory` knows nothing.
 */
const MOST_GROWTH = 15e6;

describe('the memory of a process over 100 trials', () => {
  it.concurrent.each(['dense', 'convolutional'] as const)(
    'stays flat with %s networks',
    async (network) => {
      const uses = await searchInProcess({ network, directory: join(folder, network) });
      expect(new Set(uses.map(({ tensors, bytes }) => `${tensors} tensors, ${bytes} bytes`))).toEqual(
        new Set(['0 tensors, 0 bytes']),
      );
      // The least of five: what a trial needs while it runs comes and goes.
      const least = (from: number) =>
        Math.min(...uses.filter(({ trial }) => trial > from && trial <= from + 5).map(({ rss }) => rss));
      expect(least(95) - least(15)).toBeLessThan(MOST_GROWTH);
    },
    300_000,
  );
});
