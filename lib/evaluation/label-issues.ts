import { confusionMatrix } from './confusion-matrix';
import { checkProbabilities, type Mistake, mistakeAt } from './mistakes';
import type { Predictions } from './predictions';

/** Two probabilities that differ by less are taken as equal, as rounding may make them so. */
const TOLERANCE = 1e-6;

/**
 * Images whose labels may be wrong, the most suspect first, with the class that each seems to be as `predictedClass`: confident
 * learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", section 3.1).
 *
 * A class's threshold is the mean probability that the model gives it on the images with its label. An image counts as the
 * class with the highest probability of those that reach their thresholds, and is suspect where this is not its label and
 * its label is not the most probable class either. The order is that of the normalized margin: the label's probability
 * less the highest of the others, lowest first. cleanlab finds the same with `filter_by='confident_learning'` and
 * `return_indices_ranked_by='normalized_margin'`, but for images where several classes reach their thresholds and
 * a class that does not is the most probable of all. A class without images has no threshold, so no image counts as it.
 *
 * The predictions must be of images that the model was not trained on. For the test set they are; a training set needs
 * cross-validation, each fold judged by a model trained on the others, since a model has learnt the wrong labels of its
 * own training images. A suspect is not proved wrong: characters that even people cannot tell apart are among them.
 *
 * Example of two classes: labels 0, 0, 1, 1 with probabilities of class 1 of 0.1, 0.9, 0.8, 0.6 have the thresholds
 * (0.9 + 0.1) / 2 = 0.5 and (0.8 + 0.6) / 2 = 0.7. The second image reaches that of class 1 alone and is suspect.
 *
 * @throws RangeError where there are no predictions, labels and predictions do not fit each other, or a probability is not
 *   a number from 0 to 1.
 */
export function findLabelIssues(predictions: Predictions): Mistake[] {
  confusionMatrix(predictions); // Checks labels and predictions.
  checkProbabilities(predictions);
  const { probabilities, labels, classNames } = predictions;
  const classes = classNames.length;
  const thresholds = classThresholds(predictions);
  const issues: { mistake: Mistake; margin: number }[] = [];
  for (let i = 0; i < labels.length; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    let confident: number | undefined;
    let highestOther = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) {
      if (row[c] >= thresholds[c] - TOLERANCE && (confident === undefined || row[c] > row[confident])) {
        confident = c;
      }
      if (c !== labels[i]) highestOther = Math.max(highestOther, row[c]);
    }
    const margin = row[labels[i]] - highestOther;
    if (confident === undefined || confident === labels[i] || margin > -TOLERANCE) continue;
    issues.push({ mistake: mistakeAt(predictions, i, confident), margin });
  }
  return issues.sort((a, b) => a.margin - b.margin).map(({ mistake }) => mistake);
}

/** Mean probability of each class on the images with its label, `[classes]`; infinite where there are none. */
function classThresholds({ probabilities, labels, classNames }: Predictions): number[] {
  const classes = classNames.length;
  const sums = new Array<number>(classes).fill(0);
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) {
    sums[labels[i]] += probabilities[i * classes + labels[i]];
    counts[labels[i]]++;
  }
  return sums.map((total, c) => (counts[c] === 0 ? Number.POSITIVE_INFINITY : total / counts[c]));
}
