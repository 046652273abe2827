import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { align } from '../../../bench/scan';
import { encodePng } from '../../../lib/base/png';
import { turnUpright } from '../../../lib/data/containers/exif';
import { type Dataset, PIXELS } from '../../../lib/data/dataset';
import { loadDataset } from '../../../lib/data/load-dataset';
import { takeSubset } from '../../../lib/data/split';
import type { GreyPage } from '../../../lib/scan/grey-page';
import { readScan } from '../../../lib/scan/read-scan';
import { promptsOf } from '../../../lib/scan/sheet';
import { nearestNeighbours } from '../../../lib/training/nearest-neighbours';
import { emptyFolder } from '../data/samples';
import { blankPaper, type Camera, filledSheet, photograph, toJpeg, write, writtenPage } from './rendered-page';

let digits: Dataset;
let folder: string;
const PHONE: Camera = { angle: 4, perspective: 0.05, falloff: 0.5, noise: 4, blur: 0.8, hasShade: true, seed: 1 };

beforeAll(async () => {
  folder = emptyFolder();
  const mnist = await loadDataset('mnist', { directory: folder });
  digits = takeSubset(mnist.test, 60, 3);
});

const digit = (i: number) => digits.images.subarray(i * PIXELS, (i + 1) * PIXELS);
const text = (labels: Iterable<number>) => Array.from(labels, (label) => digits.classNames[label]).join('');

async function save(name: string, page: GreyPage, quality = 85): Promise<string> {
  const file = join(folder, name);
  writeFileSync(file, name.endsWith('.png') ? encodePng(page.levels, page.width) : await toJpeg(page, quality));
  return file;
}

/** As a camera that was turned saw it. */
function turnPage({ levels, width, height }: GreyPage, orientation: number): GreyPage {
  const turned = turnUpright({ pixels: levels, width, height, channels: 1 }, orientation);
  return { levels: Uint8Array.from(turned.pixels), width: turned.width, height: turned.height };
}

/** A bar for each rectangle, as a page of nothing else. */
function bars(
  rectangles: readonly (readonly [x: number, y: number, width: number, height: number])[],
  width = 600,
  height = 200,
) {
  const paper = blankPaper(width, height);
  for (const [x, y, wide, high] of rectangles) {
    for (let row = y; row < y + high; row++) paper.light.fill(0.2, row * width + x, row * width + x + wide);
  }
  return photograph(paper);
}

describe('a printed sheet', () => {
  it('is read box by box, empty ones left out, with the classes that it asked for', async () => {
    const prompts = promptsOf('digits');
    const filled = prompts.map((_, box) => box % 3 === 1 && box < 150);
    const boxes = filled.flatMap((isFilled, box) => (isFilled ? [box] : []));
    const images = prompts.map((_, box) => (filled[box] ? digit(boxes.indexOf(box)) : undefined));
    const file = await save('sheet.jpg', photograph(filledSheet('digits', images, { scale: 5 }), PHONE));

    const scan = await readScan(file, { like: digits });

    expect(scan.size).toBe(boxes.length);
    expect(scan.labels && text(scan.labels)).toBe(boxes.map((box) => prompts[box]).join(''));
    expect(align(digits.images.subarray(0, boxes.length * PIXELS), scan.images)).toEqual(boxes.map((_, i) => [i, i]));
    expect(scan.notes[0]).toBe('The printed sheet "digits" was found: 50 of its 190 boxes are filled.');
  });

  it.each([90, 180])('is found when it was held turned by %i degrees', async (degrees) => {
    const orientation = { 90: 6, 180: 3 }[degrees] as number;
    const paper = filledSheet('digits', [digit(0), digit(1), digit(2)], { scale: 4 });
    const file = await save('turned.jpg', turnPage(photograph(paper, { angle: 2 }), orientation));
    const scan = await readScan(file, { like: digits });
    expect(align(digits.images.subarray(0, 3 * PIXELS), scan.images)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('is read in pencil as light as its print', async () => {
    const images = Array.from({ length: 20 }, (_, i) => digit(i));
    const file = await save('pencil.jpg', photograph(filledSheet('blank', images, { scale: 5, depth: 0.4 }), { noise: 2 }));
    const scan = await readScan(file, { like: digits, labels: text(digits.labels.subarray(0, 20)) });
    expect([...scan.labels]).toEqual([...digits.labels.subarray(0, 20)]);
    expect(align(digits.images.subarray(0, 20 * PIXELS), scan.images)).toHaveLength(20);
  });

  it('is asked for again where a corner is missing or nothing is written', async () => {
    const page = photograph(filledSheet('digits', [digit(0)], { scale: 4 }));
    const height = page.height - 60;
    const cut = { levels: page.levels.slice(), width: page.width, height: page.height };
    for (let y = height - 40; y < page.height; y++) cut.levels.fill(230, y * page.width, y * page.width + 100);
    await expect(readScan(await save('cut.jpg', cut))).rejects.toThrow(/black squares in its four corners, but got three/);
    const empty = await save('empty.jpg', photograph(filledSheet('digits', [], { scale: 4 })));
    await expect(readScan(empty)).rejects.toThrow(/characters in the boxes, but got empty boxes\. Write them with a dark pen/);
  });
});

describe('a page of writing', () => {
  it.each([
    ['white', {}],
    ['lined', { rules: true }],
    ['squared', { isSquared: true }],
  ])('on %s paper is read line by line', async (_, paper) => {
    const page = writtenPage(digits.images, { columns: 12, side: 48, seed: 2, ...paper });
    const file = await save('page.jpg', photograph(page, { ...PHONE, angle: -4 }));
    const scan = await readScan(file, { like: digits, labels: text(digits.labels) });
    expect([...scan.labels]).toEqual([...digits.labels]);
    expect(align(digits.images, scan.images)).toHaveLength(digits.size);
  });

  it('has dots with their letters, and broken strokes joined', async () => {
    // i, j with their dots, a T whose bar is apart, a dash.
    const page = bars([
      [60, 90, 10, 50],
      [62, 70, 11, 11],
      [130, 90, 10, 65],
      [132, 68, 11, 11],
      [200, 80, 50, 9],
      [221, 93, 9, 50],
      [300, 110, 40, 9],
    ]);
    const scan = await readScan(await save('dots.png', page));
    expect(scan.frames.map(({ left, top, width, height }) => [left, top, width, height])).toEqual([
      [60, 70, 13, 70],
      [130, 68, 13, 87],
      [200, 80, 50, 63],
      [300, 110, 40, 9],
    ]);
  });

  it('leaves out of a data set what is no class, and takes capitals for small letters where there are no others', async () => {
    const page = bars([60, 130, 200].map((x) => [x, 80, 12, 60] as const));
    const file = await save('text.png', page);
    const classes = { ...digits, classNames: ['0', 'L', 'I'] };
    const scan = await readScan(file, { like: classes, labels: 'l !I' });
    expect([...scan.labels]).toEqual([1, 2]);
    expect(scan.frames.map(({ left }) => left)).toEqual([60, 200]);
    expect(scan.notes.at(-1)).toBe('1 character of no class (!) is left out.');
    await expect(readScan(file, { like: digits, labels: 'abc' })).rejects.toThrow(
      /of the classes 0 1 2.*none of 3 characters is: a b c/,
    );
  });

  it('says where labels and characters part', async () => {
    const page = writtenPage(digits.images.subarray(0, 24 * PIXELS), { columns: 12, side: 48 });
    const file = await save('two-lines.png', photograph(page));
    const lines = [text(digits.labels.subarray(0, 12)), text(digits.labels.subarray(12, 24))];
    await expect(readScan(file, { labels: `${lines[0]}\n${lines[1].slice(1)}` })).rejects.toThrow(
      new RegExp(`has 24 characters and labels has 23\\. Line 2, "${lines[1].slice(1)}", has 11, and 12 were found there`),
    );
    await expect(readScan(file, { labels: '123' })).rejects.toThrow(/Found were 12, 12 in 2 lines\. .*figures\.scan/);
    await expect(readScan(file, { labels: ' ' })).rejects.toThrow(/labels must be the text that is written, but got " "/);
  });

  it('without labels is for predict', async () => {
    const scan = await readScan(await save('one.png', bars([[60, 80, 12, 60]])));
    expect(scan.labels).toBeUndefined();
    expect(scan).toMatchObject({ size: 1, name: 'one.png', notes: ['1 character was found in 1 line.'] });
    expect(scan.classNames).toHaveLength(47);
  });
});

describe('an image of a character', () => {
  it('is as EMNIST has it, or as MNIST, whatever the pen', async () => {
    for (const pen of [3, 8, 14]) {
      const file = await save(
        `pen-${pen}.png`,
        bars([
          [100, 60, pen, 80],
          [300, 60, pen, 80],
        ]),
      );
      const { images } = await readScan(file);
      const rows = (image: Uint8Array) =>
        Array.from({ length: 28 }, (_, y) => image.subarray(28 * y, 28 * y + 28).reduce((a, b) => a + b));
      const inked = rows(images.subarray(0, PIXELS)).flatMap((sum, y) => (sum > 25 ? [y] : []));
      // EMNIST's characters reach from row 2 to row 25, at this level from 2 or 3 on.
      expect(inked[0] === 2 || inked[0] === 3).toBe(true);
      expect(inked.at(-1)).toBe(27 - inked[0]);
      // In pixels of full ink: EMNIST's are some 2 to 5 wide.
      const wide = rows(images.subarray(0, PIXELS))[14] / 255;
      expect(wide).toBeGreaterThan(1.8);
      expect(wide).toBeLessThan(5.2);
    }
    const file = await save(
      'mnist.png',
      bars([
        [100, 60, 12, 80],
        [300, 60, 12, 80],
      ]),
    );
    const { images } = await readScan(file, { like: digits });
    const inked = Array.from({ length: 28 }, (_, y) => y).filter((y) => images[28 * y + 14] > 25);
    expect([inked[0], inked.at(-1)]).toEqual([4, 23]);
  });
});

describe('a file', () => {
  /** With EXIF's orientation, as a camera that was held so writes it. */
  function withOrientation(jpeg: Buffer, orientation: number, isLittle: boolean): Buffer {
    const tiff = Buffer.alloc(26);
    tiff.write(isLittle ? 'II' : 'MM', 'latin1');
    const short = (value: number, at: number) => (isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at));
    const long = (value: number, at: number) => (isLittle ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at));
    short(42, 2);
    long(8, 4);
    short(1, 8);
    short(274, 10);
    short(3, 12);
    long(1, 14);
    short(orientation, 18);
    const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 34]), Buffer.from('Exif\0\0', 'latin1'), tiff]);
    return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
  }

  it('of a camera that was held on its side is read upright', async () => {
    const paper = blankPaper(400, 200);
    for (const i of [0, 1]) write(paper, digit(i), { x: 60 + 120 * i, y: 60, side: 90 });
    // What one quarter turn does the other undoes.
    const file = join(folder, 'exif.jpg');
    writeFileSync(file, withOrientation(await toJpeg(turnPage(photograph(paper), 8)), 6, false));
    const scan = await readScan(file, { like: digits });
    expect(align(digits.images.subarray(0, 2 * PIXELS), scan.images)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it.each([
    [
      'heic',
      Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
      /a HEIC picture, as iPhones take them\. Save it as JPEG/,
    ],
    ['webp', Buffer.from('RIFF\x10\0\0\0WEBPVP8 \0\0\0\0', 'latin1'), /a WebP picture\. Open it/],
    ['pdf', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj', 'latin1'), /a PDF\. Scan to PNG or JPEG/],
    ['tiff', Buffer.from('II*\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1'), /a TIFF picture/],
    [
      'txt',
      Buffer.from('This is a letter without any picture.'),
      /expected a PNG, JPEG, BMP or GIF picture, but got another file/,
    ],
  ])('of the kind %s is refused with what to do', async (kind, content, message) => {
    const file = join(folder, `page.${kind}`);
    writeFileSync(file, content);
    await expect(readScan(file)).rejects.toThrow(message);
  });

  it('without a character, or too small, is refused with what to do', async () => {
    const blank = await save('blank.jpg', photograph(blankPaper(400, 300), { noise: 5, falloff: 0.5, blur: 1 }));
    await expect(readScan(blank)).rejects.toThrow(/expected characters, dark on light paper, but got none\. Let the paper fill/);
    const dark = await save('dark.png', { levels: new Uint8Array(400 * 300).fill(3), width: 400, height: 300 });
    await expect(readScan(dark)).rejects.toThrow(/too dark|but got none/);
    const tiny = await save('tiny.png', { levels: new Uint8Array(400).fill(255), width: 20, height: 20 });
    await expect(readScan(tiny)).rejects.toThrow(/20 x 20 pixels\. Take it larger/);
  });
});

const DATA_DIR = process.env.DATA_DIR ?? '';
const hasEmnist = existsSync(join(DATA_DIR, 'emnist47-train-images-idx3-ubyte.gz'));

describe.skipIf(!hasEmnist)('characters of emnist47 (skipped where DATA_DIR holds no emnist47)', () => {
  it('are found on lined paper, and read about as well as the images themselves', async () => {
    const { train, test } = await loadDataset('emnist47');
    const written = takeSubset(test, 112, 7);
    const page = writtenPage(written.images, { columns: 14, side: 72, rules: true });
    const file = await save('emnist.jpg', photograph(page, { angle: -3, falloff: 0.5, noise: 4, blur: 1, seed: 4 }));
    const scan = await readScan(file, { like: test });
    const pairs = align(written.images, scan.images);
    expect(pairs.length).toBeGreaterThanOrEqual(111);
    expect(scan.size).toBeLessThanOrEqual(114);
    // Nearest neighbours need no training; `npm run bench -- --scan` measures with a network and on more pages.
    const some = takeSubset(train, 8000, 7);
    const own = await nearestNeighbours(some, written);
    const read = await nearestNeighbours(some, { ...scan, labels: new Uint8Array(scan.size) });
    const right = pairs.filter(([i, k]) => read.predicted[k] === written.labels[i]).length / written.size;
    console.log(`nearest neighbours read ${right.toFixed(3)} of the page, ${own.accuracy.toFixed(3)} of the images themselves`);
    expect(right).toBeGreaterThan(own.accuracy - 0.06);
  });
});
