import { isBetter } from '../tuner/objective';
import type { Figure } from './figure';
import { completedTrials, describeObjective, drawPartialTrials, type SearchResults } from './search-results';
import { colors, createFigure } from './template';

/**
 * The score of each trial in the order begun, with the standard deviation over its trainings, and the best so far.
 *
 * Trials that were pruned, or are paused or running, are hollow and never the best: their scores stem from fewer epochs or
 * fewer trainings. A failed trial leaves a gap.
 */
export function searchHistory(search: SearchResults): Figure {
  const { format } = describeObjective(search.objective);
  const { traces, axis } = drawPartialTrials(search, (trial) => trial.id);
  const completed = completedTrials(search);
  const repeated = completed.some((trial) => trial.scores.length > 1);
  const best = bestSoFar(search);
  const last = Math.max(1, ...search.trials.map((trial) => trial.id));
  return createFigure(
    [
      {
        type: 'scatter',
        mode: 'lines',
        name: 'best so far',
        x: best.map(({ trial }) => trial),
        y: best.map(({ score }) => score),
        line: { color: colors.validation, shape: 'hv' },
        hovertemplate: `best after trial %{x}: %{y:${format}}<extra></extra>`,
      },
      {
        type: 'scatter',
        mode: 'markers',
        name: repeated ? 'trial ± standard deviation over its trainings' : 'trial',
        x: completed.map((trial) => trial.id),
        y: completed.map((trial) => trial.score),
        error_y: { type: 'data', array: completed.map((trial) => trial.spread), visible: repeated },
        marker: { color: colors.training, size: 9 },
        hovertemplate: `trial %{x}: %{y:${format}}<extra></extra>`,
      },
      ...traces,
    ],
    {
      height: 380,
      xaxis: {
        title: { text: 'Trial' },
        range: [0.4, last + 0.6],
        ...(last <= 30 ? { dtick: 1 } : {}),
      },
      yaxis: axis,
    },
  );
}

/** The best score of a completed trial after each trial, from the first completed one on. */
export function bestSoFar(search: SearchResults): { trial: number; score: number }[] {
  const completed = new Map(completedTrials(search).map((trial) => [trial.id, trial.score]));
  let best = Number.NaN;
  return search.trials
    .map((trial) => trial.id)
    .sort((a, b) => a - b)
    .map((trial) => {
      const score = completed.get(trial) ?? Number.NaN;
      if (isBetter(score, best, search.objective)) best = score;
      return { trial, score: best };
    })
    .filter(({ score }) => !Number.isNaN(score));
}
