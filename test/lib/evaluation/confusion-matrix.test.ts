import { describe, expect, it } from 'vitest';
import { confusionMatrix, mostConfused } from '../../../lib/evaluation/confusion-matrix';
import reference from './scikit-learn.json';

const classNames = ['0', 'O', 'Q'];

describe('confusionMatrix', () => {
  it('has true classes in rows and predicted classes in columns', () => {
    const { counts } = confusionMatrix({
      labels: Uint8Array.of(0, 0, 1, 2, 2),
      predicted: Uint8Array.of(0, 1, 1, 1, 1),
      classNames,
    });
    expect(counts).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [0, 2, 0],
    ]);
  });

  it('equals scikit-learn', () => {
    const { counts } = confusionMatrix({
      labels: Uint8Array.from(reference.labels),
      predicted: Uint8Array.from(reference.predicted),
      classNames: reference.classNames,
    });
    expect(counts).toEqual(reference.confusionMatrix);
  });

  it('refuses no images, unequal lengths and classes without a name', () => {
    const of = (labels: number[], predicted: number[]) => () =>
      confusionMatrix({ labels: Uint8Array.from(labels), predicted: Uint8Array.from(predicted), classNames });
    expect(of([], [])).toThrow('at least one image, but got none');
    expect(of([0, 1], [0])).toThrow('got 2 labels and 1 predictions');
    expect(of([0, 3], [0, 0])).toThrow('from 0 to 2, but image 1 has label 3 and prediction 0');
    expect(of([0, 1], [0, 4])).toThrow('image 1 has label 1 and prediction 4');
  });
});

describe('mostConfused', () => {
  const matrix = {
    counts: [
      [5, 3, 0],
      [1, 9, 0],
      [0, 3, 0],
    ],
    classNames,
  };

  it('lists the mistakes by number, ties in the order of the matrix, and leaves out what never happened', () => {
    expect(mostConfused(matrix)).toEqual([
      { trueClass: '0', predictedClass: 'O', count: 3, share: 3 / 8 },
      { trueClass: 'Q', predictedClass: 'O', count: 3, share: 1 },
      { trueClass: 'O', predictedClass: '0', count: 1, share: 1 / 10 },
    ]);
  });

  it('stops at the number asked for', () => {
    expect(mostConfused(matrix, 1)).toHaveLength(1);
  });
});
