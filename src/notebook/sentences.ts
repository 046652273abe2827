/** Readings of a run's numbers, as sentences of Markdown for `show(markdown(...))`. */
import type { Dataset } from '../data/dataset';
import { compareModels, type EvaluatedModel } from '../evaluation/model-comparison';
import type { SearchResults } from '../plots/search-results';
import type { History } from '../training/history';
import type { Budget } from '../tuner/budget';
import type { RandomSearch } from '../tuner/random-search';
import { effect } from './tables';

/** What the data set is: its name, source, size and number of classes. */
export function describeDataset({ name, source, size, classNames }: Dataset): string {
  return `**${name}**, from ${source}: ${formatCount(size)} training images in ${classNames.length} classes.`;
}

/** What a search and the training of its winner on `train` are going to do. */
export function describeBudget(budget: Budget, train: Dataset): string {
  const { trials, folds, searchEpochs, epochs } = budget;
  const [searched, trained] = [budget.searchImages, budget.trainImages].map((images) =>
    images < train.size ? formatCount(images) : `all ${formatCount(train.size)}`,
  );
  const judged = folds > 1 ? `${folds}-fold cross-validation` : 'a hold-out';
  return (
    `The search tries ${plural(trials, 'configuration')} with ${judged}, ${plural(searchEpochs, 'epoch')} each, on ` +
    `${searched} training images of **${train.name}**; the best one is then trained for ${plural(epochs, 'epoch')} on ${trained}.`
  );
}

/**
 * The effect of a hyperparameter on a search's score: its values, best mean first, each with its mean score and number of
 * trials. Says so where no completed trial has it, or all had the same value.
 */
export function describeEffect(search: SearchResults, name: string): string {
  if (!search.trials.some((trial) => trial.status === 'completed' && name in trial.hyperparameters)) {
    return `no completed trial has \`${name}\``;
  }
  const format = (score: number) =>
    search.objective === 'valAccuracy' ? formatPercent(score) : score.toFixed(3);
  const rows = effect(search, name).objects() as { [key: string]: unknown; trials: number; mean: number }[];
  const values = rows.map((row) => `**${row[name]}** ${format(row.mean)} (${plural(row.trials, 'trial')})`);
  if (values.length === 1) return `${values[0]}; all trials had the same value`;
  const gap = format(Math.abs(rows[0].mean - rows[rows.length - 1].mean)).replace('%', 'points');
  return `${values.join(', ')}: ${gap} between the best mean and the worst`;
}

/** How good the best trial is, and why its score flatters it. */
export function describeBest({ best, objective, trials }: RandomSearch): string {
  const format = (score: number) => (objective === 'valAccuracy' ? formatPercent(score) : score.toFixed(3));
  const spread = best.scores.length > 1 ? ` ± ${format(best.spread)} over the folds` : '';
  return (
    `Trial ${best.id} reached ${format(best.score)}${spread}, with ${formatCount(best.parameters)} weights. Being the ` +
    `best of ${trials.length} makes this score a little too good: it was chosen for being good.`
  );
}

/** What the last epoch's accuracies say about over- and underfitting. */
export function describeFit({ epochs }: History): string {
  const { epoch, accuracy, valAccuracy } = epochs[epochs.length - 1];
  const reached = `After ${plural(epoch, 'epoch')}: training accuracy ${formatPercent(accuracy)}`;
  if (valAccuracy === undefined) return `${reached}. Nothing was held out, so the fit cannot be judged.`;
  const gap = 100 * (accuracy - valAccuracy);
  const reading =
    gap > 5
      ? 'it overfits: dropout, L2 or more images would help, more epochs would not'
      : gap > 1.5
        ? 'it begins to overfit: more epochs would rather widen the gap than raise the validation accuracy'
        : gap < -0.5
          ? 'it underfits, or its regularization holds it back in training alone: more epochs would help'
          : 'neither over- nor underfitting stands out';
  return `${reached}, validation accuracy ${formatPercent(valAccuracy)}. The gap is ${gap.toFixed(1)} points: ${reading}.`;
}

/** Which of two models is better on the test images, and whether chance could explain it. */
export function describeComparison(models: readonly [EvaluatedModel, EvaluatedModel]): string {
  const [better, worse] = compareModels(models).sort((a, b) => a.mistakes - b.mistakes);
  if (better.mistakes === worse.mistakes) return `Both make ${plural(better.mistakes, 'mistake')}.`;
  const apart = better.interval.low > worse.interval.high;
  return (
    `The ${better.name} is better: ${plural(better.mistakes, 'mistake')} where the ${worse.name} makes ` +
    `${formatCount(worse.mistakes)} in ${formatCount(models[0].predictions.size)} images. The intervals ` +
    `${apart ? 'do not overlap.' : 'overlap, so on this test set the difference may be chance.'}`
  );
}

/** `1,234`. */
function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 epoch`, `1,234 epochs`. */
function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `97.5 %`. */
function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
