import type { Dataset } from '../data/dataset';
import { classCounts as countClasses } from '../data/statistics';
import type { Figure } from './figure';
import { colorOf, createFigure } from './template';

/** Bars of how many images each class has, one colour for each part: `classCounts({ training, validation, test })`. */
export function classCounts(parts: Readonly<Record<string, Dataset>>): Figure {
  const entries = Object.entries(parts);
  const data = entries.map(([name, dataset], i) => ({
    type: 'bar' as const,
    name,
    x: [...dataset.classNames],
    y: [...countClasses(dataset)],
    marker: { color: colorOf(name, i) },
    hovertemplate: `%{x}: %{y} images (${name})<extra></extra>`,
  }));
  return createFigure(data, {
    height: 380,
    barmode: 'group',
    bargap: 0.2,
    showlegend: entries.length > 1,
    xaxis: { type: 'category', title: { text: 'Class' }, dtick: 1, tickangle: 0 },
    yaxis: { title: { text: 'Images' } },
  });
}
