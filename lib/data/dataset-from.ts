import { checkDataset } from './check-dataset';
import { toClasses } from './classes';
import { type Dataset, PIXELS } from './dataset';
import { bringToForm, type FormOptions, type ImageForm, measureForm } from './image-form';
import { imagesOf, type Numbers, type RawImages } from './raw-images';

/** Arrays to make a data set of. */
export interface OwnImages extends FormOptions {
  /**
   * All pixels in one array, image after image, row by row, or a list of images: numbers of any kind and range, square images of
   * any size, grey, with red, green and blue, or with alpha as a canvas has them.
   */
  readonly images: ArrayLike<number> | readonly ArrayLike<number>[];
  /** A label an image: numbers or words. */
  readonly labels: ArrayLike<number> | readonly string[];
  /** Names of the classes 0, 1, ..., which numbers then are; default the labels that occur, in order. */
  readonly classNames?: readonly string[];
  /** Default `own images`. */
  readonly name?: string;
}

/** A canvas has four numbers a pixel, the fourth says how opaque it is. */
const CHANNELS = [1, 3] as const;
const LEAST_SIDE = 8;

/**
 * A data set of arrays, checked, its images brought to the form of all others: 28 x 28, light on dark, 0 to 255, upright. What
 * they are is measured as `loadDataset` does; options take its place.
 *
 * @throws RangeError for arrays that do not fit each other and labels without a class; DataError for pixels that are no numbers
 *   and labels that mean nothing.
 */
export async function datasetFrom({ images, labels, classNames, name = 'own images', ...options }: OwnImages): Promise<Dataset> {
  const raw = toRaw(images, labels);
  const form = await measureForm(name, [{ images: raw, file: name }], options);
  const classes = classNames ? namedClasses(labels, classNames) : foundClasses(name, labels, form);
  const dataset = {
    name,
    source: 'arrays made in the notebook',
    // A copy: the images of others are not to change.
    images: await bringToForm(copied(raw), form),
    ...classes,
    size: raw.count,
  };
  checkDataset(dataset);
  return dataset;
}

function foundClasses(name: string, values: OwnImages['labels'], form: ImageForm) {
  const parts = [{ labels: { values: plainLabels(values) }, file: name }];
  const { classNames, labels } = toClasses(name, parts, { names: new Map() }, form.isTransposed);
  return { classNames, labels: labels[0] };
}

function namedClasses(values: OwnImages['labels'], classNames: readonly string[]) {
  if (classNames.length < 2 || classNames.length > 256 || new Set(classNames).size !== classNames.length) {
    throw new RangeError(`classNames must be 2 to 256 names, each once, but got ${JSON.stringify(classNames.slice(0, 10))}.`);
  }
  const last = classNames.length - 1;
  const labels = Uint8Array.from({ length: values.length }, (_, i) => {
    const value = values[i];
    const index = typeof value === 'string' ? classNames.indexOf(value) : value;
    if (Number.isInteger(index) && index >= 0 && index <= last) return index;
    const isFromOne = value === last + 1 && Array.from(values as ArrayLike<unknown>).every((each) => each !== 0);
    throw new RangeError(
      `labels must be whole numbers from 0 to ${last} or names of classes, but labels[${i}] is ` +
        `${JSON.stringify(value) ?? value}.` +
        (isFromOne
          ? ' They seem to begin at 1: subtract 1, or leave classNames out.'
          : ' Leave classNames out to take the labels that occur.'),
    );
  });
  return { classNames: [...classNames], labels };
}

function toRaw(images: OwnImages['images'], labels: OwnImages['labels']): RawImages {
  const count = lengthOf(labels, 'labels');
  const all = flatten(images, count);
  for (const channels of isCanvas(all) ? [4] : CHANNELS) {
    const side = Math.sqrt(all.length / count / channels);
    if (!Number.isInteger(side) || side < LEAST_SIDE) continue;
    return channels === 4 ? imagesOf(withoutAlpha(all), count, side, side, 3) : imagesOf(all, count, side, side, channels);
  }
  throw new RangeError(
    `images must hold a square image for each of ${count} labels, ${PIXELS} numbers each where they are 28 x 28, but got ` +
      `${all.length} numbers, which is ${(all.length / count).toFixed(1)} an image.`,
  );
}

/** Whether each fourth number says how opaque a pixel is: 56 x 56 grey levels are as many as 28 x 28 pixels of a canvas. */
function isCanvas(all: Numbers): boolean {
  return all.every((value, i) => i % 4 !== 3 || value === 255);
}

function lengthOf(values: unknown, what: string): number {
  const length = (values as ArrayLike<unknown> | undefined)?.length;
  if (typeof values === 'object' && Number.isInteger(length) && Number(length) > 0) return Number(length);
  throw new RangeError(
    `${what} must be an array with one for each image, 1 or more, but got ${JSON.stringify(values)?.slice(0, 40) ?? values}.`,
  );
}

/** Numbers in one typed array: that which was given, where it is one. */
function flatten(images: OwnImages['images'], count: number): Numbers {
  const length = lengthOf(images, 'images');
  if (ArrayBuffer.isView(images)) {
    if (images instanceof Uint8ClampedArray) return new Uint8Array(images.buffer, images.byteOffset, images.length);
    if (images instanceof BigInt64Array || images instanceof BigUint64Array || images instanceof DataView) {
      throw new RangeError(`images must be numbers, but got a ${images.constructor.name}.`);
    }
    return images as unknown as Numbers;
  }
  if (typeof images[0] === 'number') return toNumbers(images as ArrayLike<number>);
  if (length !== count) throw new RangeError(`images must be as many as labels, ${count}, but got ${length}.`);
  const lists = Array.from(images as readonly ArrayLike<number>[]);
  const each = lengthOf(lists[0], 'images[0]');
  const all = new Float32Array(count * each);
  lists.forEach((image, i) => {
    if (image?.length !== each)
      throw new RangeError(`images must be of one size, ${each} numbers, but images[${i}] has ${image?.length}.`);
    all.set(toNumbers(image), i * each);
  });
  return all;
}

function toNumbers(values: ArrayLike<number>): Float32Array {
  const numbers = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'number')
      throw new RangeError(`images must be numbers, but got ${JSON.stringify(values[i])} at ${i}.`);
    numbers[i] = values[i];
  }
  return numbers;
}

/** Laid on white, as a canvas shows it on a page; one that nobody painted is transparent black, which is paper. */
function withoutAlpha(all: Numbers): Float32Array {
  const pixels = new Float32Array((all.length / 4) * 3);
  for (let p = 0; p < all.length / 4; p++) {
    const alpha = all[4 * p + 3] / 255;
    for (let c = 0; c < 3; c++) pixels[3 * p + c] = 255 + (all[4 * p + c] - 255) * alpha;
  }
  return pixels;
}

function copied(raw: RawImages): RawImages {
  const { all, shape, count } = raw;
  return all && shape ? imagesOf(all.slice(), count, shape.height, shape.width, shape.channels) : raw;
}

function plainLabels(values: OwnImages['labels']): ArrayLike<number> | readonly string[] {
  const all = Array.from(values as ArrayLike<number | string>);
  return all.some((value) => typeof value === 'string') ? all.map(String) : (all as number[]);
}
