import type { HyperparameterImportance } from '../search/importance';
import type { Figure } from './figure';
import { colors, createFigure, escapeText } from './template';

/**
 * The importance of each hyperparameter as a bar, the largest on top, in percent of all, with the number of trials that had
 * it where not all did (PED-ANOVA: Watanabe, Bansal and Hutter, IJCAI 2023, "PED-ANOVA: Efficiently Quantifying
 * Hyperparameter Importance in Arbitrary Subspaces").
 *
 * A long bar says that the best tenth of the trials has other values of this hyperparameter than all trials have. It does
 * not say which values (see `effect`), nor what two hyperparameters do together, and a bar from few trials may be chance.
 *
 * @throws RangeError for no importances.
 */
export function importance(importances: readonly HyperparameterImportance[]): Figure {
  if (importances.length === 0) {
    throw new RangeError('importances must hold at least one hyperparameter, but got none.');
  }
  const bars = [...importances].sort((a, b) => b.importance - a.importance);
  const most = Math.max(...bars.map((bar) => bar.trials));
  return createFigure(
    [
      {
        type: 'bar',
        orientation: 'h',
        x: bars.map((bar) => bar.importance),
        y: bars.map((bar) => escapeText(bar.name)),
        // A share that rests on few trials should not look as solid as the others, on paper too.
        text: bars.map(({ importance: share, trials }) =>
          trials < most ? `${formatShare(share)} (${trials} trial${trials === 1 ? '' : 's'})` : formatShare(share),
        ),
        textposition: 'outside',
        cliponaxis: false,
        customdata: bars.map((bar) => bar.trials),
        marker: { color: colors.training },
        hovertemplate: '%{y}: %{x:.1%}, from %{customdata} trials<extra></extra>',
      },
    ],
    {
      height: 110 + 28 * bars.length,
      margin: { t: 25, r: 110 },
      bargap: 0.3,
      xaxis: { title: { text: 'Share of the importance' }, tickformat: '~%', rangemode: 'tozero' },
      yaxis: { type: 'category', autorange: 'reversed', dtick: 1, showgrid: false, ticks: '' },
    },
  );
}

/** `41 %`, below 10 % with one decimal. */
function formatShare(share: number): string {
  if (share > 0 && share < 0.0005) return '&lt; 0.1 %';
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
