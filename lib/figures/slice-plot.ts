import type { Data, Layout } from 'plotly.js';
import { completedTrials, failedTrials, type SearchResults } from '../search/search-results';
import { nameTrial, type Trial } from '../search/trial';
import type { Figure } from './figure';
import { formatValue, placeValues } from './hyperparameter-axis';
import { varyingNames } from './parallel-coordinates';
import { describeObjective } from './scores';
import { colors, createFigure, escapeText } from './template';
import { describeScoreAxes, drawTrials } from './trial-markers';

/** Panels beside each other; a value's tick must stay readable. */
const COLUMNS = 3;
/** Pixels: a panel's own height, and below it its ticks and name. */
const PANEL = 175;
const BELOW = 95;
/** Numbers that have room for a mean each. */
const MAX_MEANS = 6;
/** Letters that fit below a panel in a window of 640 pixels. */
const ROOM = 18;

/**
 * The score of each trial against one hyperparameter, a panel for each, all on one y axis, with the mean of each value that
 * several trials share. Other hyperparameters vary along with it, so a difference is a hint, not a proof. Trials that were not
 * trained to the end are hollow and count in no mean; failed ones are crosses at the bottom, the builder's own default is a
 * triangle.
 *
 *     figures.slicePlot(search, { names: ['units1'] })
 *
 * `names`: the hyperparameters to show. Default: those that vary among completed trials, at most 7, the ones that most have
 * first.
 *
 * @throws RangeError where no trial is completed, or none has a hyperparameter that was named.
 */
export function slicePlot(search: SearchResults, options: { names?: readonly string[] } = {}): Figure {
  const completed = completedTrials(search);
  if (completed.length === 0) {
    throw new RangeError(`search must hold a completed trial, but none of its ${search.trials.length} trials is.`);
  }
  const { names = varyingNames(completed) } = options;
  if (names.length === 0) throw new RangeError('names must hold at least one hyperparameter, but got none.');
  const columns = Math.min(COLUMNS, names.length);
  const rows = Math.ceil(names.length / columns);
  const height = names.length === 1 ? 300 : rows * PANEL + (rows - 1) * BELOW;
  const { axis, failedAxis } = describeScoreAxes(search);
  const data: Data[] = [];
  const layout: Record<string, unknown> = {};
  for (const [i, name] of names.entries()) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const axes = { x: axisName('x', i), y: axisName('y', row), failed: axisName('y', rows + row) };
    const slice = gatherSlice(search, name);
    const { scale, ticks } = slice;
    data.push(...drawMeans(slice, search, axes, i === 0));
    data.push(
      ...drawTrials(search, ({ id }) => slice.positions.get(id), {
        axes,
        legend: i === 0,
        describe: (trial) =>
          escapeText(`${nameTrial(trial)}, ${trial.status}, ${name} ${formatValue(trial.hyperparameters[name])}`),
      }),
    );
    const gap = columns === 1 ? 0 : 0.05;
    const width = (1 - gap * (columns - 1)) / columns;
    layout[layoutKey(axes.x)] = {
      title: { text: escapeText(name) },
      anchor: axes.y,
      domain: [column * (width + gap), column * (width + gap) + width],
      tickvals: ticks.map((tick) => tick.position),
      ticktext: ticks.map((tick) => escapeText(tick.text)),
      // Left to Plotly, they stand upright in a narrow window and run into the panel below.
      tickangle: names.length > 1 && ticks.map((tick) => tick.text).join('').length > ROOM ? -30 : 0,
      ...(scale === 'category'
        ? { range: [ticks[0].position - 0.6, ticks[ticks.length - 1].position + 0.6], showgrid: false }
        : {}),
    };
    if (column > 0) continue;
    const top = 1 - (row * (PANEL + BELOW)) / height;
    const domain = rows === 1 ? [0, 1] : [Math.max(0, top - PANEL / height), top];
    layout[layoutKey(axes.y)] = { ...axis, domain, anchor: axes.x, ...(row > 0 ? { matches: 'y' } : {}) };
    layout[layoutKey(axes.failed)] = { ...failedAxis, overlaying: axes.y, anchor: axes.x };
  }
  if (failedTrials(search).length === 0) for (let row = 0; row < rows; row++) delete layout[layoutKey(axisName('y', rows + row))];
  return createFigure(data, {
    height: height + 60 + 95,
    showlegend: true,
    margin: { t: 60, b: 65 },
    ...(layout as Partial<Layout>),
  });
}

/** One hyperparameter's part of a search. */
export interface Slice {
  readonly scale: 'category' | 'linear' | 'log';
  /** Where trials that have it stand on the x axis, by id. */
  readonly positions: ReadonlyMap<number, number>;
  readonly ticks: readonly { readonly position: number; readonly text: string }[];
  /** Of completed trials, for each value; none where no two of them share one, or there are too many numbers. */
  readonly means: readonly { readonly position: number; readonly mean: number; readonly trials: number }[];
}

/** The numbers of one panel. */
export function gatherSlice(search: SearchResults, name: string): Slice {
  const has = (trial: Trial) => name in trial.hyperparameters;
  const completed = completedTrials(search).filter(has);
  if (completed.length === 0) {
    const known = [...new Set(completedTrials(search).flatMap((trial) => Object.keys(trial.hyperparameters)))];
    throw new RangeError(
      `names must be hyperparameters of completed trials, but none has "${name}". They have ${known.join(', ')}.`,
    );
  }
  const shown = search.trials.filter(has);
  const { scale, positions, ticks } = placeValues(
    name,
    shown.map((trial) => trial.hyperparameters[name]),
  );
  const place = new Map(shown.map((trial, i) => [trial.id, positions[i]]));
  const values = [...new Set(completed.map(({ id }) => place.get(id) as number))].sort((a, b) => a - b);
  const shared = values.length < completed.length && (scale === 'category' || values.length <= MAX_MEANS);
  const means = values.map((position) => {
    const scores = completed.filter(({ id }) => place.get(id) === position).map(({ score }) => score);
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return { position, mean, trials: scores.length };
  });
  return { scale, positions: place, ticks, means: shared ? means : [] };
}

function drawMeans(
  { means }: Slice,
  { objective }: SearchResults,
  axes: { readonly x: string; readonly y: string },
  legend: boolean,
): Data[] {
  if (means.length === 0) return [];
  const { format } = describeObjective(objective);
  return [
    {
      type: 'scatter',
      mode: 'markers',
      name: 'mean of each value',
      legendgroup: 'mean',
      showlegend: legend,
      x: means.map(({ position }) => position),
      y: means.map(({ mean }) => mean),
      xaxis: axes.x,
      yaxis: axes.y,
      text: means.map(({ trials }) => `mean of ${trials} completed trial${trials === 1 ? '' : 's'}`),
      marker: { symbol: 'line-ew', size: 18, line: { width: 3, color: colors.validation } },
      hovertemplate: `%{y:${format}}: %{text}<extra></extra>`,
    } as Data,
  ];
}

/** Plotly counts axes x, x2, x3. */
function axisName(letter: 'x' | 'y', index: number): string {
  return index === 0 ? letter : `${letter}${index + 1}`;
}

function layoutKey(axis: string): string {
  return `${axis[0]}axis${axis.slice(1)}`;
}
