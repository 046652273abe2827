import { compareModels, type EvaluatedModel } from '../evaluation/model-comparison';
import type { Figure } from './figure';
import { colorOf, createFigure } from './template';

/** The accuracy of each model with its 95 % interval (Wilson). */
export function modelComparison(models: readonly EvaluatedModel[], options: { title?: string } = {}): Figure {
  const scores = compareModels(models);
  return createFigure(
    scores.map(({ name, accuracy, interval }, i) => ({
      type: 'scatter' as const,
      mode: 'markers' as const,
      name,
      x: [accuracy],
      y: [name],
      error_x: {
        type: 'data' as const,
        symmetric: false,
        array: [interval.high - accuracy],
        arrayminus: [accuracy - interval.low],
        thickness: 2,
        width: 8,
      },
      marker: { color: colorOf(name, i), size: 12 },
      hovertemplate: `${name}: %{x:.2%}<extra></extra>`,
    })),
    {
      ...(options.title ? { title: { text: options.title } } : {}),
      height: 110 + 50 * scores.length,
      showlegend: false,
      xaxis: { title: { text: 'Test accuracy with 95 % interval' }, tickformat: '~%' },
      yaxis: { type: 'category', range: [scores.length - 0.4, -0.6] },
    },
  );
}
