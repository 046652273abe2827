import type { Layout } from 'plotly.js';
import type { Figure } from '../figures/figure';
import { colors, escapeText } from '../figures/template';
import { escapeHtml } from '../tables/table-view';
import type { TaskOutcome } from '../training/progress';
import { FAINT } from './live-chart';
import { formatDuration, type Timing } from './time';

/** How one task is shown; made anew for each, since it remembers what it has told. */
export interface ProgressView<State> {
  /** How far the task is, in a unit of its own; an infinite total is an unknown one. */
  measure(state: State): { readonly done: number; readonly total: number };
  /** One line of text. */
  describe(state: State, timing: Timing): string;
  /** A piece of a page, as high as the figure that takes its place. */
  draw(state: State, timing: Timing): string;
  /** A line for each epoch or trial that ended since the last call. */
  takeEnded(state: State): string[];
  /** What a reader sees last. */
  summarize(state: State, outcome: TaskOutcome, seconds: number): string;
  /** What stays; undefined where there is nothing to draw. */
  finish(state: State): Figure | undefined;
}

const BAR_WIDTH = 12;
/** In CSS pixels, of a running task and of its figure: nothing moves when the one takes the other's place. */
const HEIGHT = 380;

/** The first words of a running task: its share, and the time left. */
function describeShare(done: number, total: number, { elapsed, left }: Timing): string[] {
  const time = formatDuration(elapsed) + (left === undefined ? '' : `, ${formatDuration(left)} left`);
  return Number.isFinite(total) ? [`${Math.floor(100 * shareOf(done, total))} %`, time] : [time];
}

function shareOf(done: number, total: number): number {
  return total > 0 ? Math.min(1, done / total) : 0;
}

/** `Training ██████░░░░░░ 50 % · 30 s, 29 s left · epoch 2 of 5`, without a bar where the total is unknown. */
export function describeRunning(
  title: string,
  { done, total }: { readonly done: number; readonly total: number },
  timing: Timing,
  words: readonly string[],
): string {
  const filled = Math.floor(shareOf(done, total) * BAR_WIDTH);
  const bar = Number.isFinite(total) ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ` : '';
  return `${title} ${bar}${[...describeShare(done, total, timing), ...words].join(' · ')}`;
}

/** The same as HTML, over what else there is to show. */
export function drawRunning(
  title: string,
  { done, total }: { readonly done: number; readonly total: number },
  timing: Timing,
  words: readonly string[],
  content: string,
): string {
  const share = (100 * shareOf(done, total)).toFixed(2);
  const track = `display: inline-block; width: 14em; height: 8px; border-radius: 4px; background: ${FAINT}`;
  const filled = `width: ${share}%; height: 100%; border-radius: 4px; background: ${colors.training}`;
  const bar = Number.isFinite(total)
    ? `<span role="progressbar" aria-valuenow="${share}" style="${track}"><span style="display: block; ${filled}"></span></span>`
    : '';
  const column = 'display: flex; flex-direction: column; gap: 6px';
  const outer = `margin: 0; box-sizing: border-box; height: ${HEIGHT}px; padding: 4px 0; ${column}`;
  // Digits of one width, so that nothing jumps.
  const font =
    'font: 13px/1.5 var(--jp-ui-font-family, Helvetica, Arial, sans-serif); font-variant-numeric: tabular-nums; ' +
    'color: var(--jp-ui-font-color1, inherit)';
  return [
    `<div class="inkwell-progress" style="${outer}; ${font}">`,
    `<div><strong>${escapeHtml(title)}</strong> ${bar} ${describeShare(done, total, timing).join(' · ')}</div>`,
    `<div>${escapeHtml(words.join(' · '))}</div>`,
    content,
    '</div>',
  ].join('\n');
}

/** A figure under a line of text, as high as what it takes the place of. Its legend may take two rows: on paper it does. */
export function putTitle(figure: Figure, text: string): Figure {
  const title: Partial<Layout>['title'] = {
    text: escapeText(text),
    font: { size: 14 },
    x: 0.01,
    xanchor: 'left',
    y: 1,
    yref: 'container',
    yanchor: 'top',
    pad: { t: 12 },
  };
  return { ...figure, layout: { ...figure.layout, height: HEIGHT, title, margin: { ...figure.layout.margin, t: 90 } } };
}
