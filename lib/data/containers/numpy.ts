import { DataError, FETCH_AGAIN } from '../data-error';
import { readUnzipped } from '../gzip';
import type { Numbers } from '../raw-images';
import type { SourceFile } from '../source-file';
import { countNumbers, fromBigInts, type NumberArray, toRowMajor } from './arrays';

const MAGIC = '\x93NUMPY';
const LITTLE: Readonly<Record<string, (buffer: ArrayBuffer) => Numbers>> = {
  u1: (buffer) => new Uint8Array(buffer),
  b1: (buffer) => new Uint8Array(buffer),
  i1: (buffer) => new Int8Array(buffer),
  u2: (buffer) => new Uint16Array(buffer),
  i2: (buffer) => new Int16Array(buffer),
  u4: (buffer) => new Uint32Array(buffer),
  i4: (buffer) => new Int32Array(buffer),
  u8: (buffer) => fromBigInts(new BigUint64Array(buffer)),
  i8: (buffer) => fromBigInts(new BigInt64Array(buffer)),
  f4: (buffer) => new Float32Array(buffer),
  f8: (buffer) => new Float64Array(buffer),
};

export function isNumpy(start: Buffer): boolean {
  return start.toString('latin1', 0, 6) === MAGIC;
}

/**
 * The array of a `.npy` file (NumPy's format 1.0 to 3.0: magic, version, length of the header, a Python dictionary with type,
 * order and shape, then the numbers), row-major; words where it holds strings.
 *
 * @throws DataError for Python objects, which only Python can read, and for a wrong length.
 */
export async function readNumpy(file: SourceFile): Promise<NumberArray | { readonly words: readonly string[] }> {
  const bytes = await readUnzipped(file);
  const fail = (expected: string, came: string, cure = FETCH_AGAIN) => new DataError({ file: file.path, expected, came, cure });
  if (!isNumpy(bytes)) throw fail("NumPy's magic bytes", JSON.stringify(bytes.toString('latin1', 0, 6)));
  const start = bytes[6] === 1 ? 10 : 12;
  const headerEnd = start + (bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  const header = bytes.toString('latin1', start, headerEnd);
  const type = /'descr':\s*'([<>|=])([a-zA-Z]\d*)'/.exec(header);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1].match(/\d+/g)?.map(Number);
  if (type?.[2].startsWith('O')) {
    const cure = 'In Python: `np.save(file, np.stack(list(array)))` saves them as numbers.';
    throw fail('an array of numbers', 'Python objects', cure);
  }
  if (!type || !shape) throw fail('an array of numbers with one or more dimensions', header.trim().slice(0, 80));
  const [, order, code] = type;
  const isFortran = /'fortran_order':\s*True/.test(header);
  const isText = /^[US]\d+$/.test(code);
  if (!isText && !(code in LITTLE)) throw fail(`numbers (${Object.keys(LITTLE).join(', ')})`, code);
  const each = isText ? Number(code.slice(1)) * (code[0] === 'U' ? 4 : 1) : Number(code.slice(1));
  const count = countNumbers(file.path, shape, each);
  if (bytes.length - headerEnd !== count * each) {
    throw fail(`${count * each} bytes for an array of ${shape.join(' x ')}`, `${bytes.length - headerEnd}`);
  }
  const content = bytes.subarray(headerEnd);
  if (isText) return { words: readWords(content, count, each, code[0] === 'U') };
  const own = Buffer.from(new Uint8Array(content).buffer);
  if (order === '>' && each > 1) swap(own, each);
  const values = LITTLE[code](own.buffer as ArrayBuffer);
  return { values: isFortran ? toRowMajor(values, shape) : values, shape };
}

function swap(bytes: Buffer, each: number): void {
  if (each === 2) bytes.swap16();
  else if (each === 4) bytes.swap32();
  else bytes.swap64();
}

/** Fixed width, filled up with zeros: UTF-32 or bytes. */
function readWords(bytes: Buffer, count: number, each: number, isWide: boolean): string[] {
  return Array.from({ length: count }, (_, i) => {
    const word = bytes.subarray(i * each, (i + 1) * each);
    if (!isWide) return word.toString('utf8').replace(/\0+$/, '');
    const codes = Array.from({ length: each / 4 }, (_, c) => word.readUInt32LE(4 * c)).filter(
      (code) => code > 0 && code <= 0x10ffff,
    );
    return String.fromCodePoint(...codes);
  });
}
