import { compareModels, type EvaluatedModel } from '../evaluation/model-comparison';
import { errorBars } from './error-bars';
import type { Figure } from './figure';
import { createFigure, escapeText, styleOf } from './template';

/** The accuracy of each model with its 95 % interval (Wilson). */
export function modelComparison(models: readonly EvaluatedModel[], options: { title?: string } = {}): Figure {
  const scores = compareModels(models);
  return createFigure(
    scores.map(({ name, accuracy, interval }, i) => {
      const { color, symbol } = styleOf(name, i);
      return {
        type: 'scatter' as const,
        mode: 'text+markers' as const,
        name: escapeText(name),
        x: [accuracy],
        y: [escapeText(name)],
        text: [`${(100 * accuracy).toFixed(2)} %`],
        textposition: 'top center' as const,
        cliponaxis: false,
        error_x: errorBars([accuracy], [interval], { thickness: 2, width: 8 }),
        marker: { color, symbol, size: 12 },
        customdata: [[interval.low, interval.high]],
        hovertemplate: '%{y}: %{x:.2%}, interval %{customdata[0]:.2%} to %{customdata[1]:.2%}<extra></extra>',
      };
    }),
    {
      ...(options.title ? { title: { text: options.title } } : {}),
      height: 120 + 60 * scores.length,
      showlegend: false,
      xaxis: { title: { text: 'Test accuracy with 95 % interval' }, tickformat: '~%' },
      yaxis: { type: 'category', range: [scores.length - 0.4, -0.6], showgrid: false },
    },
  );
}
