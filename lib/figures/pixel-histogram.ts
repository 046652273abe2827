import { checkDataset } from '../data/check-dataset';
import type { Dataset } from '../data/dataset';
import type { Figure } from './figure';
import { colors, createFigure } from './template';

/** Which part of all pixels has each grey level, on a log scale, as most pixels are background. */
export function pixelHistogram(dataset: Dataset): Figure {
  checkDataset(dataset);
  const counts = countGreyLevels(dataset.images);
  return createFigure(
    [
      {
        type: 'scatter',
        mode: 'lines',
        x: [...counts.keys()],
        // Five digits are more than a screen shows; on a log scale a level without pixels is a gap.
        y: Array.from(counts, (count) => (count === 0 ? null : Number((count / dataset.images.length).toPrecision(5)))),
        line: { color: colors.training, width: 1, shape: 'hvh' },
        fill: 'tozeroy',
        fillcolor: `${colors.training}59`,
        hovertemplate: 'grey level %{x}: %{y:.3%} of all pixels<extra></extra>',
      },
    ],
    {
      height: 360,
      hovermode: 'x',
      xaxis: {
        title: { text: 'Grey level (0 paper, 255 full ink)' },
        range: [-2, 257],
        tickvals: [0, 32, 64, 96, 128, 160, 192, 224, 255],
      },
      yaxis: { type: 'log', title: { text: 'Share of all pixels' }, tickformat: '~%', dtick: 1 },
    },
  );
}

/** How many pixels have each grey level, `[256]`. */
function countGreyLevels(images: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const level of images) counts[level]++;
  return counts;
}
