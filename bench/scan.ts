/**
 * `npm run bench -- --scan`: how well `readScan` reads pages that are rendered from test images: how many characters are found,
 * and what a model reads of them beside what it reads of the images themselves.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from '../lib/base/random';
import { readScan } from '../lib/scan/read-scan';
import type * as tf from '../lib/tensorflow';
import { type Dataset, evaluate, fit, PIXELS, quickCnn, takeSubset } from '../src';
import { type Camera, filledSheet, type Paper, photograph, toJpeg, writtenPage } from '../test/lib/scan/rendered-page';
import { loadImages } from './images';

const COLUMNS_OF_PAGE = 16;
/** Images that one page holds. */
const PAGE = 176;

type Draw = (images: Uint8Array, seed: number) => Paper;

/** Kinds of paper at 6 to 12 pixels a millimetre (150 to 300 dots an inch), as a phone or a scanner sees an A4 page. */
const PAPERS: Readonly<Record<string, Draw>> = {
  'white paper': (images, seed) => lines(images, seed),
  'lined paper': (images, seed) => lines(images, seed, { rules: true }),
  'squared paper': (images, seed) => lines(images, seed, { isSquared: true }),
  'printed sheet': (images, seed) =>
    filledSheet(
      'blank',
      Array.from({ length: PAGE }, (_, i) => images.subarray(i * PIXELS, (i + 1) * PIXELS)),
      { seed, scale: 6 + 2 * (seed % 4) },
    ),
};

/** Characters are some 7 millimetres high. */
function lines(images: Uint8Array, seed: number, paper: { rules?: boolean; isSquared?: boolean } = {}): Paper {
  return writtenPage(images, { columns: COLUMNS_OF_PAGE, seed, side: 48 + 16 * (seed % 4), ...paper });
}

/** From flat and even to what a phone gives in a dim room. */
function drawCamera(seed: number): Camera {
  const { next } = random(seed, 'photograph');
  const between = (low: number, high: number) => low + (high - low) * next();
  return {
    angle: between(-5, 5),
    perspective: between(0, 0.06),
    falloff: between(0.4, 1),
    noise: between(1, 7),
    blur: between(0.4, 1.4),
    hasShade: next() < 0.3,
    quality: Math.round(between(60, 95)),
    seed,
  };
}

export interface ScanResult {
  readonly paper: string;
  readonly characters: number;
  /** Share of the characters that were found, each by itself. */
  readonly found: number;
  /** Characters that nobody wrote: dirt, halves. */
  readonly extra: number;
  /** Of the images themselves, and of what was read; a character that was not found is wrong. */
  readonly accuracy: number;
  readonly scanned: number;
  readonly secondsAPage: number;
}

/** Measures on `pages` pages of each paper. */
export async function measureScans(
  model: tf.LayersModel,
  test: Dataset,
  pages: number,
  papers: readonly string[] = Object.keys(PAPERS),
): Promise<ScanResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-scan-'));
  const results: ScanResult[] = [];
  try {
    for (const paper of papers) {
      let [characters, found, extra, right, scannedRight, seconds] = [0, 0, 0, 0, 0, 0];
      for (let page = 0; page < pages; page++) {
        const written = takeSubset(test, PAGE, 100 + page);
        const camera = drawCamera(page);
        const file = join(folder, `${page}.jpg`);
        writeFileSync(file, await toJpeg(photograph(PAPERS[paper](written.images, page), camera), camera.quality));
        const started = performance.now();
        const scan = await readScan(file, { like: test });
        seconds += (performance.now() - started) / 1000;
        const pairs = align(written.images, scan.images);
        const own = await evaluate(model, written);
        const read = await evaluate(model, { ...scan, labels: new Uint8Array(scan.size) });
        characters += PAGE;
        found += pairs.length;
        extra += scan.size - pairs.length;
        right += own.predicted.filter((label, i) => label === written.labels[i]).length;
        scannedRight += pairs.filter(([i, k]) => read.predicted[k] === written.labels[i]).length;
      }
      const [accuracy, scanned] = [right / characters, scannedRight / characters];
      results.push({ paper, characters, found: found / characters, extra, accuracy, scanned, secondsAPage: seconds / pages });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return results;
}

/**
 * Which of the images that were found is which of those that were written, in order: the pairs most alike (Needleman and Wunsch
 * 1970).
 */
export function align(written: Uint8Array, found: Uint8Array): [number, number][] {
  const [rows, columns] = [written.length / PIXELS, found.length / PIXELS];
  const [a, b] = [unitVectors(soften(written)), unitVectors(soften(found))];
  const alike = (i: number, k: number) => {
    let sum = 0;
    for (let p = 0; p < PIXELS; p++) sum += a[i * PIXELS + p] * b[k * PIXELS + p];
    // What is less alike is another character, or half of one.
    return sum - 0.7;
  };
  const scores = new Float32Array((rows + 1) * (columns + 1));
  const steps = new Uint8Array(scores.length);
  for (let i = 1; i <= rows; i++) {
    for (let k = 1; k <= columns; k++) {
      const at = i * (columns + 1) + k;
      const near = Math.abs(i - k) < 40;
      const options = [near ? scores[at - columns - 2] + alike(i - 1, k - 1) : -1, scores[at - columns - 1], scores[at - 1]];
      steps[at] = options.indexOf(Math.max(...options));
      scores[at] = options[steps[at]];
    }
  }
  const pairs: [number, number][] = [];
  for (let [i, k] = [rows, columns]; i > 0 && k > 0; ) {
    const step = steps[i * (columns + 1) + k];
    if (step === 0) pairs.push([--i, --k]);
    else if (step === 1) i--;
    else k--;
  }
  return pairs.reverse();
}

/** Each pixel as the mean of the square of five around it, so that a thinner pen is no other character. */
function soften(images: Uint8Array): Float32Array {
  const soft = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) {
    const [x, y] = [i % 28, Math.floor((i % PIXELS) / 28)];
    for (let row = Math.max(0, y - 2); row <= Math.min(27, y + 2); row++) {
      for (let column = Math.max(0, x - 2); column <= Math.min(27, x + 2); column++)
        soft[i] += images[i - y * 28 - x + row * 28 + column];
    }
  }
  return soft;
}

function unitVectors(images: Float32Array): Float32Array {
  const unit = Float32Array.from(images);
  for (let start = 0; start < unit.length; start += PIXELS) {
    const vector = unit.subarray(start, start + PIXELS);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let p = 0; p < PIXELS; p++) vector[p] /= length;
  }
  return unit;
}

/** Trains the preset `quickCnn`, measures, and prints a table. */
export async function reportScans(pages: number, say: (line: string) => void): Promise<void> {
  const { train, test } = await loadImages();
  const model = quickCnn.build({ classNames: train.classNames, seed: 0 });
  say(`training quickCnn on ${train.name} for ${quickCnn.epochs} epochs`);
  await fit(model, train, { epochs: quickCnn.epochs, seed: 0, title: null });
  console.log('\n| paper | characters | found | beside them | images themselves | scanned | seconds a page |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  for (const paper of Object.keys(PAPERS)) {
    const [result] = await measureScans(model, test, pages, [paper]);
    const { characters, found, extra, accuracy, scanned, secondsAPage } = result;
    const cells = [paper, characters, percent(found), extra, percent(accuracy), percent(scanned), secondsAPage.toFixed(1)];
    console.log(`| ${cells.join(' | ')} |`);
  }
  model.dispose();
}
