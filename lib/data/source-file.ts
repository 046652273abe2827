import { type FileHandle, open } from 'node:fs/promises';
import { DataError } from './data-error';
import { fileSize } from './file-size';

/** Bytes that may hold data: a file on the disk, or one inside a zip archive. */
export interface SourceFile {
  /** As errors and tables name it: `data/x-train.csv`, inside an archive `data/archive.zip/x-train.csv`. */
  readonly path: string;
  /** Number of bytes as they are stored, gzipped where they are. */
  readonly size: number;
  /** Whether `path` is one of the disk. */
  readonly isOnDisk?: boolean;
  /** The first `length` bytes as they are stored, fewer where there are no more. */
  readStart(length: number): Promise<Buffer>;
  /** All bytes as they are stored: at most 2 GiB. */
  readAll(): Promise<Buffer>;
  /** The same in pieces; a piece is valid until the next is asked for. */
  readChunks(): AsyncIterable<Buffer>;
}

const CHUNK_BYTES = 2 ** 20;

/**
 * A file on the disk.
 *
 * @throws DataError for what is no file.
 */
export async function openSource(path: string): Promise<SourceFile> {
  const size = await fileSize(path, Number.POSITIVE_INFINITY);
  // What a file is, is told by its beginning, and who reads it then begins there again.
  let start: Buffer = Buffer.alloc(0);
  return {
    path,
    size,
    isOnDisk: true,
    async readStart(length) {
      const wanted = Math.min(size, length);
      if (start.length < wanted) start = await withHandle(path, (handle) => readExactly(handle, path, wanted));
      return start.subarray(0, wanted);
    },
    async readAll() {
      await fileSize(path);
      return withHandle(path, (handle) => readExactly(handle, path, size));
    },
    readChunks: () => readChunks(path, Math.min(CHUNK_BYTES, Math.max(size, 1))),
  };
}

async function withHandle<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/** The first `length` bytes of the file. */
async function readExactly(handle: FileHandle, file: string, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, filled);
    if (bytesRead === 0) {
      const came = `its end at byte ${filled} while it was read`;
      throw new DataError({ file, expected: `${length} bytes`, came, cure: 'Read it again when it is whole.' });
    }
    filled += bytesRead;
  }
  return buffer;
}

/** Reads a chunk while the last is in use, into two buffers in turn: a new one for each would keep the garbage collector busy. */
async function* readChunks(path: string, length: number): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(path);
  try {
    let [buffer, other] = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)];
    let { bytesRead } = await handle.read(buffer);
    while (bytesRead > 0) {
      const reading = handle.read(other);
      yield buffer.subarray(0, bytesRead);
      ({ bytesRead } = await reading);
      [buffer, other] = [other, buffer];
    }
  } finally {
    await handle.close();
  }
}

/** Bytes in memory as a file of this name. */
export function bytesSource(path: string, content: Uint8Array): SourceFile {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  return {
    path,
    size: bytes.length,
    readStart: async (length) => bytes.subarray(0, length),
    readAll: async () => bytes,
    async *readChunks() {
      yield bytes;
    },
  };
}
