import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderInUseError, lockFolder } from '../../../lib/storage/folder-lock';
import type { Order, Report } from './lock-taker';

const ROOT = resolve(__dirname, '../../..');
/** What only Linux tells of a process. */
const onLinux = existsSync('/proc/self/stat');
let root: string;
let folder: string;
let number = 0;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'inkwell-lock-'));
});

beforeEach(() => {
  folder = join(root, `search-${number++}`);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function startTaker(): Promise<ChildProcess> {
  const taker = fork(join(__dirname, 'lock-taker.ts'), { cwd: ROOT, execArgv: ['--import', 'tsx'] });
  await once(taker, 'message');
  return taker;
}

async function ask(taker: ChildProcess, order: Order): Promise<Report> {
  taker.send(order);
  const [report] = await once(taker, 'message');
  return report as Report;
}

async function kill(taker: ChildProcess): Promise<void> {
  const exited = once(taker, 'exit');
  taker.kill('SIGKILL');
  await exited;
}

/** Leaves a lock such as this process would write, but for some of its contents. */
function leaveLock(at: string, changes: Readonly<Record<string, unknown>> = {}): void {
  const lock = lockFolder(at);
  const path = join(at, '.lock', readdirSync(join(at, '.lock'))[0]);
  const holder = JSON.parse(readFileSync(path, 'utf8'));
  lock.release();
  writeFileSync(path, JSON.stringify({ ...holder, ...changes }));
}

/** The id of a process that has just ended. */
const endedPid = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('a free folder', () => {
  it('is locked, made where it is missing, and locked again after its release', () => {
    for (let i = 0; i < 3; i++) {
      const lock = lockFolder(folder);
      expect(() => lockFolder(folder)).toThrow(FolderInUseError);
      lock.release();
      lock.release();
    }
    expect(readdirSync(join(folder, '.lock'))).toEqual(['3']);
  });

  it('does not lock another folder', () => {
    const locks = [lockFolder(folder), lockFolder(`${folder}-2`)];
    for (const lock of locks) lock.release();
  });

  it('stays locked when a lock from before the folder was deleted is released', () => {
    // Both locks are taken within one millisecond.
    vi.useFakeTimers({ toFake: ['Date'] });
    const before = lockFolder(folder);
    rmSync(folder, { recursive: true });
    const lock = lockFolder(folder);
    vi.useRealTimers();
    before.release();
    expect(() => lockFolder(folder)).toThrow(FolderInUseError);
    lock.release();
  });
});

describe('a locked folder', () => {
  it('is refused within the same process, which is named as such', () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(`${folder}/../${folder.split('/').at(-1)}`)).toThrow(
      new RegExp(
        `${folder} is in use by this very process \\(${process.pid}.*since \\d{4}-.*restart the kernel.*choose another folder`,
      ),
    );
    lock.release();
  });

  it('is refused with the holder, since when and the cure, and taken over when the holder was killed', async () => {
    const taker = await startTaker();
    expect(await ask(taker, { folder, at: 0 })).toEqual({ taken: 1, collisions: 0, faults: [] });
    expect(() => lockFolder(folder)).toThrow(
      new RegExp(`${folder} is in use by process ${taker.pid}, since \\d{4}-.*kill ${taker.pid}.*choose another folder`),
    );
    await kill(taker);
    lockFolder(folder).release();
  });

  it('is free when the process that held it has ended', async () => {
    const script = `require('./lib/storage/folder-lock.ts').lockFolder(process.argv[1]); process.exit(3)`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script, folder], { cwd: ROOT });
    expect(await once(child, 'exit')).toEqual([3, null]);
    expect(readFileSync(join(folder, '.lock', '1'), 'utf8')).toBe('');
    lockFolder(folder).release();
  });

  it('is refused where the holder is on another computer', () => {
    leaveLock(folder, { host: 'elsewhere', pid: endedPid() });
    expect(() => lockFolder(folder)).toThrow(
      new RegExp(`on the computer elsewhere, since .*seen from here \\(${hostname()}\\).*delete ${folder}/.lock`),
    );
    rmSync(join(folder, '.lock'), { recursive: true });
    lockFolder(folder).release();
  });
});

describe('a lock that nobody holds any more is taken over', () => {
  const isTakenOver = (changes: Readonly<Record<string, unknown>>) => {
    leaveLock(folder, changes);
    const lock = lockFolder(folder);
    expect(readdirSync(join(folder, '.lock'))).toEqual(['2']);
    lock.release();
  };

  it('where its process has ended', () => isTakenOver({ pid: endedPid() }));

  it.runIf(onLinux)('where its id is now that of another process', () => {
    leaveLock(folder);
    expect(() => lockFolder(folder)).toThrow('this very process');
    folder = `${folder}-2`;
    isTakenOver({ processStart: '1' });
  });

  it.runIf(onLinux)('where the machine was started anew', () => isTakenOver({ bootId: 'an earlier one' }));

  it.runIf(onLinux)('where its process has ended, but its parent has not asked about it', async () => {
    // The shell starts a child, becomes `sleep` and never waits for it.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = await once(parent.stdout.setEncoding('utf8'), 'data');
    while (!/\) Z /.test(readFileSync(`/proc/${Number(pid)}/stat`, 'utf8'))) await new Promise(setImmediate);
    leaveLock(folder, { pid: Number(pid), processStart: undefined });
    lockFolder(folder).release();
    await kill(parent);
  });

  it('where a power cut left it without its text, or a killed process its draft', () => {
    mkdirSync(join(folder, '.lock'), { recursive: true });
    for (const name of ['1', '2', '2.draft', '3']) writeFileSync(join(folder, '.lock', name), '\0\0\0');
    const lock = lockFolder(folder);
    expect(readdirSync(join(folder, '.lock'))).toEqual(['4']);
    lock.release();
  });
});

describe('eight processes at once', () => {
  let takers: ChildProcess[];

  beforeAll(async () => {
    takers = await Promise.all(Array.from({ length: 8 }, startTaker));
  });

  afterAll(() => Promise.all(takers.map(kill)));

  const askAll = (order: Omit<Order, 'at'>) => Promise.all(takers.map((taker) => ask(taker, { ...order, at: Date.now() + 10 })));

  it('that find the same dead lock: one takes it over, 50 times', async () => {
    const pid = endedPid();
    for (let round = 0; round < 50; round++) {
      const at = join(folder, `${round}`);
      leaveLock(at, { pid });
      const reports = await askAll({ folder: at });
      expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
      expect(reports.reduce((sum, { taken }) => sum + taken, 0)).toBe(1);
    }
  });

  it('that take and release one lock without end are never at work together', async () => {
    const reports = await askAll({ folder, tries: 400 });
    expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
    expect(reports.map(({ collisions }) => collisions)).toEqual(Array(8).fill(0));
    expect(reports.reduce((sum, { taken }) => sum + taken, 0)).toBeGreaterThan(8);
    expect(readdirSync(join(folder, '.lock'))).toHaveLength(1);
  });
});
