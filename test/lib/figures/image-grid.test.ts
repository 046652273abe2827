import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../lib/figures';
import { classMeans, imageGrid, predictionGrid, sampleGrid } from '../../../lib/figures';
import { sampleByClass } from '../../../lib/figures/image-grid';
import { makeDataset, makePredictions } from './fixtures';

/** Ink drawn, each level once, without the paper: the indices of a made data set's images. */
function levels({ layout }: Figure): number[] {
  const png = Buffer.from(layout.images?.[0].source?.split(',')[1] ?? '', 'base64');
  const width = png.readUInt32BE(16);
  const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  // Each row begins with its filter.
  const pixels = [...rows].filter((_, i) => i % (width + 1) !== 0);
  return [...new Set(pixels.map((grey) => 255 - grey))].filter((ink) => ink > 0).sort((a, b) => a - b);
}

function labels(figure: Figure): string[] {
  return (figure.data[0] as { text: string[] }).text;
}

/** What the reader is told who points at an image. */
function hovers(figure: Figure): string[] {
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
    expect(hovers(figure)).toHaveLength(5);
    expect(hovers(figure)[0]).toBe(`a: image ${samples[0][0]} of made`);
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
    expect(() => sampleGrid(dataset, { perClass: 0 })).toThrow('perClass must be a whole number of at least 1, but got 0');
  });
});

describe('predictionGrid', () => {
  const dataset = makeDataset([0, 0, 1, 1, 2, 2]);
  const predictions = makePredictions([0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 2, 0]);
  predictions.probabilities.set([0.3, 0.6, 0.1], 1 * 3);

  it('shows wrong answers alone, or right ones alone, as true → predicted', () => {
    const wrong = predictionGrid(dataset, predictions, { which: 'wrong' });
    expect(levels(wrong)).toEqual([1, 5]);
    expect(labels(wrong).sort()).toEqual(['a → b', 'c → a']);
    expect(hovers(wrong).sort()).toEqual([
      'image 1: true a (30.0 %), predicted b (60.0 %)',
      'image 5: true c (0.0 %), predicted a (0.0 %)',
    ]);
    const right = predictionGrid(dataset, predictions, { which: 'right', count: 3 });
    expect(labels(right)).toHaveLength(3);
    for (const label of labels(right)) expect(['a → a', 'b → b', 'c → c']).toContain(label);
  });

  it('says so where there is none', () => {
    const perfect = makePredictions([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2]);
    const { layout } = predictionGrid(dataset, perfect, { which: 'wrong' });
    expect(layout.title).toEqual({ text: 'No wrong predictions' });
  });

  it('refuses the predictions of other images', () => {
    const other = makeDataset([0, 0, 1, 1, 2, 1]);
    expect(() => predictionGrid(other, predictions, { which: 'wrong' })).toThrow('predictions must be those of');
    expect(() => predictionGrid(makeDataset([0]), predictions, { which: 'wrong' })).toThrow('6 labels differ');
  });
});

describe('imageGrid and classMeans', () => {
  it('label each image', () => {
    const means = classMeans(makeDataset([0, 0, 0, 1, 2]));
    // Of images 0, 1 and 2 the mean is 1.
    expect(levels(means)).toEqual([1, 3, 4]);
    expect(labels(means)).toEqual(['a', 'b', 'c']);
    expect(hovers(means)).toEqual(['a: mean of 3 images', 'b: mean of 1 images', 'c: mean of 1 images']);
    expect(hovers(imageGrid(new Uint8Array(1568), { labels: ['x', ''] }))).toEqual(['image 0: x', 'image 1: ']);
  });

  it('refuse parts of images and too few labels', () => {
    expect(() => imageGrid(new Uint8Array(783))).toThrow('whole images of 784 pixels, but got 783 numbers');
    expect(() => imageGrid(new Uint8Array(0))).toThrow('but got 0 numbers');
    expect(() => imageGrid(new Uint8Array(1568), { labels: ['a'] })).toThrow('each of the 2 images, but got 1');
  });
});
