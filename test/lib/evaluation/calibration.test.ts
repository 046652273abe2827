import { describe, expect, it } from 'vitest';
import {
  canFitTemperature,
  confidenceBins,
  expectedCalibrationError,
  fitTemperature,
  scaleTemperature,
} from '../../../lib/evaluation/calibration';
import { makePredictions, makeSure, referenceModels as models } from './made-predictions';
import reference from './reference-scores.json';

/** Four images predicted with a probability of 0.9, the first `right` of them rightly. */
const four = (right: number) =>
  makePredictions(
    [0, 1, 2, 3].map(() => [0.9, 0.1]),
    [0, 1, 2, 3].map((i) => Number(i >= right)),
    ['a', 'b'],
  );

describe('confidenceBins', () => {
  it('equals scikit-learn', () => {
    for (const [m, { bins: expected }] of reference.models.entries()) {
      const bins = confidenceBins(models[m]);
      expect(bins.map(({ count }) => count)).toEqual(expected.count);
      for (const [b, { confidence, accuracy, from, to }] of bins.entries()) {
        expect(confidence).toBeCloseTo(expected.confidence[b], 12);
        expect(accuracy).toBeCloseTo(expected.accuracy[b], 12);
        expect(confidence).toBeGreaterThan(from);
        expect(confidence).toBeLessThanOrEqual(to);
      }
    }
  });

  it('puts a confidence on an edge below it, and 1 into the last', () => {
    const predictions = makePredictions(
      [
        [0.5, 0.5],
        [0.75, 0.25],
        [1, 0],
      ],
      [0, 1, 0],
      ['a', 'b'],
    );
    expect(confidenceBins(predictions, { bins: 4 })).toEqual([
      { from: 0.25, to: 0.5, count: 1, confidence: 0.5, accuracy: 1 },
      { from: 0.5, to: 0.75, count: 1, confidence: 0.75, accuracy: 0 },
      { from: 0.75, to: 1, count: 1, confidence: 1, accuracy: 1 },
    ]);
    expect(confidenceBins(predictions, { bins: 1 })).toEqual([{ from: 0, to: 1, count: 3, confidence: 0.75, accuracy: 2 / 3 }]);
  });

  it('refuses no bins, no images and NaN', () => {
    expect(() => confidenceBins(four(3), { bins: 0 })).toThrow('bins must be a whole number of at least 1');
    expect(() => confidenceBins(makeSure([], []))).toThrow('at least one image, but got none');
    const diverged = { ...four(3), probabilities: new Float32Array(8).fill(Number.NaN) };
    expect(() => confidenceBins(diverged)).toThrow('image 0 has NaN');
  });
});

describe('expectedCalibrationError', () => {
  it('is the distance of confidence and accuracy', () => {
    expect(expectedCalibrationError(four(3))).toBeCloseTo(0.15, 6);
    expect(expectedCalibrationError(four(4))).toBeCloseTo(0.1, 6);
  });

  it('falls with fewer bins where errors of two signs meet', () => {
    // Half sure and right, all sure and wrong: 0.5 and 1 apart; together 0.75 against 0.5.
    const predictions = makePredictions(
      [
        [0.5, 0.5],
        [1, 0],
      ],
      [0, 1],
      ['a', 'b'],
    );
    expect(expectedCalibrationError(predictions)).toBeCloseTo(0.75, 12);
    expect(expectedCalibrationError(predictions, { bins: 1 })).toBeCloseTo(0.25, 12);
  });
});

describe('temperature scaling', () => {
  it('finds the temperature that scipy finds', () => {
    for (const [m, { temperature: expected }] of reference.models.entries()) {
      const temperature = fitTemperature(models[m]);
      expect(temperature).toBeCloseTo(expected.temperature, 6);
      expect(scaleTemperature(models[m], temperature).loss).toBeCloseTo(expected.logLoss, 6);
    }
  });

  it('agrees with a case worked by hand', () => {
    // 3 of 4 right: 0.9 should be 0.75, so log(9) / T = log(3).
    const temperature = fitTemperature(four(3));
    expect(temperature).toBeCloseTo(2, 6);
    const scaled = scaleTemperature(four(3), temperature);
    expect(scaled.probabilities[0]).toBeCloseTo(0.75, 6);
    expect(scaled.probabilities[1]).toBeCloseTo(0.25, 6);
    expect(scaled.loss).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 6);
    expect(expectedCalibrationError(scaled)).toBeCloseTo(0, 6);
  });

  it('changes neither what is predicted nor what it was given', () => {
    const before = Float32Array.from(models[0].probabilities);
    const { probabilities, loss, ...rest } = scaleTemperature(models[0], 3);
    expect(models[0].probabilities).toEqual(before);
    expect(models[0]).toMatchObject(rest);
    for (let i = 0; i < rest.size; i++) {
      const row = probabilities.subarray(5 * i, 5 * i + 5);
      expect(row.indexOf(Math.max(...row))).toBe(rest.predicted[i]);
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    }
    expect(scaleTemperature(models[0], 1).loss).toBeCloseTo(models[0].loss, 6);
    expect(loss).not.toBeCloseTo(models[0].loss, 3);
  });

  it('bears probabilities of 0', () => {
    const { probabilities } = scaleTemperature(makePredictions([[1, 0]], [0], ['a', 'b']), 0.5);
    expect([...probabilities]).toEqual([1, 0]);
  });

  it('refuses images that all were read rightly, or worse than a guess, and temperatures that are none', () => {
    expect(() => fitTemperature(four(4))).toThrow('right and wrong predictions, better than a guess');
    expect(() => fitTemperature(four(1))).toThrow('but got 4 with accuracy 0.25');
    expect([1, 3, 4].map((right) => canFitTemperature(four(right)))).toEqual([false, true, false]);
    expect(() => fitTemperature(makeSure([], []))).toThrow('at least one image, but got none');
    expect(() => scaleTemperature(four(3), 0)).toThrow('temperature must be finite and above 0, but got 0');
    expect(() => scaleTemperature(four(3), Number.NaN)).toThrow('but got NaN');
    expect(() => scaleTemperature(four(3), Infinity)).toThrow('but got Infinity');
  });
});
