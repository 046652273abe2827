import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { measureConvolutions } from '../../../lib/compiler/convolution-type';

const cache = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
const folder = join(cache, 'inkwell');
beforeEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => rmSync(cache, { recursive: true }));

/** What a process of its own takes, with `cache` as its cache folder. */
function ask(home = cache): string {
  const code = "process.stdout.write(require('./lib/compiler/convolution-type').fasterConvolutionType())";
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', code], {
    env: { ...process.env, XDG_CACHE_HOME: home },
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return stdout;
}

/** The file of the measurement, and what is in it. */
function measured(): { path: string; content: { type: string; float32: number; bfloat16: number } } {
  const names = readdirSync(folder);
  expect(names).toEqual([expect.stringMatching(/^convolutions-[\da-f]{8}\.json$/)]);
  const path = join(folder, names[0]);
  return { path, content: JSON.parse(readFileSync(path, 'utf8')) };
}

it('measures both types', () => {
  const { float32, bfloat16 } = measureConvolutions();
  expect(float32).toBeGreaterThan(0);
  expect(bfloat16).toBeGreaterThan(0);
});

it('takes what is clearly faster, and says by what it was found', () => {
  const type = ask();
  const { content } = measured();
  expect(content.type).toBe(type);
  expect(type).toBe(content.float32 > 1.1 * content.bfloat16 ? 'bfloat16' : 'float32');
});

it('believes what an earlier process found, and nothing that is damaged', () => {
  const type = ask();
  const { path } = measured();
  const other = type === 'float32' ? 'bfloat16' : 'float32';
  writeFileSync(path, JSON.stringify({ type: other, float32: 1, bfloat16: 1 }));
  expect(ask()).toBe(other);
  for (const damaged of ['', '{"type":"float', '{"type":"int8","float32":1,"bfloat16":1}']) {
    writeFileSync(path, damaged);
    ask();
    expect(measured().content.float32).toBeGreaterThan(0);
  }
});

it('goes without a cache folder', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), '');
  expect(['float32', 'bfloat16']).toContain(ask(join(folder, 'file')));
});
