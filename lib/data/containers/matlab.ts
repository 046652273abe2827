/** MATLAB's files of level 5 (The MathWorks, "MAT-File Format"), as NIST publishes EMNIST and Stanford publishes SVHN. */
import { inflateSync } from 'node:zlib';
import { DataError, FETCH_AGAIN } from '../data-error';
import { MAX_BYTES } from '../file-size';
import type { Numbers } from '../raw-images';
import type { SourceFile } from '../source-file';
import { fromBigInts, type NumberArray, toRowMajor } from './arrays';

const HEADER_BYTES = 128;
const [MATRIX, COMPRESSED] = [14, 15];
const [CELL, STRUCT, OBJECT, CHAR, SPARSE, DOUBLE, LAST_NUMERIC] = [1, 2, 3, 4, 5, 6, 15];
const MOST_DEPTH = 8;

/** How the numbers of an element are stored, by its type. */
const TYPES: Readonly<Record<number, { readonly bytes: number; readonly make: (buffer: ArrayBuffer) => Numbers }>> = {
  1: { bytes: 1, make: (buffer) => new Int8Array(buffer) },
  2: { bytes: 1, make: (buffer) => new Uint8Array(buffer) },
  3: { bytes: 2, make: (buffer) => new Int16Array(buffer) },
  4: { bytes: 2, make: (buffer) => new Uint16Array(buffer) },
  5: { bytes: 4, make: (buffer) => new Int32Array(buffer) },
  6: { bytes: 4, make: (buffer) => new Uint32Array(buffer) },
  7: { bytes: 4, make: (buffer) => new Float32Array(buffer) },
  9: { bytes: 8, make: (buffer) => new Float64Array(buffer) },
  12: { bytes: 8, make: (buffer) => fromBigInts(new BigInt64Array(buffer)) },
  13: { bytes: 8, make: (buffer) => fromBigInts(new BigUint64Array(buffer)) },
};

interface Element {
  readonly type: number;
  readonly content: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

export function isMatlab(start: Buffer): boolean {
  return start.toString('latin1', 0, 10) === 'MATLAB 5.0' && start.length >= HEADER_BYTES;
}

/**
 * The arrays of numbers in a file, by path (`dataset.train.images`), row-major; words, cells and objects are passed over.
 *
 * @throws DataError for a file that is cut off or damaged, and one of big-endian machines.
 */
export async function readMatlab(file: SourceFile): Promise<Map<string, NumberArray>> {
  const bytes = await file.readAll();
  const fail = (at: string, expected: string, came: string) =>
    new DataError({ file: file.path, at, expected, came, cure: FETCH_AGAIN });
  if (!isMatlab(bytes)) throw fail('byte 0', 'the header of a MATLAB 5.0 file', JSON.stringify(bytes.toString('latin1', 0, 20)));
  if (bytes.toString('latin1', 126, 128) !== 'IM') throw fail('byte 126', 'little-endian numbers', 'big-endian ones');
  const arrays = new Map<string, NumberArray>();
  try {
    for (let at = HEADER_BYTES; at < bytes.length; ) {
      const element = readElement(bytes, at);
      at = element.end;
      if (element.type === COMPRESSED) {
        const inflated = inflateSync(element.content, { maxOutputLength: MAX_BYTES });
        readMatrix(readElement(inflated, 0), '', arrays, 0);
      } else readMatrix(element, '', arrays, 0);
    }
  } catch (error) {
    if (!(error instanceof RangeError || (error as NodeJS.ErrnoException).code?.startsWith('Z_'))) throw error;
    throw fail('its elements', 'whole elements of MATLAB 5.0', `damaged ones (${(error as Error).message})`);
  }
  return arrays;
}

/** A tag of type and length, or both and up to four bytes of content in eight bytes; padded to multiples of eight. */
function readElement(bytes: Buffer, at: number): Element {
  const word = bytes.readUInt32LE(at);
  const small = word >>> 16;
  const [type, length, start] = small ? [word & 0xffff, small, at + 4] : [word, bytes.readUInt32LE(at + 4), at + 8];
  if (start + length > bytes.length)
    throw new RangeError(`an element of ${length} bytes at byte ${at}, of which there are fewer`);
  const end = small ? at + 8 : start + length + (type === COMPRESSED ? 0 : (8 - (length % 8)) % 8);
  return { type, content: bytes.subarray(start, start + length), end };
}

function readMatrix({ type, content }: Element, path: string, arrays: Map<string, NumberArray>, depth: number): void {
  if (type !== MATRIX || content.length === 0 || depth > MOST_DEPTH) return;
  const flags = readElement(content, 0);
  const kind = flags.content[0];
  const dimensions = readElement(content, flags.end);
  const shape = Array.from({ length: dimensions.content.length / 4 }, (_, d) => dimensions.content.readInt32LE(4 * d));
  const name = readElement(content, dimensions.end);
  const own = name.content.toString('latin1');
  const here = [path, own].filter(Boolean).join('.');
  if (kind === STRUCT) {
    const nameLength = readElement(content, name.end);
    const each = nameLength.content.readInt32LE(0);
    const names = readElement(content, nameLength.end);
    const fields = each > 0 ? Math.floor(names.content.length / each) : 0;
    let at = names.end;
    for (let field = 0; field < fields; field++) {
      const label = names.content.toString('latin1', field * each, (field + 1) * each).split('\0')[0];
      const element = readElement(content, at);
      at = element.end;
      readMatrix(element, [here, label].filter(Boolean).join('.'), arrays, depth + 1);
    }
  } else if (kind >= DOUBLE && kind <= LAST_NUMERIC && ![CELL, OBJECT, CHAR, SPARSE].includes(kind)) {
    const stored = readElement(content, name.end);
    const format = TYPES[stored.type];
    const count = shape.reduce((product, size) => product * size, 1);
    if (!format || count <= 0 || stored.content.length !== count * format.bytes) {
      throw new RangeError(`${stored.content.length} bytes for ${here || 'an array'} of ${shape.join(' x ')}`);
    }
    const values = format.make(new Uint8Array(stored.content).buffer);
    arrays.set(here, { values: toRowMajor(values, shape), shape });
  }
}
