import { escapeMarkdown } from '../../lib/base/markdown';
import { formatCount, plural } from '../../lib/base/words';
import type { Dataset } from '../../lib/data/dataset';
import type { SearchBudget } from './budget';

/**
 * What the searches of a notebook and the trainings of winner and default on `train` are going to do, and what was cut to fit
 * these images: of the budget itself, and `cuts`, those of an experiment's.
 */
export function describeBudget(budget: SearchBudget, train: Dataset, cuts: readonly string[] = []): string {
  const { trials, folds, searchEpochs, epochs } = budget;
  const [searched, trained] = [budget.searchImages, budget.trainImages].map((images) =>
    images < train.size ? formatCount(images) : `all ${formatCount(train.size)}`,
  );
  const judged = folds > 1 ? `${folds}-fold cross-validation` : 'a hold-out';
  const plan =
    `The random search tries ${plural(trials, 'configuration')} with ${judged}, ${plural(searchEpochs, 'epoch')} each, on ` +
    `${searched} training images of **${escapeMarkdown(train.name)}**: ${plural(trials * folds * searchEpochs, 'epoch')} in ` +
    'all. Every further search may train as many. The best configuration of all searches and the default are then trained for ' +
    `${plural(epochs, 'epoch')} on ${trained}.`;
  return [plan, describeCuts([...budget.cuts, ...cuts])].filter(Boolean).join('\n\n');
}

/** What a budget cut to fit the data, as one paragraph; empty where it cut nothing. */
export function describeCuts(cuts: readonly string[]): string {
  return cuts.map(escapeMarkdown).join(' ');
}
