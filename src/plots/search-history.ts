import type { Figure } from './figure';
import { completedTrials, objectives, type SearchResults } from './search-results';
import { colors, createFigure } from './template';

/**
 * The score of each completed trial in the order tried, with the standard deviation over its folds, and the best so
 * far. A failed trial leaves a gap.
 */
export function searchHistory(search: SearchResults): Figure {
  const { axis, format } = objectives[search.objective];
  const trials = completedTrials(search);
  const ids = trials.map((trial) => trial.id);
  const folded = trials.some((trial) => trial.scores.length > 1);
  return createFigure(
    [
      {
        type: 'scatter',
        mode: 'lines',
        name: 'best so far',
        x: ids,
        y: bestSoFar(search),
        line: { color: colors.validation, shape: 'hv' },
        hovertemplate: `best after trial %{x}: %{y:${format}}<extra></extra>`,
      },
      {
        type: 'scatter',
        mode: 'markers',
        name: folded ? 'trial ± standard deviation over its folds' : 'trial',
        x: ids,
        y: trials.map((trial) => trial.score),
        error_y: { type: 'data', array: trials.map((trial) => trial.spread), visible: folded },
        marker: { color: colors.training, size: 9 },
        hovertemplate: `trial %{x}: %{y:${format}}<extra></extra>`,
      },
    ],
    {
      height: 380,
      xaxis: { title: { text: 'Trial' }, ...(ids.length <= 30 ? { dtick: 1 } : {}) },
      yaxis: axis,
    },
  );
}

/** The best score up to and including each completed trial, in the order tried. */
export function bestSoFar(search: SearchResults): number[] {
  const { better } = objectives[search.objective];
  let best: number | undefined;
  return completedTrials(search).map(({ score }) => {
    best = best === undefined ? score : better(best, score);
    return best;
  });
}
