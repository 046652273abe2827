import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockProject } from '../../../scripts/setup/project-lock.mjs';

/** The number of a process that is over. */
const endedProcess = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('lockProject', () => {
  let root: string;
  let path: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'inkwell-lock-'));
    path = join(root, '.setup.lock');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('leaves nothing behind', async () => {
    const lock = await lockProject(root, () => {});
    expect(existsSync(path)).toBe(true);
    lock.setChildren([process.ppid, process.pid]);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid} ${process.ppid} ${process.pid}`);
    lock.setChildren([]);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}`);
    lock.release();
    expect(readdirSync(root)).toEqual([]);
  });

  it('waits for a living holder and says for whom', async () => {
    writeFileSync(path, `${process.ppid}`);
    const said: string[] = [];
    let isHeld = false;
    const waiting = lockProject(root, (text: string) => {
      said.push(text);
      setTimeout(() => {
        expect(isHeld).toBe(false);
        rmSync(path);
      }, 100);
    }).then((lock) => {
      isHeld = true;
      lock.release();
    });
    await waiting;
    expect(said).toEqual([expect.stringContaining(`process ${process.ppid}`)]);
  });

  it('takes the lock of a set-up that was killed', async () => {
    writeFileSync(path, `${endedProcess()}`);
    const said: string[] = [];
    (await lockProject(root, (text: string) => said.push(text))).release();
    expect(said).toEqual([]);
  });

  it('waits for a command that outlived its killed set-up', async () => {
    writeFileSync(path, `${endedProcess()} ${process.ppid}`);
    const said: string[] = [];
    const waiting = lockProject(root, (text: string) => {
      said.push(text);
      rmSync(path);
    });
    (await waiting).release();
    expect(said).toHaveLength(1);
  });

  it('does not believe a lock from before the last start of the machine', async () => {
    writeFileSync(path, `${process.ppid}`);
    utimesSync(path, 1, 1);
    const said: string[] = [];
    (await lockProject(root, (text: string) => said.push(text))).release();
    expect(said).toEqual([]);
  });
});
