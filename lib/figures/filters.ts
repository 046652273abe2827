import type { Filters } from '../interpretability/filters';
import type { Figure } from './figure';
import { drawFilters, drawHeatMosaic } from './heat-mosaic';

/**
 * Weights of a first layer as images, positive ones vermilion, negative ones blue, on one scale: full colour is the largest of
 * those shown.
 *
 * `count` (default 48): how many, from the first on. They start from random weights, so the first are as good a sample as any.
 */
export function filters(layer: Filters, options: { count?: number; columns?: number; title?: string } = {}): Figure {
  const { count = 48, columns = 16, title } = options;
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(`count must be a whole number of at least 1, but got ${count}.`);
  }
  return drawHeatMosaic(drawFilters(layer, count, 'weights'), {
    columns,
    title,
    positive: 'positive weight',
    negative: 'negative weight',
  });
}
