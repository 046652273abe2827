import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findConvention } from '../../../../lib/data/conventions';
import { type Dataset, IMAGE_SIZE, PIXELS } from '../../../../lib/data/dataset';
import { loadDataset } from '../../../../lib/data/load-dataset';
import { glyphs, loadDrawnImage, parseStrokes } from './load-drawn-image';

const page = loadDrawnImage();
const emnist = { name: 'EMNIST', size: 44, pen: 6, blur: 1, box: 24, byMass: false } as const;
const mnist = { name: 'MNIST', size: 80, pen: 10, blur: 0, box: 20, byMass: true } as const;
const SCAN = 128;

/** The row `y` of an image. */
function row(image: Uint8Array, y: number): number[] {
  return [...image.subarray(y * IMAGE_SIZE, (y + 1) * IMAGE_SIZE)];
}

describe('drawnImage', () => {
  it('is blank without strokes', () => {
    expect(page.drawnImage([], emnist)).toHaveLength(PIXELS);
    expect(page.drawnImage([], mnist).some((level) => level > 0)).toBe(false);
  });

  it('is the same for the same shape at another place and of another size', () => {
    const small = parseStrokes('0.1,0.1 0.2,0.1 0.15,0.3');
    const large = small.map((stroke) => stroke.map(({ x, y }) => ({ x: 400 * x + 70, y: 400 * y - 30 })));
    expect(page.drawnImage(large, emnist)).toEqual(page.drawnImage(small, emnist));
  });

  it('makes the long side 24 pixels as EMNIST does, and 20 as MNIST', () => {
    const bar = parseStrokes('0,0 0,100');
    const inked = (image: Uint8Array) =>
      Array.from({ length: IMAGE_SIZE }, (_, y) => y).filter((y) => row(image, y).some((level) => level > 0));
    const ends = (rows: number[]) => [rows[0], rows.at(-1)];
    expect(ends(inked(page.drawnImage(bar, emnist)))).toEqual([2, 25]);
    // Its centre of mass, 9.5 pixels from its first, is to be at pixel 14.
    expect(ends(inked(page.drawnImage(bar, mnist)))).toEqual([5, 24]);
  });

  it('centres by the box as EMNIST does, and by the centre of mass as MNIST', () => {
    // A long foot below a short top: most ink is low.
    const shape = parseStrokes('0,0 0,100 60,100 60,90 0,90');
    const centres = (image: Uint8Array) => {
      const inked = Array.from({ length: IMAGE_SIZE }, (_, y) => y).filter((y) => row(image, y).some((v) => v > 0));
      const mass = image.reduce((a, b) => a + b);
      const moment = image.reduce((sum, level, i) => sum + level * Math.floor(i / IMAGE_SIZE), 0);
      return { box: (inked[0] + (inked.at(-1) as number)) / 2, mass: moment / mass };
    };
    expect(centres(page.drawnImage(shape, emnist)).box).toBe(13.5);
    expect(centres(page.drawnImage(shape, emnist)).mass).toBeGreaterThan(15);
    expect(centres(page.drawnImage(shape, mnist)).mass).toBeCloseTo(14, 0);
    expect(centres(page.drawnImage(shape, mnist)).box).toBeLessThan(13);
  });

  it('goes from paper to full ink', () => {
    const image = page.drawnImage(parseStrokes('0,0 50,100'), emnist);
    expect([Math.min(...image), Math.max(...image)]).toEqual([0, 255]);
  });
});

describe('the steps', () => {
  it('ink what a round pen touches', () => {
    // One dot with a pen of 2 around the corner of four pixels: each centre is 0.71 away, the next ones 1.58.
    const scan = page.inkScan([[{ x: 5, y: 5 }]], { ...emnist, pen: 2 });
    expect(page.findInk(scan)).toEqual({ left: 63, top: 63, right: 64, bottom: 64 });
    expect(scan.reduce((a, b) => a + b)).toBe(4);
    // From end to end, pen included, a line is `size` long.
    const line = page.inkScan(parseStrokes('0,0 7,0'), { ...emnist, size: 40, pen: 4 });
    expect(page.findInk(line)).toEqual({ left: 44, top: 62, right: 83, bottom: 65 });
  });

  it('blur with a Gaussian', () => {
    const scan = new Float32Array(SCAN * SCAN);
    scan[64 * SCAN + 64] = 1;
    const blurred = page.blurScan(scan, 1);
    const at = (x: number, y: number) => blurred[(64 + y) * SCAN + 64 + x];
    // 1 / (2 pi) in the middle; e^-0.5 of that one pixel away, e^-1 on the diagonal.
    expect(at(0, 0)).toBeCloseTo(0.159, 2);
    expect(at(1, 0) / at(0, 0)).toBeCloseTo(Math.exp(-0.5), 6);
    expect(at(1, 1) / at(0, 0)).toBeCloseTo(Math.exp(-1), 6);
    expect(blurred.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it("shrink by Keys' cubic", () => {
    // Four inked pixels become two. By hand, for the left one, whose centre is the edge between the first two: the four
    // pixels are 0.5, 0.5, 1.5 and 2.5 away, half of that in the kernel's unit, where it is 0.8672, 0.8672, 0.2266 and
    // -0.0703; the paper around takes the rest of the sum of 2.
    const scan = new Float32Array(SCAN * SCAN);
    for (let y = 60; y < 64; y++) for (let x = 60; x < 64; x++) scan[y * SCAN + x] = 1;
    const small = page.shrinkSquare(scan, { left: 60, top: 60, right: 63, bottom: 63 }, 2);
    const along = (0.8672 + 0.8672 + 0.2266 - 0.0703) / 2;
    for (const level of small) expect(level).toBeCloseTo(along * along, 3);
  });

  it('keep the aspect ratio', () => {
    const scan = new Float32Array(SCAN * SCAN);
    for (let y = 40; y < 80; y++) for (let x = 60; x < 70; x++) scan[y * SCAN + x] = 1;
    const small = page.shrinkSquare(scan, { left: 60, top: 40, right: 69, bottom: 79 }, 20);
    // 10 of 40 pixels wide: 5 of 20, in the middle, 7.5 to 12.5.
    expect([...small.subarray(200, 220)].map((level) => Math.max(0, Math.round(level * 2)))).toEqual([
      0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });
});

/** Mean share of ink, and mean level of the pixels that have any, of every `step`-th image of each class that is drawn. */
function measure(dataset: Dataset, step: number) {
  const sums = new Map<string, { ink: number; images: number }>();
  let [levels, inked] = [0, 0];
  for (let i = 0; i < dataset.size; i += step) {
    const name = dataset.classNames[dataset.labels[i]];
    if (!(name in glyphs)) continue;
    const image = dataset.images.subarray(i * PIXELS, (i + 1) * PIXELS);
    const ink = image.reduce((a, b) => a + b);
    const sum = sums.get(name) ?? { ink: 0, images: 0 };
    sums.set(name, { ink: sum.ink + ink / PIXELS / 255, images: sum.images + 1 });
    levels += ink;
    inked += image.reduce((count, level) => count + Math.sign(level), 0);
  }
  const ink = new Map([...sums].map(([name, sum]) => [name, sum.ink / sum.images]));
  return { ink, level: levels / inked };
}

const DATA_DIR = process.env.DATA_DIR ?? '';
const hasEmnist = existsSync(join(DATA_DIR, 'emnist47-test-images-idx3-ubyte.gz'));

describe('drawn characters are as dark as those of', () => {
  it.each([
    ['mnist', true],
    ['emnist47', hasEmnist],
  ])('%s', async (name, isThere) => {
    if (!isThere) {
      console.warn(`Not compared with ${name}: DATA_DIR does not hold it.`);
      return;
    }
    const { test } = await loadDataset(name);
    const convention = findConvention(test);
    const measured = measure(test, 5);
    const images = [...measured.ink.keys()].map((glyph) => page.drawnImage(parseStrokes(glyphs[glyph]), convention));
    const ratios = [...measured.ink.values()].map((ink, i) => images[i].reduce((a, b) => a + b) / PIXELS / 255 / ink);
    expect(ratios.length).toBeGreaterThanOrEqual(3);
    const ratio = ratios.reduce((a, b) => a + b) / ratios.length;
    expect(ratio).toBeGreaterThan(0.88);
    expect(ratio).toBeLessThan(1.12);
    const all = images.flatMap((image) => [...image]).filter((level) => level > 0);
    const level = all.reduce((a, b) => a + b) / all.length;
    expect(Math.abs(level / measured.level - 1)).toBeLessThan(0.08);
  });
});
