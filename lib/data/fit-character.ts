/**
 * Images of any size brought to 28 x 28 as EMNIST's were (Cohen et al. 2017, section II): Gaussian filter, the ink cut out, its
 * aspect ratio kept, centred in a square with a border, bicubic. All sizes in pixels; grey levels 0 (paper) to 255 (ink).
 */
import { type Convention, EMNIST } from './conventions';
import { IMAGE_SIZE, PIXELS } from './dataset';

/** Levels below this share of the brightest are paper. */
const INK_SHARE = 0.25;

/** A grey image, row-major. */
export interface GreyImage {
  readonly levels: Float32Array | Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** The ink, cut out and centred, `[28, 28]`; blank where there is none. */
export function fitCharacter(image: GreyImage): Uint8Array {
  const factor = Math.max(image.height, image.width) / IMAGE_SIZE;
  // 1 pixel at EMNIST's 128 x 128, in proportion at other sizes; what is not shrunk needs no filter against jags.
  const blurred = factor > 1.5 ? blurImage(image, (factor * IMAGE_SIZE) / 128) : image;
  return fitInk(blurred, EMNIST, INK_SHARE);
}

/**
 * The ink fitted into the convention's square, and its middle, or its centre of mass, in the middle of the image, `[28, 28]`;
 * blank where there is none. Levels below `inkShare` of the brightest are paper.
 */
export function fitInk(image: GreyImage, { box, byMass }: Pick<Convention, 'box' | 'byMass'>, inkShare: number): Uint8Array {
  const edges = findInk(image, inkShare);
  if (!edges) return new Uint8Array(PIXELS);
  const { top, left, height, width } = edges;
  const scale = Math.max(height, width) / box;
  const middle = IMAGE_SIZE / 2;
  const [y, x] = byMass ? centreOfMass(image) : [top + height / 2, left + width / 2];
  return resample(image, { scale, top: y - middle * scale, left: x - middle * scale });
}

function centreOfMass({ levels, width }: GreyImage): [y: number, x: number] {
  let [mass, byY, byX] = [0, 0, 0];
  levels.forEach((level, p) => {
    mass += level;
    byY += level * (Math.floor(p / width) + 0.5);
    byX += level * ((p % width) + 0.5);
  });
  return [byY / mass, byX / mass];
}

/** The whole image, centred, its longer side fitted to 28 pixels. */
export function fitWhole(image: GreyImage): Uint8Array {
  const scale = Math.max(image.height, image.width) / IMAGE_SIZE;
  const middle = IMAGE_SIZE / 2;
  return resample(image, { scale, top: image.height / 2 - middle * scale, left: image.width / 2 - middle * scale });
}

function findInk({ levels, height, width }: GreyImage, inkShare: number) {
  let most = 0;
  for (let p = 0; p < levels.length; p++) most = Math.max(most, levels[p]);
  if (most <= 0) return undefined;
  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (levels[y * width + x] < inkShare * most) continue;
      top = Math.min(top, y);
      bottom = y;
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  return { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** Gaussian filter, cut off at three standard deviations; outside of the image is paper. */
export function blurImage(image: GreyImage, sigma: number): GreyImage {
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = kernel.reduce((a, b) => a + b);
  const { height, width } = image;
  const along = (from: GreyImage['levels'], isRows: boolean) => {
    const to = new Float32Array(from.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let level = 0;
        for (let k = -reach; k <= reach; k++) {
          const [fromY, fromX] = isRows ? [y, x + k] : [y + k, x];
          if (fromY < 0 || fromX < 0 || fromY >= height || fromX >= width) continue;
          level += kernel[k + reach] * from[fromY * width + fromX];
        }
        to[y * width + x] = level / sum;
      }
    }
    return to;
  };
  return { levels: along(along(image.levels, true), false), height, width };
}

/** Where the 28 x 28 pixels lie in an image: pixel (y, x) is the square of `scale` from (top + y scale, left + x scale). */
interface Frame {
  readonly scale: number;
  readonly top: number;
  readonly left: number;
}

/** Bicubic (Keys 1981, a = -0.5), widened by the scale where it shrinks; outside of the image is paper. */
function resample({ levels, height, width }: GreyImage, { scale, top, left }: Frame): Uint8Array {
  const rows = taps(scale, top, height);
  const columns = taps(scale, left, width);
  const narrow = new Float32Array(height * IMAGE_SIZE);
  for (let y = 0; y < height; y++) {
    columns.forEach(({ start, weights }, x) => {
      let level = 0;
      for (let k = 0; k < weights.length; k++) level += weights[k] * levels[y * width + start + k];
      narrow[y * IMAGE_SIZE + x] = level;
    });
  }
  const image = new Uint8Array(PIXELS);
  rows.forEach(({ start, weights }, y) => {
    for (let x = 0; x < IMAGE_SIZE; x++) {
      let level = 0;
      for (let k = 0; k < weights.length; k++) level += weights[k] * narrow[(start + k) * IMAGE_SIZE + x];
      image[y * IMAGE_SIZE + x] = Math.max(0, Math.min(255, Math.round(level)));
    }
  });
  return image;
}

/** For each of the 28 places: which pixels of the image it is made of, and with what weights. */
function taps(scale: number, offset: number, size: number): { readonly start: number; readonly weights: number[] }[] {
  const stretch = Math.max(1, scale);
  return Array.from({ length: IMAGE_SIZE }, (_, place) => {
    const centre = offset + (place + 0.5) * scale;
    const first = Math.floor(centre - 2 * stretch);
    const last = Math.ceil(centre + 2 * stretch);
    const all = Array.from({ length: last - first + 1 }, (_, k) => keys((first + k + 0.5 - centre) / stretch));
    const sum = all.reduce((a, b) => a + b, 0);
    const start = Math.max(0, first);
    const end = Math.min(size, last + 1);
    return {
      start: Math.min(start, size),
      weights: end > start ? all.slice(start - first, end - first).map((weight) => weight / sum) : [],
    };
  });
}

function keys(distance: number): number {
  const d = Math.abs(distance);
  if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
  return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
}
