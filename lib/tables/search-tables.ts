import type { ColumnTable } from 'arquero';
import type { DataFrame } from 'danfojs-node';
import { bestSteps, sharedObjective } from '../figures/search-comparison';
import type { HyperparameterImportance } from '../search/importance';
import { isBetter, rankByScore } from '../search/objective';
import { bestSearch, completedTrials, rankedTrials, type SearchResults, type TimedSearch } from '../search/search-results';
import { defaultValue, describeDomain, type HyperParameterValues } from '../search/space/domain';
import { describeCondition, type SearchSpace } from '../search/space/search-space';
import type { Trial } from '../search/trial';
import type { History } from '../training/history';
import { arquero, frame } from './libraries';
import { distinctColumnName, round, roundOrBlank, shorten } from './table-cells';

/**
 * What the completed trials with each value of a hyperparameter scored: number, mean, sample standard deviation and best,
 * the best mean first, as an arquero table. Other hyperparameters vary along with it, so a difference is a hint. Trials that
 * were not trained to the end do not count.
 *
 * @throws RangeError where no completed trial has the hyperparameter.
 */
export function effect(search: SearchResults, name: string): ColumnTable {
  const rows = completedTrials(search)
    .filter((trial) => name in trial.hyperparameters)
    .map((trial) => ({ value: shorten(trial.hyperparameters[name]), score: trial.score }));
  if (rows.length === 0) {
    throw new RangeError(`name must be a hyperparameter of a completed trial, but none has "${name}".`);
  }
  const aq = arquero();
  const lower = search.objective.direction === 'min';
  // One trial alone has no standard deviation.
  const rounded = (column: string) => aq.escape(({ [column]: value }: Record<string, number | undefined>) => roundOrBlank(value));
  return aq
    .from(rows)
    .groupby('value')
    .rollup({
      trials: aq.op.count(),
      mean: aq.op.mean('score'),
      std: aq.op.stdev('score'),
      best: lower ? aq.op.min('score') : aq.op.max('score'),
    })
    .orderby(lower ? 'mean' : aq.desc('mean'))
    .derive({ mean: rounded('mean'), std: rounded('std'), best: rounded('best') })
    .rename({ value: distinctColumnName(name, 'hyperparameter', ['trials', 'mean', 'std', 'best']) });
}

/**
 * The share of each hyperparameter in what mattered, 0 to 1, most important first, and the trials it rests on (PED-ANOVA:
 * Watanabe, Bansal and Hutter, IJCAI 2023). It says that the best trials have other values than all have, not which.
 */
export function importance(importances: readonly HyperparameterImportance[]): DataFrame {
  const rows = [...importances].sort((a, b) => b.importance - a.importance);
  return frame(
    rows.map(({ name, importance: share, trials: count }) => ({ hyperparameter: name, importance: round(share), trials: count })),
  );
}

/**
 * Searches side by side: trials by status, the best score with its spread, epochs and seconds of training, and how long each
 * search took to be as good as the worst of them became. One run of each is an anecdote: another seed may order them otherwise.
 *
 * @throws RangeError for no search, or searches with different objectives.
 */
export function searchComparison(searches: Readonly<Record<string, TimedSearch>>): DataFrame {
  const objective = sharedObjective(searches);
  const rows = Object.entries(searches).map(([name, search]) => ({
    name,
    search,
    best: rankedTrials(search)[0] as Trial | undefined,
  }));
  const statuses = (['completed', 'paused', 'pruned', 'failed', 'running'] as const).filter((status) =>
    rows.some(({ search }) => search.trials.some((trial) => trial.status === status)),
  );
  // One training has no spread.
  const spreadOf = (best: Trial | undefined) => (best && best.scores.length > 1 ? best.spread : undefined);
  const spread = rows.some(({ best }) => spreadOf(best) !== undefined);
  const bests = rankByScore(
    rows.flatMap(({ best }) => best ?? []),
    objective,
  );
  const target = bests[bests.length - 1]?.score;
  return frame(
    rows.map(({ name, search, best }) => {
      const { timeline } = search;
      const reached = bestSteps(search).find(({ score }) => !isBetter(target, score, objective));
      return {
        search: name,
        trials: search.trials.length,
        ...Object.fromEntries(
          statuses.map((status) => [status, search.trials.filter((trial) => trial.status === status).length]),
        ),
        [`best ${objective.name}`]: roundOrBlank(best?.score),
        ...(spread ? { spread: roundOrBlank(spreadOf(best)) } : {}),
        epochs: timeline[timeline.length - 1]?.epochs ?? 0,
        seconds: round(timeline[timeline.length - 1]?.seconds ?? 0, 1),
        ...(target === undefined ? {} : { [`seconds to ${round(target)}`]: reached ? round(reached.seconds, 1) : null }),
      };
    }),
  );
}

/**
 * A search space, one hyperparameter a row: what `describeSpace` found. `only if` says when a hyperparameter is asked for,
 * and is blank where it always is; without any such, the column is left out.
 */
export function searchSpace(space: SearchSpace): DataFrame {
  const conditional = [...space.values()].some(({ conditions }) => conditions.length > 0);
  return frame(
    [...space].map(([hyperparameter, { domain, conditions }]) => ({
      hyperparameter,
      // The default has a column of its own.
      domain: describeDomain(domain.kind === 'fixed' ? domain : { ...domain, default: undefined }),
      ...(conditional ? { 'only if': conditions.map(describeCondition).join(' and ') || null } : {}),
      default: String(shorten(defaultValue(domain))),
    })),
  );
}

/** A configuration, one hyperparameter a row. */
export function hyperparameters(values: HyperParameterValues): DataFrame {
  return frame(Object.entries(values).map(([hyperparameter, value]) => ({ hyperparameter, value: String(shorten(value)) })));
}

/** Configurations side by side, by name, one hyperparameter a row; blank where a configuration lacks it. */
export function configurations(named: Readonly<Record<string, HyperParameterValues>>): DataFrame {
  const hyperparameters = [...new Set(Object.values(named).flatMap((values) => Object.keys(values)))];
  return frame(
    hyperparameters.map((hyperparameter) => ({
      hyperparameter,
      ...Object.fromEntries(
        Object.entries(named).map(([name, values]) => [
          distinctColumnName(name, 'configuration', ['hyperparameter']),
          hyperparameter in values ? String(shorten(values[hyperparameter])) : null,
        ]),
      ),
    })),
  );
}

/** What searches, by name, and the training of the best configuration came to. */
export function searchResults(
  searches: Readonly<Record<string, SearchResults & { readonly seconds: number }>>,
  run: History,
): DataFrame {
  const { name, search } = bestSearch(searches);
  const [best] = rankedTrials(search);
  const trials = Object.values(searches).flatMap((each) => each.trials);
  const early = (['pruned', 'failed'] as const)
    .map((status) => [trials.filter((trial) => trial.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(', ');
  const spread = best.scores.length > 1 ? ` ± ${round(best.spread)}` : '';
  const last = run.epochs[run.epochs.length - 1];
  const seconds = Object.values(searches).reduce((total, each) => total + each.seconds, 0);
  return frame(
    [
      ['trials of all searches', `${trials.length}${early && ` (${early})`}`],
      [`best ${search.objective.name} in a search`, `${round(best.score)}${spread}`],
      ['found by', `${name}, trial ${best.id}`],
      ['valAccuracy after the final training', `${last.valAccuracy === undefined ? '–' : round(last.valAccuracy)}`],
      ['weights', `${best.parameters}`],
      ['seconds of training in the searches', `${round(seconds, 0)}`],
      ['seconds of the final training', `${round(run.seconds, 0)}`],
    ].map(([what, value]) => ({ what, value })),
  );
}
