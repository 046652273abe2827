import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { childrenOf, isAlive } from '../../../../processes';

// As in the workers, and before TensorFlow is loaded.
vi.hoisted(() => {
  process.env.TF_NUM_INTRAOP_THREADS = '1';
});

import { InProcessExecutor } from '../../../../../lib/search/executors/in-process-executor';
import { checkpointPath } from '../../../../../lib/search/executors/training-job';
import { WorkerPool, type WorkerPoolOptions } from '../../../../../lib/search/executors/workers/worker-pool';
import { InterruptedError } from '../../../../../lib/training/interrupt';
import { buildConvolution, buildPerceptron } from '../builders';
import { data, makeJob, Reports } from '../jobs';

const module = resolve(__dirname, '../builders.ts');

let directory: string;
const POOL: WorkerPoolOptions = { workers: 2, threadsPerWorker: 1, timeoutMs: 600_000 };
const pools: WorkerPool[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'workers-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  rmSync(directory, { recursive: true, force: true });
});

function open(name: string, options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({ builder: { module, name }, data }, { ...POOL, ...options });
  pools.push(pool);
  return pool;
}

function troubled(trouble: string, trial = 1) {
  return makeJob(join(directory, `${trial}`), { trial, hyperparameters: { trouble, learningRate: 0.01 } });
}

describe('a pool of workers', () => {
  it('trains two jobs at a time to the very results of this process', async () => {
    const callbacks = { module, name: 'stopAfterTwo' };
    for (const [name, builder] of Object.entries({ buildPerceptron, buildConvolution })) {
      const pool = new WorkerPool({ builder: { module, name }, callbacks, data }, POOL);
      pools.push(pool);
      const { stopAfterTwo } = await import('../builders');
      const here = new InProcessExecutor({ builder, callbacks: stopAfterTwo, data });
      const jobs = [1, 2].map((trial) => ({ trial, seed: trial, training: 0 }));
      const run = (place: string, executor: WorkerPool | InProcessExecutor, job: (typeof jobs)[0]) => {
        const reports = new Reports();
        const files = join(directory, `${name}-${place}-${job.trial}`);
        return executor
          .run(makeJob(files, job), reports.keep)
          .then((outcome) => ({
            outcome,
            records: reports.records,
            checkpoint: readFileSync(checkpointPath({ directory: files, training: 0 }, 2)),
          }));
      };
      const there = await Promise.all(jobs.map((job) => run('there', pool, job)));
      expect(childrenOf(process.pid, 'worker.ts')).toHaveLength(2);
      for (const [i, job] of jobs.entries()) expect(there[i]).toEqual(await run('here', here, job));
      expect(there[0].outcome).toEqual({ kind: 'stopped', reason: 'Trial 1, training 0 had enough.' });
      expect(there[0].records).not.toEqual(there[1].records);
      await pool.close();
    }
  });

  it('waits for the answer to an epoch, and stops where it says so', async () => {
    const pool = open('buildPerceptron', { workers: 1 });
    let answered = 0;
    const outcome = await pool.run(makeJob(directory), async (event) => {
      if (event.kind !== 'epoch') return;
      await sleep(50);
      expect(event.record.epoch).toBe(++answered);
      return answered === 2 ? 'stop' : undefined;
    });
    expect([outcome, answered]).toEqual([{ kind: 'cancelled' }, 2]);
    // The same worker takes the next job.
    expect(await pool.run(makeJob(directory), () => {})).toEqual({ kind: 'reached' });
    const full = new Error('No space left.');
    const failing = pool.run(makeJob(directory), async () => {
      throw full;
    });
    await expect(failing).rejects.toBe(full);
    expect(await pool.run(makeJob(directory), () => {})).toEqual({ kind: 'reached' });
  });

  it('outlives its workers: one is killed, exits, or throws, and the other goes on', async () => {
    const pool = open('buildTroubled');
    const healthy = { outcomes: [] as unknown[], done: false };
    const others = (async () => {
      while (!healthy.done) healthy.outcomes.push(await pool.run(troubled('none', 2), () => {}));
    })();
    const failed = async (trouble: string) => pool.run(troubled(trouble), () => {});
    expect(await failed('kill')).toEqual({ kind: 'failed', reason: expect.stringContaining('killed by SIGKILL'), fatal: false });
    expect(await failed('exit')).toEqual({
      kind: 'failed',
      reason: 'The worker exited with code 3 before its training did: Error: This builder has had enough.',
      fatal: false,
    });
    expect(await failed('throw')).toMatchObject({
      reason: expect.stringMatching(/TypeError: No such layer\. .*builders\.ts:\d+/),
      fatal: false,
    });
    expect(await failed('fatal')).toMatchObject({ fatal: true });
    expect(await failed('none')).toEqual({ kind: 'reached' });
    healthy.done = true;
    await others;
    expect(healthy.outcomes.length).toBeGreaterThan(0);
    expect(new Set(healthy.outcomes.map((outcome) => JSON.stringify(outcome)))).toEqual(new Set(['{"kind":"reached"}']));
  });

  it('ends a worker that hangs', async () => {
    const pool = open('buildTroubled', { workers: 1, timeoutMs: 3000 });
    expect(await pool.run(troubled('loop'), () => {})).toEqual({
      kind: 'failed',
      reason: expect.stringContaining('sent nothing for 3 s'),
      fatal: false,
    });
    expect(await pool.run(troubled('none'), () => {})).toEqual({ kind: 'reached' });
  });

  it('says that a worker ran out of memory', async () => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=128');
    const pool = open('buildTroubled', { workers: 1 });
    expect(await pool.run(troubled('allocate'), () => {})).toEqual({
      kind: 'failed',
      reason: expect.stringContaining('ran out of memory'),
      fatal: false,
    });
  });

  it('says why a worker cannot start', async () => {
    for (const [builder, reason] of [
      [{ module: join(directory, 'no-such.ts'), name: 'build' }, 'no-such.ts'],
      [{ module, name: 'buildNothing' }, 'must export a function buildNothing, but exports undefined'],
    ] as const) {
      const pool = new WorkerPool({ builder, data }, { ...POOL, workers: 1 });
      pools.push(pool);
      expect(await pool.run(makeJob(directory), () => {})).toEqual({
        kind: 'failed',
        reason: expect.stringContaining(reason),
        fatal: true,
      });
    }
  });

  it('ends all workers when closed, busy or not', async () => {
    const pool = open('buildTroubled');
    await pool.run(troubled('none'), () => {});
    let begun = () => {};
    const stuck = expect(pool.run(troubled('loop'), () => {})).rejects.toThrow(InterruptedError);
    const training = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const endless = { ...troubled('none', 2), epochs: 100_000, until: 100_000 };
    const busy = expect(pool.run(endless, begun)).rejects.toThrow(InterruptedError);
    await training;
    const workers = childrenOf(process.pid, 'worker.ts');
    expect(workers).toHaveLength(2);
    await pool.close();
    expect(workers.filter(isAlive)).toEqual([]);
    await Promise.all([stuck, busy]);
    await expect(pool.run(troubled('none'), () => {})).rejects.toThrow(InterruptedError);
    await pool.close();
  });

  it('has no worker outlive its killed parent, and none end at an interrupt', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'parent.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    // One of them is stuck in a loop by then.
    expect((await lines.next()).value).toBe('training');
    const workers = childrenOf(parent.pid as number, 'worker.ts');
    expect(workers).toHaveLength(2);
    for (const worker of workers) process.kill(worker, 'SIGINT');
    expect((await lines.next()).value).toBe('training');
    expect(workers.filter(isAlive)).toEqual(workers);
    parent.kill('SIGKILL');
    while (workers.some(isAlive)) await sleep(100);
  });
});

describe('a pool of workers that is used wrongly', () => {
  it('refuses a builder that no module exports', () => {
    expect(() => new WorkerPool({ builder: () => buildPerceptron as never, data }, { ...POOL, workers: 1 })).toThrow(
      'The model builder must be exported by a module file',
    );
  });

  it('refuses more jobs than workers', async () => {
    const pool = open('buildPerceptron', { workers: 1 });
    const first = expect(pool.run(makeJob(directory), () => {})).rejects.toThrow(InterruptedError);
    await expect(pool.run(makeJob(directory), () => {})).rejects.toThrow('got one more');
    await pool.close();
    await first;
  });
});
