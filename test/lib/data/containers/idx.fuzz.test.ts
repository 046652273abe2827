import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIdx } from '../../../../lib/data/containers/idx';
import { DataError } from '../../../../lib/data/data-error';
import { openSource } from '../../../../lib/data/source-file';
import { damaged, expectMemory, fuzz, scratchFolder } from '../../../fuzz';
import { idxBytes, imagesFile, labelsFile } from '../samples';

const folder = scratchFolder();

/** What `readIdx...` gives, or its refusal, of a file of these bytes. */
async function read(kind: 'images' | 'labels', bytes: Uint8Array, ending = '') {
  const file = join(folder, `${kind}${ending}`);
  writeFileSync(file, bytes);
  return readFile(file);
}

async function readFile(file: string) {
  try {
    return (await readIdx(await openSource(file))).values;
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(new RegExp(`^${file}.*: expected .+, but got .+\\. .+`, 's'));
    return (error as DataError).problem;
  }
}

const NUMBERS: Record<number, { readonly each: number; readonly read: (bytes: Buffer, at: number) => number }> = {
  8: { each: 1, read: (bytes, at) => bytes.readUInt8(at) },
  9: { each: 1, read: (bytes, at) => bytes.readInt8(at) },
  11: { each: 2, read: (bytes, at) => bytes.readInt16BE(at) },
  12: { each: 4, read: (bytes, at) => bytes.readInt32BE(at) },
  13: { each: 4, read: (bytes, at) => bytes.readFloatBE(at) },
  14: { each: 8, read: (bytes, at) => bytes.readDoubleBE(at) },
};

/** Takes the format apart by itself: the numbers, or undefined where the bytes are no such file. */
function decode(bytes: Buffer): number[] | undefined {
  if (bytes.length < 4) return undefined;
  const [zero, nought, type, dimensions] = bytes;
  const header = 4 + 4 * dimensions;
  if (zero !== 0 || nought !== 0 || !(type in NUMBERS) || dimensions < 1 || dimensions > 4 || bytes.length < header)
    return undefined;
  const count = Array.from({ length: dimensions }, (_, d) => bytes.readUInt32BE(4 + 4 * d)).reduce((a, b) => a * b, 1);
  const { each, read } = NUMBERS[type];
  if (count === 0 || bytes.length !== header + count * each) return undefined;
  return Array.from({ length: count }, (_, i) => read(bytes, header + i * each));
}

/** What the bytes of a gzip file hold, undefined where it is damaged. */
function unzip(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: 2 ** 24 });
  } catch {
    return undefined;
  }
}

const images = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.uint8Array({ minLength: 1, maxLength: 50 }))
  .map(([count, pattern]) => imagesFile(Uint8Array.from({ length: count * 784 }, (_, i) => pattern[i % pattern.length])));
const labels = fc.array(fc.nat(255), { minLength: 1, maxLength: 50 }).map(labelsFile);
const valid = fc.oneof(
  images.map((bytes) => ['images', bytes] as const),
  labels.map((bytes) => ['labels', bytes] as const),
);

/** A gzip stream by hand (RFC 1952), with the optional parts that other programs write, in one or more members. */
const gzipped = (bytes: Buffer, cut: number, level: number, name: string) => {
  const member = (part: Buffer) => {
    const stock = gzipSync(part, { level });
    const head = Buffer.from(stock.subarray(0, 10));
    // FEXTRA, FNAME and FCOMMENT.
    head[3] = 4 + 8 + 16;
    return Buffer.concat([head, Buffer.from([2, 0, 7, 7]), Buffer.from(`${name}\0${name}\0`), stock.subarray(10)]);
  };
  const at = cut % (bytes.length + 1);
  return Buffer.concat([member(bytes.subarray(0, at)), member(bytes.subarray(at))]);
};
const zipped = fc
  .tuple(valid, fc.nat(5000), fc.integer({ min: 0, max: 9 }), fc.constantFrom('', 'x', 'images'))
  .map(([[kind, bytes], cut, level, name]) => [kind, bytes, gzipped(bytes, cut, level, name)] as const);

function check(found: Awaited<ReturnType<typeof read>>, expected: number[] | undefined): void {
  expect(ArrayBuffer.isView(found)).toBe(expected !== undefined);
  // Not by toEqual, which takes most of the time.
  if (ArrayBuffer.isView(found)) expect(Array.from(found).every((value, i) => Object.is(value, expected?.[i]))).toBe(true);
}

describe('IDX files', () => {
  fuzz('are read rightly', valid, async ([kind, bytes]) => {
    check(await read(kind, bytes), decode(bytes));
  });

  fuzz('are read rightly, zipped in one member or more, with names and comments', zipped, async ([kind, bytes, zip]) => {
    check(await read(kind, zip, '.gz'), decode(bytes));
  });

  const damagedFiles = fc.oneof(
    fc.tuple(fc.constant('images' as const), damaged(images)),
    fc.tuple(fc.constant('labels' as const), damaged(labels)),
    fc.tuple(fc.constant('images' as const), damaged(labels)),
  );
  fuzz('that are damaged are read as what they say now, or refused', damagedFiles, async ([kind, bytes]) => {
    const expected = decode(bytes);
    check(await read(kind, bytes), expected);
  });

  fuzz('that are damaged and then zipped are, too', damagedFiles, async ([kind, bytes]) => {
    const expected = decode(bytes);
    check(await read(kind, gzipSync(bytes), '.gz'), expected);
  });

  const damagedZips = damaged(images.map((bytes) => gzipSync(bytes)));
  fuzz('that are zipped and then damaged are, too', damagedZips, async (bytes) => {
    const unzipped = unzip(bytes);
    const expected = unzipped && decode(unzipped);
    check(await read('images', bytes, '.gz'), expected);
  });
});

describe('IDX files made to do harm', () => {
  it('announcing 4,294,967,295 images take no memory', async () => {
    const header = idxBytes(2051, [2 ** 32 - 1, 28, 28], new Uint8Array(0));
    await expectMemory(64, async () => {
      expect(await read('images', header)).toMatchObject({
        at: 'byte 4',
        expected: 'at most 2147483647 bytes',
        came: '3367254359296',
      });
      expect(await read('images', gzipSync(header), '.gz')).toMatchObject({
        at: 'byte 4 of the unzipped file',
        came: '3367254359296',
      });
    });
  });

  it('with as many bytes as they announce, but more than Node reads at once, are refused', async () => {
    const file = join(folder, 'sparse');
    writeFileSync(file, idxBytes(2051, [2_800_000, 28, 28], new Uint8Array(0)));
    truncateSync(file, 16 + 2_800_000 * 784);
    await expectMemory(64, async () => {
      expect(await readFile(file)).toMatchObject({ expected: 'at most 2147483647 bytes', came: '2195200016' });
    });
  });

  it('that inflate to 4 GB stop at the bytes that they announce', async () => {
    // Blocks of deflate end at no byte's border but after a full flush, from where they can be repeated.
    const { finish, repeat } = deflateBomb(4096);
    const start = deflateRawSync(idxBytes(2051, [10, 28, 28], new Uint8Array(0)), { finishFlush: 3 });
    const bomb = Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), start, repeat, finish]);
    await expectMemory(64, async () => {
      expect(await read('images', bomb, '.gz')).toMatchObject({
        expected: '7856 bytes for the 10 items that its header announces',
        came: 'more bytes',
      });
    });
  });

  it.each([
    ['a folder', (file: string) => mkdirSync(file)],
    ['a pipe or device', (file: string) => execFileSync('mkfifo', [file])],
  ])('that are %s are refused, not waited for', async (came, make) => {
    const file = join(folder, `odd ${came}`);
    make(file);
    expect(await readFile(file)).toMatchObject({ expected: 'a file', came });
  });
});

/** `count` MiB of zeros as deflate has them, and the end of a gzip file, with a wrong checksum. */
function deflateBomb(count: number) {
  const block = deflateRawSync(new Uint8Array(2 ** 20), { finishFlush: 3 });
  return { repeat: Buffer.concat(new Array(count).fill(block)), finish: Buffer.from('030000000000ffffffff', 'hex') };
}
