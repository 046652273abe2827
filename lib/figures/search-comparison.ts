import { isBetter, type Objective } from '../search/objective';
import type { TimedSearch } from '../search/search-results';
import type { TimelineEntry } from '../search/trial';
import type { Figure } from './figure';
import { chooseTimeUnit, describeObjective } from './scores';
import { createFigure, escapeText } from './template';

const DASHES = ['solid', 'dash', 'dot', 'dashdot'] as const;
const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up'] as const;

/**
 * The best score so far of each search by the time or the epochs it had trained, as one step line a search, to its end. A
 * marker is a trial that became the best.
 *
 * Only trials that were trained to the end count; those ended early cost time and give no score. Time is that of training
 * and validating, added up over workers. One run of each search is an anecdote: another seed may order them otherwise.
 *
 *     figures.searchComparison({ random, Hyperband: hyperband, TPE: tpe })
 *
 * `by`: what the x axis counts, `seconds` (the default) or `epochs`.
 *
 * @throws RangeError for no search, different objectives, or searches none of which has a completed trial.
 */
export function searchComparison(
  searches: Readonly<Record<string, TimedSearch>>,
  options: { by?: 'seconds' | 'epochs' } = {},
): Figure {
  const { by = 'seconds' } = options;
  const objective = sharedObjective(searches);
  const { axis, format } = describeObjective(objective);
  const lines = Object.entries(searches).map(([name, search]) => ({ name, search, steps: bestSteps(search) }));
  if (lines.every(({ steps }) => steps.length === 0)) {
    throw new RangeError('searches must hold a completed trial, but none of them does.');
  }
  const longest = Math.max(...lines.map(({ search }) => search.timeline.at(-1)?.seconds ?? 0));
  const unit = by === 'epochs' ? { size: 1, word: 'epochs' } : chooseTimeUnit(longest);
  return createFigure(
    lines.map(({ name, search, steps }, i) => {
      const end = search.timeline.at(-1);
      // A line goes on at its last score to the end of its search: that budget found nothing better.
      const points = steps.length > 0 && end ? [...steps, { ...end, score: steps[steps.length - 1].score }] : [];
      return {
        type: 'scatter' as const,
        mode: 'lines+markers' as const,
        name: escapeText(name),
        x: points.map((point) => point[by] / unit.size),
        y: points.map((point) => point.score),
        text: points.map((point, p) =>
          p < steps.length ? `trial ${point.trial}` : `end of the search, ${search.trials.length} trials`,
        ),
        line: { shape: 'hv' as const, width: 2.5, dash: DASHES[i % DASHES.length] },
        marker: { symbol: SYMBOLS[i % SYMBOLS.length], opacity: 1, size: points.map((_, p) => (p < steps.length ? 9 : 0)) },
        hovertemplate: `%{fullData.name}, %{text}: %{y:${format}} after %{x:.4~g} ${unit.word}<extra></extra>`,
      };
    }),
    {
      height: 400,
      showlegend: true,
      margin: { t: 60 },
      xaxis: { title: { text: by === 'epochs' ? 'Epochs trained' : `Training time (${unit.word})` }, rangemode: 'tozero' },
      yaxis: { ...axis, title: { text: `${axis.title?.text}, best so far` } },
    },
  );
}

/** The objective that all searches have. */
export function sharedObjective(searches: Readonly<Record<string, TimedSearch>>): Objective {
  const [first, ...others] = Object.entries(searches);
  if (first === undefined) throw new RangeError('searches must hold at least one search, but got none.');
  const [firstName, { objective }] = first;
  for (const [name, other] of others) {
    if (other.objective.name !== objective.name || other.objective.direction !== objective.direction) {
      throw new RangeError(
        `searches must have one objective, but "${firstName}" has ${objective.name} (${objective.direction}) and ` +
          `"${name}" has ${other.objective.name} (${other.objective.direction}).`,
      );
    }
  }
  return objective;
}

/** The points of a search's timeline where a completed trial became the best so far. */
export function bestSteps({ timeline, objective }: TimedSearch): TimelineEntry[] {
  const steps: TimelineEntry[] = [];
  for (const point of timeline) {
    const best = steps[steps.length - 1]?.score ?? Number.NaN;
    if (point.status === 'completed' && isBetter(point.score, best, objective)) steps.push(point);
  }
  return steps;
}
