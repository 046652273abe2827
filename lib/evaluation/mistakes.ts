import { sum } from '../base/numbers';
import { type Confusion, confusionMatrix } from './confusion-matrix';
import type { Predictions } from './predictions';

/** An image whose label and prediction differ. Plain data. */
export interface Mistake {
  /** Of the image in its data set. */
  readonly index: number;
  /** What its label says. */
  readonly trueClass: string;
  readonly predictedClass: string;
  /** Probability of the true class, 0 to 1. */
  readonly trueProbability: number;
  /** Probability of the predicted class, 0 to 1. */
  readonly confidence: number;
}

/** One direction of a confused pair, and its images, the most confident mistake first. */
export interface ConfusionImages extends Confusion {
  /** Images of the true class. */
  readonly support: number;
  readonly mistakes: readonly Mistake[];
}

/** Two classes that are taken for each other. Plain data. */
export interface ConfusedPair {
  /** Class indices, the lower first. */
  readonly classes: readonly [number, number];
  /** Mistakes of both directions. */
  readonly count: number;
  /** The first class taken for the second, then the second for the first; one of them may be without mistakes. */
  readonly directions: readonly [ConfusionImages, ConfusionImages];
}

/**
 * The `count` pairs of classes that are most often taken for each other, both directions together, most mistakes first; ties in
 * the order of the classes. With 3 zeros read as O and 4 O's read as 0, the pair 0/O has 7. Fewer pairs where fewer are confused.
 *
 * @throws RangeError unless `count` is a whole number of at least 1 and the predictions are sound: as `confusionMatrix`, and
 *   for each image one probability a class, from 0 to 1.
 */
export function confusedPairs(predictions: Predictions, count = 8): ConfusedPair[] {
  checkCount(count);
  const { counts, classNames } = confusionMatrix(predictions);
  const mistakes = worstMistakes(predictions, Math.max(1, predictions.size));
  const direct = (t: number, p: number): ConfusionImages => {
    const support = sum(counts[t]);
    return {
      trueClass: classNames[t],
      predictedClass: classNames[p],
      count: counts[t][p],
      share: support === 0 ? 0 : counts[t][p] / support,
      support,
      mistakes: mistakes.filter(({ index }) => predictions.labels[index] === t && predictions.predicted[index] === p),
    };
  };
  return classNames
    .flatMap((_, a) =>
      classNames.slice(a + 1).map((_, k) => {
        const b = a + 1 + k;
        return { classes: [a, b] as const, count: counts[a][b] + counts[b][a] };
      }),
    )
    .filter((pair) => pair.count > 0)
    .sort((one, other) => other.count - one.count)
    .slice(0, count)
    .map(({ classes: [a, b], count }) => ({ classes: [a, b], count, directions: [direct(a, b), direct(b, a)] }));
}

/**
 * The `count` mistakes of which the model was most sure: highest probability of the wrong class first, ties in the order of
 * the images. Fewer where it makes fewer.
 *
 * @throws RangeError as `confusedPairs` does.
 */
export function worstMistakes(predictions: Predictions, count = 24): Mistake[] {
  checkCount(count);
  confusionMatrix(predictions); // Checks labels and predictions.
  checkProbabilities(predictions);
  const { labels, predicted } = predictions;
  return Array.from(labels, (_, i) => i)
    .filter((i) => predicted[i] !== labels[i])
    .map((i) => mistakeAt(predictions, i, predicted[i]))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, count);
}

/** Image `index` with its label beside the class `other`. */
export function mistakeAt({ probabilities, labels, classNames }: Predictions, index: number, other: number): Mistake {
  const row = index * classNames.length;
  return {
    index,
    trueClass: classNames[labels[index]],
    predictedClass: classNames[other],
    trueProbability: probabilities[row + labels[index]],
    confidence: probabilities[row + other],
  };
}

/** @throws RangeError unless there is one probability, from 0 to 1, for each image and class. */
export function checkProbabilities({ probabilities, labels, classNames }: Predictions): void {
  const classes = classNames.length;
  if (probabilities.length !== labels.length * classes) {
    throw new RangeError(
      `predictions needs ${classes} probabilities for each of ${labels.length} images, ` +
        `but got ${probabilities.length} numbers.`,
    );
  }
  // Sums of float32 may exceed 1 by a rounding error; NaN fails every comparison.
  const wrong = probabilities.findIndex((p) => !(p >= 0 && p <= 1 + 1e-6));
  if (wrong >= 0) {
    throw new RangeError(
      `predictions must hold probabilities from 0 to 1, but image ${Math.floor(wrong / classes)} has ` +
        `${probabilities[wrong]} for class ${classNames[wrong % classes]}. A model whose training diverged gives NaN: ` +
        'train it with a lower learning rate.',
    );
  }
}

function checkCount(count: number): void {
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(`count must be a whole number of at least 1, but got ${count}.`);
  }
}
