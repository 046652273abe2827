import { drawResamples, percentileInterval } from '../lib/evaluation/bootstrap';

/**
 * Ranks from 1 for the smallest; equal values share the mean of their ranks: of 10, 20, 20, 30 they are 1, 2.5, 2.5 and 4. NaN
 * counts as smaller than all, as a score that there is not: of NaN, 0.1, NaN they are 1.5, 3 and 1.5.
 */
export function averageRanks(values: readonly number[]): number[] {
  const scores = values.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
  return scores.map((score) => {
    const below = scores.filter((other) => other < score).length;
    const equal = scores.filter((other) => other === score).length;
    return below + (equal + 1) / 2;
  });
}

/**
 * Spearman's rank correlation: Pearson's correlation of the average ranks, -1 to 1 (Spearman 1904, "The proof and measurement of
 * association between two things"). NaN where all values of a list are equal.
 *
 * @throws RangeError for lists of different lengths.
 */
export function spearman(x: readonly number[], y: readonly number[]): number {
  if (x.length !== y.length) {
    throw new RangeError(`x and y must be equally long, but have ${x.length} and ${y.length} values.`);
  }
  const [a, b] = [averageRanks(x), averageRanks(y)];
  const middle = (x.length + 1) / 2;
  const product = (c: readonly number[], d: readonly number[]) =>
    c.reduce((sum, rank, i) => sum + (rank - middle) * (d[i] - middle), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

export interface Spread {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % interval of a number worked out from configurations, of which as many as there are are drawn anew; NaN draws are left
 * out.
 */
export function bootstrapConfigurations(count: number, measure: (draw: readonly number[]) => number, seed = 0): Spread {
  const values = [...drawResamples(count, { seed })].map((draw) => measure([...draw]));
  const { low, high } = percentileInterval(values.filter((value) => !Number.isNaN(value)));
  return { low, high };
}
