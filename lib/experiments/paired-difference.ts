import { mean } from '../base/numbers';
import { meanInterval } from '../evaluation/mean-interval';
import type { Interval } from '../evaluation/model-comparison';
import { isShare, type Objective } from '../search/objective';

/** What one trial scored more than another on the same folds. Plain data. */
export interface PairedDifference {
  /** First minus second on each fold, where a fold has several executions their mean. */
  readonly differences: readonly number[];
  /** Mean of `differences`. */
  readonly difference: number;
  /**
   * 95 % interval of `difference`; both ends NaN where there is none: of one fold, or of two with equal differences. Of shares it
   * ends at -1 and 1, which no difference of theirs exceeds.
   */
  readonly interval: Interval;
}

/**
 * The difference of two trials fold by fold, and its interval by the corrected resampled t-test (Nadeau and Bengio 2003,
 * "Inference for the Generalization Error", section 4): folds share training images, so the plain t-interval would be too
 * narrow. Differences of 0.01, 0.02 and 0.03 on three folds give `0.02 ± 4.303 * 0.01 * sqrt(1/3 + 1/2)`.
 *
 * Both arguments are the scores of a trial's trainings: executions, within each its folds. Where one has fewer, those that both
 * have count.
 *
 * @param search.folds of the cross-validation, from 1.
 * @throws RangeError where one has no score.
 */
export function pairedDifference(
  scores: readonly number[],
  others: readonly number[],
  { folds, objective }: { readonly folds: number; readonly objective: Objective },
): PairedDifference {
  const shared = Math.min(scores.length, others.length);
  // Executions of a fold are judged on the same images, so they are no further evidence about other images.
  const byFold = (of: readonly number[], fold: number) => mean(of.slice(0, shared).filter((_, i) => i % folds === fold));
  const differences = Array.from({ length: Math.min(folds, shared) }, (_, fold) => byFold(scores, fold) - byFold(others, fold));
  // Of k folds, each validates on as many images as 1 / (k - 1) of those that it trains on.
  const { mean: difference, interval: found } = meanInterval(differences, { overlap: 1 / (folds - 1) });
  const most = isShare(objective) ? 1 : Number.POSITIVE_INFINITY;
  const interval = Number.isFinite(found.low)
    ? { low: Math.max(-most, found.low), high: Math.min(most, found.high) }
    : { low: Number.NaN, high: Number.NaN };
  return { differences, difference, interval };
}
