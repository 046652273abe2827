import { describe, expect, it } from 'vitest';
import { classificationReport } from '../../../lib/evaluation/classification-report';
// B has no images and d is never predicted; the file's `madeWith` says how it was made.
import reference from './scikit-learn.json';

describe('classificationReport', () => {
  const predictions = {
    labels: Uint8Array.from(reference.labels),
    predicted: Uint8Array.from(reference.predicted),
    classNames: reference.classNames,
  };
  const report = classificationReport(predictions);

  it('equals scikit-learn for each class, absent and never predicted ones included', () => {
    for (const scores of report.classes) {
      const expected = reference.report[scores.className as '0' | '1' | 'A' | 'B' | 'd' | 'q'];
      expect(scores.precision).toBeCloseTo(expected.precision, 12);
      expect(scores.recall).toBeCloseTo(expected.recall, 12);
      expect(scores.f1).toBeCloseTo(expected['f1-score'], 12);
      expect(scores.support).toBe(expected.support);
    }
    expect(report.classes.map((scores) => scores.className)).toEqual(reference.classNames);
  });

  it('equals scikit-learn on average', () => {
    expect(report.accuracy).toBeCloseTo(reference.report.accuracy, 12);
    for (const [ours, theirs] of [
      [report.macro, reference.report['macro avg']],
      [report.weighted, reference.report['weighted avg']],
    ] as const) {
      expect(ours.precision).toBeCloseTo(theirs.precision, 12);
      expect(ours.recall).toBeCloseTo(theirs.recall, 12);
      expect(ours.f1).toBeCloseTo(theirs['f1-score'], 12);
    }
    expect(report.support).toBe(reference.labels.length);
  });

  it('agrees with a case worked by hand', () => {
    // Of class a: 2 of 3 found; of 2 predicted as a, 2 are a. Of class b: 1 of 1 found, of 2 predicted 1 is b.
    const { classes, accuracy, macro, weighted } = classificationReport({
      labels: Uint8Array.of(0, 0, 0, 1),
      predicted: Uint8Array.of(0, 0, 1, 1),
      classNames: ['a', 'b'],
    });
    expect(classes[0]).toEqual({ className: 'a', precision: 1, recall: 2 / 3, f1: 4 / 5, support: 3 });
    expect(classes[1]).toEqual({ className: 'b', precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1 });
    expect(accuracy).toBe(3 / 4);
    expect(macro.recall).toBeCloseTo(5 / 6, 12);
    expect(weighted.precision).toBeCloseTo(7 / 8, 12);
  });
});
