import type { ConfusionMatrix } from '../evaluation/confusion-matrix';
import type { Figure } from './figure';
import { blues, createFigure } from './template';

/** Up to this many classes the numbers fit in the cells. */
const MAX_CLASSES_WITH_NUMBERS = 15;

/**
 * A square heatmap of true class (rows) against predicted class (columns).
 *
 * `normalize: 'rows'` colours by share of the true class's images instead of their number; `muteDiagonal` greys the
 * right answers out, so that the colours show the mistakes alone.
 */
export function confusionMatrix(
  matrix: ConfusionMatrix,
  options: { normalize?: 'rows'; muteDiagonal?: boolean; title?: string } = {},
): Figure {
  const { normalize, muteDiagonal = false, title } = options;
  const { counts, classNames } = matrix;
  const classes = classNames.length;
  const z = cellValues(counts, normalize === 'rows', muteDiagonal);
  const numbered = classes <= MAX_CLASSES_WITH_NUMBERS;
  const side = Math.max(430, classes * 16);
  const axis = {
    type: 'category',
    dtick: 1,
    tickangle: 0,
    tickfont: { size: classes > 30 ? 10 : 12 },
    showgrid: false,
    constrain: 'domain',
  } as const;
  return createFigure(
    [
      {
        type: 'heatmap',
        x: [...classNames],
        y: [...classNames],
        z,
        customdata: counts as never,
        colorscale: blues,
        zmin: 0,
        xgap: 1,
        ygap: 1,
        hoverongaps: false,
        hovertemplate: 'true %{y}, predicted %{x}: %{customdata} images<extra></extra>',
        ...(numbered ? { text: counts.map((row) => row.map(String)), texttemplate: '%{text}' } : {}),
        showscale: !numbered,
        colorbar: {
          title: {
            text: normalize ? 'Share of the true class' : 'Images',
            side: 'right',
            font: { size: 14 },
          },
          thickness: 14,
          tickformat: normalize ? '~%' : 'd',
        },
      } as never,
    ],
    {
      ...(title ? { title: { text: title } } : {}),
      height: side + 120,
      plot_bgcolor: '#e8e8e8',
      xaxis: { ...axis, title: { text: 'Predicted class' } },
      yaxis: { ...axis, title: { text: 'True class' }, autorange: 'reversed', scaleanchor: 'x' },
    },
  );
}

/** Counts or shares of each row, `null` on a muted diagonal; a row without images has shares of 0. */
export function cellValues(
  counts: ConfusionMatrix['counts'],
  shares: boolean,
  muteDiagonal: boolean,
): (number | null)[][] {
  return counts.map((row, t) => {
    const support = row.reduce((total, count) => total + count, 0);
    return row.map((count, p) => {
      if (muteDiagonal && t === p) return null;
      // Four digits are more than a screen shows, and keep a 47 x 47 figure small.
      return shares ? Number((count / Math.max(1, support)).toFixed(4)) : count;
    });
  });
}
