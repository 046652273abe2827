import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/data/dataset';
import * as tf from '../../../lib/tensorflow';
import { nearestNeighbours } from '../../../lib/training/nearest-neighbours';
import { stripedImages } from './striped-images';

/** Images of one grey level each, with their classes. */
function grey(levels: readonly number[], labels: readonly number[], classNames = ['a', 'b', 'c']): Dataset {
  const images = Uint8Array.from({ length: 784 * levels.length }, (_, i) => levels[Math.floor(i / 784)]);
  return { name: 'grey', source: 'made by the test', images, labels: Uint8Array.from(labels), classNames, size: levels.length };
}

describe('nearestNeighbours', () => {
  it('lets the nearest vote, worked by hand', async () => {
    const train = grey([0, 10, 20, 200, 210], [0, 0, 1, 1, 2]);
    const found = await nearestNeighbours(train, grey([5, 205], [0, 1]), { neighbours: 3 });
    // Nearest to 5: 0 and 10 (as near), then 20; to 205: 200 and 210, then 20.
    expect(Array.from(found.predicted)).toEqual([0, 1]);
    const votes = (a: number, b: number, c: number) => [a, b, c].map((share) => (share + 0.1 / 3) / (3 - 0.003 + 0.1));
    const near = [...votes(2 - 0.001, 1 - 0.002, 0), ...votes(0, 2 - 0.002, 1 - 0.001)];
    expect(Array.from(found.probabilities)).toEqual(near.map((share) => expect.closeTo(share, 3)));
    expect(found.accuracy).toBe(1);
  });

  it('lets the nearer one decide a tie', async () => {
    const found = await nearestNeighbours(grey([100, 130], [2, 1]), grey([110, 125], [2, 1]), { neighbours: 2 });
    expect(Array.from(found.predicted)).toEqual([2, 1]);
  });

  it('agrees with distances computed image by image', async () => {
    const [train, test] = [stripedImages(300, 4, 1), stripedImages(300, 4, 2)];
    const distance = (i: number, k: number) => {
      let sum = 0;
      for (let p = 0; p < 784; p++) sum += (test.images[i * 784 + p] - train.images[k * 784 + p]) ** 2;
      return sum;
    };
    const found = await nearestNeighbours(train, test, { neighbours: 1 });
    for (let i = 0; i < test.size; i++) {
      const distances = Array.from({ length: train.size }, (_, k) => distance(i, k));
      expect(found.predicted[i]).toBe(train.labels[distances.indexOf(Math.min(...distances))]);
    }
  });

  it('gives every class a probability, so that no image costs infinitely much, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const { probabilities } = await nearestNeighbours(grey([0, 255], [0, 1]), grey([0, 255], [2, 2]), { neighbours: 1 });
    expect(Math.min(...probabilities)).toBeGreaterThan(0.02);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([0, 1.5, 3, Number.NaN])('refuses %s neighbours of two', async (neighbours) => {
    await expect(nearestNeighbours(grey([0, 255], [0, 1]), grey([0], [0]), { neighbours })).rejects.toThrow(
      `neighbours must be a whole number from 1 to the 2 training images, but got ${neighbours}; try 3.`,
    );
  });

  it('refuses parts with other classes', async () => {
    await expect(nearestNeighbours(grey([0], [0]), grey([0], [0], ['a', 'b']), { neighbours: 1 })).rejects.toThrow(
      'train and test must have the same classes, but have a,b,c and a,b.',
    );
  });
});
