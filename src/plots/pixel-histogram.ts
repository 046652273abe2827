import type { Dataset } from '../data/dataset';
import type { Figure } from './figure';
import { colors, createFigure } from './template';

/** Which part of all pixels has each grey level, on a log scale, as most pixels are background. */
export function pixelHistogram(dataset: Dataset): Figure {
  const counts = countGreyLevels(dataset.images);
  return createFigure(
    [
      {
        type: 'bar',
        x: [...counts.keys()],
        y: Array.from(counts, (count) => count / dataset.images.length),
        marker: { color: colors.training, line: { width: 0 } },
        hovertemplate: 'grey level %{x}: %{y:.3%} of all pixels<extra></extra>',
      },
    ],
    {
      height: 360,
      bargap: 0,
      xaxis: { title: { text: 'Grey level (0 background, 255 full ink)' }, range: [-2, 257] },
      yaxis: { type: 'log', title: { text: 'Share of pixels' }, tickformat: '~%', dtick: 1 },
    },
  );
}

/** How many pixels have each grey level, `[256]`. */
export function countGreyLevels(images: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const level of images) counts[level]++;
  return counts;
}
