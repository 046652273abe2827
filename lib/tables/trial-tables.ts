import type { ColumnTable } from 'arquero';
import type { DataFrame } from 'danfojs-node';
import { rankTrials } from '../search/oracles/ranking';
import { partialTrials, rankedTrials, type SearchResults } from '../search/search-results';
import { findBaseline, type Trial, trainedEpochs } from '../search/trial';
import { arquero, frame } from './libraries';
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
 * Hyperparameters of which each belongs to one value of another, as `adamLearningRate` to the optimizer `adam`, share a column,
 * `learningRate`.
 *
 * `names`: the hyperparameters to show, each in its own column. Default: all.
 */
export function trials(search: SearchResults, options: { names?: readonly string[] } = {}): DataFrame {
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
  const { names } = options;
  const shown: readonly (readonly [string, readonly string[]])[] =
    names === undefined
      ? shareColumns(search.trials, columns.hyperparameters)
      : names.map((name) => [columns.hyperparameters.get(name) ?? name, [name]]);
  return frame(
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
      ...Object.fromEntries(
        shown.map(([column, of]) => [
          column,
          shorten(trial.hyperparameters[of.find((name) => name in trial.hyperparameters) ?? '']),
        ]),
      ),
      ...(says.reason ? { reason: cut(trial.reason) } : {}),
    })),
  );
}

/** The columns of hyperparameters, each with the names that share it; no trial has two of those. */
export function shareColumns(trials: readonly Trial[], titles: ReadonlyMap<string, string>): [string, string[]][] {
  const shared = new Map<string, string[]>();
  for (const name of titles.keys()) {
    const suffix = findSuffix(name, trials);
    if (suffix !== undefined && !titles.has(suffix)) shared.set(suffix, [...(shared.get(suffix) ?? []), name]);
  }
  const excludeEachOther = (names: readonly string[]) =>
    trials.every(({ hyperparameters }) => names.filter((name) => name in hyperparameters).length < 2);
  const groups = [...shared].filter(([, names]) => names.length > 1 && excludeEachOther(names));
  const columns = new Map<string, string[]>();
  for (const [name, title] of titles) {
    const [suffix, names] = groups.find(([, each]) => each.includes(name)) ?? [];
    if (suffix === undefined || names === undefined) columns.set(title, [name]);
    else columns.set(distinctColumnName(suffix, 'hyperparameter', [...TRIAL_COLUMNS, ...titles.values()]), names);
  }
  return [...columns];
}

/** `learningRate` of `adamLearningRate` where every trial that has it has a hyperparameter with the value `adam`. */
function findSuffix(name: string, trials: readonly Trial[]): string | undefined {
  const prefixes = trials
    .filter(({ hyperparameters }) => name in hyperparameters)
    .map(({ hyperparameters }) =>
      Object.values(hyperparameters).find((value) => typeof value === 'string' && value !== '' && name.startsWith(value)),
    );
  const prefix = prefixes[0] as string | undefined;
  if (prefix === undefined || prefixes.some((each) => each !== prefix)) return undefined;
  const suffix = name.slice(prefix.length);
  return /^[A-Z]/.test(suffix) ? suffix[0].toLowerCase() + suffix.slice(1) : undefined;
}

/**
 * The trials of a search as an arquero table, to filter, group and join: the rows of `trials`, numbers not rounded, null
 * where there is no value, and always every column, one for each hyperparameter. `trainings` counts those scored,
 * `planned` all of a trial.
 *
 *     tables.trialsTable(search).filter((d) => d.status === 'completed').groupby('optimizer').count()
 */
export function trialsTable(search: SearchResults): ColumnTable {
  const rows = orderTrials(search);
  const columns = nameColumns(search);
  const column = (name: string, read: (row: RankedTrial) => unknown): [string, unknown[]] => [
    name,
    // Not undefined, which arquero's toJSON writes as a word that JSON does not have.
    rows.map((row) => read(row) ?? null),
  ];
  return arquero().table([
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
    column('parameters', ({ trial }) => trial.parameters || null),
    ...[...columns.hyperparameters].map(([name, title]) => column(title, ({ trial }) => trial.hyperparameters[name])),
    column('reason', ({ trial }) => cut(trial.reason)),
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
export function nameColumns({ trials, objective }: SearchResults) {
  const score = distinctColumnName(objective.name, 'objective', TRIAL_COLUMNS);
  const scoreSoFar = `${objective.name} so far`;
  const taken = [...TRIAL_COLUMNS, score, scoreSoFar];
  const names = new Set(trials.flatMap((trial) => Object.keys(trial.hyperparameters)));
  const hyperparameters = new Map([...names].map((name) => [name, distinctColumnName(name, 'hyperparameter', taken)]));
  return { score, scoreSoFar, hyperparameters };
}
