import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../lib/data/check-dataset';
import type { Dataset } from '../../../lib/data/dataset';
import { datasetFrom } from '../../../lib/data/dataset-from';
import { splitDataset, stratifiedFolds, takeSubset } from '../../../lib/data/split';
import { drawBars, makeDataset, turns } from './samples';

const labels = turns(40);
const images = drawBars(labels);

describe('datasetFrom', () => {
  it.each<[string, ArrayLike<number> | ArrayLike<number>[]]>([
    ['bytes', images],
    ["a canvas' clamped bytes", new Uint8ClampedArray(images)],
    ['a Buffer', Buffer.from(images)],
    ['numbers', Array.from(images)],
    ['a list of images', labels.map((_, i) => images.subarray(i * 784, (i + 1) * 784))],
    [
      'a canvas, dark on white',
      Uint8ClampedArray.from({ length: 4 * images.length }, (_, i) => (i % 4 === 3 ? 255 : 255 - images[i >> 2])),
    ],
  ])('takes %s', async (_, given) => {
    const dataset = await datasetFrom({ images: given, labels });
    expect(Buffer.compare(dataset.images, images)).toBe(0);
    expect([dataset.size, dataset.classNames.join(), [...dataset.labels].join()]).toEqual([40, '0,1,2,3', labels.join()]);
    checkDataset(dataset);
    expect(splitDataset(dataset, 0.25).validation.size).toBe(10);
  });

  it('takes fractions, and copies what it takes', async () => {
    const dataset = await datasetFrom({ images: Float32Array.from(images, (v) => v / 250), labels });
    expect(dataset.images[784 + 28 * 5 + 13]).toBe(Math.round((255 * images[784 + 28 * 5 + 13]) / 250));
    const own = await datasetFrom({ images, labels });
    own.images.fill(0);
    expect(images.some((level) => level > 0)).toBe(true);
  });

  it('takes the labels that occur for classes, or names for the numbers from 0', async () => {
    const fromOne = await datasetFrom({ images, labels: labels.map((label) => label + 1) });
    expect([fromOne.classNames, fromOne.labels[0]]).toEqual([['1', '2', '3', '4'], 0]);
    const words = await datasetFrom({ images, labels: labels.map((label) => 'dbca'[label]) });
    expect([words.classNames, words.labels[0]]).toEqual([['a', 'b', 'c', 'd'], 3]);
    const named = await datasetFrom({ images, labels, classNames: ['w', 'x', 'y', 'z', 'none yet'] });
    expect([named.classNames.length, named.labels[3]]).toEqual([5, 3]);
  });

  it('says what does not fit', async () => {
    const make = (change: object) => datasetFrom({ images, labels, ...change });
    await expect(make({ labels: labels.map((l) => l + 1), classNames: ['a', 'b', 'c', 'd'] })).rejects.toThrow(
      /labels\[3\] is 4\. They seem to begin at 1/,
    );
    await expect(make({ classNames: ['a', 'b'] })).rejects.toThrow(/labels\[2\] is 2/);
    await expect(make({ labels: labels.slice(1) })).rejects.toThrow(/images must hold a square image for each of 39 labels/);
    await expect(make({ images: [[1, 2], [3]], labels: [0, 1] })).rejects.toThrow(/images must be of one size/);
    await expect(make({ images: ['a'] })).rejects.toThrow(RangeError);
    await expect(make({ images: undefined })).rejects.toThrow(/images must be an array/);
    await expect(make({ labels: new Array(40).fill(0) })).rejects.toThrow(/labels of two classes or more/);
    await expect(make({ labels: labels.map((l) => l + 0.5) })).rejects.toThrow(/whole number for a label/);
  });
});

describe('checkDataset', () => {
  const good = makeDataset(turns(6, 3));
  it.each<[string, unknown, RegExp]>([
    ['labels from 1', { ...good, labels: good.labels.map((l) => l + 1) }, /labels\[2\] is 3\. They begin at 1: subtract 1/],
    ['too few names', { ...good, classNames: ['a'] }, /there are 1 class names, but labels\[1\] is 1/],
    [
      'fractions',
      { ...good, images: Float32Array.from(good.images) },
      /images of sample must be a Uint8Array.*Float32Array.*datasetFrom/,
    ],
    ['clamped bytes', { ...good, images: new Uint8ClampedArray(good.images) }, /Uint8ClampedArray/],
    ['lists', { ...good, labels: [...good.labels] }, /labels of sample must be a Uint8Array/],
    ['too few labels', { ...good, labels: good.labels.slice(1) }, /labels of sample must hold one for each of 6/],
    ['another size', { ...good, size: 5 }, /must hold 5 x 784/],
    ['no size', { ...good, size: Number.NaN }, /size of sample/],
    ['a promise', Promise.resolve(good), /await/],
    ['nothing', undefined, /must be an object, but got undefined/],
  ])('refuses %s wherever data go in', (_, bad, message) => {
    for (const use of [
      checkDataset,
      (d: Dataset) => takeSubset(d, 3),
      (d: Dataset) => splitDataset(d, 0.5),
      (d: Dataset) => stratifiedFolds(d, 2),
    ]) {
      expect(() => use(bad as Dataset)).toThrow(message);
    }
  });
});
