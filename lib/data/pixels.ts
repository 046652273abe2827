import { IMAGE_SIZE, PIXELS } from './dataset';

/**
 * Transposes every image in place (row i becomes column i) and returns the same array.
 * EMNIST's files hold their images so; transposing them once turns them upright, twice gives the file's again.
 *
 * @param images `[n, 28, 28]` row-major; copy it first (`images.slice()`) to keep the original.
 */
export function transposeImages<T extends Uint8Array | Float32Array>(images: T): T {
  if (images instanceof Uint8Array && images.byteOffset % 4 === 0) {
    transposeBytes(new Int32Array(images.buffer, images.byteOffset, images.length >> 2));
    return images;
  }
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

/**
 * Images as words of four pixels, the first lowest: seven words a row. The 7 x 7 blocks of 4 x 4 pixels are exchanged across the
 * diagonal, each transposed in registers, first pairs of pixels, then pairs of pairs (Warren, "Hacker's Delight", section 7-3).
 */
function transposeBytes(words: Int32Array): void {
  const side = IMAGE_SIZE / 4;
  const image = IMAGE_SIZE * side;
  const even = 0x00ff00ff;
  const odd = 0xff00ff00 | 0;
  const low = 0xffff;
  const high = 0xffff0000 | 0;
  for (let start = 0; start + image <= words.length; start += image) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column <= row; column++) {
        const here = start + 4 * row * side + column;
        const there = start + 4 * column * side + row;
        const a0 = words[here];
        const a1 = words[here + side];
        const a2 = words[here + 2 * side];
        const a3 = words[here + 3 * side];
        const b0 = words[there];
        const b1 = words[there + side];
        const b2 = words[there + 2 * side];
        const b3 = words[there + 3 * side];
        const a01 = (a0 & even) | ((a1 & even) << 8);
        const a10 = ((a0 >>> 8) & even) | (a1 & odd);
        const a23 = (a2 & even) | ((a3 & even) << 8);
        const a32 = ((a2 >>> 8) & even) | (a3 & odd);
        words[there] = (a01 & low) | (a23 << 16);
        words[there + side] = (a10 & low) | (a32 << 16);
        words[there + 2 * side] = (a01 >>> 16) | (a23 & high);
        words[there + 3 * side] = (a10 >>> 16) | (a32 & high);
        if (here === there) continue;
        const b01 = (b0 & even) | ((b1 & even) << 8);
        const b10 = ((b0 >>> 8) & even) | (b1 & odd);
        const b23 = (b2 & even) | ((b3 & even) << 8);
        const b32 = ((b2 >>> 8) & even) | (b3 & odd);
        words[here] = (b01 & low) | (b23 << 16);
        words[here + side] = (b10 & low) | (b32 << 16);
        words[here + 2 * side] = (b01 >>> 16) | (b23 & high);
        words[here + 3 * side] = (b10 >>> 16) | (b32 & high);
      }
    }
  }
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
