import { describe, expect, it } from 'vitest';
import { encodeOneHot, normalizePixels, transposeImages } from '../../../lib/data/pixels';
import { makeImages } from './samples';

describe('transposeImages', () => {
  it('turns row i of each image into column i, in place', () => {
    const images = makeImages(2);
    const before = images.slice();
    expect(transposeImages(images)).toBe(images);
    for (const [image, row, column] of [
      [0, 0, 1],
      [0, 27, 3],
      [1, 5, 20],
      [1, 9, 9],
    ]) {
      expect(images[image * 784 + row * 28 + column]).toBe(before[image * 784 + column * 28 + row]);
    }
    expect(transposeImages(images)).toEqual(before);
  });
});

describe('normalizePixels', () => {
  it('maps 0 to 255 onto 0 to 1', () => {
    expect(normalizePixels(Uint8Array.of(0, 51, 255))).toEqual(Float32Array.of(0, 0.2, 1));
  });
});

describe('encodeOneHot', () => {
  it('sets a 1 at the place of each label', () => {
    expect(encodeOneHot([2, 0], 3)).toEqual(Float32Array.of(0, 0, 1, 1, 0, 0));
  });

  it('refuses labels that are no class', () => {
    expect(() => encodeOneHot([0, 3], 3)).toThrow('classCount - 1 = 2, but labels[1] is 3');
    expect(() => encodeOneHot([Number.NaN], 3)).toThrow(RangeError);
  });
});
