import type { Data } from 'plotly.js';
import type { Interval } from '../evaluation/model-comparison';
import type { AblationEffect, AblationResults } from '../experiments/ablation';
import { isShare } from '../search/objective';
import { errorBars } from './error-bars';
import type { Figure } from './figure';
import { describeObjective, formatScore, wrapText } from './scores';
import { colors, createFigure, escapeText } from './template';

/**
 * What each change of an ablation did to the score: the mean difference to the base over the folds with its 95 %
 * interval, and each fold as a small dot. Filled where the interval leaves out 0, hollow where the difference may be
 * chance; variants without a score have no point, and two folds with equal differences no interval.
 *
 * @throws RangeError where no variant has ended.
 */
export function ablation(results: AblationResults): Figure {
  const { base, effects, objective, folds } = results;
  if (base === undefined || effects.length === 0) {
    throw new RangeError('The ablation must have a completed base and a variant, but has none: run it first.');
  }
  const inPoints = isShare(objective);
  const scale = inPoints ? 100 : 1;
  const higherIsBetter = objective.direction === 'max';
  const rows = effects.map(({ name, value }) => {
    const former = base.hyperparameters[name];
    return escapeText(`${name}: ${former === undefined ? '' : `${former} → `}${value}`);
  });
  const scored = effects.flatMap((effect, row) => (effect.reason === undefined ? [{ effect, row }] : []));
  const dots: Data = {
    type: 'scatter',
    mode: 'markers',
    name: 'one fold',
    x: scored.flatMap(({ effect }) => effect.differences.map((difference) => scale * difference)),
    y: scored.flatMap(({ effect, row }) => effect.differences.map(() => rows[row])),
    marker: { color: colors.muted, size: 6, symbol: 'line-ns-open', line: { width: 1.5 } },
    hovertemplate: `%{y}, one fold: %{x:+.3~g}${inPoints ? ' points' : ''}<extra></extra>`,
  };
  const kinds = [
    { name: 'better than the base', color: colors.right, symbol: 'circle' as const, sign: 1 },
    { name: 'worse', color: colors.wrong, symbol: 'square' as const, sign: -1 },
    { name: 'may be chance', color: colors.ink, symbol: 'circle-open' as const, sign: 0 },
  ];
  const means = kinds.map(({ name, color, symbol, sign }): Data => {
    const of = scored.filter(({ effect }) => readSign(effect, higherIsBetter) === sign);
    const differences = of.map(({ effect }) => scale * effect.difference);
    const intervals = of.map(({ effect: { interval } }) => ({ low: scale * interval.low, high: scale * interval.high }));
    return {
      type: 'scatter',
      mode: 'markers',
      name,
      showlegend: of.length > 0,
      x: differences,
      y: of.map(({ row }) => rows[row]),
      error_x: errorBars(differences, intervals, { color, thickness: 2, width: 5 }),
      marker: { color, symbol, size: 11, line: { width: 2, color } },
      customdata: of.map(({ effect }, i) => [formatScore(effect.score, objective), describeInterval(intervals[i])]),
      hovertemplate: '%{y}: %{customdata[0]}, difference %{x:+.2f}, %{customdata[1]}<extra></extra>',
    };
  });
  const failed = effects.flatMap(({ reason }, row) => (reason === undefined ? [] : [{ reason, row }]));
  const title = describeObjective(objective).axis.title?.text ?? '';
  const unit = inPoints ? ' (percentage points)' : '';
  return createFigure([dots, ...means], {
    height: 130 + 27 * rows.length,
    showlegend: true,
    margin: { t: 60 },
    xaxis: {
      title: {
        text:
          `${title}: difference to the base${unit}<br>base ${formatScore(base.score, objective)}; mean of ${folds} ` +
          'folds, 95 % interval',
      },
      zeroline: true,
      zerolinecolor: colors.ink,
      zerolinewidth: 1.5,
    },
    yaxis: {
      type: 'category',
      categoryorder: 'array',
      categoryarray: rows,
      range: [rows.length - 0.5, -0.5],
      dtick: 1,
      ticks: '',
    },
    annotations: failed.map(({ reason, row }) => ({
      x: 0,
      y: row,
      xanchor: 'left',
      xshift: 6,
      showarrow: false,
      text: `no score: ${wrapText(reason).split('<br>')[0]}`,
      font: { size: 11, color: colors.ink },
    })),
  });
}

function describeInterval({ low, high }: Interval): string {
  if (Number.isNaN(low)) return 'no interval: two equal differences do not show how folds spread';
  const [from, to] = [low, high].map((end) => `${end < 0 ? '' : '+'}${end.toFixed(2)}`.replace('-', '−'));
  return `interval ${from} to ${to}`;
}

/** 1 where the change is better than the base, -1 where it is worse, 0 where the interval holds 0 or there is none. */
function readSign({ interval }: AblationEffect, higherIsBetter: boolean): number {
  const sign = interval.low > 0 ? 1 : interval.high < 0 ? -1 : 0;
  return sign === 0 || higherIsBetter ? sign : -sign;
}
