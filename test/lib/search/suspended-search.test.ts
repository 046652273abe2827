import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../../lib/search/journal/search-event';
import type { Trial } from '../../../lib/search/trial';
import { Journal } from '../../../lib/storage/journal';
import { isLong } from '../../long';
import { childrenOf, isAlive } from '../../processes';
import { startSearchProcess } from './searching/run-search-process';
import type { SearchPlan } from './searching/search-process';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-suspended-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How long it is stopped. */
const STOPPED_MS = isLong ? 60_000 : 3000;

const plan = (directory: string): SearchPlan => ({
  method: 'random',
  options: { maxTrials: 8, seed: 7, directory: join(folder, directory) },
  run: { epochs: 3, batchSize: 8, workers: 2 },
  images: 240,
});

const scores = (trials: readonly Trial[]) => trials.map(({ id, status, score }) => ({ id, status, score }));

/** What happened in a search, in order, and when. */
const eventsOf = (directory: string) => Journal.open<SearchEvent>(join(folder, directory, 'journal.jsonl')).events;

/** Resolves when both workers are there and an epoch is finished: the others are in their midst. */
async function untilTraining(pid: number, directory: string): Promise<void> {
  const isTraining = () =>
    childrenOf(pid, 'worker.ts').length === 2 &&
    existsSync(join(folder, directory, 'journal.jsonl')) &&
    eventsOf(directory).some(({ kind }) => kind === 'epoch');
  while (!isTraining()) await sleep(5);
}

describe('a search with workers', () => {
  it('goes on as if nothing had been after it was stopped and continued', async () => {
    const unbroken = await startSearchProcess(plan('unbroken')).ended;
    const search = startSearchProcess(plan('stopped'));
    await search.running;
    const { pid } = search.child as { pid: number };
    await untilTraining(pid, 'stopped');
    const workers = childrenOf(pid, 'worker.ts');
    for (const id of [pid, ...workers]) process.kill(id, 'SIGSTOP');
    await sleep(STOPPED_MS);
    for (const id of [pid, ...workers]) process.kill(id, 'SIGCONT');
    const { found } = await search.ended;
    expect(scores(found?.trials ?? [])).toEqual(scores(unbroken.found?.trials ?? []));
    expect(workers.filter(isAlive)).toEqual([]);
    const left = readdirSync(join(folder, 'stopped'), { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith('.new'))).toEqual([]);
    // An empty lock is one that was released.
    const locks = left.filter((name) => /^\.lock\/./.test(name));
    expect(locks.map((name) => readFileSync(join(folder, 'stopped', name), 'utf8'))).toEqual(['']);
  }, 300_000);

  it('leaves no worker where it is killed', async () => {
    const search = startSearchProcess(plan('killed'));
    await search.running;
    const { pid } = search.child as { pid: number };
    await untilTraining(pid, 'killed');
    const workers = childrenOf(pid, 'worker.ts');
    search.child.kill('SIGKILL');
    await search.ended;
    for (let tries = 0; tries < 100 && workers.some(isAlive); tries++) await sleep(100);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  it('measures no time by a clock that is set back and forth', async () => {
    const preload = join(folder, 'clock.cjs');
    // One hour back for half of the calls, as where the clock is set back and then corrected.
    writeFileSync(preload, 'const now = Date.now; let calls = 0; Date.now = () => now() - (calls++ % 2 ? 3_600_000 : 0);');
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = `${before ?? ''} --require ${preload}`;
    const began = performance.now();
    try {
      const { ended } = startSearchProcess(plan('clock'));
      const { found } = await ended;
      const whole = performance.now() - began;
      expect(found?.trials).toHaveLength(8);
      for (const { seconds } of found?.trials ?? []) {
        expect(seconds).toBeGreaterThan(0);
        expect(1000 * seconds).toBeLessThan(whole);
      }
      const elapsed = eventsOf('clock').flatMap((event) => ('elapsedMs' in event ? [event.elapsedMs as number] : []));
      expect(elapsed.length).toBeGreaterThan(8);
      expect(elapsed).toEqual([...elapsed].sort((a, b) => a - b));
      expect(elapsed.at(-1)).toBeLessThan(whole);
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
  });
});
