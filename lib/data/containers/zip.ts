import { promisify } from 'node:util';
import { type Entry, fromBuffer, open, type ZipFile } from 'yauzl';
import { DataError, FETCH_AGAIN } from '../data-error';
import { MAX_BYTES } from '../file-size';
import type { SourceFile } from '../source-file';

/** The files in an archive; `close` it when none of them is read any more. */
export interface Archive {
  readonly files: readonly SourceFile[];
  close(): void;
}

export function isZip(start: Buffer): boolean {
  return (
    start.length >= 4 &&
    start[0] === 0x50 &&
    start[1] === 0x4b &&
    ((start[2] === 3 && start[3] === 4) || (start[2] === 5 && start[3] === 6))
  );
}

/**
 * The files of a zip archive, each named `archive.zip/folder/file`. One in another archive is unpacked in memory.
 *
 * @throws DataError for an archive that is cut off, damaged, or has a password.
 */
export async function openZip({ path, isOnDisk, readAll }: SourceFile): Promise<Archive> {
  let zip: ZipFile;
  const entries: Entry[] = [];
  try {
    const options = { lazyEntries: true, autoClose: false };
    zip = isOnDisk
      ? await promisify<string, object, ZipFile>(open)(path, options)
      : await promisify<Buffer, object, ZipFile>(fromBuffer)(await readAll(), options);
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', resolve);
      zip.on('entry', (entry: Entry) => {
        if (!entry.fileName.endsWith('/')) entries.push(entry);
        zip.readEntry();
      });
      zip.readEntry();
    });
  } catch (error) {
    throw explain(path, error);
  }
  return { files: entries.map((entry) => entryFile(zip, path, entry)), close: () => zip.close() };
}

function entryFile(zip: ZipFile, archive: string, entry: Entry): SourceFile {
  const path = `${archive}/${entry.fileName}`;
  async function* readChunks(): AsyncGenerator<Buffer, void, undefined> {
    if (entry.isEncrypted()) {
      throw new DataError({
        file: path,
        expected: 'a file without a password',
        came: 'an encrypted one',
        cure: 'Unpack it by hand.',
      });
    }
    try {
      const stream = await promisify(
        zip.openReadStream.bind(zip) as (
          entry: Entry,
          done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
        ) => void,
      )(entry);
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw explain(path, error);
    }
  }
  const readStart = async (length: number) => {
    const chunks: Buffer[] = [];
    let read = 0;
    for await (const chunk of readChunks()) {
      chunks.push(chunk);
      read += chunk.length;
      if (read >= length) break;
    }
    return Buffer.concat(chunks).subarray(0, length);
  };
  return {
    path,
    size: entry.uncompressedSize,
    readStart,
    async readAll() {
      if (entry.uncompressedSize > MAX_BYTES) {
        const came = `a file of ${entry.uncompressedSize}`;
        throw new DataError({
          file: path,
          expected: `at most ${MAX_BYTES} bytes`,
          came,
          cure: 'More cannot be read: leave out a part of it.',
        });
      }
      return readStart(entry.uncompressedSize);
    },
    readChunks,
  };
}

function explain(file: string, error: unknown): unknown {
  if (error instanceof DataError) return error;
  return new DataError({
    file,
    expected: 'a whole zip archive',
    came: `a damaged one (${(error as Error).message})`,
    cure: FETCH_AGAIN,
  });
}
