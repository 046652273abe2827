import type { Dataset } from '../data/dataset';
import { compileConfigOf } from '../recipe/compile';
import type * as tf from '../tensorflow';

/**
 * What an image of each class counts in the loss of a training on `train`; undefined where all count 1.
 *
 * @throws RangeError unless the model was compiled with one weight for each class.
 */
export function classWeightsFor(model: tf.LayersModel, train: Dataset): readonly number[] | undefined {
  const classWeights = compileConfigOf(model)?.classWeights;
  const classes = train.classNames.length;
  if (classWeights === 'balanced') {
    const counts = new Array<number>(classes).fill(0);
    for (const label of train.labels) counts[label]++;
    // A class without images is never weighed.
    return counts.map((count) => (count === 0 ? 1 : train.size / (classes * count)));
  }
  if (classWeights && classWeights.length !== classes) {
    throw new RangeError(
      `classWeights must have a number for each of the ${classes} classes of ${train.name}, but has ${classWeights.length}.`,
    );
  }
  return classWeights;
}
