import type { Filters } from '../interpretability/filters';
import type { Figure } from './figure';
import { drawHeatMosaic, enlargeToImage, heatLevel, largest } from './heat-mosaic';

/**
 * Weights of a first layer as images, positive ones vermilion, negative ones blue, on one scale: full colour is the largest of
 * those shown.
 *
 * `count` (default 48): how many, from the first on. They start from random weights, so the first are as good a sample as any.
 */
export function filters(
  { values, count: all, height, width, layer }: Filters,
  options: { count?: number; columns?: number; title?: string } = {},
): Figure {
  const { count = 48, columns = 16, title } = options;
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(`count must be a whole number of at least 1, but got ${count}.`);
  }
  const shown = Math.min(count, all);
  const size = height * width;
  const scale = largest(values.subarray(0, shown * size));
  const tiles = Array.from({ length: shown }, (_, i) => {
    const filter = values.subarray(i * size, (i + 1) * size);
    const levels = Uint8Array.from(filter, (weight) => heatLevel(weight / scale));
    const [low, high] = [Math.min(...filter), Math.max(...filter)].map((weight) => weight.toFixed(3));
    return {
      image: enlargeToImage(levels, height, width),
      hover: `${layer}, filter ${i} of ${all}: weights ${low} to ${high}`,
    };
  });
  return drawHeatMosaic(tiles, { columns, title, positive: 'positive weight', negative: 'negative weight' });
}
