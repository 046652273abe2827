import { IMAGE_SIZE, PIXELS } from './dataset';

/**
 * Transposes every image in place (row i becomes column i) and returns the same array.
 * EMNIST's files hold their images so; transposing them once turns them upright, twice gives the file's again.
 *
 * @param images `[n, 28, 28]` row-major; copy it first (`images.slice()`) to keep the original.
 */
export function transposeImages<T extends Uint8Array | Float32Array>(images: T): T {
  // Locals: reading an imported name in CommonJS goes through its module, which costs the inner loop its speed.
  const side = IMAGE_SIZE;
  const pixels = PIXELS;
  for (let start = 0; start < images.length; start += pixels) {
    for (let row = 1; row < side; row++) {
      const rowStart = start + row * side;
      let above = start + row;
      for (let below = rowStart; below < rowStart + row; below++) {
        const pixel = images[below];
        images[below] = images[above];
        images[above] = pixel;
        above += side;
      }
    }
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
      throw new RangeError(`labels must lie between 0 and classCount - 1 = ${classCount - 1}, but labels[${i}] is ${labels[i]}.`);
    }
    rows[i * classCount + labels[i]] = 1;
  }
  return rows;
}
