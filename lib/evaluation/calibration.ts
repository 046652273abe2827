import { checkPredictions, type Predictions, SMALLEST_PROBABILITY } from './predictions';

/** Images whose prediction was about equally sure. */
export interface ConfidenceBin {
  /** The bin holds confidences above `from`, up to and including `to`. */
  readonly from: number;
  readonly to: number;
  /** Images, at least 1. */
  readonly count: number;
  /** Mean probability of the predicted class. */
  readonly confidence: number;
  /** Share of right predictions. */
  readonly accuracy: number;
}

/**
 * The images by the probability of their predicted class, in bins of equal width (default 15, as in Guo et al. 2017); bins
 * without images are left out. The bins are what a reliability diagram draws.
 *
 * @throws RangeError for no images, lists of different lengths, probabilities that are NaN or not from 0 to 1, and a `bins`
 *   that is no whole number of at least 1.
 */
export function confidenceBins(predictions: Predictions, { bins = 15 }: { bins?: number } = {}): ConfidenceBin[] {
  checkPredictions(predictions);
  if (!(Number.isSafeInteger(bins) && bins >= 1)) {
    throw new RangeError(`bins must be a whole number of at least 1, but got ${bins}.`);
  }
  const { probabilities, predicted, labels, classNames } = predictions;
  const totals = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const confidence = probabilities[i * classNames.length + predicted[i]];
    const total = totals[Math.min(bins, Math.max(1, Math.ceil(confidence * bins))) - 1];
    total.count++;
    total.confidence += confidence;
    total.right += Number(predicted[i] === labels[i]);
  }
  return totals.flatMap(({ count, confidence, right }, b) =>
    count === 0 ? [] : [{ from: b / bins, to: (b + 1) / bins, count, confidence: confidence / count, accuracy: right / count }],
  );
}

/**
 * Expected calibration error, 0 to 1: how far confidence and accuracy lie apart, on average over the images, each bin of
 * `confidenceBins` taken as a whole (Guo et al. 2017, "On calibration of modern neural networks", section 2, equation 3). With
 * few images it is too high even for a perfect model, since chance sets them apart.
 *
 * Of 4 images predicted with 0.9, 3 of them rightly, it is 0.15.
 *
 * @throws RangeError as `confidenceBins`.
 */
export function expectedCalibrationError(predictions: Predictions, options: { bins?: number } = {}): number {
  return confidenceBins(predictions, options).reduce(
    (total, { count, confidence, accuracy }) => total + (count / predictions.labels.length) * Math.abs(accuracy - confidence),
    0,
  );
}

/** Temperatures beyond these make no use of what the model says. */
const LOWEST = 0.01;
const HIGHEST = 100;

/**
 * The temperature that makes the log loss of `validation` least (Guo et al. 2017, section 4.2), for `scaleTemperature`. Above
 * 1 the model was too sure of itself, below 1 not sure enough.
 *
 * Give it predictions of images that neither trained the model nor judge it: fitted on the test images, the calibration would
 * look better there than it is.
 *
 * @throws RangeError for no images, lists of different lengths, probabilities that are NaN or not from 0 to 1, and where no
 *   temperature from 0.01 to 100 is best: all predictions are right, or they are no better than a guess.
 */
export function fitTemperature(validation: Predictions): number {
  if (!canFitTemperature(validation)) {
    throw new RangeError(
      `validation must have right and wrong predictions, better than a guess, to fit a temperature from ${LOWEST} to ` +
        `${HIGHEST}, but got ${validation.size} with accuracy ${validation.accuracy}. Use more images, or train the ` +
        'model further.',
    );
  }
  const slope = lossSlope(validation);
  let [low, high] = [LOWEST, HIGHEST];
  while (high / low > 1 + 1e-9) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

/**
 * Whether `fitTemperature` can fit one to `validation`: not where all predictions are right, or no better than a guess.
 *
 * @throws RangeError for no images, lists of different lengths, and probabilities that are NaN or not from 0 to 1.
 */
export function canFitTemperature(validation: Predictions): boolean {
  checkPredictions(validation);
  const slope = lossSlope(validation);
  return slope(LOWEST) > 0 && slope(HIGHEST) < 0;
}

/** The derivative of the log loss by 1 / temperature, as a function of the temperature. It falls: the loss is convex. */
function lossSlope(validation: Predictions): (temperature: number) => number {
  const { labels, classNames, size } = validation;
  const classes = classNames.length;
  const logs = logits(validation);
  return (temperature) => {
    let total = 0;
    for (let start = 0, i = 0; i < size; start += classes, i++) {
      let largest = -Infinity;
      for (let c = 0; c < classes; c++) largest = Math.max(largest, logs[start + c]);
      let weights = 0;
      let weighted = 0;
      for (let c = 0; c < classes; c++) {
        const weight = Math.exp((logs[start + c] - largest) / temperature);
        weights += weight;
        weighted += weight * logs[start + c];
      }
      total += weighted / weights - logs[start + labels[i]];
    }
    return total;
  };
}

/**
 * Predictions with calibrated probabilities, `softmax(log(probabilities) / temperature)`: a temperature above 1 makes them
 * less sure, and which class is predicted stays as it was, so only probabilities and `loss` change (Guo et al. 2017, section
 * 4.2; the logarithm of softmax's output stands for its input, from which it differs by a constant).
 *
 * 0.8 and 0.2 at temperature 2 give 2/3 and 1/3.
 *
 * @throws RangeError unless `temperature` is finite and above 0, and as `confidenceBins` for the predictions.
 */
export function scaleTemperature(predictions: Predictions, temperature: number): Predictions {
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new RangeError(`temperature must be finite and above 0, but got ${temperature}.`);
  }
  checkPredictions(predictions);
  const { labels, classNames, size } = predictions;
  const classes = classNames.length;
  const logs = logits(predictions);
  const probabilities = new Float32Array(size * classes);
  let loss = 0;
  for (let i = 0; i < size; i++) {
    const row = logs.subarray(i * classes, (i + 1) * classes);
    const largest = row.reduce((most, log) => Math.max(most, log), -Infinity);
    const weights = row.map((log) => Math.exp((log - largest) / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    probabilities.set(
      weights.map((weight) => weight / total),
      i * classes,
    );
    loss -= Math.log(Math.max(probabilities[i * classes + labels[i]], SMALLEST_PROBABILITY));
  }
  return { ...predictions, probabilities, loss: loss / size };
}

/** What softmax was given, but for a constant in each row. */
function logits({ probabilities }: Predictions): Float64Array {
  return Float64Array.from(probabilities, (p) => Math.log(Math.max(p, SMALLEST_PROBABILITY)));
}
