import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../lib/evaluation/model-comparison';
import { scoreIntervals, scorePredictions } from '../../../lib/evaluation/scores';
import { makePredictions, makeSure, referenceModels as models } from './made-predictions';
// Class 9 has no images and q is never predicted; the file's `madeWith` says how it was made.
import reference from './reference-scores.json';

describe('scorePredictions', () => {
  it.each([0, 1])('equals scikit-learn for model %i, with a class absent and one never predicted', (m) => {
    const scores = scorePredictions(models[m], { k: 2 });
    const expected = reference.models[m].scores;
    expect(Object.keys(scores).sort()).toEqual(Object.keys(expected).sort());
    for (const name of Object.keys(scores) as (keyof typeof scores)[]) {
      expect(scores[name], name).toBeCloseTo(expected[name], 12);
    }
  });

  it('agrees with a case worked by hand', () => {
    // Rows 0.5 0.25 0.25 (right), 0.25 0.5 0.25 (right), 0.5 0.25 0.25 (of class c, which comes third).
    const scores = scorePredictions(
      makePredictions(
        [
          [0.5, 0.25, 0.25],
          [0.25, 0.5, 0.25],
          [0.5, 0.25, 0.25],
        ],
        [0, 1, 2],
        ['a', 'b', 'c'],
      ),
      { k: 2 },
    );
    expect(scores.accuracy).toBeCloseTo(2 / 3, 12);
    // Of b and c with 0.25 each, b leads.
    expect(scores.topKAccuracy).toBeCloseTo(2 / 3, 12);
    expect(scores.balancedAccuracy).toBeCloseTo(2 / 3, 12);
    // Chance: 1/3 of the labels is each class, predictions are 2/3, 1/3 and 0: 1/3. (2/3 - 1/3) / (1 - 1/3).
    expect(scores.cohenKappa).toBeCloseTo(1 / 2, 12);
    // (2/3 - 1/3) / √((1 - 1/3) (1 - 5/9)).
    expect(scores.matthewsCorrelation).toBeCloseTo(1 / 3 / Math.sqrt(8 / 27), 12);
    expect(scores.logLoss).toBeCloseTo((Math.log(2) + Math.log(2) + Math.log(4)) / 3, 12);
    // Squares: 0.25 + 2/16 twice, then 0.25 + 1/16 + 9/16.
    expect(scores.brierScore).toBeCloseTo((3 / 8 + 3 / 8 + 7 / 8) / 3, 12);
    // All with confidence 0.5, 2 of 3 right.
    expect(scores.calibrationError).toBeCloseTo(2 / 3 - 1 / 2, 12);
  });

  it('tries three classes for the top k, or all there are', () => {
    const row = [0.4, 0.3, 0.2, 0.1];
    const names = ['a', 'b', 'c', 'd'];
    expect(scorePredictions(makePredictions([row, row], [2, 3], names)).topKAccuracy).toBe(0.5);
    expect(scorePredictions(makeSure([0, 1], [1, 0])).topKAccuracy).toBe(1);
  });

  it('keeps the loss of a class held for impossible finite, as in training', () => {
    const scores = scorePredictions(makePredictions([[1, 0]], [1], ['a', 'b']));
    expect(scores).toMatchObject({ accuracy: 0, brierScore: 2, calibrationError: 1 });
    expect(scores.logLoss).toBeCloseTo(85.2, 1);
  });

  it('has no kappa, and a correlation of 0, where labels and predictions are one class', () => {
    const scores = scorePredictions(makeSure([1, 1], [1, 1]));
    expect(scores).toMatchObject({ accuracy: 1, balancedAccuracy: 1, macroF1: 0.5, matthewsCorrelation: 0 });
    expect(scores.cohenKappa).toBeNaN();
    // One class predicted of two: chance would do as well.
    expect(scorePredictions(makeSure([0, 1], [1, 1]))).toMatchObject({
      cohenKappa: 0,
      matthewsCorrelation: 0,
      balancedAccuracy: 0.5,
    });
  });

  it('judges a data set of one class', () => {
    expect(scorePredictions(makePredictions([[1]], [0], ['a']))).toMatchObject({ accuracy: 1, topKAccuracy: 1 });
  });

  it('refuses what cannot be judged', () => {
    const sure = makeSure([0, 1], [1, 1]);
    const withProbability = (p: number) => ({ ...sure, probabilities: Float32Array.of(0.5, 0.5, p, 0.5) });
    expect(() => scorePredictions(makeSure([], []))).toThrow('at least one image, but got none');
    expect(() => scorePredictions(withProbability(Number.NaN))).toThrow(
      'image 1 has NaN for class "a". A model whose training went astray gives NaN',
    );
    expect(() => scorePredictions(withProbability(3.5))).toThrow('image 1 has 3.5 for class "a". Let the model end');
    expect(() => scorePredictions(withProbability(-0.5))).toThrow('image 1 has -0.5');
    // The rounding of averaged float32 shares is none of the model's faults.
    expect(scorePredictions(withProbability(1.0000001)).accuracy).toBe(0.5);
    expect(() => scorePredictions({ ...sure, probabilities: new Float32Array(3) })).toThrow(
      'need 2 predicted classes and 4 probabilities, but got 2 and 3',
    );
    expect(() => scorePredictions({ ...sure, labels: Uint8Array.of(0, 2) })).toThrow(
      'from 0 to 1, but image 1 has label 2 and prediction 1',
    );
    expect(() => scorePredictions(sure, { k: 3 })).toThrow('from 1 to the number of classes (2), but got 3');
    expect(() => scorePredictions(sure, { k: 0 })).toThrow('but got 0');
  });
});

describe('scoreIntervals', () => {
  const intervals = scoreIntervals(models[1], { k: 2 });

  it('surrounds every score, the accuracy as Wilson does', () => {
    const { calibrationError: _, ...scores } = scorePredictions(models[1], { k: 2 });
    expect(Object.keys(intervals).sort()).toEqual(Object.keys(scores).sort());
    for (const name of Object.keys(scores) as (keyof typeof scores)[]) {
      expect(intervals[name].low, name).toBeLessThan(scores[name]);
      expect(intervals[name].high, name).toBeGreaterThan(scores[name]);
    }
    expect(intervals.accuracy).toEqual(wilsonInterval(43, 60));
  });

  it('agrees with the bootstrap of scipy', () => {
    const { low, high } = reference.models[1].macroF1Interval;
    // Two bootstraps of 2,000 and 20,000 resamples differ by about 0.003 in their ends.
    expect(intervals.macroF1.low).toBeCloseTo(low, 1.7);
    expect(intervals.macroF1.high).toBeCloseTo(high, 1.7);
  });

  it('is NaN for a score that has no value in some draw', () => {
    // Two images: a draw of the second alone leaves one class.
    expect(scoreIntervals(makeSure([0, 1], [0, 1])).cohenKappa).toEqual({ low: Number.NaN, high: Number.NaN });
  });

  it('differs from scikit-learn 1.9 in what its docstring names', () => {
    const names = ['a', 'b'];
    const rows = [
      [0.8, 0.2],
      [0.4, 0.6],
    ];
    // scikit-learn: 0.1.
    expect(scorePredictions(makePredictions(rows, [0, 1], names)).brierScore).toBeCloseTo(0.2, 6);
    // scikit-learn: 0 and 1.
    const tied = (label: number) => scorePredictions(makePredictions([[0.5, 0.5]], [label], names), { k: 1 }).topKAccuracy;
    expect([tied(0), tied(1)]).toEqual([1, 0]);
  });
});
