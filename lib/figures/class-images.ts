import { PIXELS } from '../data/dataset';
import type { ClassImages } from '../interpretability/class-images';
import type { Figure } from './figure';
import { drawMosaic } from './mosaic';

/**
 * For each class the image that a model takes for it, ink dark on white, under the class's name.
 *
 * @throws RangeError unless `classNames` names each class.
 */
export function classImages(
  { images, probabilities }: ClassImages,
  classNames: readonly string[],
  options: { columns?: number; title?: string } = {},
): Figure {
  const { columns = 12, title } = options;
  if (classNames.length !== probabilities.length) {
    throw new RangeError(`classNames must name each of the ${probabilities.length} classes, but has ${classNames.length}.`);
  }
  const tiles = classNames.map((name, c) => ({
    image: images.subarray(c * PIXELS, (c + 1) * PIXELS).map((ink) => 255 * ink),
    label: name,
    hover: `read as ${name} with probability ${probabilities[c].toFixed(3)}`,
  }));
  return drawMosaic(tiles, { columns, title });
}
