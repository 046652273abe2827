import { type Objective, rankByScore } from './objective';
import type { Trial } from './trial';

/**
 * The one of several searches with one objective that has the best completed trial, the first of equal ones, and its name.
 *
 * @throws RangeError where none has a completed trial.
 */
export function bestSearch<
  Found extends { readonly trials: readonly Trial[]; readonly objective: Objective },
>(searches: Readonly<Record<string, Found>>): { name: string; search: Found } {
  const bests = Object.entries(searches).flatMap(([name, search], id) => {
    const completed = search.trials.filter(({ status }) => status === 'completed');
    const [best] = rankByScore(completed, search.objective);
    return best ? [{ id, name, search, score: best.score }] : [];
  });
  if (bests.length === 0) {
    throw new RangeError('searches must hold a completed trial, but none of them does.');
  }
  const [{ name, search }] = rankByScore(bests, bests[0].search.objective);
  return { name, search };
}
