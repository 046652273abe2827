import { escapeMarkdown } from '../base/markdown';
import { type Objective, rankByScore } from './objective';
import { rankTrials } from './oracles/ranking';
import { defaultValue, describeDomain, type HyperParameterValue } from './space/domain';
import { describeCondition, type SearchSpace } from './space/search-space';
import { nameTrial, type Trial, type TrialStatus, trainedEpochs } from './trial';

/** What a summary tells of a search; every search is one. */
export interface SummarizedSearch {
  readonly trials: readonly Trial[];
  readonly objective: Objective;
  readonly folds: number;
  readonly executionsPerTrial: number;
}

/** A space as a Markdown table: each hyperparameter, its domain, its default, and when it is asked for. */
export function summarizeSpace(space: SearchSpace): string {
  if (space.size === 0) return 'The builder asks for no hyperparameter.';
  const rows = [...space].map(([name, { domain, conditions }]) => [
    name,
    describeDomain(domain.kind === 'fixed' ? domain : { ...domain, default: undefined }),
    String(defaultValue(domain)),
    conditions.map(describeCondition).join(' and '),
  ]);
  const headings = ['hyperparameter', 'domain', 'default', 'only if'];
  const shown = rows.some((row) => row[3] !== '') ? headings : headings.slice(0, 3);
  return [count(space.size, 'hyperparameter'), renderTable(shown, rows)].join('\n\n');
}

/**
 * The results of a search in Markdown: how many trials there are of each status, a table of the `most` best completed ones
 * with their active hyperparameters, then up to `most` trials of each other status, with the reason why they ended.
 */
export function summarizeResults(search: SummarizedSearch, most: number): string {
  const { trials, objective, folds } = search;
  if (trials.length === 0) return 'No trials yet.';
  const statuses = ['completed', 'running', 'paused', 'pruned', 'failed'] as const;
  const byStatus = new Map<TrialStatus, Trial[]>(
    statuses.map((status) => [status, trials.filter((trial) => trial.status === status)]),
  );
  const counts = [...byStatus].flatMap(([status, { length }]) => (length > 0 ? [`${length} ${status}`] : []));
  const better = objective.direction === 'max' ? 'higher' : 'lower';
  const perTrial = folds > 1 ? `the mean of ${folds} folds, ` : '';
  const seconds = trials.reduce((sum, trial) => sum + trial.seconds, 0);
  const { completed = [], ...others } = Object.fromEntries(byStatus) as Partial<Record<TrialStatus, Trial[]>>;
  const best = rankByScore(completed, objective).slice(0, most);
  return [
    `${count(trials.length, 'trial')}: ${counts.join(', ')}. Objective: ${objective.name}, ${perTrial}the ${better} the ` +
      `better. ${seconds.toFixed(0)} s of training.`,
    ...(best.length > 0 ? summarizeBest(best, completed.length, search) : []),
    ...Object.entries(others).flatMap(([status, found]) => summarizeOthers(status, found, search, most)),
  ].join('\n\n');
}

function summarizeBest(best: readonly Trial[], completed: number, search: SummarizedSearch): string[] {
  const spread = best.some(({ scores }) => scores.length > 1);
  const headings = [
    ...['rank', 'trial', search.objective.name],
    ...(spread ? ['spread'] : []),
    ...['epochs', 'weights', 'seconds'],
  ];
  const rows = best.map((trial, rank) => [
    ...[String(rank + 1), String(trial.id), formatScore(trial.score)],
    ...(spread ? [formatScore(trial.spread)] : []),
    ...[String(trainedEpochs(trial)), String(trial.parameters || '–'), trial.seconds.toFixed(1)],
  ]);
  return [
    completed > best.length
      ? `The best ${best.length} of ${completed} completed trials:`
      : 'Completed trials, best first:',
    renderTable(headings, rows, { numeric: true }),
    best.map((trial) => `- ${nameTrial(trial)}: ${describeHyperparameters(trial)}`).join('\n'),
  ];
}

function summarizeOthers(
  status: string,
  found: readonly Trial[],
  { objective, executionsPerTrial }: SummarizedSearch,
  most: number,
): string[] {
  if (found.length === 0) return [];
  const scored = rankTrials(found, objective);
  const shown = [...scored, ...found.filter((trial) => !scored.includes(trial))].slice(0, most);
  const part = executionsPerTrial === 1 ? 'folds' : 'trainings';
  const lines = shown.map((trial) => {
    const { score, scores, trainings, reason } = trial;
    const facts = [
      ...(Number.isNaN(score) ? [] : [`${objective.name} ${formatScore(score)}`]),
      count(trainedEpochs(trial), 'epoch'),
      ...(trainings > 1 ? [`${scores.length} of ${trainings} ${part}`] : []),
    ];
    const why = reason === undefined ? '' : ` – ${escapeMarkdown(cut(reason))}`;
    return `- ${nameTrial(trial)} (${facts.join(', ')}): ${describeHyperparameters(trial)}${why}`;
  });
  const rest = found.length - shown.length;
  return [
    `${status[0].toUpperCase()}${status.slice(1)}:`,
    [...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n'),
  ];
}

function describeHyperparameters({ hyperparameters }: Trial): string {
  const entries = Object.entries(hyperparameters).map(([name, value]) => `${name} ${formatValue(value)}`);
  return escapeMarkdown(entries.join(', ')) || 'no hyperparameters';
}

function formatValue(value: HyperParameterValue): string {
  return String(typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value);
}

/** Four decimals, or three digits where those would be zeros. */
function formatScore(score: number): string {
  return score !== 0 && Math.abs(score) < 1e-3 ? score.toPrecision(3) : score.toFixed(4);
}

function count(size: number, what: string): string {
  return `${size} ${what}${size === 1 ? '' : 's'}`;
}

/** On one line and at most 200 characters: a stack trace would push the rest off the page. */
function cut(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** Columns are filled up to one width, so that the table can be read in a terminal. */
function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  options: { numeric?: boolean } = {},
): string {
  const cells = [headings, ...rows].map((row) => headings.map((_, c) => escapeMarkdown(row[c])));
  const widths = headings.map((_, c) => Math.max(3, ...cells.map((row) => row[c].length)));
  const pad = (cell: string, c: number) =>
    options.numeric ? cell.padStart(widths[c]) : cell.padEnd(widths[c]);
  const rule = widths.map((width) => (options.numeric ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  const [head, ...body] = cells.map((row) => row.map(pad));
  return [head, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
