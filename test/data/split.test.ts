import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset';
import { splitDataset, stratifiedFolds, takeImages, takeSubset } from '../../src/data/split';
import { classCounts } from '../../src/data/statistics';
import { makeDataset } from './samples';

/** 23 a, 10 b, 7 c, mixed. */
const dataset = makeDataset(
  Array.from({ length: 40 }, (_, i) => ((i * 7) % 40 < 23 ? 0 : (i * 7) % 40 < 33 ? 1 : 2)),
);
const counts = (part: Dataset) => [...classCounts(part)];
/** Images as words, to tell which went where; all samples differ. */
const imagesOf = (part: Dataset) =>
  Array.from({ length: part.size }, (_, i) =>
    Buffer.from(part.images.subarray(i * 784, (i + 1) * 784)).toString('hex'),
  );

describe('takeImages', () => {
  it('copies images and labels in the order asked for', () => {
    const taken = takeImages(dataset, [3, 0, 3]);
    expect(taken.size).toBe(3);
    expect([...taken.labels]).toEqual([dataset.labels[3], dataset.labels[0], dataset.labels[3]]);
    expect(imagesOf(taken)).toEqual([3, 0, 3].map((i) => imagesOf(dataset)[i]));
    taken.images.fill(0);
    expect(dataset.images.some((pixel) => pixel > 0)).toBe(true);
  });

  it('refuses indices that are no image', () => {
    expect(() => takeImages(dataset, [0, 40])).toThrow(
      'from 0 to 39 for sample (40 images), but indices[1] is 40',
    );
    expect(() => takeImages(dataset, [-1])).toThrow(RangeError);
    expect(() => takeImages(dataset, [0.5])).toThrow(RangeError);
  });
});

describe('splitDataset', () => {
  it("rounds each class's share so that the whole is exact", () => {
    // Shares of 23, 10 and 7 at 0.3: 6.9, 3, 2.1 -> 7, 3, 2.
    const { train, validation } = splitDataset(dataset, 0.3, 0);
    expect(counts(validation)).toEqual([7, 3, 2]);
    expect(counts(train)).toEqual([16, 7, 5]);
    expect([...imagesOf(train), ...imagesOf(validation)].sort()).toEqual(imagesOf(dataset).sort());
  });

  it('follows the seed, 0 included', () => {
    const validation = (seed?: number) => imagesOf(splitDataset(dataset, 0.25, seed).validation);
    expect(validation(0)).toEqual(validation(0));
    expect(validation()).toEqual(validation(0));
    expect(validation(1)).not.toEqual(validation(0));
  });

  it('refuses fractions that leave nothing', () => {
    for (const fraction of [0, 1, -0.1, Number.NaN]) {
      expect(() => splitDataset(dataset, fraction)).toThrow(`but got ${fraction}`);
    }
    expect(() => splitDataset(dataset, 0.01)).toThrow('leaves no image for validation');
    expect(() => splitDataset(dataset, 0.99)).toThrow('leaves no image for training');
  });
});

describe('takeSubset', () => {
  it('keeps the shares of the classes', () => {
    // Shares of 23, 10 and 7 at 20 of 40: 11.5, 5, 3.5 -> the first of the largest remainders goes up.
    expect(counts(takeSubset(dataset, 20, 0))).toEqual([12, 5, 3]);
    expect(imagesOf(takeSubset(dataset, 20, 0))).not.toEqual(imagesOf(takeSubset(dataset, 20, 1)));
  });

  it('gives the data set itself where it is no larger', () => {
    expect(takeSubset(dataset, 40)).toBe(dataset);
    expect(() => takeSubset(dataset, 0)).toThrow('but got 0');
  });
});

describe('stratifiedFolds', () => {
  it.each([2, 3, 5, 7])(
    'k = %i: each image validates once; class counts and sizes differ by one at most',
    (k) => {
      const folds = stratifiedFolds(dataset, k, 0);
      expect(folds).toHaveLength(k);
      expect(folds.flatMap((fold) => [...fold.validation]).sort((a, b) => a - b)).toEqual([
        ...Array(40).keys(),
      ]);
      for (const { train, validation } of folds) {
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
      }
      const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
      const perFold = folds.map((fold) => counts(takeImages(dataset, fold.validation)));
      for (const c of [0, 1, 2]) expect(spread(perFold.map((fold) => fold[c]))).toBeLessThanOrEqual(1);
      expect(spread(folds.map((fold) => fold.validation.length))).toBeLessThanOrEqual(1);
    },
  );

  it('leaves classes without images out of account', () => {
    const gappy = makeDataset([2, 0, 2, 0, 0]);
    expect(stratifiedFolds(gappy, 2).map((fold) => counts(takeImages(gappy, fold.validation))[2])).toEqual([
      1, 1,
    ]);
  });

  it('follows the seed', () => {
    expect(stratifiedFolds(dataset, 3, 4)).toEqual(stratifiedFolds(dataset, 3, 4));
    expect(stratifiedFolds(dataset, 3, 4)).not.toEqual(stratifiedFolds(dataset, 3, 5));
  });

  it('refuses k below 2 or above the smallest class', () => {
    expect(() => stratifiedFolds(dataset, 1)).toThrow('but got 1');
    expect(() => stratifiedFolds(dataset, 2.5)).toThrow('but got 2.5');
    expect(() => stratifiedFolds(dataset, 8)).toThrow("k = 8 where class 'c' of sample has 7");
  });
});
