import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeSheet } from '../../scripts/sheet';
import { emptyFolder } from '../lib/data/samples';

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--require', require.resolve('tsx/cjs'), 'scripts/sheet.ts', ...args], { encoding: 'utf8' });

it('writes a page for any browser', async () => {
  const file = join(emptyFolder(), 'deep', 'sheet.html');
  expect(await writeSheet('digits', 'letter', file)).toBe(file);
  expect(readFileSync(file, 'utf8')).toContain('@page { size: 215.9mm 279.4mm; margin: 0; }');
});

it('tells of words that it does not know, and writes nothing', () => {
  const { status, stderr } = run('capitals');
  expect(status).toBe(2);
  expect(stderr).toMatch(/must be one of balanced, digits, letters, blank, but got 'capitals'/);
  const out = join(emptyFolder(), 'sheet.html');
  expect(run('--paper', 'a5', '--out', out).stderr).toMatch(/--paper must be one of a4, letter, but got 'a5'/);
  expect(existsSync(out)).toBe(false);
});
