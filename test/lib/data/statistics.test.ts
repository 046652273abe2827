import { describe, expect, it } from 'vitest';
import { classCounts, classMeans } from '../../../lib/data/statistics';
import { makeDataset } from './samples';

describe('classCounts', () => {
  it('counts the images of each class', () => {
    expect([...classCounts(makeDataset([2, 0, 2, 2]))]).toEqual([1, 0, 3]);
  });
});

describe('classMeans', () => {
  it('averages each pixel over the images of a class', () => {
    const dataset = makeDataset([2, 0, 2]);
    const means = classMeans(dataset);
    expect(means).toHaveLength(3 * 784);
    for (const p of [0, 100, 783]) {
      expect(means[p]).toBe(dataset.images[784 + p]);
      expect(means[784 + p]).toBe(0);
      expect(means[2 * 784 + p]).toBe((dataset.images[p] + dataset.images[2 * 784 + p]) / 2);
    }
  });
});
