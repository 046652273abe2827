/** Gzip by content: a file is unzipped where its first bytes say so, whatever its name ends in. */
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGunzip, gunzip, gunzipSync } from 'node:zlib';
import { DataError, FETCH_AGAIN } from './data-error';
import { MAX_BYTES } from './file-size';
import type { SourceFile } from './source-file';

const CHUNK_BYTES = 2 ** 20;
/** Deflate packs at most 1032 bytes into one (zlib, technical details), so a gzip file bounds what it can hold. */
export const MAX_DEFLATE_RATIO = 1032;

export function isGzipped(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** The first bytes of a file, unzipped. */
export interface UnzippedStart {
  readonly start: Buffer;
  readonly zipped: boolean;
  /** Whether there are no more. */
  readonly isWhole: boolean;
}

/**
 * The first `length` bytes of the file, unzipped, or as many as there are.
 *
 * @throws DataError for a gzip stream that is damaged from its first bytes on; who reads on will see what is further back.
 */
export async function readUnzippedStart(file: SourceFile, length: number): Promise<UnzippedStart> {
  const stored = await file.readStart(Math.max(length, 2 ** 12));
  const zipped = isGzipped(stored);
  if (!zipped) return { start: stored.subarray(0, length), zipped, isWhole: Math.min(stored.length, length) === file.size };
  const isAll = stored.length === file.size;
  const packed = isAll ? stored : stored.subarray(0, Math.min(Math.max(length >> 1, 2 ** 12), 2 ** 16));
  try {
    const finishFlush = isAll ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
    const start = gunzipSync(packed, { finishFlush, maxOutputLength: 2 ** 20 });
    if (isAll || start.length >= length) {
      return { start: start.subarray(0, length), zipped, isWhole: isAll && start.length <= length };
    }
  } catch {
    // Much from few bytes, or damage: the slower way stops in time, or says what is wrong.
  }
  const chunks: Buffer[] = [];
  let read = 0;
  let isWhole = true;
  try {
    for await (const chunk of readUnzippedChunks(file, Math.min(CHUNK_BYTES, Math.max(length, 2 ** 12)))) {
      chunks.push(Buffer.from(chunk));
      read += chunk.length;
      isWhole = read < length;
      if (!isWhole) break;
    }
  } catch (error) {
    if (read === 0) throw error;
    isWhole = false;
  }
  return { start: Buffer.concat(chunks).subarray(0, length), zipped, isWhole };
}

/** The file's bytes, unzipped; a chunk is valid until the next is asked for. */
export async function* readUnzippedChunks(file: SourceFile, chunkSize = CHUNK_BYTES): AsyncGenerator<Buffer, void, undefined> {
  if (!isGzipped(await file.readStart(2))) {
    yield* file.readChunks();
    return;
  }
  // Copies, as the stream may still hold a chunk when the next is asked for.
  const copies = async function* () {
    for await (const chunk of file.readChunks()) yield Buffer.from(chunk);
  };
  const source = Readable.from(copies());
  const inflated = createGunzip({ chunkSize });
  source.on('error', (error) => inflated.destroy(error));
  try {
    yield* source.pipe(inflated);
  } catch (error) {
    throw explainGzipError(file.path, error);
  } finally {
    source.destroy();
  }
}

/**
 * The whole file, unzipped.
 *
 * @throws DataError for a damaged gzip stream and for more than 2 GiB.
 */
export async function readUnzipped(file: SourceFile): Promise<Buffer> {
  const bytes = await file.readAll();
  if (!isGzipped(bytes)) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw explainGzipError(file.path, error);
  }
}

function explainGzipError(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    const cure = 'More cannot be read: leave out a part of it.';
    return new DataError({ file, expected: `at most ${MAX_BYTES} bytes`, came: 'more, once unzipped', cure });
  }
  if (!code?.startsWith('Z_')) return error;
  const came = code === 'Z_BUF_ERROR' ? 'one that is cut off' : `a damaged one (${message})`;
  return new DataError({ file, expected: 'a whole gzip stream', came, cure: FETCH_AGAIN });
}
