import { describe, expect, it } from 'vitest';
import { random } from '../../../lib/base/random';
import { findLabelIssues } from '../../../lib/evaluation/label-issues';
import type { Predictions } from '../../../lib/evaluation/predictions';
import { makePredictions } from '../figures/fixtures';
// Its `madeWith` says how it was made.
import reference from './cleanlab.json';

/** Predictions with these probabilities, one row an image. */
function predict(labels: readonly number[], rows: readonly (readonly number[])[], classNames: string[]): Predictions {
  const predicted = rows.map((row) => Math.max(0, row.indexOf(Math.max(...row))));
  return { ...makePredictions([...labels], predicted, classNames), probabilities: Float32Array.from(rows.flat()) };
}

describe('findLabelIssues', () => {
  it('equals cleanlab, a class without images included', () => {
    const { labels, probabilities, classNames, issues } = reference;
    const found = findLabelIssues(predict(labels, probabilities, classNames));
    expect(found.map(({ index }) => index)).toEqual(issues);
    expect(found.length).toBeGreaterThan(5);
    expect(found.map(({ predictedClass }) => predictedClass)).not.toContain('e');
  });

  it('agrees with a case worked by hand', () => {
    // Thresholds 0.5 and 0.7: the second image reaches that of b, the last one that of no class.
    const rows = [
      [0.9, 0.1],
      [0.1, 0.9],
      [0.2, 0.8],
      [0.4, 0.6],
    ];
    const [issue, ...others] = findLabelIssues(predict([0, 0, 1, 1], rows, ['a', 'b']));
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ index: 1, trueClass: 'a', predictedClass: 'b' });
    expect(issue.trueProbability).toBeCloseTo(0.1, 6);
    expect(issue.confidence).toBeCloseTo(0.9, 6);
  });

  it('takes the most probable of the classes that reach their thresholds', () => {
    // Thresholds 0.6, 0.1 and 0.3. The first image reaches b (0.15) and c (0.3): c is the more probable.
    const rows = [
      [0.55, 0.15, 0.3],
      [0.65, 0.05, 0.3],
      [0.8, 0.1, 0.1],
      [0.65, 0.05, 0.3],
    ];
    // Of class a it stays unsuspected, as its label is the most probable of all.
    expect(findLabelIssues(predict([0, 0, 1, 2], rows, ['a', 'b', 'c']))).toMatchObject([
      { index: 2, predictedClass: 'a' },
      { index: 3, predictedClass: 'a' },
    ]);
    const other = [[0.2, 0.35, 0.45], ...rows.slice(1)];
    expect(findLabelIssues(predict([0, 0, 1, 2], other, ['a', 'b', 'c']))).toContainEqual(
      expect.objectContaining({ index: 0, predictedClass: 'c' }),
    );
  });

  it('finds the labels that were flipped, and no image that is merely hard to read', () => {
    const { next, integer } = random(0, 'label issues');
    const truth = Array.from({ length: 300 }, () => integer(3));
    const rows = truth.map((t, i) => {
      const sure = i % 10 === 0 ? 0.4 + 0.1 * next() : 0.9 + 0.02 * next();
      const row = [0, 0, 0];
      row[t] = sure;
      row[(t + 1) % 3] = 0.9 * (1 - sure);
      row[(t + 2) % 3] = 0.1 * (1 - sure);
      return row;
    });
    const flipped = [7, 91, 152, 222, 299];
    const labels = truth.map((t, i) => (flipped.includes(i) ? (t + 2) % 3 : t));
    const found = findLabelIssues(predict(labels, rows, ['a', 'b', 'c']));
    expect(found.map(({ index }) => index).sort((a, b) => a - b)).toEqual(flipped);
    for (const { index, predictedClass } of found) expect(predictedClass).toBe('abc'[truth[index]]);
    const margins = found.map(({ trueProbability, confidence }) => trueProbability - confidence);
    expect(margins).toEqual([...margins].sort((a, b) => a - b));
  });

  it('refuses what is no prediction', () => {
    const names = ['a', 'b'];
    expect(() => findLabelIssues(predict([], [], names))).toThrow('at least one image, but got none');
    expect(() => findLabelIssues(predict([0], [[Number.NaN, 0.5]], names))).toThrow('image 0 has NaN for class a');
    expect(() =>
      findLabelIssues(
        predict(
          [0, 1],
          [
            [1, 0],
            [-0.1, 1.1],
          ],
          names,
        ),
      ),
    ).toThrow('image 1 has -0.1');
    expect(() => findLabelIssues(predict([0, 1], [[1, 0], [1]], names))).toThrow('2 probabilities for each of 2 images');
    expect(() => findLabelIssues(predict([2], [[1, 0]], names))).toThrow('image 0 has label 2');
  });
});
