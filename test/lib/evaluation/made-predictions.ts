import type { Predictions } from '../../../lib/evaluation/predictions';
import reference from './reference-scores.json';

/** Predictions with these rows of probabilities; accuracy, loss and predicted classes follow from them. */
export function makePredictions(rows: number[][], labels: number[], classNames: string[]): Predictions {
  const predicted = rows.map((row) => row.indexOf(Math.max(...row)));
  return {
    probabilities: Float32Array.from(rows.flat()),
    predicted: Uint8Array.from(predicted),
    labels: Uint8Array.from(labels),
    classNames,
    size: labels.length,
    accuracy: predicted.filter((p, i) => p === labels[i]).length / labels.length,
    loss: -rows.reduce((total, row, i) => total + Math.log(row[labels[i]]), 0) / labels.length,
    seconds: 1,
  };
}

/** Predictions of two classes, all sure of themselves: `predicted` of what is `labels`. */
export function makeSure(labels: number[], predicted: number[], classNames = ['a', 'b']): Predictions {
  const rows = predicted.map((p) => classNames.map((_, c) => (c === p ? 0.75 : 0.25 / (classNames.length - 1))));
  return makePredictions(rows, labels, classNames);
}

/** The two models of `reference-scores.json`. */
export const referenceModels = reference.models.map(({ probabilitiesOf512 }) =>
  makePredictions(
    reference.labels.map((_, i) => probabilitiesOf512.slice(5 * i, 5 * i + 5).map((p) => p / 512)),
    reference.labels,
    reference.classNames,
  ),
);
