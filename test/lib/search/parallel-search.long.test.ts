import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { Trial } from '../../../lib/search/trial';
import { isLong } from '../../long';
import { childrenOf } from '../../processes';
import { Kernel } from '../../scripts/kernel/jupyter-client';
import { startSearchProcess } from './searching/run-search-process';
import type { SearchPlan } from './searching/search-process';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-parallel-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What does not depend on the clock. */
function essence(trials: readonly Trial[]): unknown {
  return JSON.parse(JSON.stringify(trials, (key, value) => (key === 'seconds' || key === 'versions' ? undefined : value)));
}

describe('the number of workers changes nothing but the time', () => {
  it.each<[string, SearchPlan]>([
    [
      'random search with racing',
      {
        method: 'random',
        options: { maxTrials: 7, folds: 3, racing: true, seed: 3 },
        run: { epochs: 3, batchSize: 16 },
        images: 600,
      },
    ],
    [
      'random search with executions, pruning and early stopping',
      {
        method: 'random',
        options: { maxTrials: 8, startWithDefault: false, executionsPerTrial: 2, prune: true, seed: 3 },
        run: { epochs: 3, batchSize: 8, earlyStopping: true },
        images: 120,
      },
    ],
    ['Hyperband', { method: 'hyperband', options: { seed: 1, folds: 2 }, run: { epochs: 4, batchSize: 8 }, images: 120 }],
  ])('%s', async (_name, plan) => {
    const run = async (workers: number) => {
      const { ended } = startSearchProcess({ ...plan, run: { ...plan.run, workers } });
      return (await ended).found as { trials: Trial[]; best: number };
    };
    const one = await run(1);
    expect(one.trials.length).toBeGreaterThan(4);
    expect(one.trials.some(({ status }) => status === 'pruned')).toBe(true);
    for (const workers of isLong ? [2, 5] : [3]) {
      const several = await run(workers);
      expect(essence(several.trials)).toEqual(essence(one.trials));
      expect(several.best).toBe(one.best);
    }
  });
});

describe('a worker that is killed', () => {
  it('costs one attempt, and nothing else changes', async () => {
    const plan: SearchPlan = {
      method: 'random',
      options: { maxTrials: 3, folds: 2, seed: 1 },
      images: 240,
      run: { epochs: 10, batchSize: 8, workers: 2 },
    };
    const { trials: unbroken } = (await startSearchProcess(plan).ended).found as { trials: Trial[] };
    const directory = join(folder, 'worker-killed');
    const search = startSearchProcess({ ...plan, options: { ...plan.options, directory } });
    const journal = join(directory, 'journal.jsonl');
    while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('"kind":"epoch"')) await sleep(5);
    const [worker] = childrenOf(search.child.pid as number);
    process.kill(worker, 'SIGKILL');
    const { trials } = (await search.ended).found as { trials: Trial[] };
    expect(trials.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(1);
    const withoutAttempts = (of: readonly Trial[]) => essence(of.map((trial) => ({ ...trial, attempts: 0 })));
    expect(withoutAttempts(trials)).toEqual(withoutAttempts(unbroken));
  });
});

describe('a search with workers in the kernel', () => {
  it('is stopped by an interrupt at once, leaves no worker, and goes on when the cell runs again', async () => {
    const kernel = await Kernel.start();
    try {
      await kernel.execute(`
        import { buildMlp, loadDataset, RandomSearch, takeSubset } from './src';
        const { train } = await loadDataset('mnist');
        const sample = takeSubset(train, 3000, 0);`);
      const code = `
        const directory = ${JSON.stringify(join(folder, 'kernel'))};
        const search = new RandomSearch(buildMlp, { maxTrials: 3, folds: 2, directory });
        await search.run(sample, { epochs: 3, workers: 2, onTrialEnd: ({ id }) => console.log('ended', id) });
        console.log(search.trials.map(({ status }) => status).join());`;
      const ended = kernel.printed('ended 1');
      const cell = kernel.execute(code);
      await ended;
      expect(childrenOf(kernel.process.pid as number).length).toBe(2);
      const pressed = performance.now();
      kernel.interrupt();
      const stopped = await cell;
      expect(performance.now() - pressed).toBeLessThan(5000);
      expect(stopped.error?.ename).toBe('InterruptedError');
      expect(childrenOf(kernel.process.pid as number)).toEqual([]);
      const again = await kernel.execute(code);
      expect(again.stdout).not.toContain('ended 1\n');
      expect(again.stdout).toContain('completed,completed,completed');
      expect(readdirSync(join(folder, 'kernel')).sort()).toEqual(['.lock', 'checkpoints', 'journal.jsonl']);

      const inCell = await kernel.execute(`
        const mine = (hp: any, data: any) => buildMlp(hp, data);
        await new RandomSearch(mine, { maxTrials: 1 }).run(sample, { epochs: 1, workers: 2 });`);
      expect(inCell.error?.evalue).toMatch(/model builder.*src\//s);
    } finally {
      await kernel.kill();
    }
  });
});
