import { describe, expect, it } from 'vitest';
import { cutBatches, gatherBatch, shuffledIndices } from '../../../lib/data/batches';
import * as tf from '../../../lib/tensorflow';
import { makeDataset } from './samples';

const dataset = makeDataset([2, 0, 1, 1, 2]);

describe('gatherBatch', () => {
  it('gives pixels in [0, 1] and one-hot labels, flat or as images', () => {
    const before = tf.memory().numTensors;
    const flat = gatherBatch(dataset, [4, 1], 'flat');
    const image = gatherBatch(dataset, Uint32Array.of(4, 1), 'image');
    expect(flat.images.shape).toEqual([2, 784]);
    expect(image.images.shape).toEqual([2, 28, 28, 1]);
    expect(flat.images.dtype).toBe('float32');
    const pixels = flat.images.dataSync();
    for (const p of [0, 27, 783]) {
      expect(pixels[p]).toBe(Math.fround(dataset.images[4 * 784 + p] / 255));
      expect(pixels[784 + p]).toBe(Math.fround(dataset.images[784 + p] / 255));
    }
    expect(image.images.dataSync()).toEqual(pixels);
    expect(flat.labels.arraySync()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    tf.dispose([flat, image] as unknown as tf.TensorContainer);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses indices that are no image', () => {
    expect(() => gatherBatch(dataset, [5], 'flat')).toThrow('indices[0] is 5');
  });
});

describe('shuffledIndices', () => {
  it('is a permutation that follows from seed and epoch', () => {
    const order = shuffledIndices(100, 0, 1);
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect(shuffledIndices(100, 0, 1)).toEqual(order);
    expect(shuffledIndices(100, 0, 2)).not.toEqual(order);
    expect(shuffledIndices(100, 1, 1)).not.toEqual(order);
  });
});

describe('cutBatches', () => {
  it('keeps the order; the last batch holds the rest', () => {
    const batches = [...cutBatches(Uint32Array.of(5, 3, 1, 4, 2), 2)];
    expect(batches.map((batch) => [...batch])).toEqual([[5, 3], [1, 4], [2]]);
  });

  it('refuses a size that is no number of images', () => {
    for (const size of [0, -1, 1.5]) expect(() => [...cutBatches(Uint32Array.of(1), size)]).toThrow(`but got ${size}`);
  });
});
