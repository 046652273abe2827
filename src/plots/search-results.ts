import type { Data, LayoutAxis } from 'plotly.js';
import { type Objective, rankByScore } from '../tuner/objective';
import { type TimelineEntry, type Trial, trainedEpochs } from '../tuner/trial';
import { colors } from './template';

/** What a search found: every search of the tuner is one. */
export interface SearchResults {
  readonly trials: readonly Trial[];
  readonly objective: Objective;
}

/** A search that knows what its trials cost. */
export interface TimedSearch extends SearchResults {
  readonly timeline: readonly TimelineEntry[];
}

const TITLES: Readonly<Record<string, string>> = {
  valAccuracy: 'Validation accuracy',
  accuracy: 'Training accuracy',
  valLoss: 'Validation loss (nats)',
  loss: 'Training loss (nats)',
};

/** Whether the objective's scores are shares from 0 to 1, which are read best in percent. */
export function isShare({ name }: Objective): boolean {
  return name === 'valAccuracy' || name === 'accuracy';
}

/** How an objective is written on an axis and in a hover text (a d3 format). */
export function describeObjective(objective: Objective): { axis: Partial<LayoutAxis>; format: string } {
  const title = { text: TITLES[objective.name] ?? escapeText(objective.name) };
  // A little beyond 0 and 1, so that markers there are seen whole.
  return isShare(objective)
    ? {
        axis: { title, tickformat: '~%', autorangeoptions: { clipmin: -0.02, clipmax: 1.02 } },
        format: '.2%',
      }
    : { axis: { title }, format: '.4~g' };
}

/** A score that a trial has, and not the null that NaN becomes in a file. */
function hasScore({ score }: { readonly score: number }): boolean {
  return typeof score === 'number' && !Number.isNaN(score);
}

/** Trials that were trained to the end and have a score, best first: these alone can be compared. */
export function rankedTrials({ trials, objective }: SearchResults): Trial[] {
  return rankByScore(
    trials.filter((trial) => trial.status === 'completed' && hasScore(trial)),
    objective,
  );
}

/** The same trials in the order begun. */
export function completedTrials(search: SearchResults): Trial[] {
  return rankedTrials(search).sort((a, b) => a.id - b.id);
}

/**
 * Trials that have a score but were not trained to the end (pruned, paused, running), in the order begun. Fewer epochs or
 * fewer trainings made their score, so it is no match for a completed trial's.
 */
export function partialTrials({ trials }: SearchResults): Trial[] {
  return trials
    .filter((trial) => trial.status !== 'completed' && trial.status !== 'failed' && hasScore(trial))
    .sort((a, b) => a.id - b.id);
}

const PARTIAL_SYMBOLS = { pruned: 'circle-open', paused: 'square-open', running: 'diamond-open' } as const;

/**
 * Partial trials as pale hollow markers, a legend entry for each status, where `place` gives them a place on the x axis; and
 * the y axis. A loss that was about to explode when its trial was pruned would press all others flat: such ones lie off the
 * scale, and the legend says how many.
 */
export function drawPartialTrials(
  search: SearchResults,
  place: (trial: Trial) => number | undefined,
): { traces: Data[]; axis: Partial<LayoutAxis> } {
  const { axis, format } = describeObjective(search.objective);
  const partial = partialTrials(search).filter((trial) => place(trial) !== undefined);
  const range = findRange(completedTrials(search), partial);
  const isOff = ({ score }: Trial) => range !== undefined && (score < range[0] || score > range[1]);
  const traces = (['pruned', 'paused', 'running'] as const).flatMap((status) => {
    const trials = partial.filter((trial) => trial.status === status);
    if (trials.length === 0) return [];
    const off = trials.filter(isOff).length;
    return {
      type: 'scatter' as const,
      mode: 'markers' as const,
      name: off > 0 ? `${status} (${off} off the scale)` : status,
      x: trials.map((trial) => place(trial) as number),
      y: trials.map((trial) => trial.score),
      text: trials.map(
        (trial) =>
          `trial ${trial.id}, ${status} after ${trainedEpochs(trial)} epochs, ` +
          `${trial.scores.length} of ${trial.trainings} trainings scored` +
          (trial.reason ? `<br>${wrapText(trial.reason)}` : ''),
      ),
      marker: { color: colors.training, symbol: PARTIAL_SYMBOLS[status], size: 9, opacity: 0.6 },
      hovertemplate: `%{y:${format}}: %{text}<extra></extra>`,
    };
  });
  return { traces, axis: range === undefined ? axis : { ...axis, range } };
}

/**
 * The range of all scores but those of partial trials that are far out: beyond three times the quartiles' distance from the
 * quartiles (Tukey 1977, "Exploratory Data Analysis", section 2D). Undefined where none is.
 */
function findRange(completed: readonly Trial[], partial: readonly Trial[]): [number, number] | undefined {
  const scores = [...completed, ...partial].map((trial) => trial.score).sort((a, b) => a - b);
  const lower = scores[Math.floor((scores.length - 1) / 4)];
  const upper = scores[Math.ceil((3 * (scores.length - 1)) / 4)];
  const reach = 3 * (upper - lower);
  const near = partial.filter(({ score }) => score >= lower - reach && score <= upper + reach);
  if (reach === 0 || completed.length === 0 || near.length === partial.length) return undefined;
  const low = Math.min(
    ...completed.map(({ score, spread }) => score - spread),
    ...near.map(({ score }) => score),
  );
  const high = Math.max(
    ...completed.map(({ score, spread }) => score + spread),
    ...near.map(({ score }) => score),
  );
  const margin = 0.06 * (high - low);
  return [low - margin, high + margin];
}

/** Text that means itself in a figure, where Plotly reads some HTML. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** At most four lines of about 60 characters: a stack trace would cover the figure. */
function wrapText(text: string): string {
  const words = text.trim().split(/\s+/);
  const lines = [''];
  for (const word of words) {
    const last = lines.length - 1;
    if (lines[last] !== '' && lines[last].length + word.length > 60) lines.push(word);
    else lines[last] = `${lines[last]} ${word}`.trim();
  }
  const shown = lines.slice(0, 4).map((line) => escapeText(line.slice(0, 100)));
  return shown.join('<br>') + (lines.length > 4 ? ' …' : '');
}
