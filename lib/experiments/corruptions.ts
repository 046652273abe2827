import { type Random, random } from '../base/random';
import { checkDataset } from '../data/check-dataset';
import { type Dataset, IMAGE_SIZE, PIXELS } from '../data/dataset';

/**
 * What can be done to test images (compare Mu and Gilmer 2019, "MNIST-C", and for thickness Castro et al. 2019,
 * "Morpho-MNIST"). The strength of each, 0 for none:
 * - `shift`: pixels, to the left, right, top or bottom, drawn for each image; what leaves the image is lost
 * - `rotation`: degrees about the middle, to the left or right, drawn for each image
 * - `noise`: standard deviation of Gaussian noise on each pixel, where 1 is from white to full ink; grey levels stay in
 *   their range
 * - `thickness`: pixels that the strokes gain on either side, or lose where negative: dilation or erosion of the grey
 *   levels by a disc of that radius; between whole radii the weighted mean of both images
 */
export type Corruption = 'shift' | 'rotation' | 'noise' | 'thickness';

/** Strengths of each corruption. */
export type Strengths = Readonly<Partial<Record<Corruption, readonly number[]>>>;

/** From slight to severe. */
export const defaultStrengths = {
  shift: [1, 2, 3, 4, 6],
  rotation: [10, 20, 30, 45, 60],
  noise: [0.1, 0.2, 0.3, 0.4, 0.6],
  thickness: [-1, -0.5, 0.5, 1, 1.5, 2],
} as const satisfies Strengths;

/**
 * Images with a corruption of one strength, as copies: shifts and rotations take grey levels bilinearly, and background
 * comes in at the edges. Each image has a random stream of its own, which follows from `seed` and its place: a stronger
 * shift goes where a weaker one went, and more noise is the same noise, stronger.
 *
 * @throws RangeError for a strength that is no finite number, or negative except for `thickness`.
 */
export function corruptImages(dataset: Dataset, corruption: Corruption, strength: number, seed = 0): Dataset {
  checkDataset(dataset);
  const corrupt = CORRUPTIONS[corruption];
  if (corrupt === undefined) {
    throw new RangeError(`corruption must be one of ${Object.keys(CORRUPTIONS).join(', ')}, but got "${corruption}".`);
  }
  if (!Number.isFinite(strength) || (strength < 0 && corruption !== 'thickness')) {
    throw new RangeError(
      `strength of ${corruption} must be a number${corruption === 'thickness' ? '' : ' from 0'}, but got ${strength}.`,
    );
  }
  if (strength === 0) return dataset;
  const images = new Uint8Array(dataset.images.length);
  for (let i = 0; i < dataset.size; i++) {
    const from = dataset.images.subarray(i * PIXELS, (i + 1) * PIXELS);
    const to = images.subarray(i * PIXELS, (i + 1) * PIXELS);
    corrupt(from, to, strength, random(seed, corruption, i));
  }
  return { ...dataset, images, origin: undefined };
}

/** Writes `from`, corrupted, to `to`. */
type Corrupt = (from: Uint8Array, to: Uint8Array, strength: number, draw: Random) => void;

const CORRUPTIONS: Readonly<Record<Corruption, Corrupt>> = {
  shift(from, to, strength, draw) {
    const [dx, dy] = [
      [-1, 0],
      [1, 0],
      [0, -1],
      [0, 1],
    ][draw.integer(4)];
    resample(from, to, [1, 0, -dx * strength, 0, 1, -dy * strength]);
  },

  rotation(from, to, strength, draw) {
    const angle = ((draw.integer(2) === 0 ? 1 : -1) * strength * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const middle = (IMAGE_SIZE - 1) / 2;
    const offset = (a: number, b: number) => middle - a * middle - b * middle;
    resample(from, to, [cos, sin, offset(cos, sin), -sin, cos, offset(-sin, cos)]);
  },

  noise(from, to, strength, { next }) {
    // Box and Muller 1958: two normal numbers from two uniform ones, of which the first must not be 0.
    for (let p = 0; p < from.length; p += 2) {
      const radius = 255 * strength * Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      to[p] = clampLevel(from[p] + radius * Math.cos(angle));
      to[p + 1] = clampLevel(from[p + 1] + radius * Math.sin(angle));
    }
  },

  thickness(from, to, strength) {
    const radius = Math.abs(strength);
    const [inner, outer] = [Math.floor(radius), Math.ceil(radius)];
    const near = spread(from, inner, strength > 0);
    const far = spread(from, outer, strength > 0);
    const share = radius - inner;
    for (let p = 0; p < from.length; p++) to[p] = Math.round((1 - share) * near[p] + share * far[p]);
  },
};

function clampLevel(level: number): number {
  return level < 0 ? 0 : level > 255 ? 255 : Math.round(level);
}

/**
 * The image seen through a map of places: pixel (x, y) of `to` has the level that `from` has at (a x + b y + c, d x + e
 * y + f), bilinearly between four pixels.
 */
function resample(
  from: Uint8Array,
  to: Uint8Array,
  [a, b, c, d, e, f]: readonly [number, number, number, number, number, number],
): void {
  // A local: reading an imported name in CommonJS goes through its module, which costs the inner loop its speed.
  const side = IMAGE_SIZE;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sx = a * x + b * y + c;
      const sy = d * x + e * y + f;
      const left = Math.floor(sx);
      const top = Math.floor(sy);
      if (left < -1 || left >= side || top < -1 || top >= side) continue;
      const [fx, fy] = [sx - left, sy - top];
      const p = top * side + left;
      const [hasLeft, hasRight, hasTop, hasBottom] = [left >= 0, left + 1 < side, top >= 0, top + 1 < side];
      let level = 0;
      if (hasTop && hasLeft) level += (1 - fx) * (1 - fy) * from[p];
      if (hasTop && hasRight) level += fx * (1 - fy) * from[p + 1];
      if (hasBottom && hasLeft) level += (1 - fx) * fy * from[p + side];
      if (hasBottom && hasRight) level += fx * fy * from[p + side + 1];
      to[y * side + x] = Math.round(level);
    }
  }
}

/** Each pixel takes the greatest level within `radius` where strokes grow, else the least. */
function spread(image: Uint8Array, radius: number, grow: boolean): Uint8Array {
  const side = IMAGE_SIZE;
  const result = image.slice();
  for (let dy = -radius; dy <= radius; dy++) {
    const reach = Math.floor(Math.sqrt(radius ** 2 - dy ** 2));
    for (let dx = -reach; dx <= reach; dx++) {
      const offset = dy * side + dx;
      const [left, right] = [Math.max(0, -dx), Math.min(side, side - dx)];
      for (let y = Math.max(0, -dy); y < Math.min(side, side - dy); y++) {
        for (let p = y * side + left; p < y * side + right; p++) {
          const level = image[p + offset];
          if (grow ? level > result[p] : level < result[p]) result[p] = level;
        }
      }
    }
  }
  return result;
}
