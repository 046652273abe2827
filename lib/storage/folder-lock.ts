import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { describeSelf, isGone, type ProcessIdentity, readText } from './process-identity';
import { explainWriteError } from './write-error';

/** Thrown where another search, training or experiment, in this process or another, works in the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

/** The right to be the only one that writes in a folder. */
export interface FolderLock {
  /** Gives the folder free. Once is enough; the end of the process does it too. */
  release(): void;
}

/** Who holds a lock. */
interface Holder extends ProcessIdentity {
  /** ISO 8601. */
  readonly since: string;
  /** Tells a lock from another that the same process took in the same millisecond. */
  readonly id: string;
}

/** The holder that a lock names; undefined where it was released, or a power cut left it without its text. */
function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder;
    return Number.isSafeInteger(holder.pid) && typeof holder.host === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}

function refuse(folder: string, locks: string, { pid, host, since }: Holder): never {
  if (host !== hostname()) {
    throw new FolderInUseError(
      `The folder ${folder} is in use by process ${pid} on the computer ${host}, since ${since}. Whether it still runs ` +
        `cannot be seen from here (${hostname()}). Wait until it ends, stop it there, or choose another folder; if it ` +
        `is gone, delete ${locks}.`,
    );
  }
  if (pid === process.pid) {
    throw new FolderInUseError(
      `The folder ${folder} is in use by this very process (${pid}, in a notebook its kernel), since ${since}: a search, ` +
        'training or experiment in it has not ended. Wait until it ends, interrupt it, or restart the kernel; or choose ' +
        'another folder.',
    );
  }
  throw new FolderInUseError(
    `The folder ${folder} is in use by process ${pid}, since ${since}. Wait until it ends or stop it ` +
      `(kill ${pid}); or choose another folder.`,
  );
}

/** What gives free the locks that this process holds. */
const held = new Set<() => void>();

function releaseAll(): void {
  for (const release of held) release();
}

/** The number of a lock's file, and of the draft of one, which has more to its name. */
const numberOf = (name: string) => Number.parseInt(name, 10);

/** The highest number among locks; 0 without one. */
function findHighest(locks: string): number {
  const names = readdirSync(locks).filter((name) => /^\d+$/.test(name));
  return Math.max(0, ...names.map(numberOf));
}

/** Whether the lock is ours: it appears at once with its whole text, unless there is one of that number. */
function createLock(path: string, text: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text);
    linkSync(draft, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ENOENT: a higher lock was taken, and this draft cleared away.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * The only right to write in `folder`, which is made where it is missing. Throws `FolderInUseError`, with the
 * holder's process id, since when, and the cure, where somebody has it: another process, this one, or one on
 * another computer that shares the folder. The lock of a process that is gone is taken over, also where its
 * id now belongs to another process or the machine was started anew.
 *
 * Locks are the numbered files of `<folder>/.lock`, and the one with the highest number counts. A lock is
 * taken over by creating the next number, which one process alone can do; the highest is never deleted, so
 * that whoever looked before cannot mistake a freed number for a dead one. A released lock is an empty file.
 *
 * Computers and containers that share a folder must have host names of their own.
 *
 * @throws WriteError where there is no room or right to write in it.
 */
export function lockFolder(folder: string): FolderLock {
  try {
    return takeLock(folder);
  } catch (error) {
    throw explainWriteError(error, folder);
  }
}

function takeLock(folder: string): FolderLock {
  const root = resolve(folder);
  const locks = join(root, '.lock');
  mkdirSync(locks, { recursive: true });
  const text = JSON.stringify({ ...describeSelf(), since: new Date().toISOString(), id: randomUUID() } satisfies Holder);
  for (;;) {
    const highest = findHighest(locks);
    const holder = readHolder(join(locks, `${highest}`));
    if (holder && (holder.host !== hostname() || !isGone(holder))) refuse(root, locks, holder);
    const number = highest + 1;
    const path = join(locks, `${number}`);
    // Either way to `continue`, another process has taken a lock meanwhile: look at that one.
    if (!createLock(path, text)) continue;
    if (findHighest(locks) > number) {
      rmSync(path, { force: true });
      continue;
    }
    for (const name of readdirSync(locks)) {
      if (numberOf(name) < number) rmSync(join(locks, name), { force: true });
    }
    const release = () => {
      held.delete(release);
      if (held.size === 0) process.off('exit', releaseAll);
      // The folder may have been deleted and taken anew meanwhile.
      if (readText(path) === text) truncateSync(path);
    };
    if (held.size === 0) process.on('exit', releaseAll);
    held.add(release);
    return { release };
  }
}
