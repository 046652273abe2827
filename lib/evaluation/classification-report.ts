import { sum } from '../base/numbers';
import { type ConfusionMatrix, confusionMatrix } from './confusion-matrix';
import type { Predictions } from './predictions';

/** How well something was found, each 0 to 1. */
export interface Scores {
  /** Of the images predicted as the class, the part that is of the class; 0 where none was predicted. */
  readonly precision: number;
  /** Of the images of the class, the part that was predicted as the class; 0 where there is none. */
  readonly recall: number;
  /** Harmonic mean of precision and recall; 0 where both are 0. */
  readonly f1: number;
}

export interface ClassScores extends Scores {
  readonly className: string;
  /** Images of the class. */
  readonly support: number;
}

/** Precision, recall and F1 by class and on average. Plain data. */
export interface ClassificationReport {
  readonly classes: readonly ClassScores[];
  /** Share of right predictions, 0 to 1. */
  readonly accuracy: number;
  /** Mean over the classes, each counted alike. */
  readonly macro: Scores;
  /** Mean over the classes, each weighted by its support. */
  readonly weighted: Scores;
  /** Images in all. */
  readonly support: number;
}

/**
 * The report that scikit-learn's `classification_report` gives with `labels` set to every class and `zero_division=0`:
 * a ratio without a denominator is 0, and classes without images count in the macro average.
 *
 * @throws RangeError as `confusionMatrix` does.
 */
export function classificationReport(
  predictions: Pick<Predictions, 'labels' | 'predicted' | 'classNames'>,
): ClassificationReport {
  return reportMatrix(confusionMatrix(predictions));
}

/** `classificationReport` of predictions that were counted already. */
export function reportMatrix({ counts, classNames }: ConfusionMatrix): ClassificationReport {
  const classes = classNames.map((className, c) => {
    const right = counts[c][c];
    const support = sum(counts[c]);
    const predicted = sum(counts.map((row) => row[c]));
    return {
      className,
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      // 2 right / (predicted + support) is the harmonic mean, and stays defined where only one of the two is.
      f1: ratio(2 * right, predicted + support),
      support,
    };
  });
  const support = sum(classes.map((scores) => scores.support));
  return {
    classes,
    accuracy: ratio(sum(counts.map((row, c) => row[c])), support),
    macro: average(classes, () => 1 / classes.length),
    weighted: average(classes, (scores) => scores.support / support),
    support,
  };
}

function average(classes: readonly ClassScores[], weight: (scores: ClassScores) => number): Scores {
  const mean = (key: keyof Scores) => sum(classes.map((scores) => scores[key] * weight(scores)));
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
