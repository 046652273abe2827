import { formatPercent, plural } from '../base/words';
import type { History } from '../training/history';

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
  const points = gap.toFixed(1).replace('-', '−');
  return `${reached}, validation accuracy ${formatPercent(valAccuracy)}. The gap is ${points} points: ${reading}.`;
}
