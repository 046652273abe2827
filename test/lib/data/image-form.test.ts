import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bringToForm, type FormOptions, measureForm } from '../../../lib/data/image-form';
import { loadDataset } from '../../../lib/data/load-dataset';
import { transposeImages } from '../../../lib/data/pixels';
import { imagesOf, type Numbers } from '../../../lib/data/raw-images';
import { takeSubset } from '../../../lib/data/split';
import { drawBars, turns } from './samples';

const bars = drawBars(turns(60));

async function form(
  all: Numbers,
  { name = 'x', side = 28, channels = 1, ...options }: FormOptions & { name?: string; side?: number; channels?: number } = {},
) {
  const images = imagesOf(all, all.length / (side * side * channels), side, side, channels);
  const found = await measureForm(name, [{ images, file: 'x.npy' }], options);
  return { ...found, images: await bringToForm(images, found) };
}

describe('the form of images', () => {
  it('leaves what has it already, without a copy', async () => {
    const found = await form(bars);
    expect(found.images).toBe(bars);
    expect(found.notes).toEqual([]);
  });

  it.each<[string, (v: number) => number, (values: number[]) => Numbers]>([
    ['fractions', (v) => v / 255, (values) => Float32Array.from(values)],
    ['-1 to 1', (v) => v / 127.5 - 1, (values) => Float32Array.from(values)],
    ['16 bits', (v) => v * 257, (values) => Uint16Array.from(values)],
    ['whole numbers of 32 bits', (v) => v, (values) => Int32Array.from(values)],
  ])('brings %s to 0 to 255', async (_, change, make) => {
    // One full pixel, so that the range is that of full ink.
    const full = bars.slice();
    full[784 * 3 + 400] = 255;
    const { images } = await form(make(Array.from(full, change)));
    expect(Buffer.compare(images, full)).toBe(0);
  });

  it('brings levels to 16, as of scikit-learn, and what a standard score left', async () => {
    const sixteen = Uint8Array.from(bars, (v) => (v > 0 ? 16 : 0));
    const { images, notes } = await form(sixteen);
    expect(new Set(images)).toEqual(new Set([0, 255]));
    expect(notes[0]).toContain('0 to 16 is brought to 0 to 255');
    const scored = await form(Float32Array.from(bars, (v) => (v - 33) / 79));
    expect([Math.min(...scored.images), Math.max(...scored.images)]).toEqual([0, 255]);
    expect((await form(sixteen, { scale: [0, 32] })).images.reduce((a, b) => Math.max(a, b))).toBe(128);
  });

  it('turns dark on light, unless it is told otherwise', async () => {
    const onPaper = bars.map((v) => 255 - v);
    const found = await form(onPaper.slice());
    expect(Buffer.compare(found.images, bars)).toBe(0);
    expect(found.notes[0]).toMatch(/^100\.0 % of 60 images are dark on light.*polarity: 'lightOnDark'/);
    expect(Buffer.compare((await form(onPaper.slice(), { polarity: 'lightOnDark' })).images, onPaper)).toBe(0);
  });

  it('turns what lies on its side upright, whatever its name, unless it is told otherwise', async () => {
    const lying = transposeImages(bars.slice());
    for (const name of ['x', 'emnist-mine']) {
      const found = await form(lying.slice(), { name });
      expect(Buffer.compare(found.images, bars)).toBe(0);
      expect(found.notes[0]).toContain('100.0 % of 60 characters are wider than tall');
    }
    const upright = await form(bars.slice(), { name: 'emnist-mine' });
    expect(Buffer.compare(upright.images, bars)).toBe(0);
    expect(upright.notes[0]).toContain('upright');
    expect(Buffer.compare((await form(lying.slice(), { orientation: 'upright' })).images, lying)).toBe(0);
    // Too few to measure: the name says it.
    expect((await form(bars.slice(0, 784), { name: 'emnist-x' })).isTransposed).toBe(true);
  });

  it('brings other sizes to 28 x 28 as EMNIST was made: ink of 24 pixels, centred', async () => {
    for (const side of [8, 16, 32, 64]) {
      const { images } = await form(drawBars(turns(60), side), { side });
      const edges = (image: Uint8Array) => {
        const inked = Array.from(image.keys()).filter((p) => image[p] > 100);
        const [rows, columns] = [inked.map((p) => Math.floor(p / 28)), inked.map((p) => p % 28)];
        return [Math.min(...rows), Math.max(...rows), Math.min(...columns) + Math.max(...columns)];
      };
      const [top, bottom, across] = edges(images.subarray(784, 2 * 784));
      expect(Math.abs(top - 2)).toBeLessThanOrEqual(1);
      expect(Math.abs(bottom - 25)).toBeLessThanOrEqual(1);
      expect(Math.abs(across - 27)).toBeLessThanOrEqual(1);
    }
  });

  it('brings colours to grey', async () => {
    const colour = Uint8Array.from({ length: bars.length * 3 }, (_, i) => bars[Math.floor(i / 3)]);
    expect(Buffer.compare((await form(colour, { channels: 3 })).images, bars)).toBe(0);
  });

  it('leaves photographs, which have no even ground', async () => {
    const photo = Uint8Array.from({ length: 60 * 784 }, (_, i) => 90 + ((i * 7) % 28) * 5 + (i % 5));
    const found = await form(photo.slice());
    expect([found.polarity, found.isTransposed, found.isWriting]).toEqual(['lightOnDark', false, false]);
  });

  it('refuses options that are none, and pixels that are no numbers', async () => {
    await expect(form(bars, { polarity: 'up' as never })).rejects.toThrow(/polarity must be/);
    await expect(form(bars, { orientation: 'left' as never })).rejects.toThrow(/orientation must be/);
    await expect(form(bars, { scale: [5, 5] })).rejects.toThrow(/scale must be two numbers/);
    const holed = Float32Array.from(bars);
    holed[784 + 5] = Number.NaN;
    await expect(form(holed)).rejects.toThrow(/x\.npy, image 2, pixel 6: expected a number for each pixel, but got NaN/);
  });
});

const shared = [process.env.DATA_DIR, '../shared/data'].find(
  (folder) => folder && existsSync(join(folder, 'emnist47-mapping.txt')),
);

describe('orientation', () => {
  it.each([['mnist', undefined], ...(shared ? [['emnist47', shared]] : [])] as [string, string | undefined][])(
    'is told rightly of each of 40 subsets of 200 images of %s, upright and lying',
    async (name, directory) => {
      const { test } = await loadDataset(name, { directory });
      for (let seed = 0; seed < 40; seed++) {
        const { images } = takeSubset(test, 200, seed);
        expect((await form(images.slice())).isTransposed).toBe(false);
        expect((await form(transposeImages(images.slice()))).isTransposed).toBe(true);
      }
    },
  );
});
