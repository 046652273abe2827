import type { DataFrame } from 'danfojs-node';
import { rankedTrials, type SearchResults } from '../search/search-results';
import type { Trial } from '../search/trial';
import { frame } from './libraries';
import { distinctColumnName, round, roundOrBlank, shorten } from './table-cells';
import { nameColumns, shareColumns } from './trial-tables';

/** A column of hyperparameters: those of which a trial has one, or, in a list, those of which it has several. */
interface Column {
  readonly title: string;
  readonly names: readonly string[];
  readonly isList: boolean;
}

/**
 * The `count` best of the trials that can be compared, best first, by what tells them apart, so that a page has room for it:
 * without the hyperparameters in which they are all alike, and without those that at most half of them have. Those numbered by
 * layer, `units1`, `units2`, are a list in one column, and learning rates share one as in `trials`, which has everything.
 *
 * @throws RangeError unless `count` is a whole number from 1.
 */
export function bestTrials(search: SearchResults, count = 10): DataFrame {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new RangeError(`count must be a whole number from 1, but got ${count}; 10 fit on a page.`);
  }
  const best = rankedTrials(search).slice(0, count);
  const { score, hyperparameters } = nameColumns(search);
  const has = (trial: Trial, { names }: Column) => names.some((name) => name in trial.hyperparameters);
  const columns = listNumbered(shareColumns(search.trials, hyperparameters)).filter(
    (column) =>
      best.filter((trial) => has(trial, column)).length > best.length / 2 &&
      (best.length < 2 || new Set(best.map((trial) => valueIn(trial, column))).size > 1),
  );
  const hasSpread = best.some(({ scores }) => scores.length > 1);
  const hasDefault = best.some(({ origin }) => origin === 'default');
  return frame(
    best.map((trial) => ({
      trial: trial.id,
      ...(hasDefault ? { origin: trial.origin === 'oracle' ? null : trial.origin } : {}),
      [score]: roundOrBlank(trial.score),
      ...(hasSpread ? { spread: trial.scores.length > 1 ? round(trial.spread) : null } : {}),
      parameters: trial.parameters || null,
      ...Object.fromEntries(columns.map((column) => [column.title, valueIn(trial, column)])),
    })),
  );
}

function valueIn({ hyperparameters }: Trial, { names, isList }: Column) {
  const values = names.filter((name) => name in hyperparameters).map((name) => shorten(hyperparameters[name]));
  if (values.length === 0) return null;
  // A space that does not break keeps sizes on one line.
  return isList ? values.join(values.every((value) => typeof value === 'number') ? ',\u00a0' : ', ') : values[0];
}

/** Columns of hyperparameters that differ in a number at their end become one: `units` of `units1` and `units2`. */
function listNumbered(columns: readonly (readonly [string, readonly string[]])[]): Column[] {
  const found = new Map<string, Column>();
  const titles = columns.map(([title]) => title);
  for (const [title, names] of columns) {
    // A single letter with a number is a name of its own: l1, l2.
    const base = /^(.*[a-z]{2})\d+$/i.exec(title)?.[1];
    const isShared = base !== undefined && titles.filter((other) => other.replace(/\d+$/, '') === base).length > 1;
    const key = isShared ? distinctColumnName(base, 'hyperparameter', titles) : title;
    found.set(key, { title: key, names: [...(found.get(key)?.names ?? []), ...names], isList: isShared });
  }
  return [...found.values()];
}
