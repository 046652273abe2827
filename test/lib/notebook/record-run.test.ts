import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoadedDataset } from '../../../lib/data/dataset';
import { describeCommit, describeProvenance } from '../../../lib/notebook/provenance';
import { recordRun } from '../../../lib/notebook/record-run';

const part = (size: number) => ({
  name: 'shapes',
  source: 'a folder',
  images: new Uint8Array(),
  labels: new Uint8Array(),
  classNames: ['a', 'b'],
  size,
});
const dataset: LoadedDataset = { ...part(0), train: part(60_000), test: part(1000), files: [] };

describe('recordRun', () => {
  it('says what the data set is', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    recordRun(dataset, { profile: 'quick', seed: 0 });
    expect(log.mock.calls).toEqual([['**shapes**, from a folder: 60,000 training and 1,000 test images in 2 classes.']]);
    log.mockRestore();
  });

  it.each([-1, 0.5, Number.NaN])('refuses the seed %s', (seed) => {
    expect(() => recordRun(dataset, { profile: 'quick', seed })).toThrow(/seed must be a whole number/);
  });
});

describe('describeProvenance', () => {
  it('names the versions that run', () => {
    expect(describeProvenance().versions).toContain(`Node ${process.versions.node}, TensorFlow.js 4.`);
  });
});

describe('describeCommit', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: root });

  it('knows none outside a checkout, nor in a folder inside of one', () => {
    expect(describeCommit(root)).toBeUndefined();
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message', 'First');
    mkdirSync(join(root, 'inside'));
    expect(describeCommit(join(root, 'inside'))).toBeUndefined();
  });

  it('says whether files differ from it, other than notebooks, which differ once they ran', () => {
    git('init', '--quiet');
    for (const name of ['a.txt', 'b.ipynb']) writeFileSync(join(root, name), '1');
    git('add', '.');
    git('commit', '--quiet', '--message', 'First');
    expect(describeCommit(root)).toMatch(/^[0-9a-f]{10,}$/);
    writeFileSync(join(root, 'b.ipynb'), '2');
    expect(describeCommit(root)).toMatch(/^[0-9a-f]{10,}$/);
    writeFileSync(join(root, 'a.txt'), '2');
    expect(describeCommit(root)).toMatch(/^[0-9a-f]{10,}, with uncommitted changes in 1 file$/);
  });
});
