import type { Data, LayoutAxis } from 'plotly.js';
import { type Trial, type TrialStatus, trainedEpochs } from '../tuner/trial';
import {
  completedTrials,
  describeObjective,
  failedTrials,
  findRange,
  partialTrials,
  type SearchResults,
  wrapText,
} from './search-results';
import { colors } from './template';

/** One look for each status in every figure, told apart by the symbol alone, too: filled where the score counts. */
export const statusMarkers: Readonly<
  Record<TrialStatus, { readonly symbol: string; readonly color: string }>
> = {
  completed: { symbol: 'circle', color: colors.training },
  pruned: { symbol: 'circle-open', color: colors.training },
  paused: { symbol: 'square-open', color: colors.training },
  running: { symbol: 'diamond-open', color: colors.training },
  failed: { symbol: 'x', color: colors.wrong },
};

/** In pixels: many markers must not cover each other. */
export function chooseMarkerSize(count: number): number {
  return count > 60 ? 6 : 9;
}

/**
 * Each trial as a marker of its status at its score, failed ones at the bottom, where `place` gives it a place on the x axis.
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
  const draw = (status: TrialStatus, trials: readonly Trial[]): Data[] => {
    const shown = trials.filter((trial) => trial.status === status && place(trial) !== undefined);
    if (shown.length === 0) return [];
    const failed = status === 'failed';
    const off = failed ? 0 : trials.filter((trial) => trial.status === status && isOff(trial)).length;
    const name = status === 'completed' && repeated ? 'completed ± standard deviation' : status;
    return [
      {
        type: 'scatter',
        mode: 'markers',
        name: off > 0 ? `${name} (${off} off the scale)` : name,
        legendgroup: status,
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
          ...statusMarkers[status],
          size,
          // Paler than those that count; crosses are few.
          opacity: status === 'completed' ? 0.8 : failed ? 1 : 0.65,
          line: { width: status === 'completed' || failed ? 0 : 1.3 },
        },
        hovertemplate: failed ? '%{text}<extra></extra>' : `%{y:${format}}: %{text}<extra></extra>`,
      } as Data,
    ];
  };
  const partial = partialTrials(search);
  return [
    ...draw('completed', completed),
    ...(['pruned', 'paused', 'running'] as const).flatMap((status) => draw(status, partial)),
    ...draw('failed', failedTrials(search)),
  ];
}

/** The y axis of `drawTrials`, and the one of failed trials, which is laid over it. */
export function describeScoreAxes(search: SearchResults): {
  axis: Partial<LayoutAxis>;
  failedAxis: Partial<LayoutAxis>;
} {
  const { axis } = describeObjective(search.objective);
  const range = findRange(completedTrials(search), partialTrials(search));
  return {
    axis: range === undefined ? axis : { ...axis, range },
    failedAxis: { overlaying: 'y', range: [0, 1], visible: false, fixedrange: true },
  };
}

/** `trial 3, pruned after 2 epochs, 1 of 3 trainings scored`, and why. */
export function describeTrial(trial: Trial): string {
  const { id, status, scores, trainings, spread, reason, attempts } = trial;
  const epochs = trainedEpochs(trial);
  const after = `after ${epochs} epoch${epochs === 1 ? '' : 's'}`;
  const words =
    status === 'completed'
      ? scores.length > 1
        ? `trial ${id}, standard deviation ${Number(spread.toPrecision(2))} over ${scores.length} trainings`
        : `trial ${id}`
      : status === 'failed'
        ? `trial ${id}, failed${attempts > 1 ? ` ${attempts} times` : ''}`
        : `trial ${id}, ${status} ${after}, ${scores.length} of ${trainings} trainings scored`;
  return words + (reason && status !== 'completed' ? `<br>${wrapText(reason)}` : '');
}

function makeIsOff(search: SearchResults): (trial: Trial) => boolean {
  const range = findRange(completedTrials(search), partialTrials(search));
  return ({ score }) => range !== undefined && (score < range[0] || score > range[1]);
}
