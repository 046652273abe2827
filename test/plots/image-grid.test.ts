import { describe, expect, it } from 'vitest';
import type { Figure } from '../../src/plots';
import { classMeans, imageGrid, predictionGrid, sampleGrid } from '../../src/plots';
import { sampleByClass } from '../../src/plots/image-grid';
import { makeDataset, makePredictions } from './fixtures';

/** Grey levels drawn, each once, without the background: the indices of a made data set's images. */
function levels(figure: Figure): number[] {
  const { z } = figure.data[0] as unknown as { z: { bdata: string } };
  return [...new Set(Buffer.from(z.bdata, 'base64'))].filter((level) => level > 0).sort((a, b) => a - b);
}

function labels(figure: Figure): string[] {
  return (figure.data[1] as { text: string[] }).text;
}

describe('sampleGrid', () => {
  const dataset = makeDataset([0, 1, 1, 0, 2, 1, 0, 1, 0]);

  it('draws images of each class under its name', () => {
    const samples = sampleByClass(dataset, 2, 0);
    samples.forEach((indices, c) => {
      for (const i of indices) expect(dataset.labels[i]).toBe(c);
      expect(new Set(indices).size).toBe(c === 2 ? 1 : 2);
    });
    const figure = sampleGrid(dataset, { perClass: 2 });
    expect(labels(figure)).toEqual(['a', 'b', 'c']);
    expect(levels(figure)).toEqual(
      samples
        .flat()
        .filter((i) => i > 0)
        .sort((a, b) => a - b),
    );
  });

  it('draws the same images for the same seed and others for another', () => {
    const many = makeDataset(Array.from({ length: 200 }, (_, i) => i % 3));
    expect(sampleByClass(many, 4, 0)).toEqual(sampleByClass(many, 4, 0));
    expect(sampleByClass(many, 4, 0)).not.toEqual(sampleByClass(many, 4, 1));
  });

  it('refuses less than one image a class', () => {
    expect(() => sampleGrid(dataset, { perClass: 0 })).toThrow(
      'perClass must be a whole number of at least 1, but got 0',
    );
  });
});

describe('predictionGrid', () => {
  const dataset = makeDataset([0, 0, 1, 1, 2, 2]);
  const predictions = makePredictions([0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 2, 0]);

  it('shows wrong answers alone, or right ones alone, as true → predicted', () => {
    const wrong = predictionGrid(dataset, predictions, { which: 'wrong' });
    expect(levels(wrong)).toEqual([1, 5]);
    expect(labels(wrong).sort()).toEqual(['a → b', 'c → a']);
    const right = predictionGrid(dataset, predictions, { which: 'right', count: 3 });
    expect(labels(right)).toHaveLength(3);
    for (const label of labels(right)) expect(['a → a', 'b → b', 'c → c']).toContain(label);
  });

  it('refuses the predictions of other images', () => {
    const other = makeDataset([0, 0, 1, 1, 2, 1]);
    expect(() => predictionGrid(other, predictions, { which: 'wrong' })).toThrow(
      'predictions must be those of',
    );
    expect(() => predictionGrid(makeDataset([0]), predictions, { which: 'wrong' })).toThrow(
      '6 labels differ',
    );
  });
});

describe('imageGrid and classMeans', () => {
  it('label each image', () => {
    const means = classMeans(makeDataset([0, 0, 0, 1, 2]));
    // Of images 0, 1 and 2 the mean is 1.
    expect(levels(means)).toEqual([1, 3, 4]);
    expect(labels(means)).toEqual(['a', 'b', 'c']);
  });

  it('refuse parts of images and too few labels', () => {
    expect(() => imageGrid(new Uint8Array(783))).toThrow('whole images of 784 pixels, but got 783 numbers');
    expect(() => imageGrid(new Uint8Array(0))).toThrow('but got 0 numbers');
    expect(() => imageGrid(new Uint8Array(1568), { labels: ['a'] })).toThrow(
      'each of the 2 images, but got 1',
    );
  });
});
