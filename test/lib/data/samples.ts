/** Small data sets and files for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { type Dataset, PIXELS } from '../../../lib/data/dataset';

/** Images whose pixels tell image, row and column apart. */
export function makeImages(count: number): Uint8Array {
  return Uint8Array.from({ length: count * PIXELS }, (_, i) => (i * 31 + Math.floor(i / PIXELS) * 7) % 256);
}

export function makeDataset(labels: number[], classNames = ['a', 'b', 'c']): Dataset {
  const images = makeImages(labels.length);
  return { name: 'sample', source: 'test', images, labels: Uint8Array.from(labels), classNames, size: labels.length };
}

/** An IDX file's bytes; sizes may lie. */
export function idxBytes(magic: number, sizes: number[], content: Uint8Array): Buffer {
  const header = Buffer.alloc(4 * (1 + sizes.length));
  [magic, ...sizes].forEach((value, i) => {
    header.writeUInt32BE(value, 4 * i);
  });
  return Buffer.concat([header, content]);
}

export const imagesFile = (images: Uint8Array) => idxBytes(2051, [images.length / PIXELS, 28, 28], images);
export const labelsFile = (labels: number[]) => idxBytes(2049, [labels.length], Uint8Array.from(labels));

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A new folder, deleted after the test file. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-data-'));
  folders.push(folder);
  return folder;
}

/** A new folder of files, in folders where names say so; those that end in `.gz` are zipped unless the bytes are already. */
export function folderOf(files: Record<string, Buffer | string>): string {
  const folder = emptyFolder();
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name.endsWith('.gz') && !isZipped ? gzipSync(bytes) : bytes);
  }
  return folder;
}

/** Both halves of an IDX data set. */
export function idxSet(name: string, train: number[], test: number[], ending = ''): Record<string, Buffer> {
  return {
    [`${name}-train-images-idx3-ubyte${ending}`]: imagesFile(makeImages(train.length)),
    [`${name}-train-labels-idx1-ubyte${ending}`]: labelsFile(train),
    [`${name}-test-images-idx3-ubyte${ending}`]: imagesFile(makeImages(test.length)),
    [`${name}-test-labels-idx1-ubyte${ending}`]: labelsFile(test),
  };
}

/** A zip archive (PKWARE, APPNOTE 4.3) of these files, deflated. */
export function zipBytes(files: Record<string, Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, place, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end]);
}

/** A `.npy` file's bytes; `type` as NumPy names it, `|u1`, `>i8`. */
export function npyBytes(type: string, shape: readonly number[], content: Uint8Array, isFortran = false): Buffer {
  const list = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${type}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${list}), }\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\0', 'latin1'), length, Buffer.from(header), content]);
}

/** Characters taller than wide, light on dark: bars whose height tells the class, `[n, side, side]`. */
export function drawBars(labels: readonly number[], side = 28): Uint8Array {
  const images = new Uint8Array(labels.length * side * side);
  labels.forEach((label, i) => {
    const height = Math.round(side * (0.45 + 0.04 * label));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < side / 7; x++) {
        images[i * side * side + (y + 3) * side + Math.floor(side / 2) + x - (i % 3)] = 200 + (i % 50);
      }
    }
  });
  return images;
}

/** `count` labels of `classes` classes in turn. */
export const turns = (count: number, classes = 4): number[] => Array.from({ length: count }, (_, i) => i % classes);

/** CSV of these images. */
export function csvBytes(images: Uint8Array, labels?: readonly (number | string)[], side = 28): string {
  const count = images.length / side ** 2;
  return Array.from(
    { length: count },
    (_, i) => `${[...(labels ? [labels[i]] : []), ...images.subarray(i * side ** 2, (i + 1) * side ** 2)].join()}\n`,
  ).join('');
}
