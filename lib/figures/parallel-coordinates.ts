import { isShare } from '../search/objective';
import { completedTrials, type SearchResults } from '../search/search-results';
import type { Trial } from '../search/trial';
import type { Figure } from './figure';
import { placeValues } from './hyperparameter-axis';

import { createFigure, escapeText } from './template';

/** The best are darkest: a yellow line, as at the end of Viridis, is hard to see on white paper. */
const PALE_TO_DARK: [number, string][] = [
  [0, '#d5dde5'],
  [0.5, '#74add1'],
  [1, '#08306b'],
];

/** More axes do not fit a notebook's width. */
const MAX_AXES = 7;

/**
 * Each completed trial as a line through its hyperparameters to its score, coloured from pale (worst) to dark blue (best); drag
 * along an axis to pick trials out. Trials that were not trained to the end are left out.
 *
 * `names`: the hyperparameters to show. Default: those that vary, at most 7, the ones that most trials have first. A
 * trial that lacks one passes through `none`.
 *
 * @throws RangeError where no trial is completed, or none has a hyperparameter that was named.
 */
export function parallelCoordinates(search: SearchResults, options: { names?: readonly string[] } = {}): Figure {
  const completed = completedTrials(search);
  if (completed.length === 0) {
    throw new RangeError(`search must hold a completed trial, but none of its ${search.trials.length} trials is.`);
  }
  const { names = varyingNames(completed) } = options;
  const dimensions = names.map((name) => {
    const values = completed.map((trial) => trial.hyperparameters[name]);
    if (values.every((value) => value === undefined)) {
      throw new RangeError(
        `names must be hyperparameters of these trials, but got "${name}". ` +
          `They have ${[...new Set(completed.flatMap((trial) => Object.keys(trial.hyperparameters)))].join(', ')}.`,
      );
    }
    const { positions, ticks } = placeValues(name, values);
    const ends = [...positions, ...ticks.map((tick) => tick.position)];
    return {
      label: escapeText(name),
      values: positions,
      range: [Math.min(...ends), Math.max(...ends)],
      tickvals: ticks.map((tick) => tick.position),
      ticktext: ticks.map((tick) => tick.text),
    };
  });
  const scores = completed.map((trial) => trial.score);
  return createFigure(
    [
      {
        type: 'parcoords',
        dimensions: [
          ...dimensions,
          { label: escapeText(search.objective.name), values: scores, tickformat: isShare(search.objective) ? '.3~%' : '.3~g' },
        ],
        line: { color: scores, colorscale: PALE_TO_DARK, reversescale: search.objective.direction === 'min' },
        labelangle: -20,
        labelfont: { size: 12 },
        tickfont: { size: 10 },
        rangefont: { size: 1, color: 'rgba(0,0,0,0)' },
      } as never,
    ],
    { height: 400, margin: { l: 70, r: 70, t: 90, b: 30 } },
  );
}

/**
 * The hyperparameters whose value differs between trials (all, where none does), those that most trials have first, then
 * in the order asked.
 */
export function varyingNames(trials: readonly Trial[]): string[] {
  const names = [...new Set(trials.flatMap((trial) => Object.keys(trial.hyperparameters)))];
  const activity = (name: string) => trials.filter((trial) => name in trial.hyperparameters).length;
  const varying = names.filter((name) => new Set(trials.map((trial) => trial.hyperparameters[name])).size > 1);
  return (varying.length > 0 ? varying : names).sort((a, b) => activity(b) - activity(a)).slice(0, MAX_AXES);
}
