import type { Data } from 'plotly.js';
import type { Figure } from './figure';
import { placeValues } from './hyperparameter-axis';
import { completedTrials, objectives, type SearchResults } from './search-results';
import { colors, createFigure } from './template';

/**
 * The score of each completed trial against one hyperparameter, with the mean of each value that several share. Other hyperparameters
 * vary along with it, so a difference is a hint, not a proof.
 *
 * @throws RangeError where no completed trial has the hyperparameter.
 */
export function effect(search: SearchResults, name: string): Figure {
  const having = completedTrials(search).filter((trial) => name in trial.hyperparameters);
  if (having.length === 0) {
    throw new RangeError(`name must be a hyperparameter of a completed trial, but none has "${name}".`);
  }
  const { axis, format } = objectives[search.objective];
  const { scale, positions, ticks } = placeValues(
    name,
    having.map((trial) => trial.hyperparameters[name]),
  );
  const data: Data[] = [
    {
      type: 'scatter',
      mode: 'markers',
      name: 'trial',
      x: [...positions],
      y: having.map((trial) => trial.score),
      text: having.map((trial) => `trial ${trial.id}, ${name} ${trial.hyperparameters[name]}`),
      marker: { color: colors.training, size: 10, opacity: 0.7 },
      hovertemplate: `%{text}: %{y:${format}}<extra></extra>`,
    },
  ];
  const named = positions.every((position) => ticks.some((tick) => tick.position === position));
  const shared = named && new Set(positions).size < positions.length;
  if (shared) {
    const means = ticks.map(({ position }) => {
      const scores = having.filter((_, i) => positions[i] === position).map((trial) => trial.score);
      return scores.reduce((total, score) => total + score, 0) / scores.length;
    });
    data.push({
      type: 'scatter',
      mode: 'markers',
      name: 'mean',
      x: ticks.map((tick) => tick.position),
      y: means,
      marker: { symbol: 'line-ew', size: 44, line: { width: 3, color: colors.validation } },
      hovertemplate: `mean %{y:${format}}<extra></extra>`,
    });
  }
  return createFigure(data, {
    height: 360,
    showlegend: shared,
    xaxis: {
      title: { text: name },
      tickvals: ticks.map((tick) => tick.position),
      ticktext: ticks.map((tick) => tick.text),
      ...(scale === 'category' ? { range: [-0.6, ticks.length - 0.4], showgrid: false } : {}),
    },
    yaxis: axis,
  });
}
