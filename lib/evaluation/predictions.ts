/** What a model said about labelled images. Plain data: no TensorFlow needed to judge it. */
export interface Predictions {
  /** `[size, classes]` float32, row-major; each row sums to 1. */
  readonly probabilities: Float32Array;
  /** Most probable class of each image, `[size]`; the lower index wins a tie. */
  readonly predicted: Uint8Array;
  /** True class of each image, `[size]`. */
  readonly labels: Uint8Array;
  readonly classNames: readonly string[];
  readonly size: number;
  /** Share of right predictions, 0 to 1. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats, without regularization. */
  readonly loss: number;
  readonly seconds: number;
}

/** As in training: float32's smallest. Probabilities below count as this, so that one image costs 85 nats at most. */
export const SMALLEST_PROBABILITY = 1e-37;

/**
 * Throws a RangeError where predictions cannot be judged: none, lists of different lengths, a class without a name, or a
 * probability that is NaN or not from 0 to 1.
 */
export function checkPredictions({ probabilities, predicted, labels, classNames }: Predictions): void {
  const size = labels.length;
  const classes = classNames.length;
  if (size === 0) throw new RangeError('predictions must hold at least one image, but got none.');
  if (predicted.length !== size || probabilities.length !== size * classes) {
    throw new RangeError(
      `predictions of ${size} labels and ${classes} class names need ${size} predicted classes and ${size * classes} ` +
        `probabilities, but got ${predicted.length} and ${probabilities.length}.`,
    );
  }
  for (let i = 0; i < size; i++) {
    if (labels[i] >= classes || predicted[i] >= classes) {
      throw new RangeError(
        `predictions has ${classes} class names, so classes run from 0 to ${classes - 1}, but image ${i} has label ` +
          `${labels[i]} and prediction ${predicted[i]}. Give every class its name.`,
      );
    }
  }
  // Averages of float32 shares may pass 1 by their rounding.
  const wrong = probabilities.findIndex((p) => !(p >= 0 && p <= 1 + 1e-6));
  if (wrong === -1) return;
  const cure = Number.isNaN(probabilities[wrong])
    ? 'A model whose training went astray gives NaN: train it with a lower learning rate.'
    : 'Let the model end in softmax.';
  throw new RangeError(
    `probabilities must be numbers from 0 to 1, but image ${Math.floor(wrong / classes)} has ${probabilities[wrong]} ` +
      `for class "${classNames[wrong % classes]}". ${cure}`,
  );
}
