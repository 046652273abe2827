import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeSelf, isGone, type ProcessIdentity } from './process-identity';
import { WriteError } from './write-error';

/** What a temporary folder is for: it shows in its name. */
export type TemporaryKind = 'graph' | 'images' | 'machine' | 'search';

/** A folder that goes with the process. */
export interface TemporaryFolder {
  /** Absolute. */
  readonly path: string;
  /**
   * The path of a new file of this name and content in the folder.
   *
   * @throws WriteError as `makeTemporaryFolder`.
   */
  write(name: string, bytes: Uint8Array): string;
  /** Removes it and what is in it; does not throw. The end of the process does it too. */
  remove(): void;
}

/** Kind, process id, its start, boot id, host and mkdtemp(3)'s six characters; start and boot id may be unknown. */
const NAME = /^inkwell-[a-z]+-(\d+)\.(\d*)\.([\da-f-]*)\.([\da-f]{8})-[A-Za-z\d]{6}$/;
/** Up to version 0.6 graphs had no owner in their names; they are needed for a fraction of a second. */
const OWNERLESS_GRAPH = /^inkwell-graph-[A-Za-z\d]{6}$/;
const OWNERLESS_MS = 60_000;

/** This process as names have it, since it made its first folder. */
let self: string | undefined;
/** The folders of this process that are there. */
const owned = new Set<string>();

/**
 * A new folder for temporary files, `inkwell-<kind>-<owner>-XXXXXX` in `os.tmpdir()`, closed to other users.
 *
 * It goes with `remove`, else when the process ends; where the process is killed, when the next one of this user on
 * this host makes its first temporary folder. The owner is in the name, so that there is no moment at which a folder
 * is there without it: process id and start, boot id, and a hash of the host's name. Hosts and containers that share
 * a folder for temporary files must have names of their own.
 *
 * @throws WriteError where the folder for temporary files has no room, is not there or must not be written to.
 */
export function makeTemporaryFolder(kind: TemporaryKind): TemporaryFolder {
  if (self === undefined) {
    self = formatOwner(describeSelf());
    process.once('exit', removeOwned);
    removeOrphans(resolve(tmpdir()));
  }
  const prefix = resolve(tmpdir(), `inkwell-${kind}-${self}-`);
  const path = explainFailure('a folder', () => mkdtempSync(prefix));
  owned.add(path);
  return {
    path,
    write(name, bytes) {
      const file = join(path, name);
      explainFailure(`a file of ${bytes.length} bytes`, () => writeFileSync(file, bytes, { flag: 'wx' }));
      return file;
    },
    remove: () => removeOwn(path),
  };
}

function explainFailure<T>(what: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new WriteError(
      `The folder for temporary files, ${tmpdir()}, must take ${what}, but ${(error as Error).message}; make ` +
        'room there, or set TMPDIR to another folder.',
      { cause: error },
    );
  }
}

function removeOwn(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
    owned.delete(path);
  } catch {
    // A process of ours may just write there: again at the end, or by the next process.
  }
}

function removeOwned(): void {
  for (const path of owned) removeOwn(path);
}

/** Of a fixed length: some systems allow names of 255 bytes, and so they do of files. */
const hashHost = (host: string) => createHash('sha256').update(host).digest('hex').slice(0, 8);

function formatOwner({ pid, processStart = '', bootId = '', host }: ProcessIdentity): string {
  return `${pid}.${processStart}.${bootId}.${hashHost(host)}`;
}

/** Removes the folders of processes that are gone; what cannot be looked at or removed stays. */
function removeOrphans(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (name.startsWith('inkwell-')) removeOrphan(folder, name);
    }
  } catch {
    // Whoever may not list a folder may still make another in it.
  }
}

function removeOrphan(folder: string, name: string): void {
  const path = join(folder, name);
  try {
    // Of a link itself: what it leads to is not ours.
    const status = lstatSync(path);
    if (!status.isDirectory() || status.uid !== process.getuid?.()) return;
    if (isOrphan(name, status.mtimeMs)) rmSync(path, { recursive: true, force: true });
  } catch {
    // Another process was faster.
  }
}

function isOrphan(name: string, mtimeMs: number): boolean {
  const parts = NAME.exec(name);
  if (parts === null) return OWNERLESS_GRAPH.test(name) && Date.now() - mtimeMs > OWNERLESS_MS;
  const [, pid, processStart, bootId, host] = parts;
  const owner = { pid: Number(pid), processStart: processStart || undefined, bootId: bootId || undefined };
  return host === hashHost(hostname()) && isGone(owner);
}
