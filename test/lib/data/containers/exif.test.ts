import { describe, expect, it } from 'vitest';
import { readOrientation, turnUpright } from '../../../../lib/data/containers/exif';

/** A JPEG's beginning with Exif's tag of orientation. */
function jpeg(orientation: number, order: 'II' | 'MM'): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write(order, 'latin1');
  const short = (value: number, at: number) => (order === 'II' ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at));
  const long = (value: number, at: number) => (order === 'II' ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at));
  short(42, 2);
  long(8, 4);
  short(1, 8);
  short(0x0112, 10);
  short(3, 12);
  long(1, 14);
  short(orientation, 18);
  const content = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const start = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, 0, content.length + 2]);
  return Buffer.concat([start, content, Buffer.from([0xff, 0xda, 0, 2])]);
}

describe('a picture as a camera was held', () => {
  // [[1, 2, 3], [4, 5, 6]] as Pillow's `ImageOps.exif_transpose` (13.0) turns it.
  it.each([
    [1, 2, [1, 2, 3, 4, 5, 6]],
    [2, 2, [3, 2, 1, 6, 5, 4]],
    [3, 2, [6, 5, 4, 3, 2, 1]],
    [4, 2, [4, 5, 6, 1, 2, 3]],
    [5, 3, [1, 4, 2, 5, 3, 6]],
    [6, 3, [4, 1, 5, 2, 6, 3]],
    [7, 3, [6, 3, 5, 2, 4, 1]],
    [8, 3, [3, 6, 2, 5, 1, 4]],
  ])('orientation %i', (orientation, height, pixels) => {
    const picture = { pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), height: 2, width: 3, channels: 1 };
    expect(turnUpright(picture, orientation)).toEqual({
      pixels: Uint8Array.from(pixels),
      height,
      width: 5 - height,
      channels: 1,
    });
    for (const order of ['II', 'MM'] as const) expect(readOrientation(jpeg(orientation, order))).toBe(orientation);
  });

  it('is upright where nothing is said, or nonsense', () => {
    expect(readOrientation(Buffer.from([0x89, 0x50, 0x4e, 0x47]))).toBe(1);
    expect(readOrientation(jpeg(9, 'II'))).toBe(1);
    for (let length = 0; length < 50; length++) expect(readOrientation(jpeg(1, 'MM').subarray(0, length))).toBe(1);
  });
});
