import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/data/dataset';
import { splitDataset, stratifiedFolds, subsetCounts, takeImages, takeSubset } from '../../../lib/data/split';
import { classCounts } from '../../../lib/data/statistics';
import { makeDataset } from './samples';

/** 23 a, 10 b, 7 c, mixed. */
const dataset = makeDataset(Array.from({ length: 40 }, (_, i) => ((i * 7) % 40 < 23 ? 0 : (i * 7) % 40 < 33 ? 1 : 2)));
const counts = (part: Dataset) => [...classCounts(part)];
/** Images as words, to tell which went where; all samples differ. */
const imagesOf = (part: Dataset) =>
  Array.from({ length: part.size }, (_, i) => Buffer.from(part.images.subarray(i * 784, (i + 1) * 784)).toString('hex'));

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
    expect(() => takeImages(dataset, [0, 40])).toThrow('from 0 to 39 for sample (40 images), but indices[1] is 40');
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

  it('trains on the last image of a class, where the others have enough to hold out', () => {
    // 3 of 13, shares of 1.15, 1.15 and three times 0.23.
    const rare = makeDataset([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4], ['a', 'b', 'c', 'd', 'e']);
    expect(counts(splitDataset(rare, 0.2).validation)).toEqual([2, 1, 0, 0, 0]);
    expect(splitDataset(makeDataset([0, 1, 2]), 0.5).validation.size).toBe(2);
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

  it('keeps two images of each class, or all that it has, as far as there is room', () => {
    const rare = makeDataset([...Array(60).fill(0), ...Array(36).fill(1), 2, 2, 2, 3], ['a', 'b', 'c', 'd']);
    // Of 10, shares of 6, 3.6, 0.3 and 0.1: c keeps 2 and d its 1; the other 7 are 4.375 and 2.625.
    expect(counts(takeSubset(rare, 10))).toEqual([4, 3, 2, 1]);
    expect(counts(takeSubset(rare, 7))).toEqual([2, 2, 2, 1]);
    expect(counts(takeSubset(rare, 5))).toEqual([2, 1, 1, 1]);
    expect(counts(takeSubset(rare, 3))).toEqual([2, 1, 0, 0]);
    for (let size = 1; size <= 100; size++) {
      expect(subsetCounts(classCounts(rare), size)).toEqual(counts(takeSubset(rare, size)));
      expect(takeSubset(rare, size).size).toBe(size);
    }
  });

  it('gives the data set itself where it is no larger', () => {
    expect(takeSubset(dataset, 40)).toBe(dataset);
    expect(() => takeSubset(dataset, 0)).toThrow('but got 0');
  });
});

describe('stratifiedFolds', () => {
  it.each([2, 3, 5, 7])('k = %i: each image validates once; class counts and sizes differ by one at most', (k) => {
    const folds = stratifiedFolds(dataset, k, 0);
    expect(folds).toHaveLength(k);
    expect(folds.flatMap((fold) => [...fold.validation]).sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
    for (const { train, validation } of folds) {
      expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
    }
    const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
    const perFold = folds.map((fold) => counts(takeImages(dataset, fold.validation)));
    for (const c of [0, 1, 2]) expect(spread(perFold.map((fold) => fold[c]))).toBeLessThanOrEqual(1);
    expect(spread(folds.map((fold) => fold.validation.length))).toBeLessThanOrEqual(1);
  });

  it('leaves classes without images out of account', () => {
    const gappy = makeDataset([2, 0, 2, 0, 0]);
    expect(stratifiedFolds(gappy, 2).map((fold) => counts(takeImages(gappy, fold.validation))[2])).toEqual([1, 1]);
  });

  it('follows the seed', () => {
    expect(stratifiedFolds(dataset, 3, 4)).toEqual(stratifiedFolds(dataset, 3, 4));
    expect(stratifiedFolds(dataset, 3, 4)).not.toEqual(stratifiedFolds(dataset, 3, 5));
  });

  it('judges a class of fewer than k images in as many folds, and trains on it in all', () => {
    const rare = makeDataset([...Array(20).fill(0), 1, 1, 2]);
    const folds = stratifiedFolds(rare, 5);
    const judged = folds.map((fold) => counts(takeImages(rare, fold.validation)));
    const learned = folds.map((fold) => counts(takeImages(rare, fold.train)));
    expect(judged.map(([, b]) => b).sort()).toEqual([0, 0, 0, 1, 1]);
    expect(learned.every(([, b]) => b >= 1)).toBe(true);
    expect(judged.filter(([, , c], fold) => c === 1 && learned[fold][2] === 0)).toHaveLength(1);
    expect(folds.map((fold) => fold.validation.length)).toEqual([5, 5, 5, 4, 4]);
  });

  it('refuses k below 2 or above the number of images', () => {
    expect(() => stratifiedFolds(dataset, 1)).toThrow('but got 1');
    expect(() => stratifiedFolds(dataset, 2.5)).toThrow('but got 2.5');
    expect(() => stratifiedFolds(dataset, 41)).toThrow('k = 41 for the 40 of sample');
    expect(stratifiedFolds(dataset, 40).every((fold) => fold.validation.length === 1)).toBe(true);
  });
});
