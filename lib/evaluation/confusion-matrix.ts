import { sum } from '../base/numbers';
import type { Predictions } from './predictions';

/** How often each true class was predicted as each class. Plain data. */
export interface ConfusionMatrix {
  /** `counts[t][p]`: images of class `t` that were predicted as class `p`. */
  readonly counts: readonly (readonly number[])[];
  readonly classNames: readonly string[];
}

/** A kind of mistake: images of one class that were taken for another. */
export interface Confusion {
  readonly trueClass: string;
  readonly predictedClass: string;
  readonly count: number;
  /** Part of the true class's images, 0 to 1. */
  readonly share: number;
}

/**
 * Counts predictions by true and predicted class: labels 0, 0, 1 predicted as 0, 1, 1 give [[1, 1], [0, 1]].
 *
 * @throws RangeError where there are no predictions, as many labels as predictions are not given, or a class has no name.
 */
export function confusionMatrix(predictions: Pick<Predictions, 'labels' | 'predicted' | 'classNames'>): ConfusionMatrix {
  const { labels, predicted, classNames } = predictions;
  if (labels.length === 0) throw new RangeError('predictions must hold at least one image, but got none.');
  if (labels.length !== predicted.length) {
    throw new RangeError(
      `predictions needs one label for each prediction, but got ${labels.length} labels and ${predicted.length} predictions.`,
    );
  }
  const counts = classNames.map(() => new Array<number>(classNames.length).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = counts[labels[i]];
    if (row?.[predicted[i]] === undefined) {
      throw new RangeError(
        `predictions has ${classNames.length} class names, so classes run from 0 to ${classNames.length - 1}, ` +
          `but image ${i} has label ${labels[i]} and prediction ${predicted[i]}. Give every class its name.`,
      );
    }
    row[predicted[i]]++;
  }
  return { counts, classNames };
}

/** The `count` most frequent mistakes, most frequent first; ties in the order of the matrix. */
export function mostConfused(matrix: ConfusionMatrix, count = 10): Confusion[] {
  const { counts, classNames } = matrix;
  const confusions = counts.flatMap((row, t) => {
    const support = sum(row);
    return row.map((n, p) => ({
      trueClass: classNames[t],
      predictedClass: classNames[p],
      count: p === t ? 0 : n,
      share: n / support,
    }));
  });
  return confusions
    .filter((confusion) => confusion.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, count);
}
