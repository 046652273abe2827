import type { Data } from 'plotly.js';
import { isBetter } from '../search/objective';
import { completedBaseline, completedTrials, type SearchResults, type TimedSearch } from '../search/search-results';
import type { Trial } from '../search/trial';
import type { Figure } from './figure';
import { chooseTimeUnit, describeObjective } from './scores';
import { bestSteps } from './search-comparison';
import { colors, createFigure } from './template';
import { describeScoreAxes, drawTrials } from './trial-markers';

/**
 * The score of each trial, with the standard deviation over its trainings, and the best so far: in the order begun, or by the
 * time that the search had trained when the trial came to its end.
 *
 * Trials that were pruned, or are paused or running, are hollow and never the best: their scores stem from fewer epochs or
 * fewer trainings. Failed ones are crosses at the bottom, at no score. The builder's own default is a triangle, and where it was
 * trained to the end a dotted line marks its score: what lies beyond it was worth the search.
 *
 * `by`: what the x axis counts, `trial` (the default) or `seconds`, those of training and validating, added up over workers.
 */
export function searchHistory(search: TimedSearch, options?: { by?: 'trial' | 'seconds' }): Figure;
export function searchHistory(search: SearchResults, options?: { by?: 'trial' }): Figure;
export function searchHistory(search: SearchResults | TimedSearch, { by = 'trial' }: { by?: 'trial' | 'seconds' } = {}): Figure {
  const { format } = describeObjective(search.objective);
  const { axis, failedAxis } = describeScoreAxes(search);
  const { best, place, xaxis, unit, span } = by === 'seconds' ? placeByTime(search as TimedSearch) : placeByTrial(search);
  return createFigure(
    [
      ...drawBaseline(search, span),
      {
        type: 'scatter',
        mode: 'lines',
        name: 'best so far',
        x: best.map(({ x }) => x),
        y: best.map(({ score }) => score),
        line: { color: colors.validation, shape: 'hv', width: 2.5 },
        hovertemplate: `best after ${unit}: %{y:${format}}<extra></extra>`,
      },
      ...drawTrials(search, place),
    ],
    { height: 380, showlegend: true, xaxis, yaxis: axis, yaxis2: failedAxis },
  );
}

/** A thin line at the score of the builder's own default, whose marker the legend names. */
function drawBaseline(search: SearchResults, [from, to]: Order['span']): Data[] {
  const baseline = completedBaseline(search);
  if (baseline === undefined) return [];
  const { format } = describeObjective(search.objective);
  return [
    {
      type: 'scatter',
      mode: 'lines',
      name: 'default',
      showlegend: false,
      x: [from, to],
      y: [baseline.score, baseline.score],
      line: { color: colors.ink, width: 1, dash: 'dot' },
      hovertemplate: `default: %{y:${format}}<extra></extra>`,
    },
  ];
}

/** What the x axis counts: where the best so far steps, where a trial stands, and how it is labelled. */
interface Order {
  readonly best: { readonly x: number; readonly score: number }[];
  readonly place: (trial: Trial) => number | undefined;
  readonly xaxis: Figure['layout']['xaxis'];
  readonly unit: string;
  /** Both ends of the axis. */
  readonly span: readonly [number, number];
}

function placeByTrial(search: SearchResults): Order {
  const last = Math.max(1, ...search.trials.map((trial) => trial.id));
  const margin = Math.max(0.6, last / 60);
  const span = [1 - margin, last + margin] as const;
  return {
    best: bestSoFar(search).map(({ trial, score }) => ({ x: trial, score })),
    place: (trial) => trial.id,
    xaxis: { title: { text: 'Trial' }, range: [...span], ...(last <= 30 ? { dtick: 1 } : {}) },
    unit: 'trial %{x}',
    span,
  };
}

function placeByTime(search: TimedSearch): Order {
  const { timeline } = search;
  const end = timeline.at(-1)?.seconds ?? 0;
  const { size, word } = chooseTimeUnit(end);
  // A trial that was paused and continued is where it came to last.
  const seconds = new Map(timeline.map((entry) => [entry.trial, entry.seconds]));
  const steps = bestSteps(search).map((step) => ({ x: step.seconds / size, score: step.score }));
  return {
    best: steps.length > 0 ? [...steps, { x: end / size, score: steps[steps.length - 1].score }] : [],
    place: ({ id }) => {
      const at = seconds.get(id);
      return at === undefined ? undefined : at / size;
    },
    xaxis: { title: { text: `Training time (${word})` }, rangemode: 'tozero' },
    unit: `%{x:.4~g} ${word}`,
    span: [0, end / size],
  };
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
