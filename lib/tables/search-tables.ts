import * as aq from 'arquero';
import * as dfd from 'danfojs-node';
import { bestSteps, sharedObjective } from '../figures/search-comparison';
import type { HyperparameterImportance } from '../search/importance';
import { isBetter, rankByScore } from '../search/objective';
import { rankTrials } from '../search/oracles/ranking';
import {
  bestSearch,
  completedTrials,
  partialTrials,
  rankedTrials,
  type SearchResults,
  type TimedSearch,
} from '../search/search-results';
import { defaultValue, describeDomain, type HyperParameterValues } from '../search/space/domain';
import { describeCondition, type SearchSpace } from '../search/space/search-space';
import { findBaseline, type Trial, trainedEpochs } from '../search/trial';
import type { History } from '../training/history';
import { cut, distinctColumnName, round, roundOrBlank, shorten } from './table-cells';

/**
 * The trials of a search, best first, then those that were not trained to the end and those that failed, with their
 * hyperparameters; blank where a trial lacks one.
 *
 * The objective's column holds completed trials alone. The score of a trial that was not trained to the end is no match for
 * theirs and stands in `<objective> so far`. Columns that would say nothing are left out: `origin` (`default`: the builder's own
 * default, the one to beat; `user`: enqueued; blank: the oracle's) where there is no default, `status` where all trials
 * completed, `spread` (sample standard deviation) where each has one training, `trainings` (scored, of planned) where none was
 * skipped, `epochs` (of the longest training) where all have the same, `reason` (its first 80 characters) where there is none. A
 * hyperparameter called like another column, or like a member of danfo.js's frame, is named `<name> (hyperparameter)`.
 *
 * `names`: the hyperparameters to show. Default: all.
 */
export function trials(search: SearchResults, options: { names?: readonly string[] } = {}): dfd.DataFrame {
  const rows = orderTrials(search);
  const begun = rows.map(({ trial }) => trial).filter((trial) => trial.status !== 'failed');
  const says = {
    origin: findBaseline(search.trials) !== undefined,
    status: rows.some(({ trial }) => trial.status !== 'completed'),
    spread: rows.some(({ spread }) => spread !== undefined),
    scoreSoFar: rows.some(({ scoreSoFar }) => scoreSoFar !== undefined),
    trainings: begun.some((trial) => trial.scores.length < trial.trainings),
    epochs: new Set(begun.map(trainedEpochs)).size > 1,
    reason: rows.some(({ trial }) => trial.reason !== undefined),
  };
  const columns = nameColumns(search);
  const { names = columns.hyperparameters.keys() } = options;
  const shown = [...names].map((name) => [name, columns.hyperparameters.get(name) ?? name]);
  return new dfd.DataFrame(
    rows.map(({ trial, rank, score, spread, scoreSoFar }) => ({
      rank: rank ?? null,
      trial: trial.id,
      ...(says.origin ? { origin: trial.origin === 'oracle' ? null : trial.origin } : {}),
      ...(says.status ? { status: trial.status } : {}),
      [columns.score]: roundOrBlank(score),
      ...(says.spread ? { spread: roundOrBlank(spread) } : {}),
      ...(says.scoreSoFar ? { [columns.scoreSoFar]: roundOrBlank(scoreSoFar) } : {}),
      ...(says.trainings ? { trainings: `${trial.scores.length} of ${trial.trainings}` } : {}),
      ...(says.epochs ? { epochs: trainedEpochs(trial) } : {}),
      seconds: round(trial.seconds, 1),
      parameters: trial.parameters || null,
      ...Object.fromEntries(shown.map(([name, column]) => [column, shorten(trial.hyperparameters[name])])),
      ...(says.reason ? { reason: cut(trial.reason) } : {}),
    })),
  );
}

/**
 * The trials of a search as an arquero table, to filter, group and join: the rows and names of `trials`, numbers not rounded,
 * undefined where there is no value, and always every column. `trainings` counts those scored, `planned` all of a trial.
 *
 *     tables.trialsTable(search).filter((d) => d.status === 'completed').groupby('optimizer').count()
 */
export function trialsTable(search: SearchResults): aq.ColumnTable {
  const rows = orderTrials(search);
  const columns = nameColumns(search);
  const column = (name: string, read: (row: RankedTrial) => unknown): [string, unknown[]] => [name, rows.map(read)];
  return aq.table([
    column('rank', ({ rank }) => rank),
    column('trial', ({ trial }) => trial.id),
    column('origin', ({ trial }) => trial.origin),
    column('status', ({ trial }) => trial.status),
    column(columns.score, ({ score }) => score),
    column('spread', ({ spread }) => spread),
    column(columns.scoreSoFar, ({ scoreSoFar }) => scoreSoFar),
    column('trainings', ({ trial }) => trial.scores.length),
    column('planned', ({ trial }) => trial.trainings),
    column('epochs', ({ trial }) => trainedEpochs(trial)),
    column('seconds', ({ trial }) => trial.seconds),
    column('parameters', ({ trial }) => trial.parameters || undefined),
    ...[...columns.hyperparameters].map(([name, title]) => column(title, ({ trial }) => trial.hyperparameters[name])),
    column('reason', ({ trial }) => cut(trial.reason) ?? undefined),
  ]);
}

/** A trial with its score in the place that it may stand: `score` if it can be compared, else `scoreSoFar`. */
interface RankedTrial {
  readonly trial: Trial;
  /** From 1, of completed trials alone. */
  readonly rank?: number;
  readonly score?: number;
  readonly spread?: number;
  readonly scoreSoFar?: number;
}

function orderTrials(search: SearchResults): RankedTrial[] {
  const ranked = rankedTrials(search);
  // Those that were trained further first: their scores cannot be compared either.
  const partial = rankTrials(partialTrials(search), search.objective);
  const running = partialTrials(search).filter((trial) => trial.status === 'running');
  const known = new Set([...ranked, ...partial, ...running]);
  const rest = search.trials.filter((trial) => !known.has(trial)).sort((a, b) => a.id - b.id);
  return [
    ...ranked.map((trial, i) => ({
      trial,
      rank: i + 1,
      score: trial.score,
      ...(trial.scores.length > 1 ? { spread: trial.spread } : {}),
    })),
    ...[...partial, ...running].map((trial) => ({ trial, scoreSoFar: trial.score })),
    ...rest.filter((trial) => trial.status !== 'failed').map((trial) => ({ trial })),
    ...rest.filter((trial) => trial.status === 'failed').map((trial) => ({ trial })),
  ];
}

const TRIAL_COLUMNS = [
  'rank',
  'trial',
  'origin',
  'status',
  'spread',
  'trainings',
  'planned',
  'epochs',
  'seconds',
  'parameters',
  'reason',
];

/** Names of the columns that a search names: its objective's and, by hyperparameter, those of the hyperparameters. */
function nameColumns({ trials, objective }: SearchResults) {
  const score = distinctColumnName(objective.name, 'objective', TRIAL_COLUMNS);
  const scoreSoFar = `${objective.name} so far`;
  const taken = [...TRIAL_COLUMNS, score, scoreSoFar];
  const names = new Set(trials.flatMap((trial) => Object.keys(trial.hyperparameters)));
  const hyperparameters = new Map([...names].map((name) => [name, distinctColumnName(name, 'hyperparameter', taken)]));
  return { score, scoreSoFar, hyperparameters };
}

/**
 * What the completed trials with each value of a hyperparameter scored: number, mean, sample standard deviation and best,
 * the best mean first, as an arquero table. Other hyperparameters vary along with it, so a difference is a hint. Trials that
 * were not trained to the end do not count.
 *
 * @throws RangeError where no completed trial has the hyperparameter.
 */
export function effect(search: SearchResults, name: string): aq.ColumnTable {
  const rows = completedTrials(search)
    .filter((trial) => name in trial.hyperparameters)
    .map((trial) => ({ value: shorten(trial.hyperparameters[name]), score: trial.score }));
  if (rows.length === 0) {
    throw new RangeError(`name must be a hyperparameter of a completed trial, but none has "${name}".`);
  }
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
export function importance(importances: readonly HyperparameterImportance[]): dfd.DataFrame {
  const rows = [...importances].sort((a, b) => b.importance - a.importance);
  return new dfd.DataFrame(
    rows.map(({ name, importance: share, trials: count }) => ({ hyperparameter: name, importance: round(share), trials: count })),
  );
}

/**
 * Searches side by side: trials by status, the best score with its spread, epochs and seconds of training, and how long each
 * search took to be as good as the worst of them became. One run of each is an anecdote: another seed may order them otherwise.
 *
 * @throws RangeError for no search, or searches with different objectives.
 */
export function searchComparison(searches: Readonly<Record<string, TimedSearch>>): dfd.DataFrame {
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
  return new dfd.DataFrame(
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
export function searchSpace(space: SearchSpace): dfd.DataFrame {
  const conditional = [...space.values()].some(({ conditions }) => conditions.length > 0);
  return new dfd.DataFrame(
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
export function hyperparameters(values: HyperParameterValues): dfd.DataFrame {
  return new dfd.DataFrame(
    Object.entries(values).map(([hyperparameter, value]) => ({ hyperparameter, value: String(shorten(value)) })),
  );
}

/** What searches, by name, and the training of the best configuration came to. */
export function searchResults(
  searches: Readonly<Record<string, SearchResults & { readonly seconds: number }>>,
  run: History,
): dfd.DataFrame {
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
  return new dfd.DataFrame(
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
