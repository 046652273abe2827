import { checkSameImages } from './model-comparison';
import { checkPredictions, type Predictions } from './predictions';

/** How two models did on the same images, and whether chance explains the difference. Plain data. */
export interface McnemarTest {
  /** Images that both classify rightly. */
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** Probability of counts at least as uneven as `onlyFirst` and `onlySecond` if both models were equally good; two-sided. */
  readonly pValue: number;
}

/**
 * McNemar's exact test of two models on the same images (McNemar 1947, "Note on the sampling error of the difference between
 * correlated proportions"; recommended for models that are trained once by Dietterich 1998, "Approximate statistical tests
 * for comparing supervised classification learning algorithms"). Images that both get right or both get wrong say nothing;
 * of the others each is as likely the first's as the second's if the models are equally good. The p value is 1 where there
 * are none. It is about these two trained models: other seeds give others.
 *
 * 1 image that only the first gets and 5 that only the second gets: p = 2 (1 + 6) / 2^6 = 0.21875.
 *
 * @throws RangeError where the models were not asked about the same images, or their predictions cannot be judged (see
 *   `scorePredictions`).
 */
export function mcnemarTest(first: Predictions, second: Predictions): McnemarTest {
  checkSameImages([
    { name: 'first', predictions: first },
    { name: 'second', predictions: second },
  ]);
  checkPredictions(first);
  checkPredictions(second);
  let [both, onlyFirst, onlySecond, neither] = [0, 0, 0, 0];
  first.labels.forEach((label, i) => {
    const [a, b] = [first.predicted[i] === label, second.predicted[i] === label];
    if (a && b) both++;
    else if (a) onlyFirst++;
    else if (b) onlySecond++;
    else neither++;
  });
  return { both, onlyFirst, onlySecond, neither, pValue: signTest(onlyFirst, onlySecond) };
}

/** Two-sided probability that a fair coin falls at least as unevenly as `a` to `b`. */
function signTest(a: number, b: number): number {
  const n = a + b;
  const least = Math.min(a, b);
  // Logarithm of the binomial probability of `least`, as the probability itself may be too small for a number.
  let log = -n * Math.LN2;
  for (let k = 1; k <= least; k++) log += Math.log((n - least + k) / k);
  // The tail in multiples of its largest term, each term from the one before.
  let tail = 0;
  for (let k = least, term = 1; k >= 0; k--) {
    tail += term;
    term *= k / (n - k + 1);
  }
  return Math.min(1, 2 * Math.exp(log) * tail);
}
