import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { moveAside } from '../../../lib/storage/move-aside';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'inkwell-aside-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('moves what is there of the named entries to the first free number, and leaves the rest', () => {
  const folder = join(root, 'fit');
  mkdirSync(join(folder, 'models'), { recursive: true });
  for (const name of ['results', 'notes']) writeFileSync(join(folder, name), name);
  mkdirSync(`${folder}.1`);
  expect(moveAside(folder, ['results', 'models', 'missing'])).toBe(`${folder}.2`);
  expect(readdirSync(`${folder}.2`)).toEqual(['models', 'results']);
  expect(readFileSync(join(`${folder}.2`, 'results'), 'utf8')).toBe('results');
  expect(readdirSync(folder)).toEqual(['notes']);
  expect(readdirSync(`${folder}.1`)).toEqual([]);
});
