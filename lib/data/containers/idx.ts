import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { DataError, FETCH_AGAIN } from '../data-error';
import { MAX_BYTES } from '../file-size';
import { isGzipped, MAX_DEFLATE_RATIO, readUnzippedStart } from '../gzip';
import type { Numbers } from '../raw-images';
import type { SourceFile } from '../source-file';
import type { NumberArray } from './arrays';

/** How an IDX file stores its numbers, by the third byte of its magic number; all but bytes big-endian. */
const TYPES: Readonly<Record<number, { readonly name: string; readonly bytes: number }>> = {
  8: { name: 'uint8', bytes: 1 },
  9: { name: 'int8', bytes: 1 },
  11: { name: 'int16', bytes: 2 },
  12: { name: 'int32', bytes: 4 },
  13: { name: 'float32', bytes: 4 },
  14: { name: 'float64', bytes: 8 },
};
const MOST_DIMENSIONS = 4;

/** What the header of an IDX file announces. */
interface Header {
  readonly type: number;
  readonly shape: readonly number[];
  readonly length: number;
  readonly bytes: number;
}

/** Whether a file that begins so is IDX: two zeros, a type of number, one to four dimensions. */
export function isIdx(start: Buffer): boolean {
  return (
    start.length >= 4 && start[0] === 0 && start[1] === 0 && start[2] in TYPES && start[3] >= 1 && start[3] <= MOST_DIMENSIONS
  );
}

/** Dimensions that an IDX file's first bytes announce, of which 20 are enough. */
export function idxShape(start: Buffer): number[] {
  return Array.from({ length: Math.min(start[3], (start.length - 4) >> 2) }, (_, d) => start.readUInt32BE(4 + 4 * d));
}

/** Where item `i` of an IDX file of this shape stands, for an error about it. */
export function locateItem(shape: readonly number[], zipped: boolean, i: number): string {
  const each = shape.slice(1).reduce((product, size) => product * size, 1);
  return locate(zipped, 4 + 4 * shape.length + i * each);
}

function locate(zipped: boolean, byte: number): string {
  return `byte ${byte}${zipped ? ' of the unzipped file' : ''}`;
}

/**
 * The array of an IDX file (http://yann.lecun.com/exdb/mnist: two zeros, type, number of dimensions, these as big-endian uint32,
 * then the numbers). Plain or gzipped, which its first bytes say.
 *
 * @throws DataError for a wrong magic, size or length, more than 2 GiB, or a gzip stream that is cut off or damaged.
 */
export async function readIdx(file: SourceFile): Promise<NumberArray & { readonly zipped: boolean }> {
  const { path, size } = file;
  const { start, zipped } = await readUnzippedStart(file, 4 + 4 * MOST_DIMENSIONS);
  const header = readHeader(path, start, zipped, size);
  const { length, shape } = header;
  const claim = { at: locate(zipped, 4), expected: `${length} bytes for the ${shape[0]} items that its header announces` };
  if (length > MAX_BYTES) {
    const cure = 'More cannot be read: the file is damaged, or leave out a part of it.';
    throw new DataError({ file: path, ...claim, expected: `at most ${MAX_BYTES} bytes`, came: `${length}`, cure });
  }
  if (zipped ? length > size * MAX_DEFLATE_RATIO : length !== size) {
    const held = zipped ? `a gzip file of ${size} bytes, too small to hold them` : `a file of ${size}`;
    throw new DataError({ file: path, ...claim, came: held, cure: FETCH_AGAIN });
  }
  const packed = await file.readAll();
  const bytes = isGzipped(packed) ? await inflate(path, packed, length, claim) : packed;
  return { values: decode(bytes, header), shape, zipped };
}

function readHeader(file: string, start: Buffer, zipped: boolean, size: number): Header {
  const fail = (byte: number | undefined, expected: string, came: string) =>
    new DataError({ file, ...(byte !== undefined && { at: locate(zipped, byte) }), expected, came, cure: FETCH_AGAIN });
  const came = size === 0 ? 'an empty file' : `only ${start.length} bytes`;
  if (start.length < 4) throw fail(undefined, 'an IDX header', came);
  if (!isIdx(start)) {
    const types = Object.entries(TYPES).map(([code, { name }]) => `${code} (${name})`);
    const expected = `the magic number of IDX: two zeros, a type (${types.join(', ')}), 1 to ${MOST_DIMENSIONS} dimensions`;
    throw fail(0, expected, `${[...start.subarray(0, 4)].join(', ')}`);
  }
  const bytes = 4 + 4 * start[3];
  if (start.length < bytes) throw fail(undefined, `an IDX header of ${bytes} bytes`, came);
  const shape = idxShape(start);
  const zero = shape.indexOf(0);
  if (zero !== -1) throw fail(4 + 4 * zero, 'one item or more', '0');
  const type = start[2];
  const length = bytes + shape.reduce((product, size) => product * size, TYPES[type].bytes);
  return { type, shape, bytes, length };
}

function decode(buffer: Buffer, { type, bytes, length }: Header): Numbers {
  const content = new Uint8Array(buffer.buffer, buffer.byteOffset + bytes, length - bytes);
  if (type === 8) return content;
  if (type === 9) return new Int8Array(content.buffer, content.byteOffset, content.length);
  // Their own copy, since arrays of wider numbers must begin at a multiple of their width; then in the machine's order of bytes.
  const own = Buffer.from(content.slice().buffer);
  if (type === 11) return new Int16Array(own.swap16().buffer);
  if (type === 12) return new Int32Array(own.swap32().buffer);
  if (type === 13) return new Float32Array(own.swap32().buffer);
  return new Float64Array(own.swap64().buffer);
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
