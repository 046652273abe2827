import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FolderInUseError, type FolderLock, lockFolder } from '../../../lib/storage/folder-lock';

/** What the test asks of this process: to take a lock at a moment, or to take and release it many times. */
export interface Order {
  readonly folder: string;
  /** `Date.now()` at which to begin; all takers wait for it awake, so that they begin at once. */
  readonly at: number;
  /** How often to try to take the lock, work and release it; without it the lock is tried once and kept. */
  readonly tries?: number;
}

/** What came of an order. */
export interface Report {
  readonly taken: number;
  /** Times that another process was found at work while this one held the lock. */
  readonly collisions: number;
  /** Messages of errors that are no `FolderInUseError`. */
  readonly faults: readonly string[];
}

const kept: FolderLock[] = [];

process.on('message', ({ folder, at, tries }: Order) => {
  let [taken, collisions] = [0, 0];
  const faults: string[] = [];
  while (Date.now() < at);
  for (let i = 0; i < (tries ?? 1); i++) {
    try {
      const lock = lockFolder(folder);
      taken++;
      if (tries === undefined) {
        kept.push(lock);
        continue;
      }
      try {
        writeFileSync(join(folder, 'at-work'), '', { flag: 'wx' });
        rmSync(join(folder, 'at-work'));
      } catch {
        collisions++;
      }
      lock.release();
    } catch (error) {
      if (!(error instanceof FolderInUseError)) faults.push(String(error));
    }
  }
  process.send?.({ taken, collisions, faults } satisfies Report);
});
process.send?.('ready');
