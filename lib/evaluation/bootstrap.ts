import { random } from '../base/random';
import { checkSameImages, type Interval } from './model-comparison';
import { checkPredictions, type Predictions, SMALLEST_PROBABILITY } from './predictions';

/** A score of predictions, such as `(predictions) => classificationReport(predictions).macro.f1`. */
export type Metric = (predictions: Predictions) => number;

export interface BootstrapOptions {
  /** How often as many images as there are are drawn anew. Default 2000. */
  readonly resamples?: number;
  /** Drives the draws; the same seed and number of images give the same. Default 0. */
  readonly seed?: number;
}

/** How much higher the first of two models scores. */
export interface Difference extends Interval {
  /** The first model's score minus the second's. */
  readonly difference: number;
}

/**
 * The 95 % interval of any metric by the percentile bootstrap (Efron and Tibshirani 1993, "An introduction to the bootstrap",
 * section 13.3): as many images as there are are drawn with replacement, the metric is taken of them, 2000 times, and the
 * 2.5 % and 97.5 % quantiles are the interval. As Wilson's, it covers the chance in drawing the test images, not the chance in
 * training. It is NaN where the metric is NaN for some draw.
 *
 * `metric` sees the drawn images as predictions. About a second for macro F1 of 20,000 images; a metric that reads
 * `probabilities` takes several, since they are copied for each draw (`loss` and `accuracy` do without).
 *
 * @throws RangeError for fewer than 100 resamples, and for no images, lists of different lengths or probabilities that are NaN.
 */
export function bootstrapInterval(predictions: Predictions, metric: Metric, options: BootstrapOptions = {}): Interval {
  checkPredictions(predictions);
  const scores: number[] = [];
  for (const draw of drawResamples(predictions.size, options)) scores.push(metric(take(predictions, draw)));
  return percentileInterval(scores);
}

/**
 * How much higher a metric is for the first of two models than for the second, with the 95 % interval of the difference: the
 * percentile bootstrap of `bootstrapInterval`, with the same images drawn for both, which spares the difference what makes an
 * image hard or easy for either (Koehn 2004, "Statistical significance tests for machine
 * translation evaluation"). An interval without 0 says that the models differ on such images.
 *
 * @throws RangeError as `bootstrapInterval`, and where the models were not asked about the same images.
 */
export function pairedBootstrap(
  first: Predictions,
  second: Predictions,
  metric: Metric,
  options: BootstrapOptions = {},
): Difference {
  checkSameImages([
    { name: 'first', predictions: first },
    { name: 'second', predictions: second },
  ]);
  checkPredictions(first);
  checkPredictions(second);
  const differences: number[] = [];
  for (const draw of drawResamples(first.size, options)) {
    differences.push(metric(take(first, draw)) - metric(take(second, draw)));
  }
  return { difference: metric(first) - metric(second), ...percentileInterval(differences) };
}

/** Indices of `size` images with replacement, once for each resample. */
export function* drawResamples(size: number, { resamples = 2000, seed = 0 }: BootstrapOptions = {}): Generator<Uint32Array> {
  if (!(Number.isSafeInteger(resamples) && resamples >= 100)) {
    throw new RangeError(
      `resamples must be a whole number of at least 100, as the interval's ends are rare values, but got ${resamples}.`,
    );
  }
  const { integer } = random(seed, 'bootstrap');
  for (let r = 0; r < resamples; r++) {
    const draw = new Uint32Array(size);
    for (let i = 0; i < size; i++) draw[i] = integer(size);
    yield draw;
  }
}

/** The 2.5 % and 97.5 % quantiles, between two values in proportion as NumPy does; NaN where a value is NaN. */
export function percentileInterval(values: readonly number[]): Interval {
  // Sorted as numbers; NaN goes last.
  const sorted = Float64Array.from(values).sort();
  if (Number.isNaN(sorted[sorted.length - 1])) return { low: Number.NaN, high: Number.NaN };
  const quantile = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.ceil(place);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  };
  return { low: quantile(0.025), high: quantile(0.975) };
}

/** The predictions of the images drawn. What only some metrics need is worked out when they ask. */
function take(predictions: Predictions, draw: Uint32Array): Predictions {
  const { classNames, size, seconds } = predictions;
  const classes = classNames.length;
  const labels = new Uint8Array(size);
  const predicted = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    labels[i] = predictions.labels[draw[i]];
    predicted[i] = predictions.predicted[draw[i]];
  }
  let probabilities: Float32Array | undefined;
  return {
    labels,
    predicted,
    classNames,
    size,
    seconds,
    get accuracy() {
      let right = 0;
      for (let i = 0; i < size; i++) if (predicted[i] === labels[i]) right++;
      return right / size;
    },
    get loss() {
      let total = 0;
      for (let i = 0; i < size; i++) {
        const p = predictions.probabilities[draw[i] * classes + labels[i]];
        total -= Math.log(Math.max(p, SMALLEST_PROBABILITY));
      }
      return total / size;
    },
    get probabilities() {
      if (probabilities === undefined) {
        probabilities = new Float32Array(size * classes);
        for (let i = 0; i < size; i++) {
          const start = draw[i] * classes;
          probabilities.set(predictions.probabilities.subarray(start, start + classes), i * classes);
        }
      }
      return probabilities;
    },
  };
}
