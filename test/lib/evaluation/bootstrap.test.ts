import { describe, expect, it } from 'vitest';
import { bootstrapInterval, type Metric, pairedBootstrap, percentileInterval } from '../../../lib/evaluation/bootstrap';
import { classificationReport } from '../../../lib/evaluation/classification-report';
import { makeSure, referenceModels as models } from './made-predictions';
import reference from './reference-scores.json';

const accuracy: Metric = (predictions) => predictions.accuracy;
const macroF1: Metric = (predictions) => classificationReport(predictions).macro.f1;

/** Predictions of which the first `right` are right. */
function makeRight(right: number, size: number) {
  return makeSure(
    new Array<number>(size).fill(0),
    Array.from({ length: size }, (_, i) => Number(i >= right)),
  );
}

describe('percentileInterval', () => {
  it('lies between values in proportion, whatever their order', () => {
    // Of 0 to 40, 2.5 % of the way is 1 and 97.5 % is 39; of 0 to 4 it is 0.1 and 3.9.
    const values = Array.from({ length: 41 }, (_, i) => 40 - i);
    expect(percentileInterval(values)).toEqual({ low: 1, high: 39 });
    const { low, high } = percentileInterval([4, 0, 3, 1, 2]);
    expect(low).toBeCloseTo(0.1, 12);
    expect(high).toBeCloseTo(3.9, 12);
  });

  it('sorts numbers as numbers, and is NaN with one', () => {
    expect(percentileInterval([-10, -9]).low).toBeCloseTo(-9.975, 12);
    expect(percentileInterval([1, Number.NaN, 2])).toEqual({ low: Number.NaN, high: Number.NaN });
  });
});

describe('bootstrapInterval', () => {
  it('of an accuracy gives the quantiles of the binomial distribution', () => {
    for (const { right, size, low, high } of reference.binomial) {
      const interval = bootstrapInterval(makeRight(right, size), accuracy);
      // The ends are whole images; sampling noise may move an end by one.
      expect(Math.abs(interval.low - low)).toBeLessThan(0.0101);
      expect(Math.abs(interval.high - high)).toBeLessThan(0.0101);
    }
  });

  it('agrees with scipy for a metric of whole predictions', () => {
    for (const [m, predictions] of models.entries()) {
      const { low, high } = bootstrapInterval(predictions, macroF1, { resamples: 10_000, seed: 1 });
      expect(Math.abs(low - reference.models[m].macroF1Interval.low)).toBeLessThan(0.006);
      expect(Math.abs(high - reference.models[m].macroF1Interval.high)).toBeLessThan(0.006);
    }
  });

  it('gives the metric predictions that belong together', () => {
    const { classNames, labels } = models[0];
    const classes = classNames.length;
    let drawn = 0;
    bootstrapInterval(
      models[0],
      (sample) => {
        drawn++;
        expect(sample.size).toBe(labels.length);
        let right = 0;
        let loss = 0;
        for (let i = 0; i < sample.size; i++) {
          const row = sample.probabilities.subarray(i * classes, (i + 1) * classes);
          expect(row[sample.predicted[i]]).toBe(Math.max(...row));
          right += Number(sample.predicted[i] === sample.labels[i]);
          loss -= Math.log(row[sample.labels[i]]);
        }
        expect(sample.accuracy).toBe(right / sample.size);
        expect(sample.loss).toBeCloseTo(loss / sample.size, 12);
        return 0;
      },
      { resamples: 100 },
    );
    expect(drawn).toBe(100);
  });

  it('is the same for the same seed, 0 included, and another for another', () => {
    const interval = (seed?: number) => bootstrapInterval(models[0], macroF1, { resamples: 200, seed });
    expect(interval(0)).toEqual(interval());
    expect(interval(1)).toEqual(interval(1));
    expect(interval(1)).not.toEqual(interval(0));
  });

  it('refuses few resamples, no images and NaN', () => {
    expect(() => bootstrapInterval(models[0], accuracy, { resamples: 10 })).toThrow('at least 100');
    expect(() => bootstrapInterval(models[0], accuracy, { resamples: Number.NaN })).toThrow('but got NaN');
    expect(() => bootstrapInterval(makeSure([], []), accuracy)).toThrow('at least one image, but got none');
    const diverged = { ...makeRight(1, 2), probabilities: new Float32Array(4).fill(Number.NaN) };
    expect(() => bootstrapInterval(diverged, accuracy)).toThrow('image 0 has NaN');
  });
});

describe('pairedBootstrap', () => {
  it('agrees with scipy', () => {
    const { difference, low, high } = pairedBootstrap(models[0], models[1], macroF1, { resamples: 10_000 });
    expect(difference).toBeCloseTo(reference.macroF1Difference.difference, 12);
    expect(Math.abs(low - reference.macroF1Difference.low)).toBeLessThan(0.006);
    expect(Math.abs(high - reference.macroF1Difference.high)).toBeLessThan(0.006);
  });

  it('draws the same images for both: models that err alike differ by nothing', () => {
    expect(pairedBootstrap(makeRight(5, 9), makeRight(5, 9), accuracy)).toEqual({ difference: 0, low: 0, high: 0 });
  });

  it('refuses models that saw different images, and NaN of either', () => {
    expect(() => pairedBootstrap(makeSure([0], [0]), makeSure([1], [0]), accuracy)).toThrow(
      'the labels of "second" (1 images) differ from those of "first"',
    );
    const good = makeSure([0], [0]);
    const diverged = { ...good, probabilities: Float32Array.of(Number.NaN, 0) };
    expect(() => pairedBootstrap(good, diverged, accuracy)).toThrow('image 0 has NaN');
  });
});
