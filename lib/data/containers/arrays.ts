/** Arrays as IDX, NumPy and MATLAB have them: what is images and what is labels follows from their shape. */
import { DataError } from '../data-error';
import { imagesOf, type Numbers, type RawImages, type RawLabels } from '../raw-images';

/** Numbers in the order of their shape, the last dimension fastest. */
export interface NumberArray {
  readonly values: Numbers;
  readonly shape: readonly number[];
}

export type Content = { readonly images: RawImages } | { readonly labels: RawLabels; readonly note?: string };

/** Of labels with more to each than its class, as QMNIST has them (eight numbers). */
const MOST_LABEL_COLUMNS = 64;
/** Images of fewer pixels a side say nothing. */
const LEAST_SIDE = 8;
/** Images are not so much longer than wide. */
const MOST_ASPECT = 10;

/**
 * Images or labels by shape: `[n]` and `[n, 1]` are labels, `[n, k]` labels with further columns, or one-hot, or images as
 * rows of side² pixels, `[n, h, w]` and `[n, h, w, c]` images, `[n, 1, h, w]` and `[n, 3, h, w]` images with their channels
 * first; `[side², n]`, `[side, side, n]` and `[side, side, c, n]` images side by side, as MATLAB and Octave have them. Undefined
 * for other shapes.
 */
export function tellArray({ values, shape }: NumberArray): Content | undefined {
  const [count, ...item] = shape.length > 1 && shape[0] === 1 && shape.length === 2 ? [shape[1]] : shape;
  if (item.length === 0 || (item.length === 1 && item[0] === 1)) return { labels: { values } };
  if (item.length === 1) {
    const [columns] = item;
    const side = Math.sqrt(columns);
    if (isOneHot(values, count, columns)) return { labels: { values: oneHotLabels(values, count, columns) } };
    if (Number.isInteger(side) && side >= LEAST_SIDE) return { images: imagesOf(values, count, side, side) };
    if (columns <= MOST_LABEL_COLUMNS) {
      const first = Float64Array.from({ length: count }, (_, i) => values[i * columns]);
      return { labels: { values: first }, note: `Of ${columns} numbers to each label the first is taken for the class.` };
    }
    const rows = Math.sqrt(count);
    if (Number.isInteger(rows) && rows >= LEAST_SIDE)
      return { images: imagesOf(lastFirst(values, columns), columns, rows, rows) };
    return undefined;
  }
  const last = shape.at(-1) as number;
  const isStacked = item.length <= 3 && count === item[0] && last > 2 * count;
  if (item.length === 2) {
    if (isStacked) return { images: imagesOf(lastFirst(values, last), last, count, count) };
    if (Math.max(...item) > MOST_ASPECT * Math.min(...item)) return undefined;
    return { images: imagesOf(values, count, item[0], item[1]) };
  }
  if (item.length !== 3) return undefined;
  const [first, second, third] = item;
  if (isStacked && [1, 3, 4].includes(second)) return { images: imagesOf(lastFirst(values, last), last, count, count, second) };
  if (third === 1 || third === 3 || third === 4) return { images: imagesOf(values, count, first, second, third) };
  if (first === 1) return { images: imagesOf(values, count, second, third) };
  if (first === 3 || first === 4) return { images: channelsLast(values, count, first, second, third) };
  return undefined;
}

/** The numbers with the last dimension, of this size, before all others. */
function lastFirst(values: Numbers, size: number): Numbers {
  const each = values.length / size;
  const turned = new (values.constructor as new (length: number) => Numbers)(values.length);
  for (let i = 0; i < size; i++) for (let p = 0; p < each; p++) turned[i * each + p] = values[p * size + i];
  return turned;
}

function isOneHot(values: Numbers, count: number, columns: number): boolean {
  if (columns < 2 || columns > 256) return false;
  for (let i = 0; i < count; i++) {
    let ones = 0;
    for (let c = 0; c < columns; c++) {
      const value = values[i * columns + c];
      if (value === 1) ones++;
      else if (value !== 0) return false;
    }
    if (ones !== 1) return false;
  }
  return true;
}

function oneHotLabels(values: Numbers, count: number, columns: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => values.subarray(i * columns, (i + 1) * columns).indexOf(1));
}

function channelsLast(values: Numbers, count: number, channels: number, height: number, width: number): RawImages {
  const plane = height * width;
  return {
    count,
    at(i) {
      const pixels = new (values.constructor as new (length: number) => Numbers)(plane * channels);
      for (let c = 0; c < channels; c++) {
        const start = (i * channels + c) * plane;
        for (let p = 0; p < plane; p++) pixels[p * channels + c] = values[start + p];
      }
      return { pixels, height, width, channels };
    },
  };
}

/** An array whose first dimension is fastest (Fortran's order, MATLAB's), with the last dimension fastest. */
export function toRowMajor(values: Numbers, shape: readonly number[]): Numbers {
  if (shape.filter((size) => size > 1).length < 2) return values;
  const turned = new (values.constructor as new (length: number) => Numbers)(values.length);
  const strides = shape.map((_, d) => shape.slice(0, d).reduce((product, size) => product * size, 1));
  const place = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < turned.length; to++) {
    turned[to] = values[from];
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d];
      if (++place[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      place[d] = 0;
    }
  }
  return turned;
}

/** 64-bit integers as doubles: labels and grey levels are small enough for that. */
export function fromBigInts(values: BigInt64Array | BigUint64Array): Float64Array {
  return Float64Array.from(values, Number);
}

const DIGITS = 2 ** 31 - 1;

/** How many numbers a shape holds; a DataError where they are none or too many for 2 GiB. */
export function countNumbers(file: string, shape: readonly number[], bytesEach: number): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > 0 && count * bytesEach <= DIGITS) return count;
  throw new DataError({
    file,
    expected: `an array of 1 to ${DIGITS} bytes`,
    came: `one of ${shape.join(' x ')} numbers of ${bytesEach} bytes`,
    cure: count > 0 ? 'More cannot be read: leave out a part of it.' : 'The array is empty: get the file again from its source.',
  });
}
