import { writeFile } from 'node:fs/promises';
import type { DataFrame } from 'danfojs-node';
import type { Dataset, UnlabelledImages } from '../data/dataset';
import { explainWriteError } from '../storage/write-error';
import type * as tf from '../tensorflow';
import { type EvaluateOptions, evaluate } from '../training/evaluate';
import { frame } from './libraries';
import { round } from './table-cells';

const TOP = 5;

/**
 * What a model says of images of which nobody has said what they are, or the mean of what several say: a danfo.js frame with a
 * row an image, in order: `image` (from 1), `class`, `probability` (0 to 1), and `top 5`, the most probable classes with theirs.
 *
 *     const frame = await predict(cnn.model, loaded.unlabelled);
 *
 * @throws RangeError for images that are none; Error where model and classes do not fit; otherwise as `evaluate`.
 */
export async function predict(
  models: tf.LayersModel | readonly tf.LayersModel[],
  images: Dataset | UnlabelledImages | undefined,
  options: EvaluateOptions = {},
): Promise<DataFrame> {
  if (images === undefined) {
    throw new RangeError('images must be a data set or its `unlabelled` images, but got undefined: all its images have labels.');
  }
  const dataset: Dataset = { source: images.name, ...images, labels: new Uint8Array(images.size) };
  const { probabilities, predicted, classNames } = await evaluate(models, dataset, options);
  const classes = classNames.length;
  return frame(
    Array.from(predicted, (best, i) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      const order = Array.from(row, (_, c) => c).sort((a, b) => row[b] - row[a]);
      const top = order.slice(0, TOP).map((c) => `${classNames[c]} ${row[c].toFixed(3)}`);
      return { image: i + 1, class: classNames[best], probability: round(row[best], 4), [`top ${TOP}`]: top.join(', ') };
    }),
  );
}

/**
 * Writes what `predict` gave as Kaggle takes it: a line `ImageId,Label`, then a line an image, from 1.
 *
 * @throws RangeError for a frame without a column `class`; WriteError where the disk takes nothing more.
 */
export async function writeSubmission(file: string, predictions: DataFrame): Promise<void> {
  if (!predictions?.columns?.includes('class')) {
    throw new RangeError('predictions must be what `predict` gave, a frame with a column `class`, but it has none.');
  }
  const labels = predictions.column('class').values as (string | number)[];
  const quoted = labels.map((label) => (/[",\n]/.test(`${label}`) ? `"${`${label}`.replaceAll('"', '""')}"` : label));
  try {
    await writeFile(file, `ImageId,Label\n${quoted.map((label, i) => `${i + 1},${label}\n`).join('')}`);
  } catch (error) {
    throw explainWriteError(error, file);
  }
}
