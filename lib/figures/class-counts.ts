import type { Dataset } from '../data/dataset';
import { classCounts as countImages } from '../data/statistics';
import type { Figure } from './figure';
import { classAxis, colors, createFigure, escapeText } from './template';

/** Bars of how many images each class has. */
export function classCounts(dataset: Dataset, options: { title?: string } = {}): Figure {
  return createFigure(
    [
      {
        type: 'bar',
        x: dataset.classNames.map(escapeText),
        y: [...countImages(dataset)],
        marker: { color: colors.training },
        hovertemplate: '%{x}: %{y:,} images<extra></extra>',
      },
    ],
    {
      ...(options.title ? { title: { text: options.title } } : {}),
      height: 360,
      bargap: 0.2,
      xaxis: classAxis(dataset.classNames),
      yaxis: { title: { text: 'Images' }, tickformat: ',d' },
    },
  );
}
