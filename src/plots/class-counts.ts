import type { Dataset } from '../data/dataset';
import { classCounts as countImages } from '../data/statistics';
import type { Figure } from './figure';
import { colors, createFigure } from './template';

/** Bars of how many images each class has. */
export function classCounts(dataset: Dataset, options: { title?: string } = {}): Figure {
  return createFigure(
    [
      {
        type: 'bar',
        x: [...dataset.classNames],
        y: [...countImages(dataset)],
        marker: { color: colors.training },
        hovertemplate: '%{x}: %{y} images<extra></extra>',
      },
    ],
    {
      ...(options.title ? { title: { text: options.title } } : {}),
      height: 360,
      bargap: 0.2,
      xaxis: { type: 'category', title: { text: 'Class' }, dtick: 1, tickangle: 0 },
      yaxis: { title: { text: 'Images' } },
    },
  );
}
