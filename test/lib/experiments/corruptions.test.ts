import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/data/dataset';
import { type Corruption, corruptImages } from '../../../lib/experiments/corruptions';
import { stripedImages } from '../training/striped-images';

/** An image with these levels at these places. */
function drawn(...ink: readonly (readonly [x: number, y: number, level: number])[]): Dataset {
  const images = new Uint8Array(784);
  for (const [x, y, level] of ink) images[y * 28 + x] = level;
  return { ...stripedImages(1), images };
}

/** Where there is ink, and how much. */
function inkOf({ images }: Dataset): [x: number, y: number, level: number][] {
  return [...images].flatMap((level, p) => (level > 0 ? [[p % 28, Math.floor(p / 28), level] as never] : []));
}

describe('shift', () => {
  it('moves an image by whole pixels without a change, in all four directions', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const [ink, ...others] = inkOf(corruptImages(drawn([14, 14, 200]), 'shift', 3, seed));
      expect(others).toEqual([]);
      seen.add(JSON.stringify(ink));
    }
    expect([...seen].sort()).toEqual(['[11,14,200]', '[14,11,200]', '[14,17,200]', '[17,14,200]']);
  });

  it('goes the same way further, takes levels bilinearly, and loses what leaves the image', () => {
    const image = drawn([14, 14, 200]);
    const whole = inkOf(corruptImages(image, 'shift', 1))[0];
    const step = [whole[0] - 14, whole[1] - 14];
    expect(inkOf(corruptImages(image, 'shift', 5))[0]).toEqual([14 + 5 * step[0], 14 + 5 * step[1], 200]);
    const quarter = inkOf(corruptImages(image, 'shift', 0.25));
    expect(quarter.map(([, , level]) => level).sort((a, b) => a - b)).toEqual([50, 150]);
    expect(inkOf(corruptImages(image, 'shift', 20))).toEqual([]);
  });
});

describe('rotation', () => {
  it('turns about the middle: a quarter turn takes pixels to pixels', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      seen.add(JSON.stringify(inkOf(corruptImages(drawn([20, 14, 90]), 'rotation', 90, seed))));
    }
    // (20, 14) lies 6.5 right of the middle and 0.5 below it.
    expect([...seen].sort()).toEqual(['[[13,20,90]]', '[[14,7,90]]']);
  });

  it('keeps most of the ink where it turns by less', () => {
    const image = drawn([12, 12, 250], [13, 12, 250], [14, 13, 250], [15, 16, 250]);
    const total = inkOf(corruptImages(image, 'rotation', 20)).reduce((sum, [, , level]) => sum + level, 0);
    expect(total).toBeGreaterThan(900);
    expect(total).toBeLessThan(1100);
  });
});

describe('noise', () => {
  it('has the standard deviation asked for, and stays in range', () => {
    const grey = { ...stripedImages(20), images: new Uint8Array(20 * 784).fill(128) };
    const { images } = corruptImages(grey, 'noise', 0.1);
    const mean = images.reduce((sum, level) => sum + level, 0) / images.length;
    const variance = images.reduce((sum, level) => sum + (level - mean) ** 2, 0) / images.length;
    expect(mean).toBeCloseTo(128, -0.5);
    // 25.5 grey levels, and 1/12 from rounding.
    expect(Math.sqrt(variance)).toBeGreaterThan(25);
    expect(Math.sqrt(variance)).toBeLessThan(26);
    const strong = corruptImages(grey, 'noise', 5).images;
    expect([Math.min(...strong), Math.max(...strong)]).toEqual([0, 255]);
  });

  it('differs from image to image, not from call to call', () => {
    const two = { ...stripedImages(2), images: new Uint8Array(2 * 784).fill(128) };
    const { images } = corruptImages(two, 'noise', 0.2, 7);
    expect(images.subarray(0, 784)).not.toEqual(images.subarray(784));
    expect(corruptImages(two, 'noise', 0.2, 7).images).toEqual(images);
    expect(corruptImages(two, 'noise', 0.2, 8).images).not.toEqual(images);
  });
});

describe('thickness', () => {
  it('dilates by a disc, halfway by the mean', () => {
    const dot = drawn([14, 14, 100]);
    const plus = [[14, 13, 100], ...[13, 14, 15].map((x) => [x, 14, 100]), [14, 15, 100]];
    expect(inkOf(corruptImages(dot, 'thickness', 1))).toEqual(plus);
    expect(inkOf(corruptImages(dot, 'thickness', 0.5))).toEqual(plus.map(([x, y]) => [x, y, x === 14 && y === 14 ? 100 : 50]));
    // Radius 2: 1 + 3 + 5 + 3 + 1.
    expect(inkOf(corruptImages(dot, 'thickness', 2))).toHaveLength(13);
    expect(inkOf(corruptImages(drawn([0, 0, 9]), 'thickness', 1))).toEqual([
      ...[
        [0, 0, 9],
        [1, 0, 9],
        [0, 1, 9],
      ],
    ]);
  });

  it('erodes what dilation added', () => {
    const dot = drawn([14, 14, 100]);
    expect(corruptImages(corruptImages(dot, 'thickness', 1), 'thickness', -1).images).toEqual(dot.images);
    expect(inkOf(corruptImages(dot, 'thickness', -0.5))).toEqual([[14, 14, 50]]);
  });
});

it('a strength of 0 leaves the images as they are, others leave the data set as it was', () => {
  const data = stripedImages(3);
  const before = data.images.slice();
  for (const corruption of ['shift', 'rotation', 'noise', 'thickness'] satisfies Corruption[]) {
    expect(corruptImages(data, corruption, 0)).toBe(data);
    const { images, ...rest } = corruptImages(data, corruption, 1);
    expect(images).not.toEqual(before);
    expect(rest).toEqual({ ...data, images: undefined, ...rest });
    expect(data.images).toEqual(before);
  }
});

it('refuses other corruptions and strengths', () => {
  const data = stripedImages(1);
  expect(() => corruptImages(data, 'blur' as Corruption, 1)).toThrow(
    'corruption must be one of shift, rotation, noise, thickness, but got "blur".',
  );
  expect(() => corruptImages(data, 'noise', -1)).toThrow('strength of noise must be a number from 0, but got -1.');
  expect(() => corruptImages(data, 'thickness', Number.NaN)).toThrow('but got NaN.');
});
