import type { FeatureMaps } from '../interpretability/feature-maps';
import type { Figure } from './figure';
import { drawFilters, drawHeatMosaic, heatLevel } from './heat-mosaic';
import type { Tile } from './mosaic';

/**
 * An image, and beside and below it a row of feature maps for each layer, positive activations vermilion, negative ones blue;
 * over each row stands the maps' size. Full colour is the largest activation of the row.
 *
 * `count` (default 15): maps of each layer, from the first on, which are as good a sample as any.
 */
export function featureMaps({ image, layers }: FeatureMaps, options: { count?: number; title?: string } = {}): Figure {
  const { count = 15, title } = options;
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(`count must be a whole number of at least 1, but got ${count}.`);
  }
  const widest = Math.min(count, Math.max(...layers.map((layer) => layer.count)));
  const input = Uint8Array.from(image, (ink) => heatLevel(0, ink));
  const rows = layers.map((layer, row): Tile[] => {
    const [first, ...others] = drawFilters(layer, widest, 'activations');
    const maps = [{ ...first, label: `${layer.height} × ${layer.width}` }, ...others];
    const blanks = Array<Tile>(widest - maps.length).fill({});
    return [row === 0 ? { image: input, label: 'image', hover: 'the image' } : {}, ...maps, ...blanks];
  });
  return drawHeatMosaic(rows.flat(), {
    columns: widest + 1,
    title,
    positive: 'positive activation',
    // Rectifiers have none.
    ...(layers.some(({ values }) => values.some((value) => value < 0)) ? { negative: 'negative activation' } : {}),
  });
}
