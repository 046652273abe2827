import type { SearchResults } from '../plots/search-results';
import { effect } from './tables';

/**
 * Reads the effect of a hyperparameter on a search's score in a sentence of Markdown: the values, best mean first, each with
 * its mean score and number of trials. Says so where no completed trial has it, or all had the same value.
 *
 *     describeEffect(search, 'optimizer') // 'adam 93.1 % (2 trials), sgd 91.0 % (4 trials): 2.1 points between ...'
 */
export function describeEffect(search: SearchResults, name: string): string {
  if (!search.trials.some((trial) => trial.status === 'completed' && name in trial.hyperparameters)) {
    return `no completed trial has \`${name}\``;
  }
  const rows = effect(search, name).objects() as { [key: string]: unknown; trials: number; mean: number }[];
  const values = rows.map(
    (row) =>
      `**${row[name]}** ${formatScore(search, row.mean)} (${row.trials} ${row.trials === 1 ? 'trial' : 'trials'})`,
  );
  if (values.length === 1) return `${values[0]}; all trials had the same value`;
  const gap = formatScore(search, Math.abs(rows[0].mean - rows[rows.length - 1].mean)).replace('%', 'points');
  return `${values.join(', ')}: ${gap} between the best mean and the worst`;
}

function formatScore(search: SearchResults, score: number): string {
  return search.objective === 'valAccuracy' ? `${(100 * score).toFixed(1)} %` : score.toFixed(3);
}
