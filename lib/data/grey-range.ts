/** Which numbers of an image stand for black and white, measured on all of them. */
import { DataError } from './data-error';
import type { Numbers, RawImages } from './raw-images';

export interface GreyRange {
  readonly low: number;
  readonly high: number;
  /** What was measured, where it is not simply 0 to 255. */
  readonly note?: string;
}

/** Greatest levels of the ranges that people have: of 1, 4, 5, 6 and 7 bits, per cent, and bytes. */
const HIGHS = [1, 15, 16, 31, 63, 64, 100, 127, 255, 1023, 4095, 16_383, 65_535];
/** A brightest level from here on is that of bytes. */
const BRIGHT = 128;
/** So many images say what the range of bytes is; only where these are dark all are looked at. */
const SAMPLE = 1000;
/** Ranges that differ by this factor are not the same with darker images. */
const OTHER_RANGE = 16;
/** Rarer values beyond a byte are mistakes. */
const RARE = 1e-4;

/**
 * The range of all these images together, those of the test part among them, so that both are brought to one scale.
 *
 * @throws DataError for values that are no numbers, and for rare ones far out of an else plain range.
 */
export function measureRange(parts: readonly { readonly images: RawImages; readonly file: string }[]): GreyRange {
  const arrays = parts.flatMap(({ images, file }) => (images.all ? [{ values: images.all, images, file }] : []));
  // Pictures are bytes.
  if (arrays.length < parts.length) return { low: 0, high: 255 };
  if (arrays.every(({ values }) => values instanceof Uint8Array && isBright(values))) return { low: 0, high: 255 };
  let [min, max, beyond, total] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  let isWhole = true;
  for (const { values, images, file } of arrays) {
    total += values.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (!Number.isFinite(value))
        throw pixelError(file, images, values, i, 'a number for each pixel', 'Fill it in, or leave the image out.');
      if (value < min) min = value;
      if (value > max) max = value;
      if (value > 255 || value < 0) beyond++;
      isWhole &&= Number.isInteger(value);
    }
  }
  if (beyond > 0 && beyond < RARE * total && typical(arrays) > 1) {
    for (const { values, images, file } of arrays) {
      const i = values.findIndex((value) => value > 255 || value < 0);
      if (i !== -1)
        throw pixelError(
          file,
          images,
          values,
          i,
          'a grey level from 0 to 255, as nearly all others are',
          'Correct it, or leave the row out.',
        );
    }
  }
  const says = (low: number, high: number, words = '') => ({
    low,
    high,
    note: `Grey levels are ${format(min)} to ${format(max)}${words}: ${format(low)} to ${format(high)} is brought to 0 to 255.`,
  });
  if (min >= 0) {
    if (max >= BRIGHT && max <= 255) return { low: 0, high: 255 };
    const high = HIGHS.find((each) => each >= max * 0.9999) ?? max;
    return says(0, max === 0 ? 255 : high);
  }
  if (isWhole && min >= -128 && max <= 127 && arrays.every(({ values }) => values instanceof Int8Array)) {
    throw new DataError({
      file: arrays[0].file,
      expected: 'grey levels from 0 up',
      came: `signed bytes from ${min} to ${max}`,
      cure: 'Save them as unsigned bytes (uint8).',
    });
  }
  for (const reach of [0.5, 1]) if (min >= -reach * 1.0001 && max <= reach * 1.0001) return says(-reach, reach);
  return says(min, max, ', as after a standard score');
}

/** @throws DataError where one part has quite another range than all together, such as 0 to 1 beside 0 to 255. */
export function checkRanges(
  parts: readonly { readonly images: RawImages; readonly file: string }[],
  { low, high }: GreyRange,
): void {
  for (const part of parts.length > 1 ? parts : []) {
    const own = measureRange([part]);
    if ((own.high - own.low) * OTHER_RANGE > high - low) continue;
    throw new DataError({
      file: part.file,
      expected: `grey levels from ${format(low)} to ${format(high)}, as in the other part`,
      came: `${format(own.low)} to ${format(own.high)}`,
      cure: 'Bring both parts to one range, such as 0 to 255, and save them again.',
    });
  }
}

function isBright(values: Uint8Array): boolean {
  const step = Math.max(1, Math.floor(values.length / (SAMPLE * 784)));
  let max = 0;
  for (let i = 0; i < values.length && max < BRIGHT; i += step) if (values[i] > max) max = values[i];
  return max >= BRIGHT;
}

/** The 99th percentile of what is not 0, of some images. */
function typical(arrays: readonly { readonly values: Numbers }[]): number {
  const some = arrays.flatMap(({ values }) => Array.from(values.subarray(0, 100_000)).filter((value) => value !== 0));
  some.sort((a, b) => a - b);
  const value = some[Math.floor(0.99 * some.length)] ?? 0;
  return value > 255 ? 0 : value;
}

function pixelError(file: string, images: RawImages, values: Numbers, at: number, expected: string, cure: string): DataError {
  const each = values.length / images.count;
  const [image, pixel] = [Math.floor(at / each), at % each];
  const place = images.locate?.(image, pixel) ?? `image ${image + 1}, pixel ${pixel + 1}`;
  return new DataError({ file, at: place, expected, came: `${values[at]}`, cure });
}

function format(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toPrecision(3);
}
