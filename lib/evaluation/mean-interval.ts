import type { Interval } from './model-comparison';

/** Mean of some measurements, and how far it can be trusted. Plain data. */
export interface MeanInterval {
  readonly mean: number;
  /** Sample standard deviation (n - 1 in the denominator); NaN of one value. */
  readonly deviation: number;
  /** 95 % interval of the mean (Student's t); from -Infinity to Infinity for one value, and for two equal ones. */
  readonly interval: Interval;
}

/**
 * The mean of a few independent measurements and its 95 % interval, `mean ± t(n - 1) * deviation * sqrt(1 / n)`
 * (Student 1908, "The probable error of a mean"). Of 1, 2 and 3: mean 2, deviation 1, `2 ± 4.303 * 0.577`, so -0.484 to
 * 4.484. Scores are counts, so two may well be equal by chance: they say no more of their spread than one.
 *
 * @param options `overlap`: for scores of a cross-validation, whose trainings share images: the number of test images
 *   for each training image, `1 / (k - 1)` of k folds; it takes the place of 0 in `sqrt(1 / n + overlap)` (Nadeau and
 *   Bengio 2003, "Inference for the Generalization Error", section 4). Default 0.
 * @throws RangeError for no values.
 */
export function meanInterval(values: readonly number[], { overlap = 0 }: { readonly overlap?: number } = {}): MeanInterval {
  const n = values.length;
  if (n === 0) throw new RangeError('values must hold at least one number, but got none.');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const unknown = { low: -Infinity, high: Infinity };
  if (n === 1) return { mean, deviation: Number.NaN, interval: unknown };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (n - 1));
  // Of differences of scores, equal ones differ by rounding.
  if (n === 2 && deviation < 1e-12) return { mean, deviation, interval: unknown };
  const half = studentQuantile(0.975, n - 1) * deviation * Math.sqrt(1 / n + overlap);
  return { mean, deviation, interval: { low: mean - half, high: mean + half } };
}

/**
 * The quantile of Student's t-distribution: 0.975 with 2 degrees of freedom is 4.303. Exact but for rounding: bisects the
 * distribution function, which is a finite sum for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 *
 * `probability` lies above 0.5 and below 1; `degreesOfFreedom` is a whole number from 1.
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  const central = 2 * probability - 1;
  let [low, high] = [0, 1];
  while (centralProbability(high, degreesOfFreedom) < central) [low, high] = [high, 2 * high];
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (centralProbability(middle, degreesOfFreedom) < central) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability that a t-distributed number lies between -t and t. */
function centralProbability(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const cosine = Math.cos(angle);
  const isOdd = degreesOfFreedom % 2 === 1;
  let [term, sum] = isOdd ? [cosine, 0] : [1, 0];
  for (let k = isOdd ? 3 : 2; k <= degreesOfFreedom; k += 2) {
    sum += term;
    term *= ((k - 1) / k) * cosine ** 2;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
