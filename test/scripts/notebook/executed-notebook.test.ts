import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findExecuted } from '../../../scripts/notebook/executed-notebook';
import { writeNotebook } from '../../../scripts/notebook/notebook-file';

let root: string;
let folders: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
  folders = ['notebooks', 'reports'].map((name) => join(root, name));
  for (const folder of folders) mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(folder: number, seconds: number, hasOutputs: boolean): string {
  const path = join(folders[folder] as string, 'a.ipynb');
  const outputs = hasOutputs ? [{ data: { 'text/plain': '1' } }] : [];
  const cells = [{ cell_type: 'code' as const, metadata: {}, source: '1', outputs }];
  writeNotebook(path, { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  utimesSync(path, seconds, seconds);
  return path;
}

it('findExecuted takes the newer file that holds outputs', () => {
  expect(findExecuted('a', folders)).toBeUndefined();
  write(0, 300, false);
  expect(findExecuted('a', folders)).toBeUndefined();
  const run = write(1, 100, true);
  expect(findExecuted('a', folders)).toMatchObject({ name: 'a', path: run });
  const saved = write(0, 200, true);
  expect(findExecuted('a', folders)?.path).toBe(saved);
  write(1, 250, true);
  expect(findExecuted('a', folders)?.path).toBe(run);
});
