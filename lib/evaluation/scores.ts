import { sum } from '../base/numbers';
import { type BootstrapOptions, drawResamples, percentileInterval } from './bootstrap';
import { expectedCalibrationError } from './calibration';
import { reportMatrix } from './classification-report';
import { type ConfusionMatrix, confusionMatrix } from './confusion-matrix';
import { type Interval, wilsonInterval } from './model-comparison';
import { checkPredictions, type Predictions, SMALLEST_PROBABILITY } from './predictions';

/** All scores of a model. Plain data. A ratio without a denominator is 0 unless the score says otherwise. */
export interface PredictionScores {
  /** Share of right predictions, 0 to 1. */
  readonly accuracy: number;
  /** Share of images whose class is among the `k` most probable, 0 to 1. Of equal probabilities the lower index leads. */
  readonly topKAccuracy: number;
  /** Mean recall of the classes that have images, 0 to 1 (Brodersen et al. 2010, "The balanced accuracy"). */
  readonly balancedAccuracy: number;
  /** Means over the classes, each counted alike: a class without images counts with 0. */
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
  /** Means over the classes, each weighted by its images. */
  readonly weightedPrecision: number;
  /** Always the accuracy. */
  readonly weightedRecall: number;
  readonly weightedF1: number;
  /**
   * Agreement of predictions and labels beyond chance: 1 is perfect, 0 chance (Cohen 1960, "A coefficient of agreement for
   * nominal scales"). NaN where labels and predictions are all of one class.
   */
  readonly cohenKappa: number;
  /**
   * Correlation of predictions and labels: 1 is perfect, 0 chance, and 0 where labels or predictions are all of one class
   * (Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient").
   */
  readonly matthewsCorrelation: number;
  /** Mean cross-entropy in nats: 0 is perfect, log(classes) is a guess. */
  readonly logLoss: number;
  /** Mean squared difference of probabilities and truth, summed over classes: 0 is perfect, 2 the worst (Brier 1950). */
  readonly brierScore: number;
  /** Expected calibration error of 15 bins, 0 to 1: 0 is perfect. See `expectedCalibrationError`. */
  readonly calibrationError: number;
}

/** How many classes are tried by `topKAccuracy`. Default 3, or all where there are fewer. */
interface TopKOptions {
  readonly k?: number;
}

/**
 * All scores of a model's predictions, equal to scikit-learn's `accuracy_score`, `top_k_accuracy_score`,
 * `balanced_accuracy_score`, `precision_recall_fscore_support` (every class in `labels`, `zero_division=0`),
 * `cohen_kappa_score`, `matthews_corrcoef`, `log_loss` and `brier_score_loss`, with three exceptions (scikit-learn 1.9):
 *
 * - log loss of a probability of 0: 85.2 nats, which is float32's smallest number, as in training. scikit-learn takes the machine
 *   epsilon of the type that it is given: 15.9 nats for float32, 36.0 for float64.
 * - ties in top-k: of classes with equal probabilities the first ones count here, the last ones there.
 * - Brier score of two classes: the sum over both, 0 to 2, as of more classes; scikit-learn gives half of it.
 *
 * @throws RangeError for no images, lists of different lengths, a class without a name, a probability that is NaN or not from
 *   0 to 1, and a `k` that is no whole number from 1 to the number of classes.
 */
export function scorePredictions(predictions: Predictions, options: TopKOptions = {}): PredictionScores {
  const images = scoreImages(predictions, options);
  return {
    ...scoreMatrix(confusionMatrix(predictions)),
    topKAccuracy: mean(images.inTopK),
    logLoss: mean(images.loss),
    brierScore: mean(images.brier),
    calibrationError: expectedCalibrationError(predictions),
  };
}

/**
 * The 95 % interval of each score: that of the accuracy by Wilson, the others by the bootstrap. See `bootstrapInterval` for
 * `seed` and `resamples`.
 *
 * The calibration error has none: it counts chance as miscalibration, resampling adds chance, and so its bootstrap lies too
 * high (Kumar, Liang and Ma 2019, "Verified uncertainty calibration", on the bias of the plug-in estimate).
 *
 * @throws RangeError as `scorePredictions` and `bootstrapInterval`.
 */
export function scoreIntervals(
  predictions: Predictions,
  options: TopKOptions & BootstrapOptions = {},
): Record<Exclude<keyof PredictionScores, 'calibrationError'>, Interval> {
  const { inTopK, loss, brier } = scoreImages(predictions, options);
  const { labels, predicted, classNames, size } = predictions;
  const samples: Omit<PredictionScores, 'calibrationError'>[] = [];
  for (const draw of drawResamples(size, options)) {
    const drawn = { labels: new Uint8Array(size), predicted: new Uint8Array(size), classNames };
    let [topKAccuracy, logLoss, brierScore] = [0, 0, 0];
    draw.forEach((image, i) => {
      drawn.labels[i] = labels[image];
      drawn.predicted[i] = predicted[image];
      topKAccuracy += inTopK[image] / size;
      logLoss += loss[image] / size;
      brierScore += brier[image] / size;
    });
    samples.push({ ...scoreMatrix(confusionMatrix(drawn)), topKAccuracy, logLoss, brierScore });
  }
  const intervalOf = (score: keyof (typeof samples)[0]) => percentileInterval(samples.map((sample) => sample[score]));
  return {
    accuracy: wilsonInterval(countRight(predictions), size),
    topKAccuracy: intervalOf('topKAccuracy'),
    balancedAccuracy: intervalOf('balancedAccuracy'),
    macroPrecision: intervalOf('macroPrecision'),
    macroRecall: intervalOf('macroRecall'),
    macroF1: intervalOf('macroF1'),
    weightedPrecision: intervalOf('weightedPrecision'),
    weightedRecall: intervalOf('weightedRecall'),
    weightedF1: intervalOf('weightedF1'),
    cohenKappa: intervalOf('cohenKappa'),
    matthewsCorrelation: intervalOf('matthewsCorrelation'),
    logLoss: intervalOf('logLoss'),
    brierScore: intervalOf('brierScore'),
  };
}

/** What the scores that are means over images take from each. */
interface ImageScores {
  /** 1 where the true class is among the `k` most probable, else 0. */
  readonly inTopK: Uint8Array;
  /** Cross-entropy in nats. */
  readonly loss: Float64Array;
  /** Squared difference of probabilities and truth. */
  readonly brier: Float64Array;
}

function scoreImages(predictions: Predictions, options: TopKOptions): ImageScores {
  checkPredictions(predictions);
  const { probabilities, labels, classNames } = predictions;
  const size = labels.length;
  const classes = classNames.length;
  const { k = Math.min(3, classes) } = options;
  if (!(Number.isInteger(k) && k >= 1 && k <= classes)) {
    throw new RangeError(`k must be a whole number from 1 to the number of classes (${classes}), but got ${k}.`);
  }
  const inTopK = new Uint8Array(size);
  const loss = new Float64Array(size);
  const brier = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const label = labels[i];
    const start = i * classes;
    const truth = probabilities[start + label];
    let ahead = 0;
    let squares = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[start + c];
      if (p > truth || (p === truth && c < label)) ahead++;
      squares += c === label ? (1 - p) ** 2 : p ** 2;
    }
    inTopK[i] = Number(ahead < k);
    loss[i] = -Math.log(Math.max(truth, SMALLEST_PROBABILITY));
    brier[i] = squares;
  }
  return { inTopK, loss, brier };
}

type MatrixScores = Omit<PredictionScores, 'topKAccuracy' | 'logLoss' | 'brierScore' | 'calibrationError'>;

function scoreMatrix(matrix: ConfusionMatrix): MatrixScores {
  const { classes, accuracy, macro, weighted, support: size } = reportMatrix(matrix);
  const present = classes.filter(({ support }) => support > 0);
  const predicted = matrix.counts.map((_, c) => sum(matrix.counts.map((row) => row[c])));
  // Shares of image pairs, one for its label and one for its prediction, that agree by chance.
  const chance = sum(classes.map(({ support }, c) => (support * predicted[c]) / size ** 2));
  const alikeLabels = sum(classes.map(({ support }) => (support / size) ** 2));
  const alikePredictions = sum(predicted.map((count) => (count / size) ** 2));
  const scatter = Math.sqrt((1 - alikeLabels) * (1 - alikePredictions));
  return {
    accuracy,
    balancedAccuracy: sum(present.map(({ recall }) => recall)) / present.length,
    macroPrecision: macro.precision,
    macroRecall: macro.recall,
    macroF1: macro.f1,
    weightedPrecision: weighted.precision,
    weightedRecall: weighted.recall,
    weightedF1: weighted.f1,
    cohenKappa: chance === 1 ? Number.NaN : (accuracy - chance) / (1 - chance),
    matthewsCorrelation: scatter === 0 ? 0 : (accuracy - chance) / scatter,
  };
}

function countRight({ labels, predicted }: Predictions): number {
  return labels.reduce((count, label, i) => count + Number(label === predicted[i]), 0);
}

function mean(values: Uint8Array | Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total / values.length;
}
