import { describe, expect, it } from 'vitest';
import { mcnemarTest } from '../../../lib/evaluation/mcnemar';
import { makeSure } from './made-predictions';
import reference from './reference-scores.json';

/** Two models of which the first alone is right on `onlyFirst` images and the second on `onlySecond`, both on `both`. */
function makePair(onlyFirst: number, onlySecond: number, both = 7, neither = 3) {
  const counts: [number, number, number][] = [
    [both, 0, 0],
    [onlyFirst, 0, 1],
    [onlySecond, 1, 0],
    [neither, 1, 1],
  ];
  const predicted = (model: 1 | 2) => counts.flatMap((count) => new Array<number>(count[0]).fill(count[model]));
  const labels = new Array<number>(both + onlyFirst + onlySecond + neither).fill(0);
  return [makeSure(labels, predicted(1)), makeSure(labels, predicted(2))] as const;
}

describe('mcnemarTest', () => {
  it('counts who was right', () => {
    expect(mcnemarTest(...makePair(1, 5))).toMatchObject({ both: 7, onlyFirst: 1, onlySecond: 5, neither: 3 });
  });

  it('agrees with a case worked by hand', () => {
    // Of 6 tosses at most 1 to one side, either side: 2 (1 + 6) / 64.
    expect(mcnemarTest(...makePair(5, 1)).pValue).toBeCloseTo(14 / 64, 14);
  });

  it('equals statsmodels, with no image to tell them apart and with thousands', () => {
    for (const { onlyFirst, onlySecond, pValue } of reference.mcnemar) {
      const ours = mcnemarTest(...makePair(onlyFirst, onlySecond)).pValue;
      expect(Math.abs(ours - pValue), `${onlyFirst} to ${onlySecond}`).toBeLessThanOrEqual(1e-10 * pValue);
    }
  });

  it('refuses different images, no images and NaN', () => {
    expect(() => mcnemarTest(makeSure([0], [0]), makeSure([0, 1], [0, 1]))).toThrow('the labels of "second" (2 images) differ');
    expect(() => mcnemarTest(makeSure([], []), makeSure([], []))).toThrow('at least one image, but got none');
    const [good, other] = makePair(1, 1);
    other.probabilities[3] = Number.NaN;
    expect(() => mcnemarTest(good, other)).toThrow('image 1 has NaN');
  });
});
