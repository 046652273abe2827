import { describe, expect, it } from 'vitest';
import { tellArray, toRowMajor } from '../../../../lib/data/containers/arrays';
import { readMatlab } from '../../../../lib/data/containers/matlab';
import { readNumpy } from '../../../../lib/data/containers/numpy';
import { DataError } from '../../../../lib/data/data-error';
import type { Numbers } from '../../../../lib/data/raw-images';
import { bytesSource } from '../../../../lib/data/source-file';
import { npyBytes } from '../samples';

const kindOf = (values: Numbers, shape: number[]) => {
  const content = tellArray({ values, shape });
  return content && ('images' in content ? content.images.shape : Array.from(content.labels.values as Numbers));
};

describe('tellArray', () => {
  it('tells images and labels by shape', () => {
    expect(kindOf(new Uint8Array(2 * 784), [2, 28, 28])).toEqual({ height: 28, width: 28, channels: 1 });
    expect(kindOf(new Uint8Array(2 * 784), [2, 784])).toEqual({ height: 28, width: 28, channels: 1 });
    expect(kindOf(new Uint8Array(2 * 300), [2, 10, 10, 3])).toEqual({ height: 10, width: 10, channels: 3 });
    expect(kindOf(Uint8Array.of(3, 1), [2])).toEqual([3, 1]);
    expect(kindOf(Uint8Array.of(3, 1), [2, 1])).toEqual([3, 1]);
    expect(kindOf(Uint8Array.of(3, 1), [1, 2])).toEqual([3, 1]);
    expect(kindOf(Uint8Array.of(0, 1, 0, 1, 0, 0), [2, 3])).toEqual([1, 0]);
    expect(kindOf(Int32Array.of(7, 0, 3, 9, 0, 4), [2, 3])).toEqual([7, 9]);
    expect(kindOf(new Uint8Array(2 * 1000), [2, 1000])).toBeUndefined();
  });

  it('brings channels that come first to the end', async () => {
    const content = tellArray({ values: Uint8Array.from({ length: 12 }, (_, i) => i), shape: [1, 3, 2, 2] });
    const image = content && 'images' in content ? await content.images.at(0) : undefined;
    expect([...(image?.pixels ?? [])]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });

  it('turns column-major arrays', () => {
    // [[0, 1, 2], [3, 4, 5]] by columns.
    expect([...toRowMajor(Uint8Array.of(0, 3, 1, 4, 2, 5), [2, 3])]).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('readNumpy', () => {
  const read = (bytes: Buffer) => readNumpy(bytesSource('x.npy', bytes));
  it.each([
    ['bytes', '|u1', Buffer.from([1, 2]), [1, 2]],
    ['64-bit integers', '<i8', Buffer.from('0100000000000000feffffffffffffff', 'hex'), [1, -2]],
    ['big-endian integers', '>i4', Buffer.from('00000001fffffffe', 'hex'), [1, -2]],
    ['doubles', '<f8', Buffer.from(Float64Array.of(0.5, -2).buffer), [0.5, -2]],
    ['truth values', '|b1', Buffer.from([1, 0]), [1, 0]],
  ])('reads %s', async (_, type, content, values) => {
    const array = await read(npyBytes(type, [2], content));
    expect('values' in array && Array.from(array.values)).toEqual(values);
  });

  it("reads Fortran's order, and words", async () => {
    const array = await read(npyBytes('|u1', [2, 3], Buffer.from([0, 3, 1, 4, 2, 5]), true));
    expect('values' in array && [...array.values]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await read(npyBytes('<U2', [2], Buffer.from('4100000000000000420000006f000000', 'hex')))).toEqual({
      words: ['A', 'Bo'],
    });
  });

  it('refuses Python objects, other lengths, absurd shapes', async () => {
    await expect(read(npyBytes('|O', [2], Buffer.alloc(9)))).rejects.toThrow(
      /expected an array of numbers, but got Python objects/,
    );
    await expect(read(npyBytes('|u1', [3], Buffer.alloc(2)))).rejects.toThrow(/expected 3 bytes for an array of 3, but got 2/);
    await expect(read(npyBytes('<f8', [2 ** 40], Buffer.alloc(2)))).rejects.toThrow(DataError);
    await expect(read(npyBytes('<c16', [2], Buffer.alloc(32)))).rejects.toThrow(DataError);
  });
});

/** An element of a MAT-file: type, length, content, padded to eight bytes. */
function element(type: number, content: Uint8Array): Buffer {
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(type);
  tag.writeUInt32LE(content.length, 4);
  return Buffer.concat([tag, content, Buffer.alloc((8 - (content.length % 8)) % 8)]);
}
const int32 = (...values: number[]) => Buffer.from(Int32Array.from(values).buffer);
const matrix = (name: string, kind: number, shape: number[], ...rest: Buffer[]) =>
  element(14, Buffer.concat([element(6, int32(kind, 0)), element(5, int32(...shape)), element(1, Buffer.from(name)), ...rest]));
const bytes = (name: string, shape: number[], values: number[]) => matrix(name, 9, shape, element(2, Buffer.from(values)));
const struct = (name: string, fields: Record<string, Buffer>) => {
  const names = Object.keys(fields).map((field) => Buffer.concat([Buffer.from(field), Buffer.alloc(8 - field.length)]));
  return matrix(name, 2, [1, 1], element(5, int32(8)), element(1, Buffer.concat(names)), ...Object.values(fields));
};
const mat = (...elements: Buffer[]) =>
  Buffer.concat([Buffer.from('MATLAB 5.0 MAT-file'.padEnd(124)), Buffer.from([0, 1]), Buffer.from('IM'), ...elements]);

describe('readMatlab', () => {
  it('reads arrays in structs, row-major', async () => {
    const train = struct('', { images: bytes('', [2, 3], [0, 3, 1, 4, 2, 5]), labels: bytes('', [2, 1], [1, 2]) });
    const arrays = await readMatlab(bytesSource('x.mat', mat(struct('dataset', { train }))));
    expect([...arrays.keys()]).toEqual(['dataset.train.images', 'dataset.train.labels']);
    expect([...(arrays.get('dataset.train.images')?.values ?? [])]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('refuses what is cut off at any byte, without another error', async () => {
    const whole = mat(bytes('x', [2, 3], [0, 3, 1, 4, 2, 5]));
    for (let length = 130; length < whole.length; length++) {
      const cut = await readMatlab(bytesSource('x.mat', whole.subarray(0, length))).catch((error) => error);
      expect(cut).toBeInstanceOf(DataError);
    }
  });
});
