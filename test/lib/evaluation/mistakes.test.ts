import { describe, expect, it } from 'vitest';
import { confusedPairs, worstMistakes } from '../../../lib/evaluation/mistakes';
import type { Predictions } from '../../../lib/evaluation/predictions';
import { makePredictions } from '../figures/fixtures';

/** Four a, three b, three c; a and b are confused three times, a and c twice; `sure` is each prediction's probability. */
function predictions(): Predictions {
  const labels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
  const predicted = [1, 1, 2, 0, 0, 1, 1, 0, 2, 2];
  const sure = [0.5, 0.75, 0.9375, 1, 0.625, 1, 1, 0.75, 1, 1];
  const made = makePredictions(labels, predicted);
  labels.forEach((label, i) => {
    made.probabilities[i * 3 + label] = 1 - sure[i];
    made.probabilities[i * 3 + predicted[i]] = sure[i];
  });
  return made;
}

describe('confusedPairs', () => {
  it('counts both directions together, and gives the images of each, the surest first', () => {
    const [first, second, ...others] = confusedPairs(predictions());
    expect(others).toEqual([]);
    expect(first).toMatchObject({ classes: [0, 1], count: 3 });
    expect(first.directions).toEqual([
      {
        trueClass: 'a',
        predictedClass: 'b',
        count: 2,
        share: 0.5,
        support: 4,
        mistakes: [
          { index: 1, trueClass: 'a', predictedClass: 'b', trueProbability: 0.25, confidence: 0.75 },
          { index: 0, trueClass: 'a', predictedClass: 'b', trueProbability: 0.5, confidence: 0.5 },
        ],
      },
      {
        trueClass: 'b',
        predictedClass: 'a',
        count: 1,
        share: 1 / 3,
        support: 3,
        mistakes: [{ index: 4, trueClass: 'b', predictedClass: 'a', trueProbability: 0.375, confidence: 0.625 }],
      },
    ]);
    expect(second).toMatchObject({ classes: [0, 2], count: 2 });
    expect(confusedPairs(predictions(), 1)).toEqual([first]);
  });

  it('knows pairs that are confused in one direction, or whose other class has no images', () => {
    const [pair] = confusedPairs(makePredictions([0, 0], [2, 0]));
    expect(pair.directions).toMatchObject([
      { count: 1, share: 0.5, support: 2 },
      { count: 0, share: 0, support: 0, mistakes: [] },
    ]);
    expect(confusedPairs(makePredictions([0, 1], [0, 1]))).toEqual([]);
  });

  it('refuses a count that is none, and what is no prediction', () => {
    expect(() => confusedPairs(predictions(), 0)).toThrow('count must be a whole number of at least 1, but got 0');
    expect(() => confusedPairs(makePredictions([], []))).toThrow('at least one image');
    const broken = predictions();
    broken.probabilities[4] = Number.NaN;
    expect(() => confusedPairs(broken)).toThrow('image 1 has NaN for class b');
  });
});

describe('worstMistakes', () => {
  it('gives the surest first, ties in the order of the images', () => {
    expect(worstMistakes(predictions()).map(({ index }) => index)).toEqual([2, 1, 7, 4, 0]);
    expect(worstMistakes(predictions(), 1)).toEqual([
      { index: 2, trueClass: 'a', predictedClass: 'c', trueProbability: 0.0625, confidence: 0.9375 },
    ]);
    expect(worstMistakes(makePredictions([0], [0]))).toEqual([]);
  });

  it('refuses a count that is none', () => {
    expect(() => worstMistakes(predictions(), 1.5)).toThrow('count must be a whole number');
  });
});
