import { describe, expect, it } from 'vitest';
import { compareModels, wilsonInterval } from '../../../lib/evaluation/model-comparison';
import type { Predictions } from '../../../lib/evaluation/predictions';
import reference from './scikit-learn.json';

function predict(labels: number[], predicted: number[]): Predictions {
  return {
    probabilities: new Float32Array(labels.length * 2),
    predicted: Uint8Array.from(predicted),
    labels: Uint8Array.from(labels),
    classNames: ['a', 'b'],
    size: labels.length,
    accuracy: 0,
    loss: 0.25,
    seconds: 2,
  };
}

describe('wilsonInterval', () => {
  it('equals scipy, at the edges too', () => {
    for (const { successes, trials, low, high } of reference.wilson) {
      const interval = wilsonInterval(successes, trials);
      expect(interval.low).toBeCloseTo(low, 12);
      expect(interval.high).toBeCloseTo(high, 12);
    }
  });

  it('refuses counts that are none', () => {
    expect(() => wilsonInterval(0, 0)).toThrow('trials must be a whole number of at least 1, but got 0');
    expect(() => wilsonInterval(4, 3)).toThrow('from 0 to trials (3), but got 4');
    expect(() => wilsonInterval(Number.NaN, 3)).toThrow('but got NaN');
  });
});

describe('compareModels', () => {
  it('scores each model from its predictions, in the order given', () => {
    const [mlp, cnn] = compareModels([
      { name: 'MLP', predictions: predict([0, 0, 0, 1], [0, 0, 1, 1]) },
      { name: 'CNN', predictions: predict([0, 0, 0, 1], [0, 0, 0, 1]) },
    ]);
    expect(mlp).toMatchObject({ name: 'MLP', accuracy: 0.75, mistakes: 1, loss: 0.25, seconds: 2 });
    expect(mlp.macroF1).toBeCloseTo((4 / 5 + 2 / 3) / 2, 12);
    expect(mlp.interval).toEqual(wilsonInterval(3, 4));
    expect(cnn).toMatchObject({ name: 'CNN', accuracy: 1, mistakes: 0, macroF1: 1 });
  });

  it('refuses models that saw different images', () => {
    const models = (other: number[]) => [
      { name: 'MLP', predictions: predict([0, 1], [0, 1]) },
      { name: 'CNN', predictions: predict(other, other) },
    ];
    expect(() => compareModels(models([1, 0]))).toThrow('the labels of "CNN" (2 images) differ from those of "MLP"');
    expect(() => compareModels(models([0, 1, 1]))).toThrow('"CNN" (3 images)');
  });
});
