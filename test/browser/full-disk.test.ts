import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasSmallDisk, onSmallDisk } from '../faults/small-disk';
import {
  copyProject,
  type LabNotebook,
  type LabServer,
  launchBrowser,
  openNotebook,
  type ProjectCopy,
  startLab,
} from './jupyterlab';

/** More than the notebook takes, in blocks of the disk. */
const AMPLE = 40;

/** Where the small disk is. */
let disk: string;
let project: ProjectCopy;
let lab: LabServer;
let browser: Browser;
let notebook: LabNotebook;

beforeAll(async () => {
  if (!hasSmallDisk) return;
  disk = mkdtempSync(join(tmpdir(), 'inkwell-disk-'));
  project = copyProject();
  const { root } = project;
  project.write('saved', ["console.log('before');"]);
  // The whole project is on the small disk, what JupyterLab writes for itself included.
  const copyAndRun = `cp -a ${root}/. ${disk} && mount --bind ${disk} ${root} && cd ${root} && exec "$@"`;
  const command = `sh -c '${copyAndRun}' sh "$@"`;
  lab = await startLab(project, { within: ['unshare', ...onSmallDisk(disk, '8m', command), 'sh'] });
  browser = await launchBrowser();
  notebook = await openNotebook(browser, lab, 'notebooks/saved.ipynb');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await lab?.stop();
  project?.remove();
  if (disk) rmSync(disk, { recursive: true });
});

/** A path of the project on the small disk, as the server sees it. */
const onDisk = (path: string) => join(`/proc/${lab.pid}/root`, project.root, path);
const read = () => readFileSync(onDisk('notebooks/saved.ipynb'), 'utf8');
const readCheckpoint = () => readFileSync(onDisk('notebooks/.ipynb_checkpoints/saved-checkpoint.ipynb'), 'utf8');
const filesOfNotebook = () =>
  readdirSync(onDisk('notebooks'), { recursive: true })
    .map(String)
    .filter((name) => name.includes('saved'))
    .sort();

/** Fills the disk but for so many blocks. */
function fill(left: number): void {
  const filler = onDisk('filler');
  const { bavail, bsize } = statfsSync(onDisk(''));
  const room = (bavail - left) * bsize;
  if (room > 0) writeFileSync(filler, new Uint8Array(room), { flag: 'a' });
  else truncateSync(filler, statSync(filler).size + room);
}

/** Saves as Ctrl+S does, with a checkpoint; what came in the way. */
function save(): Promise<Error | undefined> {
  return notebook.page
    .evaluate(() => jupyterapp.commands.execute('docmanager:save'))
    .then(
      () => undefined,
      (error) => error,
    );
}

describe.skipIf(!hasSmallDisk)('a notebook that is saved on a full disk', () => {
  it('says so, keeps the old file, and is saved when there is room', { timeout: 120_000 }, async () => {
    expect(await notebook.run(0)).toBe(true);
    expect(await save()).toBeUndefined();
    const before = read();
    expect(before).toContain('before\\n');
    expect(readCheckpoint()).toBe(before);
    const files = filesOfNotebook();
    await notebook.write(0, "console.log('after'.repeat(6000));");
    expect(await notebook.run(0)).toBe(true);

    const said = new Set<string>();
    let saved = false;
    // Block by block: it may be the first or the last byte that finds no room, or the checkpoint.
    for (let left = 0; left < AMPLE && !saved; left++) {
      fill(left);
      saved = (await save()) === undefined;
      expect(filesOfNotebook()).toEqual(files);
      if (saved) break;
      expect(readCheckpoint()).toBe(before);
      if (!(await notebook.isDirty())) continue;
      expect(read()).toBe(before);
      said.add(await notebook.closeDialog());
    }

    expect(saved).toBe(true);
    expect([...said]).toEqual([
      // It signs what it trusts, before it writes.
      expect.stringMatching(/^File Save Error for saved\.ipynb\n.*database or disk is full\n/),
      expect.stringMatching(/^File Save Error for saved\.ipynb\n.*No space left on device\n/),
    ]);
    const after = read();
    expect(after).toContain('afterafter');
    expect(JSON.parse(after).nbformat).toBe(4);
    expect(readCheckpoint()).toBe(after);
    expect(await notebook.isDirty()).toBe(false);
    expect(await notebook.interruptions()).toEqual([]);
  });

  it('is as it was where a checkpoint cannot be restored', async () => {
    const now = read();
    fill(0);
    const { status } = await fetch(`${lab.url}/api/contents/notebooks/saved.ipynb/checkpoints/checkpoint?token=${lab.token}`, {
      method: 'POST',
    });
    expect(status).toBe(500);
    expect(read()).toBe(now);
    expect(filesOfNotebook()).toHaveLength(2);
  });
});
