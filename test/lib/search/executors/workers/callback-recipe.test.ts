import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const LIB = resolve(__dirname, '../../../../../lib');
const TESTS = resolve(__dirname, '..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'callbacks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A process of its own, since modules that vitest loads are none of Node's; its script is what a cell is to the kernel.
it('makes the callbacks of a function that no module exports in the workers, or says how to export it', () => {
  const script = join(folder, 'cell.ts');
  writeFileSync(
    script,
    `import { WorkerPool } from '${LIB}/search/executors/workers/worker-pool';
    import { EarlyStopping } from '${LIB}/training/early-stopping';
    import { buildPerceptron } from '${TESTS}/builders';
    import { data, makeJob } from '${TESTS}/jobs';

    const seen: unknown[] = [];
    const never = { onEpochEnd: () => {} };
    class Mine { options = {}; }
    const open = (callbacks: any) =>
      new WorkerPool({ builder: buildPerceptron, callbacks, data }, { workers: 1, threadsPerWorker: 1, timeoutMs: 600_000 });
    (async () => {
      const pool = open((context: object) => {
        seen.push(context);
        return [new EarlyStopping({ monitor: 'loss', minDelta: 1e6, patience: 1 })];
      });
      const outcome = await pool.run(makeJob('${folder}', { trial: 7 }), () => undefined);
      await pool.close();
      const refused: string[] = [];
      for (const own of [never, new Mine()]) {
        const other = open(function myCallbacks() { return [own]; });
        await other.run(makeJob('${folder}'), () => undefined).catch((error) => refused.push(error.message));
        await other.close();
      }
      console.log(JSON.stringify({ outcome, seen, refused }));
    })();`,
  );
  const output = execFileSync(process.execPath, ['--import', 'tsx', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { outcome, seen, refused } = JSON.parse(output);
  expect(outcome).toMatchObject({ kind: 'stopped', reason: expect.stringContaining('for 1 epoch'), bestEpoch: 1 });
  expect(seen).toEqual([{ trial: 7, training: 0, hyperparameters: expect.any(Object) }]);
  expect(refused).toHaveLength(2);
  for (const message of refused) {
    expect(message).toMatch(
      /^A function that makes callbacks of your own must be exported by a module file.*export function myCallbacks/,
    );
  }
});
