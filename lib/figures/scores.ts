import type { LayoutAxis } from 'plotly.js';
import { isShare, type Objective } from '../search/objective';
import type { Trial } from '../search/trial';
import { escapeText } from './template';

const TITLES: Readonly<Record<string, string>> = {
  valAccuracy: 'Validation accuracy',
  accuracy: 'Training accuracy',
  valLoss: 'Validation loss (nats)',
  loss: 'Training loss (nats)',
};

/** How an objective is written on an axis and in a hover text (a d3 format). */
export function describeObjective(objective: Objective): { axis: Partial<LayoutAxis>; format: string } {
  const title = { text: TITLES[objective.name] ?? escapeText(objective.name) };
  // A little beyond 0 and 1, so that markers there are seen whole.
  return isShare(objective)
    ? { axis: { title, tickformat: '~%', autorangeoptions: { clipmin: -0.02, clipmax: 1.02 } }, format: '.2%' }
    : { axis: { title }, format: '.4~g' };
}

/** A score as it stands in a figure's text: `88.25 %`, or four significant digits. */
export function formatScore(score: number, objective: Objective): string {
  return isShare(objective) ? `${(100 * score).toFixed(2)} %` : String(Number(score.toPrecision(4)));
}

/**
 * The range of all scores but those of partial trials that are far out: beyond three times the quartiles' distance from the
 * quartiles (Tukey 1977, "Exploratory Data Analysis", section 2D). A loss that was about to explode when its trial was pruned
 * would press all others flat. Undefined where none is.
 */
export function findRange(
  completed: readonly Pick<Trial, 'score' | 'spread'>[],
  partial: readonly Pick<Trial, 'score'>[],
): [number, number] | undefined {
  const scores = [...completed, ...partial].map((trial) => trial.score).sort((a, b) => a - b);
  const lower = scores[Math.floor((scores.length - 1) / 4)];
  const upper = scores[Math.ceil((3 * (scores.length - 1)) / 4)];
  const reach = 3 * (upper - lower);
  const near = partial.filter(({ score }) => score >= lower - reach && score <= upper + reach);
  if (reach === 0 || completed.length === 0 || near.length === partial.length) return undefined;
  let [low, high] = [Infinity, -Infinity];
  for (const { score, spread } of [...completed, ...near.map(({ score }) => ({ score, spread: 0 }))]) {
    low = Math.min(low, score - spread);
    high = Math.max(high, score + spread);
  }
  const margin = 0.06 * (high - low);
  return [low - margin, high + margin];
}

/** How seconds are written on an axis that goes to `longest` seconds: `size` of them are one of the unit. */
export function chooseTimeUnit(longest: number): { size: number; word: string } {
  if (longest < 600) return { size: 1, word: 'seconds' };
  return longest < 3 * 3600 ? { size: 60, word: 'minutes' } : { size: 3600, word: 'hours' };
}

/** At most four lines of about 60 characters, escaped: a stack trace would cover the figure. */
export function wrapText(text: string): string {
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
