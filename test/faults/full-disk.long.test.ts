import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasSmallDisk, onSmallDisk } from './small-disk';

const disk = mkdtempSync(join(tmpdir(), 'inkwell-disk-'));
afterAll(() => rmSync(disk, { recursive: true }));

interface Attempt {
  readonly result?: unknown;
  readonly error?: string;
  readonly files: readonly string[];
}

function run(task: string, left: number | 'read-only'): { full: Attempt; kept?: string; roomy: Attempt } {
  const script = ['--require', require.resolve('tsx/cjs'), join(__dirname, 'full-disk-process.ts')];
  const command = [process.execPath, ...script, task, disk, `${left}`].map((word) => `'${word}'`).join(' ');
  const output = execFileSync('unshare', onSmallDisk(disk, '4m', command), { stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.toString().trim().split('\n').at(-1) as string);
}

const isLock = (file: string) => file.includes('.lock');
const FULL = 'cannot be written: the disk is full. Make room, then do it again; what was written before is kept.';
const READ_ONLY = 'cannot be written: the disk can only be read. Choose a folder on another,';
const AMPLE = 3e6;

describe.skipIf(!hasSmallDisk)('on a small disk', () => {
  it.each([
    ['search', 0, 'inkwell ', []],
    ['search', 16_384, 'training-0-epoch-1.checkpoint ', ['inkwell/journal.jsonl']],
    ['parallelSearch', 32_768, 'checkpoint ', ['inkwell/journal.jsonl']],
    ['backup', 0, 'inkwell ', []],
    ['backup', 100_000, 'epoch-1.ckpt ', []],
    ['results', 4096, 'results.jsonl ', ['inkwell/results.jsonl']],
    ['download', 30_000, 'gzip.zip.part ', ['inkwell/gzip.zip.part']],
    ['report', 0, 'report ', []],
  ])('%s with %i bytes left says so, leaves nothing half done, and goes on when there is room', (...row) => {
    const [task, left, path, remains] = row;
    const { full, roomy } = run(task, left);
    expect(full.error).toContain(path + FULL);
    expect(full.files.filter((file) => !isLock(file))).toEqual(remains);
    const expected = run(task, AMPLE).full;
    expect(expected.error).toBeUndefined();
    expect(roomy.result).toEqual(expected.result);
    expect(roomy.files.filter((file) => !isLock(file))).toEqual(expected.files.filter((file) => !isLock(file)));
  });

  it('keeps the former model where a new one cannot be saved', () => {
    const { full, kept, roomy } = run('save', 20_000);
    expect(full.error).toContain(`inkwell ${FULL}`);
    expect(full.files).toEqual(['inkwell/model.json', 'inkwell/training.json', 'inkwell/weights.bin']);
    expect([kept, roomy.result]).toEqual(['before', 'again']);
  });

  it.each(['search', 'backup', 'results', 'download', 'report'])(
    '%s says that it can only be read, and goes on when it can be written to',
    (task) => {
      const { full, roomy } = run(task, 'read-only');
      expect(full.error).toContain(READ_ONLY);
      expect(full.files).toEqual([]);
      expect(roomy.error).toBeUndefined();
    },
  );
});
