import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { explainWriteError } from './write-error';

/**
 * Writes a file as a whole: whoever is killed meanwhile leaves the old one or the new one, on the disk when this returns.
 *
 * @param aside Where it is written before it takes its name, in the same folder.
 * @throws WriteError where there is no room or right to; the old file is as it was.
 */
export function replaceFile(path: string, content: string | Uint8Array, aside = `${path}.new`): void {
  try {
    writeFileSync(aside, content, { flush: true });
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw explainWriteError(error, path);
  }
}
