import { IMAGE_SIZE, PIXELS } from './dataset';

/** Where each pixel of a transposed image comes from; one look-up a pixel is five times as fast as swapping in place. */
export const TRANSPOSED = Uint16Array.from(
  { length: PIXELS },
  (_, p) => (p % IMAGE_SIZE) * IMAGE_SIZE + Math.floor(p / IMAGE_SIZE),
);

/**
 * Transposes every image in place (row i becomes column i) and returns the same array.
 * EMNIST's files hold their images so; transposing them once turns them upright, twice gives the file's again.
 *
 * @param images `[n, 28, 28]` row-major; copy it first (`images.slice()`) to keep the original.
 */
export function transposeImages<T extends Uint8Array | Float32Array>(images: T): T {
  // A local: reading an imported name in CommonJS goes through its module, which costs the inner loop its speed.
  const pixels = PIXELS;
  const image = images.slice(0, pixels);
  for (let start = 0; start < images.length; start += pixels) {
    image.set(images.subarray(start, start + pixels));
    for (let p = 0; p < pixels; p++) images[start + p] = image[TRANSPOSED[p]];
  }
  return images;
}

/** Grey levels 0 to 255 as float32 in [0, 1]: each divided by 255. Writes to `into` where given. */
export function normalizePixels(images: Uint8Array, into = new Float32Array(images.length)): Float32Array {
  for (let i = 0; i < images.length; i++) into[i] = images[i] / 255;
  return into;
}

/**
 * Labels as `[n, classCount]` float32 rows with a 1 at the label's place and 0 elsewhere.
 * `encodeOneHot([2, 0], 3)` gives `0 0 1  1 0 0`.
 *
 * @throws RangeError for a label outside 0 to `classCount - 1`.
 */
export function encodeOneHot(labels: ArrayLike<number>, classCount: number): Float32Array {
  const rows = new Float32Array(labels.length * classCount);
  for (let i = 0; i < labels.length; i++) {
    if (!(labels[i] >= 0 && labels[i] < classCount)) {
      throw new RangeError(
        `labels must lie between 0 and classCount - 1 = ${classCount - 1}, but labels[${i}] is ${labels[i]}.`,
      );
    }
    rows[i * classCount + labels[i]] = 1;
  }
  return rows;
}
