/** Small data sets and files for tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
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

/** A new folder that holds the files; names that end in `.gz` are zipped on the way unless the bytes are already. */
export function folderOf(files: Record<string, Buffer | string>): string {
  const folder = emptyFolder();
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
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
