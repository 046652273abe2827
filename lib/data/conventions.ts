import { type Dataset, IMAGE_SIZE, PIXELS } from './dataset';

/**
 * How a written character becomes an image like those of a data set; lengths in pixels of a 128 x 128 scan unless said otherwise.
 */
export interface Convention {
  /** Whose images come out so. */
  readonly name: 'EMNIST' | 'MNIST';
  /** Longest side of a character's ink in the scan. */
  readonly size: number;
  /** Width of its strokes. */
  readonly pen: number;
  /** Standard deviation of the Gaussian filter; 0 for none. */
  readonly blur: number;
  /** Side of the square, in pixels of the 28 x 28 image, into which the character is fitted. */
  readonly box: number;
  /** Whether its centre of mass comes to the image's centre, rather than its box's. */
  readonly byMass: boolean;
}

/**
 * Cohen et al. 2017, "EMNIST: an extension of MNIST to handwritten letters", section II: Gaussian filter of 1 pixel, cut out,
 * centred in a square with a border of 2 pixels. Size and pen are such that edges are as soft, strokes as wide and
 * images as dark as EMNIST's.
 */
export const EMNIST: Convention = { name: 'EMNIST', size: 44, pen: 6.25, blur: 1, box: 24, byMass: false };

/**
 * LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III.A: fitted into 20 x 20 pixels, grey
 * only where a pixel is partly ink, centred by the centre of mass.
 */
export const MNIST: Convention = { name: 'MNIST', size: 80, pen: 11, blur: 0, box: 20, byMass: true };

/** Half of the images tell: MNIST's characters are 20 pixels long, EMNIST's 24 to 26. */
const LONGEST_OF_MNIST = 21;
const SAMPLES = 500;

/** The convention by which the data set's images were made, told by the usual length of their characters. */
export function findConvention(dataset: Dataset): Convention {
  const count = Math.min(SAMPLES, dataset.size);
  const lengths = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * dataset.size) / count) * PIXELS;
    return inkLength(dataset.images.subarray(start, start + PIXELS));
  });
  lengths.sort((a, b) => a - b);
  return lengths[Math.floor(count / 2)] <= LONGEST_OF_MNIST ? MNIST : EMNIST;
}

/** The longer side, in pixels, of the smallest rectangle that holds all ink of an image; 0 for a blank one. */
function inkLength(image: Uint8Array): number {
  const inked = (levels: number[]) => levels.some((level) => level > 0);
  const sides = Array.from({ length: IMAGE_SIZE }, (_, i) => i);
  const columns = sides.filter((x) => inked(sides.map((y) => image[y * IMAGE_SIZE + x])));
  const rows = sides.filter((y) => inked(sides.map((x) => image[y * IMAGE_SIZE + x])));
  const span = (places: number[]) => (places.length === 0 ? 0 : places[places.length - 1] - places[0] + 1);
  return Math.max(span(columns), span(rows));
}
