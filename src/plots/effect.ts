import type { Data } from 'plotly.js';
import type { Figure } from './figure';
import { placeValues } from './hyperparameter-axis';
import {
  completedTrials,
  describeObjective,
  drawPartialTrials,
  escapeText,
  partialTrials,
  type SearchResults,
} from './search-results';
import { colors, createFigure } from './template';

/**
 * The score of each trial against one hyperparameter, with the mean of each value that several share. Other
 * hyperparameters vary along with it, so a difference is a hint, not a proof. Trials that were not trained to the end are
 * hollow and count in no mean.
 *
 * @throws RangeError where no completed trial has the hyperparameter.
 */
export function effect(search: SearchResults, name: string): Figure {
  const having = completedTrials(search).filter((trial) => name in trial.hyperparameters);
  if (having.length === 0) {
    throw new RangeError(`name must be a hyperparameter of a completed trial, but none has "${name}".`);
  }
  const shown = [...having, ...partialTrials(search).filter((trial) => name in trial.hyperparameters)];
  const { format } = describeObjective(search.objective);
  const { scale, positions, ticks } = placeValues(
    name,
    shown.map((trial) => trial.hyperparameters[name]),
  );
  const place = new Map(shown.map((trial, i) => [trial.id, positions[i]]));
  const { traces, axis } = drawPartialTrials(search, (trial) => place.get(trial.id));
  const data: Data[] = [
    {
      type: 'scatter',
      mode: 'markers',
      name: 'trial',
      x: positions.slice(0, having.length),
      y: having.map((trial) => trial.score),
      text: having.map((trial) => escapeText(`trial ${trial.id}, ${name} ${trial.hyperparameters[name]}`)),
      marker: { color: colors.training, size: 10, opacity: 0.7 },
      hovertemplate: `%{text}: %{y:${format}}<extra></extra>`,
    },
    ...traces,
  ];
  const groups = ticks
    .map(({ position }) => ({
      position,
      scores: having.filter((trial) => place.get(trial.id) === position).map((trial) => trial.score),
    }))
    .filter(({ scores }) => scores.length > 0);
  const named = groups.reduce((total, { scores }) => total + scores.length, 0) === having.length;
  const shared = named && groups.length < having.length;
  if (shared) {
    data.push({
      type: 'scatter',
      mode: 'markers',
      name: 'mean',
      x: groups.map(({ position }) => position),
      y: groups.map(({ scores }) => scores.reduce((total, score) => total + score, 0) / scores.length),
      marker: { symbol: 'line-ew', size: 44, line: { width: 3, color: colors.validation } },
      hovertemplate: `mean %{y:${format}}<extra></extra>`,
    });
  }
  return createFigure(data, {
    height: 360,
    showlegend: shared || traces.length > 0,
    xaxis: {
      title: { text: escapeText(name) },
      tickvals: ticks.map((tick) => tick.position),
      ticktext: ticks.map((tick) => escapeText(tick.text)),
      ...(scale === 'category' ? { range: [-0.6, ticks.length - 0.4], showgrid: false } : {}),
    },
    yaxis: axis,
  });
}
