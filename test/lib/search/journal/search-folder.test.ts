import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { SearchConfig } from '../../../../lib/search/journal/search-event';
import { SearchFolder } from '../../../../lib/search/journal/search-folder';

const root = mkdtempSync(join(tmpdir(), 'inkwell-folder-'));
let folders = 0;
const newPath = () => join(root, String(++folders));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const config: SearchConfig = {
  objective: { name: 'valAccuracy', direction: 'max' },
  oracle: {},
  pruners: [],
  racing: false,
  folds: 1,
  executionsPerTrial: 1,
  validationSplit: 0.2,
  seed: 0,
  startWithDefault: true,
  given: null,
};

function open(path: string): SearchFolder {
  const folder = new SearchFolder(path, config, { overwrite: false, keepModels: 1 });
  folder.open();
  return folder;
}

describe('SearchFolder', () => {
  it('refuses a file in place of the folder', () => {
    const path = newPath();
    writeFileSync(path, 'mine');
    expect(() => new SearchFolder(path, config, { overwrite: true, keepModels: 1 })).toThrow(
      `directory must be a folder, or a path where there is none yet, but ${path} is a file.`,
    );
  });

  it('writes only while it is open', () => {
    const folder = open(newPath());
    expect(folder.isOpen).toBe(true);
    expect(() => folder.open()).toThrow('in use by this very process');
    // Refused, it did not give free what it had.
    folder.record({ kind: 'enqueued', hyperparameters: {} });
    folder.close();
    expect(folder.isOpen).toBe(false);
    expect(() => folder.record({ kind: 'dequeued', reason: '' })).toThrow('must be open');
  });

  it('sweeps what no trial needs, but neither what is in training nor what is the user’s', () => {
    const folder = open(newPath());
    for (const name of ['trial-1', 'trial-2', 'my weights']) {
      mkdirSync(join(folder.checkpoints, name));
      writeFileSync(join(folder.checkpoints, name, 'some.checkpoint'), '');
    }
    writeFileSync(join(folder.checkpoints, '.DS_Store'), '');
    folder.sweep([2]);
    expect(readdirSync(folder.checkpoints).sort()).toEqual(['.DS_Store', 'my weights', 'trial-2']);
    folder.sweep();
    expect(readdirSync(folder.checkpoints).sort()).toEqual(['.DS_Store', 'my weights']);
    folder.close();
  });

  it('makes as many temporary folders as are wanted without a warning of Node', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const made = Array.from({ length: 12 }, () => {
      return new SearchFolder(undefined, config, { overwrite: false, keepModels: 1 }).path;
    });
    await new Promise(setImmediate);
    process.off('warning', warned);
    expect(new Set(made.filter((path) => existsSync(path))).size).toBe(12);
    expect(warned).not.toHaveBeenCalled();
  });
});
