import { checkDataset } from '../data/check-dataset';
import { type Dataset, PIXELS } from '../data/dataset';
import { type Predictions, SMALLEST_PROBABILITY } from '../evaluation/predictions';
import { type AugmentationConfig, checkAugmentation } from '../recipe/augmentation';
import type * as tf from '../tensorflow';
import { augmentPredictor, averagePredictors } from './ensemble';
import { watchInterrupts } from './interrupt';
import { checkModelShape, checkProbabilities } from './model-shape';
import { createPredictor, type Predictor } from './predictor';

export interface EvaluateOptions {
  /** Images at a time, default 512; it changes speed and memory, not the result, unless images are varied. */
  readonly batchSize?: number;
  /** Test-time augmentation: predicts with the mean over each image and `copies` of it, varied so; default not. */
  readonly augmentation?: AugmentationConfig;
  /** Varied copies of each image, from 1; default 8. */
  readonly copies?: number;
  /** Drives the variations; default 0. */
  readonly seed?: number;
}

/**
 * What `model` says about every image of `dataset`, in its order, with the accuracy and loss that follow; of several models,
 * an ensemble, the mean of what they say. Dropout is off and batch normalization uses its moving averages. The loss is the
 * plain cross-entropy, comparable between models: unlike `valLoss` it has neither label smoothing nor regularization.
 *
 * @throws RangeError for options out of range or no model; Error where model and data do not fit each other, or the data set
 *   is empty; InterruptedError after the kernel's stop button.
 */
export async function evaluate(
  model: tf.LayersModel | readonly tf.LayersModel[],
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Predictions> {
  checkDataset(dataset);
  const started = performance.now();
  const predictor = createEvaluator(Array.isArray(model) ? model : [model], dataset, options);
  try {
    const predictions = await evaluateWith(predictor, dataset, options.batchSize);
    return { ...predictions, seconds: (performance.now() - started) / 1000 };
  } finally {
    predictor.dispose();
  }
}

function createEvaluator(
  models: readonly tf.LayersModel[],
  dataset: Dataset,
  { augmentation, copies = 8, seed = 0 }: EvaluateOptions,
): Predictor {
  if (models.length === 0) throw new RangeError('evaluate needs at least one model, but got none.');
  if (!Number.isSafeInteger(copies) || copies < 1) {
    throw new RangeError(`copies must be a whole number, 1 or more, but got ${copies}; try 8.`);
  }
  if (augmentation) checkAugmentation(augmentation);
  const shapes = models.map((each) => checkModelShape(each, dataset.classNames.length));
  const ensemble = averagePredictors(models.map((each, i) => createPredictor(each, shapes[i])));
  return augmentation ? augmentPredictor(ensemble, augmentation, copies, seed) : ensemble;
}

/** What `predictor` says about every image of `dataset`; otherwise as `evaluate`. */
export async function evaluateWith(predictor: Predictor, dataset: Dataset, batchSize = 512): Promise<Predictions> {
  const started = performance.now();
  const { size, classNames, labels, images } = dataset;
  const classes = classNames.length;
  if (size === 0) throw new RangeError(`${dataset.name} must have images to predict, but has none.`);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize must be a whole number, 1 or more, but got ${batchSize}.`);
  }
  const probabilities = new Float32Array(size * classes);
  const interrupts = watchInterrupts();
  try {
    for (let start = 0; start < size; start += batchSize) {
      const batch = images.subarray(start * PIXELS, (start + batchSize) * PIXELS);
      const rows = predictor.predict(batch);
      if (start === 0) checkProbabilities(rows.subarray(0, classes));
      probabilities.set(rows, start * classes);
      await new Promise(setImmediate);
      interrupts.check();
    }
  } finally {
    interrupts.stop();
  }
  const predicted = new Uint8Array(size);
  let correct = 0;
  let loss = 0;
  for (let i = 0; i < size; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    for (let c = 1; c < classes; c++) if (row[c] > row[predicted[i]]) predicted[i] = c;
    if (predicted[i] === labels[i]) correct++;
    loss -= Math.log(Math.max(row[labels[i]], SMALLEST_PROBABILITY));
  }
  return {
    probabilities,
    predicted,
    labels,
    classNames,
    size,
    accuracy: correct / size,
    loss: loss / size,
    seconds: (performance.now() - started) / 1000,
  };
}
