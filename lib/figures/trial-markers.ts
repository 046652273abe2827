import type { Data, LayoutAxis } from 'plotly.js';
import { completedTrials, failedTrials, partialTrials, type SearchResults } from '../search/search-results';
import { findBaseline, nameTrial, type Trial, type TrialStatus, trainedEpochs } from '../search/trial';
import { describeObjective, findRange, wrapText } from './scores';
import { colors } from './template';

/** One look for each status in every figure, told apart by the symbol alone, too: filled where the score counts. */
export const statusMarkers: Readonly<Record<TrialStatus, { readonly symbol: string; readonly color: string }>> = {
  completed: { symbol: 'circle', color: colors.training },
  pruned: { symbol: 'circle-open', color: colors.training },
  paused: { symbol: 'square-open', color: colors.training },
  running: { symbol: 'diamond-open', color: colors.training },
  failed: { symbol: 'x', color: colors.wrong },
};

/** The look of the builder's own default, which the other trials have to beat: hollow where its score does not count. */
export function baselineMarker(status: TrialStatus): { readonly symbol: string; readonly color: string } {
  if (status === 'failed') return statusMarkers.failed;
  return { symbol: `triangle-down${status === 'completed' ? '' : '-open'}`, color: colors.ink };
}

/** What a legend calls the builder's own default. */
export function nameBaseline(status: TrialStatus): string {
  return status === 'completed' ? 'default' : `default, ${status}`;
}

/** In pixels: many markers must not cover each other. */
export function chooseMarkerSize(count: number): number {
  return count > 60 ? 6 : 9;
}

/**
 * Each trial as a marker of its status at its score, failed ones at the bottom, where `place` gives it a place on the x axis; the
 * builder's own default has a marker of its own, unless it failed.
 * `describe` makes the hover's text, `describeTrial` by default; with it, the spread over trainings is not drawn.
 */
export function drawTrials(
  search: SearchResults,
  place: (trial: Trial) => number | undefined,
  options: {
    readonly axes?: { readonly x: string; readonly y: string; readonly failed: string };
    readonly legend?: boolean;
    readonly describe?: (trial: Trial) => string;
  } = {},
): Data[] {
  const { axes = { x: 'x', y: 'y', failed: 'y2' }, legend = true, describe } = options;
  const { format } = describeObjective(search.objective);
  const isOff = makeIsOff(search);
  const size = chooseMarkerSize(search.trials.length);
  const completed = completedTrials(search);
  const repeated = describe === undefined && completed.some((trial) => trial.scores.length > 1);
  const baseline = findBaseline(search.trials)?.id;
  const others = (trials: readonly Trial[]) => trials.filter(({ id }) => id !== baseline);
  const draw = (status: TrialStatus, trials: readonly Trial[], isBaseline = false): Data[] => {
    const shown = trials.filter((trial) => trial.status === status && place(trial) !== undefined);
    if (shown.length === 0) return [];
    const failed = status === 'failed';
    const off = failed ? 0 : trials.filter((trial) => trial.status === status && isOff(trial)).length;
    const statusName = status === 'completed' && repeated ? 'completed ± standard deviation' : status;
    const name = isBaseline ? nameBaseline(status) : statusName;
    return [
      {
        type: 'scatter',
        mode: 'markers',
        name: off > 0 ? `${name} (${off} off the scale)` : name,
        legendgroup: isBaseline ? 'default' : status,
        showlegend: legend,
        x: shown.map((trial) => place(trial) as number),
        y: shown.map((trial) => (failed ? 0.03 : trial.score)),
        xaxis: axes.x,
        yaxis: failed ? axes.failed : axes.y,
        text: shown.map(describe ?? describeTrial),
        ...(status === 'completed' && repeated
          ? { error_y: { type: 'data', array: shown.map((trial) => trial.spread), thickness: 1.2, width: 3 } }
          : {}),
        marker: {
          ...(isBaseline ? baselineMarker(status) : statusMarkers[status]),
          size: isBaseline ? size + 3 : size,
          // Paler than those that count; crosses are few.
          opacity: failed || isBaseline ? 1 : status === 'completed' ? 0.8 : 0.65,
          line: { width: status === 'completed' || failed ? 0 : 1.3 },
        },
        hovertemplate: failed ? '%{text}<extra></extra>' : `%{y:${format}}: %{text}<extra></extra>`,
      } as Data,
    ];
  };
  const partial = partialTrials(search);
  return [
    ...draw('completed', others(completed)),
    ...(['pruned', 'paused', 'running'] as const).flatMap((status) => draw(status, others(partial))),
    ...draw('failed', failedTrials(search)),
    ...[...completed, ...partial].filter(({ id }) => id === baseline).flatMap((trial) => draw(trial.status, [trial], true)),
  ];
}

/** The y axis of `drawTrials`, and the one of failed trials, which is laid over it. */
export function describeScoreAxes(search: SearchResults): { axis: Partial<LayoutAxis>; failedAxis: Partial<LayoutAxis> } {
  const { axis } = describeObjective(search.objective);
  const range = findRange(completedTrials(search), partialTrials(search));
  return {
    axis: range === undefined ? axis : { ...axis, range },
    failedAxis: { overlaying: 'y', range: [0, 1], visible: false, fixedrange: true },
  };
}

/** `trial 3, pruned after 2 epochs, 1 of 3 trainings scored`, and why. */
export function describeTrial(trial: Trial): string {
  const { status, scores, trainings, spread, reason, attempts } = trial;
  const name = nameTrial(trial);
  const epochs = trainedEpochs(trial);
  const after = `after ${epochs} epoch${epochs === 1 ? '' : 's'}`;
  const words =
    status === 'completed'
      ? scores.length > 1
        ? `${name}, standard deviation ${Number(spread.toPrecision(2))} over ${scores.length} trainings`
        : name
      : status === 'failed'
        ? `${name}, failed${attempts > 1 ? ` ${attempts} times` : ''}`
        : `${name}, ${status} ${after}, ${scores.length} of ${trainings} trainings scored`;
  return words + (reason && status !== 'completed' ? `<br>${wrapText(reason)}` : '');
}

function makeIsOff(search: SearchResults): (trial: Trial) => boolean {
  const range = findRange(completedTrials(search), partialTrials(search));
  return ({ score }) => range !== undefined && (score < range[0] || score > range[1]);
}
