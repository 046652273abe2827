// Makes temporary folders when it is told to, and keeps them until it ends.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryFolder, type TemporaryKind } from '../../../lib/storage/temporary-folder';

/** What the test asks of this process. */
export interface MakeOrder {
  readonly kinds: readonly TemporaryKind[];
  /** `Date.now()` at which to begin; all makers wait for it awake, so that they begin at once. */
  readonly at?: number;
  /** Whether to make and remove them without end. */
  readonly endlessly?: boolean;
}

/** Paths of the folders that it made, or the message of the error that kept it from it. */
export type MakeReport = readonly string[] | string;

function makeFilled(kind: TemporaryKind) {
  const folder = makeTemporaryFolder(kind);
  folder.write('content', Buffer.from(kind));
  for (let i = 0; i < 4; i++) {
    mkdirSync(join(folder.path, `trial-${i}`, 'deeper'), { recursive: true });
    writeFileSync(join(folder.path, `trial-${i}`, 'deeper', 'checkpoint'), kind);
  }
  return folder;
}

process.on('message', ({ kinds, at = 0, endlessly }: MakeOrder) => {
  while (Date.now() < at);
  try {
    const paths = kinds.map((kind) => makeFilled(kind).path);
    process.send?.(paths satisfies MakeReport);
  } catch (error) {
    process.send?.(String(error) satisfies MakeReport);
  }
  while (endlessly) for (const kind of kinds) makeFilled(kind).remove();
});
process.send?.('ready');
