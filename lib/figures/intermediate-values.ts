import type { Data } from 'plotly.js';
import { objectiveValue } from '../search/objective';
import { rankedTrials, type SearchResults } from '../search/search-results';
import { findBaseline, nameTrial, type Trial, type TrialStatus } from '../search/trial';
import type { Figure } from './figure';
import { describeObjective, findRange } from './scores';
import { colors, createFigure } from './template';
import { baselineMarker, chooseMarkerSize, describeTrial, nameBaseline, statusMarkers } from './trial-markers';

/**
 * The objective after each epoch, a line for each trial with a marker of its status at its end: completed trials solid, those
 * that were pruned, are paused or running, or failed, pale and dashed, the best one thick, the builder's own default black.
 *
 * Where a trial has several trainings, its line is their mean, as far as all that were begun have come. A line may end above or
 * below its trial's score where early stopping gave the score of an earlier epoch.
 *
 * @throws RangeError where no trial has finished an epoch.
 */
export function intermediateValues(search: SearchResults): Figure {
  const { axis, format } = describeObjective(search.objective);
  const lines = search.trials
    .map((trial) => ({ trial, values: gatherIntermediateValues(trial, search) }))
    .filter(({ values }) => values.length > 0);
  if (lines.length === 0) {
    throw new RangeError(
      `search must hold a trial that has finished an epoch, but none of its ${search.trials.length} trials has.`,
    );
  }
  const best = rankedTrials(search)[0];
  const baseline = findBaseline(search.trials)?.id;
  const longest = Math.max(...lines.map(({ values }) => values.length));
  const points = lines.map(({ trial, values }) => ({
    completed: trial.status === 'completed',
    values: values.filter((value) => !Number.isNaN(value)).map((score) => ({ score, spread: 0 })),
  }));
  const range = findRange(
    points.flatMap(({ completed, values }) => (completed ? values : [])),
    points.flatMap(({ completed, values }) => (completed ? [] : values)),
  );
  const draw = (status: TrialStatus, shown: readonly Line[], look: Look) => drawLines(status, shown, look, format);
  const size = chooseMarkerSize(lines.length) - 1;
  const crowded = lines.length > 60;
  const drawStatus = (status: TrialStatus, opacity: number, line: Look['line']) =>
    draw(
      status,
      lines.filter(({ trial }) => trial.status === status && trial.id !== best?.id && trial.id !== baseline),
      { opacity, line, marker: { ...statusMarkers[status], size } },
    );
  return createFigure(
    [
      ...(['pruned', 'paused', 'running', 'failed'] as const).flatMap((status) =>
        drawStatus(status, crowded ? 0.3 : 0.5, { color: statusMarkers[status].color, width: 1, dash: 'dot' }),
      ),
      ...drawStatus('completed', crowded ? 0.4 : 0.8, { color: colors.training, width: 1.2 }),
      ...lines
        .filter(({ trial }) => trial.id === baseline && trial.id !== best?.id)
        .flatMap((line) => {
          const { status } = line.trial;
          return draw(status, [line], {
            name: nameBaseline(status),
            opacity: 1,
            line: { color: colors.ink, width: 1.5, dash: status === 'completed' ? 'solid' : 'dot' },
            marker: { ...baselineMarker(status), size: size + 4 },
          });
        }),
      ...draw(
        'completed',
        lines.filter(({ trial }) => trial.id === best?.id),
        {
          name: `best: ${best && nameTrial(best)}`,
          opacity: 1,
          line: { color: colors.validation, width: 3.5 },
          marker: { symbol: 'star', color: colors.validation, size: 14, line: { color: '#ffffff', width: 1 } },
        },
      ),
    ],
    {
      height: 400,
      showlegend: true,
      margin: { t: 60 },
      xaxis: {
        title: { text: 'Epoch' },
        range: [longest === 1 ? 0.5 : 1 - 0.03 * (longest - 1), longest + Math.max(0.03 * (longest - 1), 0.1)],
        ...(longest <= 15 ? { dtick: 1 } : {}),
      },
      yaxis: { ...axis, ...(range === undefined ? {} : { range }) },
    },
  );
}

/** A trial and its objective after each epoch. */
interface Line {
  readonly trial: Trial;
  readonly values: readonly number[];
}

/** How lines of one kind are drawn; `name` is the status by default. */
interface Look {
  readonly name?: string;
  readonly opacity: number;
  readonly line: { readonly color: string; readonly width: number; readonly dash?: string };
  readonly marker: object;
}

/** The lines of some trials as one trace, and their ends as another; `format` is d3's, of a score. */
function drawLines(status: TrialStatus, shown: readonly Line[], look: Look, format: string): Data[] {
  if (shown.length === 0) return [];
  const { name = status, opacity, line, marker } = look;
  return [
    {
      type: 'scatter',
      mode: 'lines',
      legendgroup: name,
      showlegend: false,
      // A null parts a line from the next.
      x: shown.flatMap(({ values }) => [...values.map((_, i) => i + 1), null]),
      y: shown.flatMap(({ values }) => [...values.map((value) => (Number.isNaN(value) ? null : value)), null]),
      text: shown.flatMap(({ trial, values }) => [...values.map(() => `${nameTrial(trial)}, ${status}`), '']),
      opacity,
      line,
      hovertemplate: `%{y:${format}} after epoch %{x}: %{text}<extra></extra>`,
    } as Data,
    {
      type: 'scatter',
      mode: 'markers',
      name,
      legendgroup: name,
      x: shown.map(({ values }) => values.length),
      y: shown.map(({ values }) => values[values.length - 1]),
      text: shown.map(({ trial }) => describeTrial(trial)),
      marker: { opacity: Math.min(1, opacity + 0.2), ...marker },
      hovertemplate: `%{y:${format}} after epoch %{x}: %{text}<extra></extra>`,
    } as Data,
  ];
}

/** The mean of the objective over a trial's trainings after each epoch that all of them have finished. */
export function gatherIntermediateValues({ histories }: Trial, { objective }: SearchResults): number[] {
  if (histories.length === 0) return [];
  const shortest = Math.min(...histories.map(({ epochs }) => epochs.length));
  return Array.from(
    { length: shortest },
    (_, i) => histories.reduce((sum, { epochs }) => sum + objectiveValue(epochs[i], objective), 0) / histories.length,
  );
}
