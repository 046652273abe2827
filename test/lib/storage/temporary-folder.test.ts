import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkerPool } from '../../../lib/search/executors/workers/worker-pool';
import { SearchFolder } from '../../../lib/search/journal/search-folder';
import { makeTemporaryFolder, type TemporaryKind } from '../../../lib/storage/temporary-folder';
import { WriteError } from '../../../lib/storage/write-error';
import { hasSmallDisk, onSmallDisk } from '../../faults/small-disk';
import { isAlive } from '../../processes';
import { data } from '../search/executors/jobs';
import type { MakeOrder, MakeReport } from './folder-maker';

const ROOT = resolve(__dirname, '../../..');
const MODULE = join(ROOT, 'lib/storage/temporary-folder.ts');
const KINDS: readonly TemporaryKind[] = ['graph', 'images', 'machine', 'search'];
/** What only Linux tells of a process. */
const onLinux = existsSync('/proc/self/stat');
const root = realpathSync(mkdtempSync(join(tmpdir(), 'temporary-')));
const children: ChildProcess[] = [];
/** The makers' folder for temporary files. */
let own: string;

beforeEach(() => {
  own = mkdtempSync(join(root, 'tmp-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(root, { recursive: true }));

// Without a cache of tsx, which lies in the folder for temporary files.
const inOwn = () => ({ cwd: ROOT, env: { ...process.env, TMPDIR: own, TSX_DISABLE_CACHE: '1' } });

async function startMaker(): Promise<ChildProcess> {
  const maker = fork(join(__dirname, 'folder-maker.ts'), { ...inOwn(), execArgv: ['--require', require.resolve('tsx/cjs')] });
  children.push(maker);
  await once(maker, 'message');
  return maker;
}

/** The folders that a process makes; it has then looked for those of processes that are gone. */
async function ask(maker: ChildProcess, order: MakeOrder = { kinds: ['graph'] }): Promise<string[]> {
  maker.send(order);
  const [report] = (await once(maker, 'message')) as [MakeReport];
  if (typeof report === 'string') throw new Error(report);
  return report.map((path) => basename(path));
}

async function end(maker: ChildProcess): Promise<void> {
  const exited = once(maker, 'exit');
  maker.disconnect();
  expect(await exited).toEqual([0, null]);
}

async function kill(maker: ChildProcess): Promise<void> {
  const exited = once(maker, 'exit');
  maker.kill('SIGKILL');
  await exited;
  expect(isAlive(maker.pid as number)).toBe(false);
}

/** Names of the folders of a process that was killed. */
async function leaveFolders(kinds = KINDS): Promise<string[]> {
  const maker = await startMaker();
  const folders = await ask(maker, { kinds });
  await kill(maker);
  return folders;
}

/** What is left when another process has made a folder and ended. */
async function leftAfterNext(): Promise<string[]> {
  const maker = await startMaker();
  await ask(maker);
  await end(maker);
  return readdirSync(own).sort();
}

/** The name of a folder with some of its owner's parts exchanged: process id, start, boot id and host. */
function changeOwner(name: string, change: (parts: string[]) => string[]): string {
  const [, before, owner, after] = /^(inkwell-[a-z]+-)(.*)(-\w{6})$/.exec(name) as string[];
  return before + change(owner.split('.')).join('.') + after;
}

describe('a temporary folder', () => {
  it('is closed to other users, says what it is for, and takes files until it is removed', async () => {
    const script = `
      const { makeTemporaryFolder } = require(${JSON.stringify(MODULE)});
      const [first, second] = [makeTemporaryFolder('graph'), makeTemporaryFolder('search')];
      const file = first.write('numbers', Uint8Array.of(1, 2));
      const { mode } = require('node:fs').statSync(first.path);
      second.remove();
      second.remove();
      const { readdirSync, readFileSync } = require('node:fs');
      console.log(JSON.stringify([first.path, mode, [...readFileSync(file)], readdirSync(process.env.TMPDIR)]));`;
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], inOwn());
    const [path, mode, bytes, left] = JSON.parse(stdout.toString());
    expect(left).toEqual([basename(path)]);
    expect(path).toMatch(new RegExp(`^${own}/inkwell-graph-\\d+\\.`));
    expect(mode & 0o777).toBe(0o700);
    expect(bytes).toEqual([1, 2]);
  });

  it.each([
    ['has nothing more to do', '', 0],
    ['says that it ends', 'process.exit(3)', 3],
    ['throws', 'throw new Error("a fault")', 1],
  ])('goes with a process that %s', (_, last, status) => {
    const script = `
      const { makeTemporaryFolder } = require(${JSON.stringify(MODULE)});
      for (const kind of ${JSON.stringify(KINDS)}) makeTemporaryFolder(kind).write('content', Buffer.from(kind));
      console.log(require('node:fs').readdirSync(process.env.TMPDIR).length);
      ${last}`;
    const ended = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], inOwn());
    expect([ended.stdout.toString(), ended.status]).toEqual(['4\n', status]);
    expect(readdirSync(own)).toEqual([]);
  });

  it('says what helps where there is none to be had, and leaves none where its file finds no room', () => {
    const outer = process.env.TMPDIR;
    const faults: unknown[] = [];
    const keep = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        faults.push(error);
      }
    };
    try {
      process.env.TMPDIR = join(own, 'missing');
      keep(() => makeTemporaryFolder('graph'));
      keep(() => new SearchFolder(undefined, {} as never, { overwrite: false, keepModels: 1 }));
      const module = join(ROOT, 'test/lib/search/executors/builders.ts');
      keep(
        () =>
          new WorkerPool(
            { builder: { module, name: 'buildPerceptron' }, data },
            { workers: 1, threadsPerWorker: 1, timeoutMs: 600_000 },
          ),
      );
    } finally {
      if (outer === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = outer;
    }
    expect(faults).toHaveLength(3);
    for (const fault of faults) {
      expect(fault).toBeInstanceOf(WriteError);
      expect((fault as Error).message).toMatch(
        /^The folder for temporary files, .*missing, must take a folder, but ENOENT.*; make room there, or set TMPDIR to another folder\.$/,
      );
    }
  });
});

it.skipIf(!hasSmallDisk)('a file that finds no room says what helps', () => {
  const script = join(root, 'fill.cjs');
  writeFileSync(
    script,
    `const folder = require(${JSON.stringify(MODULE)}).makeTemporaryFolder('images');
    try { folder.write('images', new Uint8Array(100000)); }
    catch (error) { console.log(String(error)); }
    finally { folder.remove(); }
    console.log(require('node:fs').readdirSync(process.env.TMPDIR));`,
  );
  const command = `${process.execPath} --require ${require.resolve('tsx/cjs')} ${script}`;
  const { stdout } = spawnSync('unshare', onSmallDisk(own, '64k', command), inOwn());
  expect(stdout.toString().trim().split('\n')).toEqual([
    expect.stringMatching(
      `^WriteError: The folder for temporary files, ${own}, must take a file of 100000 bytes, but ENOSPC.*set TMPDIR`,
    ),
    '[]',
  ]);
});

describe('the folders of a process that was killed', () => {
  it('are removed by the next one that makes a folder, which leaves its own', async () => {
    const folders = await leaveFolders();
    expect(readdirSync(own).sort()).toEqual([...folders].sort());
    const maker = await startMaker();
    expect(readdirSync(own)).toHaveLength(4);
    const made = await ask(maker, { kinds: KINDS });
    expect(readdirSync(own).sort()).toEqual([...made].sort());
    await end(maker);
    expect(readdirSync(own)).toEqual([]);
  });

  it('are removed whenever it was killed, while it made or removed one', async () => {
    const killed = await Promise.all(Array.from({ length: 2 }, startMaker));
    for (let round = 0; round < 10; round++) {
      const maker = killed[round] ?? (await startMaker());
      await ask(maker, { kinds: KINDS, endlessly: true });
      await sleep(3 * round);
      await kill(maker);
    }
    expect(readdirSync(own).length).toBeGreaterThan(0);
    expect(await leftAfterNext()).toEqual([]);
  });

  it('are removed also where it was a search without a directory', async () => {
    const script = `
      const { SearchFolder } = require('./lib/search/journal/search-folder.ts');
      const config = { objective: { name: 'loss', direction: 'min' }, startWithDefault: false };
      const folder = new SearchFolder(undefined, config, { overwrite: false, keepModels: 1 });
      folder.open();
      folder.record({ kind: 'enqueued', hyperparameters: {} });
      console.log(folder.path);
      setInterval(() => {}, 1000);`;
    const search = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
      ...inOwn(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(search);
    const [path] = await once(search.stdout.setEncoding('utf8'), 'data');
    await kill(search);
    expect(readdirSync(path.trim()).sort()).toEqual(['.lock', 'checkpoints', 'journal.jsonl']);
    expect(await leftAfterNext()).toEqual([]);
  });

  it.runIf(onLinux)('are removed where its id is now that of another process', async () => {
    const maker = await startMaker();
    const [living] = await ask(maker, { kinds: ['search'] });
    mkdirSync(
      join(
        own,
        changeOwner(living, ([pid, , boot, host]) => [pid, '1', boot, host]),
      ),
    );
    mkdirSync(
      join(
        own,
        changeOwner(living, ([, start, boot, host]) => ['1', start, boot, host]),
      ),
    );
    expect(await leftAfterNext()).toEqual([living]);
    await end(maker);
  });

  it.runIf(onLinux)('are removed where the machine was started anew', async () => {
    const maker = await startMaker();
    const [living] = await ask(maker, { kinds: ['search'] });
    const boot = '01234567-89ab-cdef-0123-456789abcdef';
    mkdirSync(
      join(
        own,
        changeOwner(living, ([pid, start, , host]) => [pid, start, boot, host]),
      ),
    );
    expect(await leftAfterNext()).toEqual([living]);
    await end(maker);
  });

  it.runIf(onLinux)('are removed where its parent has not asked about it', async () => {
    // The shell starts a process, becomes `sleep` and never waits for it.
    const script = `require(${JSON.stringify(MODULE)}).makeTemporaryFolder('search'); process.kill(process.pid, 'SIGKILL')`;
    const parent = spawn(
      'sh',
      ['-c', '"$@" & echo $!; exec sleep 60', 'sh', ...[process.execPath, '--require', require.resolve('tsx/cjs'), '-e', script]],
      { ...inOwn(), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(parent);
    const [pid] = await once(parent.stdout.setEncoding('utf8'), 'data');
    while (isAlive(Number(pid))) await sleep(10);
    expect(existsSync(`/proc/${Number(pid)}`)).toBe(true);
    expect(readdirSync(own)).toHaveLength(1);
    expect(await leftAfterNext()).toEqual([]);
    await kill(parent);
  });

  it('are removed, large ones, by eight processes at once', async () => {
    for (let round = 0; round < 2; round++) {
      const orphans = await leaveFolders();
      for (let i = 0; i < 400; i++) {
        const folder = join(own, orphans[i % 4], `trial-${i}`, 'deeper');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'checkpoint'), 'weights');
      }
      const sweepers = await Promise.all(Array.from({ length: 8 }, startMaker));
      const at = Date.now() + 50;
      const made = await Promise.all(sweepers.map((sweeper) => ask(sweeper, { kinds: ['search'], at })));
      expect(readdirSync(own).sort()).toEqual(made.flat().sort());
      await Promise.all(sweepers.map(end));
      expect(readdirSync(own)).toEqual([]);
    }
  });
});

describe('what stays', () => {
  const DAY_S = 86_400;
  /** Makes a folder look as if nobody had written there for a day. */
  const age = (path: string) => utimesSync(path, Date.now() / 1000 - DAY_S, Date.now() / 1000 - DAY_S);

  it('the folders of a process that lives, also where they are old and it is stopped', async () => {
    const maker = await startMaker();
    const folders = (await ask(maker, { kinds: KINDS })).sort();
    for (const name of folders) age(join(own, name));
    expect(await leftAfterNext()).toEqual(folders);
    maker.kill('SIGSTOP');
    if (onLinux) {
      while (!/\) T /.test(readFileSync(`/proc/${maker.pid}/stat`, 'utf8'))) await sleep(10);
    }
    expect(await leftAfterNext()).toEqual(folders);
    expect(readFileSync(join(own, folders[0], 'content'), 'utf8')).toBe('graph');
    maker.kill('SIGCONT');
    await end(maker);
    expect(readdirSync(own)).toEqual([]);
  });

  it('those of a process on another host', async () => {
    const [name] = await leaveFolders(['search']);
    const other = changeOwner(name, ([pid, start, boot]) => [pid, start, boot, '01234567']);
    renameSync(join(own, name), join(own, other));
    expect(await leftAfterNext()).toEqual([other]);
  });

  it.runIf(process.getuid?.() === 0)('those of another user, also from root', async () => {
    const folders = (await leaveFolders()).sort();
    for (const name of folders.slice(1)) chownSync(join(own, name), 65_534, 65_534);
    expect(await leftAfterNext()).toEqual(folders.slice(1));
  });

  it('links and files of such names, and what links lead to', async () => {
    const [name] = await leaveFolders(['search']);
    renameSync(join(own, name), join(root, name));
    symlinkSync(join(root, name), join(own, name));
    const file = name.replace(/.{6}$/, 'aFile1');
    writeFileSync(join(own, file), 'mine');
    expect(await leftAfterNext()).toEqual([name, file].sort());
    expect(lstatSync(join(own, name)).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, name, 'trial-0', 'deeper', 'checkpoint'), 'utf8')).toBe('search');
  });

  it('what a link in an orphan leads to', async () => {
    const [name] = await leaveFolders(['search']);
    mkdirSync(join(root, 'precious'));
    writeFileSync(join(root, 'precious', 'weights'), 'mine');
    symlinkSync(join(root, 'precious'), join(own, name, 'link'));
    expect(await leftAfterNext()).toEqual([]);
    expect(readFileSync(join(root, 'precious', 'weights'), 'utf8')).toBe('mine');
  });

  it('folders without an owner in their names, but for graphs that version 0.6 left a minute ago', async () => {
    const [orphan] = await leaveFolders(['search']);
    const names = [
      'inkwell-search-aBc123',
      'inkwell-search-mine',
      'inkwell-browser-aBc123',
      'inkwell-aBc123',
      `copy-of-${orphan}`,
      `${orphan}-copy`,
      orphan.replace('inkwell-search', 'inkwell-'),
      changeOwner(orphan, ([pid, start, boot]) => [pid, start, boot]),
      changeOwner(orphan, ([, start, boot, host]) => ['', start, boot, host]),
      'other',
      'inkwell-graph-young1',
      'inkwell-graph-aged01',
    ];
    for (const name of names) {
      mkdirSync(join(own, name));
      writeFileSync(join(own, name, 'content'), 'mine');
      if (name !== 'inkwell-graph-young1') age(join(own, name));
    }
    expect(await leftAfterNext()).toEqual(names.slice(0, -1).sort());
  });
});
