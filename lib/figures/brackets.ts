import type { Data, Shape } from 'plotly.js';
import { type Objective, objectiveValue, rankByScore } from '../search/objective';
import type { Bracket } from '../search/oracles/oracle';
import type { SearchResults } from '../search/search-results';
import { type Trial, type TrialStatus, trainedEpochs } from '../search/trial';
import type { Figure } from './figure';
import { formatScore } from './scores';
import { colors, createFigure } from './template';
import { chooseMarkerSize, describeTrial, statusMarkers } from './trial-markers';

/** Trials whose numbers have room beside each other in a window of 640 pixels. */
const MAX_NUMBERED = 40;

/** A search whose oracle takes some trials further than others. */
export interface BracketedSearch extends SearchResults {
  readonly brackets: readonly Bracket[];
}

/** How far a trial came in its bracket. */
export interface Climb {
  readonly trial: Trial;
  /** Epochs behind it. */
  readonly epochs: number;
  /**
   * The rungs that it came to, the lowest first, its score there, and its rank of all that came there; NaN and 0 without a score.
   */
  readonly rungs: readonly {
    readonly epochs: number;
    readonly score: number;
    readonly rank: number;
    readonly of: number;
    readonly promoted: boolean;
  }[];
}

/**
 * The brackets of Hyperband or ASHA, side by side: each trial is a stem as high as it was trained, with a dot at each rung from
 * which it was promoted and a marker of its status at its end. Within a bracket the trials that came furthest stand first, best
 * score first; up to 40 trials carry their numbers.
 *
 * @throws RangeError for a search without brackets: of another kind, or not begun.
 */
export function brackets(search: BracketedSearch): Figure {
  const gathered = gatherBrackets(search);
  if (gathered.length === 0) {
    throw new RangeError('search must be a Hyperband or Asha search that has begun a trial in `run`, but it has no brackets.');
  }
  const levels = [...new Set(search.brackets.flatMap(({ rungs }) => rungs))].sort((a, b) => a - b);
  const [lowest, highest] = [levels[0], levels[levels.length - 1]];
  // On the log scale a stem needs a foot: half a step below the lowest rung.
  const step = levels.length > 1 ? levels[1] / lowest : 2;
  const foot = lowest / Math.sqrt(step);
  const gap = 1;
  let next = 0;
  const placed = gathered.map((climbs) => {
    const from = next;
    next += climbs.length + gap;
    return climbs.map((climb, i) => ({ ...climb, x: from + i }));
  });
  const all = placed.flat();
  const size = chooseMarkerSize(all.length);
  const stems: Data = {
    type: 'scatter',
    mode: 'lines',
    x: all.flatMap(({ x }) => [x, x, null]),
    y: all.flatMap(({ epochs }) => [foot, Math.max(epochs, foot), null]),
    line: { color: '#bbbbbb', width: 1.2 },
    hoverinfo: 'skip',
    showlegend: false,
  };
  const promotions = all.flatMap(({ x, trial, rungs }) =>
    rungs
      .filter(({ promoted }) => promoted)
      .map((rung) => ({ x, y: rung.epochs, text: `trial ${trial.id}, promoted: ${describeRung(rung, search)}` })),
  );
  const draw = (status: TrialStatus) => drawEnds(status, all, { foot, size, search });
  return createFigure(
    [
      stems,
      {
        type: 'scatter',
        mode: 'markers',
        name: 'promoted',
        x: promotions.map(({ x }) => x),
        y: promotions.map(({ y }) => y),
        text: promotions.map(({ text }) => text),
        marker: { symbol: 'triangle-up', color: colors.cnn, size: Math.max(5, size - 2) },
        hovertemplate: '%{text}<extra></extra>',
      },
      ...(['completed', 'pruned', 'paused', 'running', 'failed'] as const).flatMap(draw),
    ],
    {
      height: 380,
      showlegend: true,
      margin: { t: 60 },
      shapes: placed.filter((_, i) => i % 2 === 1).map(shadeBracket),
      xaxis: {
        title: { text: placed.length > 1 ? 'Bracket' : 'Trials, those that came furthest first' },
        range: [-1, next - gap],
        tickvals: placed.length > 1 ? placed.map((climbs) => (climbs[0].x + climbs[climbs.length - 1].x) / 2) : [],
        ticktext: placed.map((_, i) => String(i + 1)),
        showgrid: false,
        ticks: '',
      },
      yaxis: {
        title: { text: 'Epochs' },
        type: 'log',
        range: [Math.log10(foot), Math.log10(highest * step ** 0.35)],
        tickvals: levels,
        ticktext: levels.map(String),
      },
    },
  );
}

function shadeBracket(climbs: readonly { readonly x: number }[]): Partial<Shape> {
  return {
    type: 'rect',
    layer: 'below',
    yref: 'paper',
    x0: climbs[0].x - 1,
    x1: climbs[climbs.length - 1].x + 1,
    y0: 0,
    y1: 1,
    fillcolor: '#f3f3f3',
    line: { width: 0 },
  };
}

/** The trials of one status: a marker at the end of each stem, as high as the trial was trained. */
function drawEnds(
  status: TrialStatus,
  all: readonly (Climb & { readonly x: number })[],
  { foot, size, search }: { readonly foot: number; readonly size: number; readonly search: SearchResults },
): Data[] {
  const shown = all.filter(({ trial }) => trial.status === status);
  if (shown.length === 0) return [];
  return [
    {
      type: 'scatter',
      mode: all.length <= MAX_NUMBERED ? 'markers+text' : 'markers',
      name: status,
      x: shown.map(({ x }) => x),
      y: shown.map(({ epochs }) => Math.max(epochs, foot)),
      text: shown.map(({ trial }) => String(trial.id)),
      textposition: 'top center',
      textfont: { size: 11 },
      customdata: shown.map(({ trial, rungs }) => {
        const last = rungs[rungs.length - 1];
        return describeTrial(trial) + (last ? `<br>${describeRung(last, search)}` : '');
      }),
      marker: {
        ...statusMarkers[status],
        size,
        opacity: 1,
        line: { width: status === 'completed' || status === 'failed' ? 0 : 1.5 },
      },
      cliponaxis: false,
      hovertemplate: '%{customdata}<extra></extra>',
    } as Data,
  ];
}

/** The brackets in order, and in each how far its trials came, the furthest and then the best first. */
export function gatherBrackets({ brackets, trials, objective }: BracketedSearch): Climb[][] {
  const byId = new Map(trials.map((trial) => [trial.id, trial]));
  const ranked = rankByScore(trials, objective);
  const place = ({ trial }: Climb) => ranked.indexOf(trial) + 1 || trials.length + 1;
  return brackets.map((bracket) => {
    const members = bracket.trials.map((id) => byId.get(id) as Trial);
    const rungs = bracket.rungs.map((epochs) => {
      const came = members.filter((trial) => cameTo(trial, epochs));
      const scores = came.map((trial) => ({ id: trial.id, score: scoreAt(trial, epochs, objective) }));
      return { epochs, came, ranking: rankByScore(scores, objective) };
    });
    return members
      .map(
        (trial): Climb => ({
          trial,
          epochs: trainedEpochs(trial),
          rungs: rungs
            .filter(({ came }) => came.includes(trial))
            .map(({ epochs, ranking }) => {
              const rank = ranking.findIndex(({ id }) => id === trial.id) + 1;
              const score = ranking[rank - 1]?.score ?? Number.NaN;
              return { epochs, score, rank, of: ranking.length, promoted: trial.epochs > epochs };
            }),
        }),
      )
      .sort((a, b) => b.trial.epochs - a.trial.epochs || b.epochs - a.epochs || place(a) - place(b));
  });
}

/** One that stopped early came to the rung it was on the way to; one that failed or is still trained did not. */
function cameTo({ epochs: asked, status, histories }: Trial, epochs: number): boolean {
  if (asked === epochs) return status !== 'running' && status !== 'failed';
  return asked > epochs && histories.length > 0;
}

function scoreAt({ epochs: asked, score, histories }: Trial, epochs: number, objective: Objective): number {
  // JSON makes null of NaN.
  if (asked === epochs) return score ?? Number.NaN;
  const values = histories.map((history) =>
    objectiveValue(history.epochs[Math.min(epochs, history.epochs.length) - 1], objective),
  );
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function describeRung({ epochs, score, rank, of }: Climb['rungs'][number], { objective }: SearchResults): string {
  const after = `after ${epochs} epoch${epochs === 1 ? '' : 's'}`;
  return rank === 0 ? `no score ${after}` : `${formatScore(score, objective)} ${after}, rank ${rank} of ${of}`;
}
