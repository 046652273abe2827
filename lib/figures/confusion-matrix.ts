import type { ConfusionMatrix } from '../evaluation/confusion-matrix';
import type { Figure } from './figure';
import { blues, classAxis, createFigure, escapeText } from './template';

/** Up to this many classes the numbers fit in the cells. */
const MAX_CLASSES_WITH_NUMBERS = 15;

/**
 * A square heatmap of true class (rows) against predicted class (columns).
 *
 * `normalize: 'rows'` colours by share of the true class's images instead of their number; `muteDiagonal` greys the
 * right answers out, so that the colours show the mistakes alone. The scale is steep at its low end, where mistakes are.
 */
export function confusionMatrix(
  matrix: ConfusionMatrix,
  options: { normalize?: 'rows'; muteDiagonal?: boolean; title?: string } = {},
): Figure {
  const { normalize, muteDiagonal = false, title } = options;
  const { counts } = matrix;
  const names = matrix.classNames.map(escapeText);
  const shares = normalize === 'rows';
  const numbered = names.length <= MAX_CLASSES_WITH_NUMBERS;
  const side = Math.max(430, names.length * 16);
  const axis = { constrain: 'domain', ticks: '', showline: false, ticklabelstandoff: 4 } as const;
  return createFigure(
    [
      {
        type: 'heatmap',
        x: names,
        y: names,
        z: cellValues(counts, shares, muteDiagonal),
        customdata: cellValues(counts, !shares, muteDiagonal),
        colorscale: blues,
        zmin: 0,
        xgap: 1,
        ygap: 1,
        hoverongaps: false,
        hovertemplate: shares
          ? 'true %{y}, predicted %{x}: %{customdata:,} images, %{z:.2%} of true %{y}<extra></extra>'
          : 'true %{y}, predicted %{x}: %{z:,} images, %{customdata:.2%} of true %{y}<extra></extra>',
        ...(numbered ? { text: counts.map((row) => row.map(String)), texttemplate: '%{text}' } : {}),
        colorbar: {
          title: { text: shares ? 'Share of the true class' : 'Images', side: 'right', font: { size: 14 } },
          thickness: 14,
          outlinewidth: 0,
          tickformat: shares ? '~%' : ',d',
        },
      } as never,
    ],
    {
      ...(title ? { title: { text: title } } : {}),
      height: side + 120,
      // A wider figure would leave the square far from its colour bar.
      ...(numbered ? { width: side + 210 } : {}),
      plot_bgcolor: '#e8e8e8',
      xaxis: { ...classAxis(matrix.classNames, 'Predicted class'), ...axis },
      yaxis: { ...classAxis(matrix.classNames, 'True class'), ...axis, autorange: 'reversed', scaleanchor: 'x' },
    },
  );
}

/** Counts or shares of each row, `null` on a muted diagonal; a row without images has shares of 0. */
export function cellValues(counts: ConfusionMatrix['counts'], shares: boolean, muteDiagonal: boolean): (number | null)[][] {
  return counts.map((row, t) => {
    const support = row.reduce((total, count) => total + count, 0);
    return row.map((count, p) => {
      if (muteDiagonal && t === p) return null;
      // Four digits are more than a screen shows, and keep a 47 x 47 figure small.
      return shares ? Number((count / Math.max(1, support)).toFixed(4)) : count;
    });
  });
}
