import { stat } from 'node:fs/promises';
import { DataError } from './data-error';

/** 2 GiB: Node reads so many bytes at once; asked for more, it ends the process. */
export const MAX_BYTES = 2 ** 31 - 1;

/**
 * Size of a file in bytes.
 *
 * @throws DataError for what is no file (to open a pipe, for instance, waits for its writer without end), and for more bytes
 *   than `atMost`.
 */
export async function fileSize(file: string, atMost = MAX_BYTES): Promise<number> {
  const found = await stat(file);
  if (!found.isFile()) {
    const came = found.isDirectory() ? 'a folder' : 'a pipe or device';
    throw new DataError({ file, expected: 'a file', came, cure: 'Put the data file into its place.' });
  }
  if (found.size > atMost) {
    throw new DataError({
      file,
      expected: `at most ${atMost} bytes`,
      came: `a file of ${found.size}`,
      cure: 'More cannot be read: leave out a part of it.',
    });
  }
  return found.size;
}
