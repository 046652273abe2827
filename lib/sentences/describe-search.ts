import { escapeMarkdown } from '../base/markdown';
import { sum } from '../base/numbers';
import { formatCount, formatPercent, plural } from '../base/words';
import { canRateImportance, type HyperparameterImportance, MIN_IMPORTANCE_TRIALS } from '../search/importance';
import { isShare } from '../search/objective';
import { bestSearch, completedTrials, partialTrials, rankedTrials, type SearchResults } from '../search/search-results';

/** How good the best trial of all searches is, which are given by name, and why its score flatters it. */
export function describeBest(searches: Readonly<Record<string, SearchResults>>): string {
  const { name, search } = bestSearch(searches);
  const [best] = rankedTrials(search);
  const spread = best.scores.length > 1 ? ` ± ${roundedScore(search, best.spread)} over ${best.scores.length} trainings` : '';
  const score = `${roundedScore(search, best.score)}${spread}`;
  const reached = `${escapeMarkdown(name)}, trial ${best.id}: ${score}, with ${formatCount(best.parameters)} weights.`;
  const compared = new Set(
    Object.values(searches)
      .flatMap((each) => [...completedTrials(each), ...partialTrials(each)])
      .map(({ hyperparameters }) => JSON.stringify(hyperparameters)),
  ).size;
  if (compared < 2) return reached;
  return (
    `${reached} Being the best of ${formatCount(compared)} different configurations makes this score a little too good: it was ` +
    'chosen for being good.'
  );
}

/**
 * How the trials of a search ended, how many of their trainings were skipped, and how many epochs were trained against
 * training every configuration in full. Failed and running trials count in the first alone.
 */
export function describeSearch({ trials }: SearchResults): string {
  if (trials.length === 0) return 'No trial was begun yet.';
  const counts = (['completed', 'paused', 'pruned', 'failed', 'running'] as const)
    .map((status) => ({ status, count: trials.filter((trial) => trial.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${formatCount(count)} ${status}`);
  const ended = `${plural(trials.length, 'trial')}: ${counts.join(', ')}.`;
  const trained = trials.filter(({ status, histories }) => status !== 'failed' && status !== 'running' && histories.length > 0);
  // Only a completed trial shows how long a whole training is.
  if (!trained.some((trial) => trial.status === 'completed')) return ended;
  const whole = Math.max(...trained.map((trial) => trial.epochs));
  const trainings = sum(trained.map((trial) => trial.trainings));
  const begun = sum(trained.map((trial) => trial.histories.length));
  const epochs = sum(trained.flatMap((trial) => trial.histories.map((history) => history.epochs.length)));
  const full = trainings * whole;
  const skipped = trainings - begun;
  return [
    ended,
    ...(skipped > 0
      ? [`${formatCount(skipped)} of ${plural(trainings, 'training')} ${skipped === 1 ? 'was' : 'were'} skipped.`]
      : []),
    ...(epochs < full
      ? [
          `Training all in full would take ${plural(full, 'epoch')}; ${formatCount(epochs)} were trained, ` +
            `${formatPercent(1 - epochs / full)} fewer.`,
        ]
      : []),
  ].join(' ');
}

/**
 * What mattered in a search: the most important hyperparameters, three at most, and what their shares do not show; or that
 * the search has too few trials for them.
 */
export function describeImportance(search: SearchResults & { importance(): readonly HyperparameterImportance[] }): string {
  const trials = search.trials.filter(({ status }) => status !== 'failed' && status !== 'running').length;
  if (!canRateImportance(search)) {
    return `Importances need ${MIN_IMPORTANCE_TRIALS} trials with a score; this search has ${formatCount(trials)}.`;
  }
  const importances = search.importance();
  const first = importances
    .filter(({ importance }) => importance > 0)
    .sort((a, b) => b.importance - a.importance)
    .slice(0, 3);
  if (first.length === 0) return 'The best trials do not differ from all in any hyperparameter.';
  const names = first.map(
    ({ name, importance, trials: having }) =>
      `**${escapeMarkdown(name)}** (${formatPercent(importance)}${having < trials ? `, from ${plural(having, 'trial')}` : ''})`,
  );
  const listed = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
  return (
    `The best of ${plural(trials, 'trial')} differ from all of them most in ${listed}. The shares say neither which values are ` +
    'good nor what two hyperparameters do together, and they hold for this search space and this budget alone. ' +
    (trials < 50 ? 'From so few trials their order may be chance.' : 'Another seed would give somewhat different ones.')
  );
}

/** Shares as `97.5 %`, losses with three decimals, other metrics with four digits. */
export function roundedScore({ objective }: SearchResults, score: number): string {
  if (isShare(objective)) return formatPercent(score);
  return /loss$/i.test(objective.name) ? score.toFixed(3) : String(Number(score.toPrecision(4)));
}
