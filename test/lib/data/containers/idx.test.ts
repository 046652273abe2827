import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { random } from '../../../../lib/base/random';
import { readIdx } from '../../../../lib/data/containers/idx';
import { DataError } from '../../../../lib/data/data-error';
import type { Numbers } from '../../../../lib/data/raw-images';
import { openSource } from '../../../../lib/data/source-file';
import { folderOf, idxBytes, imagesFile, labelsFile, makeImages } from '../samples';

const images = makeImages(3);

async function read(name: string, bytes: Buffer): Promise<Numbers> {
  const file = join(folderOf({ [name]: bytes }), name);
  return (await readIdx(await openSource(file))).values;
}

async function problem(name: string, bytes: Buffer) {
  const error = await read(name, bytes).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  expect(error.problem.file).toContain(name);
  return (error as DataError).problem;
}

describe('readIdx', () => {
  it('read plain and gzipped files', async () => {
    expect(await read('images', imagesFile(images))).toEqual(images);
    expect(await read('images.gz', imagesFile(images))).toEqual(images);
    expect(await read('labels', labelsFile([4, 0, 9]))).toEqual(Uint8Array.of(4, 0, 9));
    expect(await read('labels.gz', labelsFile([4, 0, 9]))).toEqual(Uint8Array.of(4, 0, 9));
  });

  it('read a gzip file of several members, whose trailer counts the last alone', async () => {
    const bytes = imagesFile(images);
    const zipped = Buffer.concat([gzipSync(bytes.subarray(0, 1000)), gzipSync(bytes.subarray(1000))]);
    expect(await read('images.gz', zipped)).toEqual(images);
  });
});

describe('IDX files of other types', () => {
  it.each([
    ['int8', 9, Buffer.from([0x01, 0xfe]), [1, -2]],
    ['int16', 11, Buffer.from('0102fffe', 'hex'), [258, -2]],
    ['int32', 12, Buffer.from('00000102fffffffe', 'hex'), [258, -2]],
    ['float32', 13, Buffer.from('3f000000c0000000', 'hex'), [0.5, -2]],
    ['float64', 14, Buffer.from('3fe0000000000000c000000000000000', 'hex'), [0.5, -2]],
  ])('read %s, big-endian', async (_, type, content, values) => {
    const bytes = idxBytes((type << 8) | 1, [2], content);
    expect([...(await read('labels', bytes))]).toEqual(values);
    expect([...(await read('labels.gz', bytes))]).toEqual(values);
  });

  it('are told zipped by their first bytes, not by their name', async () => {
    expect(await read('images', gzipSync(imagesFile(images)))).toEqual(images);
    const folder = folderOf({ images: imagesFile(images) });
    renameSync(join(folder, 'images'), join(folder, 'images.gz'));
    expect((await readIdx(await openSource(join(folder, 'images.gz')))).values).toEqual(images);
  });
});

describe('damaged IDX files', () => {
  it('wrong magic number', async () => {
    const came = await problem('images', idxBytes(1234, [3, 28, 28], images));
    expect(came).toMatchObject({
      at: 'byte 0',
      expected: expect.stringContaining('the magic number of IDX'),
      came: '0, 0, 4, 210',
    });
  });

  it('file longer or shorter than its header says', async () => {
    const bytes = imagesFile(images);
    const short = bytes.subarray(0, bytes.length - 1);
    const long = Buffer.concat([bytes, Buffer.of(0)]);
    const expected = '2368 bytes for the 3 items that its header announces';
    expect(await problem('images', short)).toMatchObject({ at: 'byte 4', expected, came: 'a file of 2367' });
    expect(await problem('images', long)).toMatchObject({ at: 'byte 4', expected, came: 'a file of 2369' });
    expect(await problem('images.gz', short)).toMatchObject({ at: 'byte 4 of the unzipped file', expected, came: '2367 bytes' });
    expect(await problem('images.gz', long)).toMatchObject({ expected, came: 'more bytes' });
  });

  it('absurd counts, which must not be allocated', async () => {
    const absurd = idxBytes(2051, [2_000_000, 28, 28], images);
    expect((await problem('images', absurd)).came).toBe('a file of 2368');
    expect((await problem('images.gz', absurd)).came).toMatch(/^a gzip file of \d+ bytes, too small/);
    // Possible by the file's size alone, but the trailer knows better.
    const noise = Uint8Array.from({ length: 784 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
    expect((await problem('images.gz', idxBytes(2051, [1000, 28, 28], noise))).came).toBe('800 bytes');
  });

  it('gzip stream cut off, damaged, or none', async () => {
    const zipped = gzipSync(imagesFile(images));
    const cut = await problem('images.gz', zipped.subarray(0, zipped.length - 9));
    expect(cut.came).toBe(`a gzip stream that is cut off at the file's end, byte ${zipped.length - 9}`);
    const checksum = Buffer.from(zipped);
    checksum[zipped.length - 6] ^= 0xff;
    expect((await problem('images.gz', checksum)).came).toContain('damaged');
    // Past the first 4096 bytes, which are read beforehand for the header.
    const { integer } = random(0, 'noise');
    const noise = Uint8Array.from({ length: 10 * 784 }, () => integer(256));
    const inside = gzipSync(imagesFile(noise));
    inside[inside.length - 6] ^= 0xff;
    expect(inside.length).toBeGreaterThan(4096);
    expect((await problem('images.gz', inside)).came).toBe('a damaged gzip stream (incorrect data check)');
    const notZipped = await problem('images.gz', Buffer.concat([Buffer.from([0x1f, 0x8b, 9]), images]));
    expect(notZipped.expected).toBe('a whole gzip stream');
  });

  it('empty file, header alone, no items', async () => {
    expect(await problem('images', Buffer.alloc(0))).toMatchObject({ came: 'an empty file' });
    expect(await problem('images.gz', gzipSync(Buffer.alloc(0)))).toMatchObject({ came: 'only 0 bytes' });
    expect(await problem('labels', Buffer.from([0, 0, 8, 1, 0]))).toMatchObject({ came: 'only 5 bytes' });
    expect(await problem('labels', labelsFile([]))).toMatchObject({ at: 'byte 4', came: '0' });
  });

  it('says it all in one message', async () => {
    const error = await read('labels', idxBytes(2049, [5], Uint8Array.of(1, 2))).catch((thrown) => thrown);
    expect(error.message).toMatch(
      /labels, byte 4: expected 13 bytes for the 5 items that its header announces, but got a file of 10\. The file is/,
    );
  });
});
