import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import { DataError, FETCH_AGAIN } from './data-error';
import { IMAGE_SIZE, PIXELS } from './dataset';
import { fileSize, MAX_BYTES } from './file-size';

/** Deflate packs at most 1032 bytes into one (zlib, technical details), so a gzip file bounds what it can hold. */
const MAX_DEFLATE_RATIO = 1032;

/**
 * The images of an IDX file as the file has them, `[n, 28, 28]` uint8. Plain, or gzipped where the name ends in `.gz`.
 * (IDX: http://yann.lecun.com/exdb/mnist, magic 2051 for images: big-endian uint32 count, rows, columns, then bytes.)
 *
 * @throws DataError for a wrong magic, size or length, more than 2 GiB, or a gzip stream that is cut off or damaged.
 */
export async function readIdxImages(file: string): Promise<Uint8Array> {
  return readIdx(file, 2051, (header) => {
    for (const [offset, side] of [
      [8, 'rows'],
      [12, 'columns'],
    ] as const) {
      const came = header.readUInt32BE(offset);
      if (came !== IMAGE_SIZE) {
        throw new DataError({
          file,
          at: locate(file, offset),
          expected: `images of ${IMAGE_SIZE} ${side}`,
          came: `${came}`,
          cure: `Only images of ${IMAGE_SIZE} x ${IMAGE_SIZE} pixels can be read.`,
        });
      }
    }
    return PIXELS;
  });
}

/**
 * The labels of an IDX file (magic 2049: big-endian uint32 count, then a byte each), `[n]` uint8. Plain or gzipped.
 *
 * @throws DataError as `readIdxImages`.
 */
export async function readIdxLabels(file: string): Promise<Uint8Array> {
  return readIdx(file, 2049, () => 1);
}

/** Where label `i` of an IDX file stands, for an error about it. */
export function locateLabel(file: string, i: number): string {
  return locate(file, LABELS_HEADER + i);
}

const LABELS_HEADER = 8;

function locate(file: string, byte: number): string {
  return `byte ${byte}${file.endsWith('.gz') ? ' of the unzipped file' : ''}`;
}

async function readIdx(file: string, magic: number, itemBytes: (header: Buffer) => number): Promise<Uint8Array> {
  const zipped = file.endsWith('.gz');
  const headerBytes = magic === 2051 ? 16 : LABELS_HEADER;
  const size = await fileSize(file);
  const handle = await open(file);
  try {
    const header = zipped
      ? inflateStart(file, await readExactly(handle, file, Math.min(size, 4096)), headerBytes)
      : await readExactly(handle, file, Math.min(size, headerBytes));
    checkHeader(file, header, { magic, headerBytes, size });
    const count = header.readUInt32BE(4);
    const length = headerBytes + count * itemBytes(header);
    const claim = { at: locate(file, 4), expected: `${length} bytes for the ${count} items that its header announces` };
    if (length > MAX_BYTES) {
      const cure = 'More cannot be read: the file is damaged, or leave out a part of it.';
      throw new DataError({ file, ...claim, expected: `at most ${MAX_BYTES} bytes`, came: `${length}`, cure });
    }
    if (zipped ? length > size * MAX_DEFLATE_RATIO : length !== size) {
      const held = zipped ? `a gzip file of ${size} bytes, too small to hold them` : `a file of ${size}`;
      throw new DataError({ file, ...claim, came: held, cure: FETCH_AGAIN });
    }
    const packed = await readExactly(handle, file, size);
    const bytes = zipped ? await inflate(file, packed, length, claim) : packed;
    return new Uint8Array(bytes.buffer, bytes.byteOffset + headerBytes, length - headerBytes);
  } finally {
    await handle.close();
  }
}

/** Throws a DataError unless the header is whole, of this magic, and announces an item or more. */
function checkHeader(
  file: string,
  header: Buffer,
  { magic, headerBytes, size }: { readonly magic: number; readonly headerBytes: number; readonly size: number },
): void {
  if (header.length < headerBytes) {
    throw new DataError({
      file,
      expected: `an IDX header of ${headerBytes} bytes`,
      came: size === 0 ? 'an empty file' : `only ${header.length} bytes`,
      cure: FETCH_AGAIN,
    });
  }
  const came = header.readUInt32BE(0);
  if (came !== magic) {
    const words: Record<number, string> = { 2049: ' (labels)', 2051: ' (images)' };
    throw new DataError({
      file,
      at: locate(file, 0),
      expected: `the magic number ${magic}${words[magic]}`,
      came: `${came}${words[came] ?? ''}`,
      cure: came in words ? 'Two files may have been swapped.' : FETCH_AGAIN,
    });
  }
  if (header.readUInt32BE(4) === 0) {
    throw new DataError({ file, at: locate(file, 4), expected: 'one item or more', came: '0', cure: FETCH_AGAIN });
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

function inflateStart(file: string, packed: Buffer, wanted: number): Buffer {
  try {
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, wanted);
  } catch (error) {
    const came = `a damaged one (${(error as Error).message})`;
    throw new DataError({ file, expected: 'a gzip stream', came, cure: FETCH_AGAIN });
  }
}

/** Gives exactly `length` bytes, in one buffer that is allocated only if the gzip trailer agrees with the header. */
async function inflate(file: string, packed: Buffer, length: number, claim: { at: string; expected: string }): Promise<Buffer> {
  const trusted = packed.readUInt32LE(packed.length - 4) === length;
  let came: string;
  try {
    const bytes = await promisify(gunzip)(packed, {
      // One byte more, so that zlib knows that it is done before it asks for a second chunk.
      chunkSize: trusted ? Math.max(length + 1, constants.Z_MIN_CHUNK) : 2 ** 20,
      maxOutputLength: length,
    });
    if (bytes.length === length) return bytes;
    came = `${bytes.length} bytes`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') came = 'more bytes';
    else if (code === 'Z_BUF_ERROR') came = `a gzip stream that is cut off at the file's end, byte ${packed.length}`;
    else if (code?.startsWith('Z_')) came = `a damaged gzip stream (${message})`;
    else throw error;
  }
  throw new DataError({ file, ...claim, came, cure: FETCH_AGAIN });
}
