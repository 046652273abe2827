import { cutBatches, gatherBatch } from '../data/batches';
import type { Dataset } from '../data/dataset';
import type { Predictions } from '../evaluation/predictions';
import * as tf from '../tensorflow';
import { watchInterrupts } from './interrupt';
import { checkModelShape, checkProbabilities } from './model-shape';
import { SMALLEST_PROBABILITY } from './training-step';

/**
 * What `model` says about every image of `dataset`, in its order, with the accuracy and loss that follow. Dropout is off
 * and batch normalization uses its moving averages. The loss is the plain cross-entropy, comparable between models: unlike
 * `valLoss` it has neither label smoothing nor regularization.
 *
 * @param options `batchSize`: images at a time, default 512; it changes speed and memory, not the result.
 * @throws Error where model and data do not fit each other, or the data set is empty; InterruptedError after the kernel's
 *   stop button.
 */
export async function evaluate(
  model: tf.LayersModel,
  dataset: Dataset,
  options: { batchSize?: number } = {},
): Promise<Predictions> {
  const started = performance.now();
  const { size, classNames, labels } = dataset;
  const classes = classNames.length;
  if (size === 0) throw new RangeError(`${dataset.name} must have images to predict, but has none.`);
  const shape = checkModelShape(model, classes);
  const probabilities = new Float32Array(size * classes);
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  const interrupts = watchInterrupts();
  try {
    let done = 0;
    for (const indices of cutBatches(order, options.batchSize ?? 512)) {
      let rows: Float32Array = new Float32Array();
      // Not returned: tidy looks for tensors in what is returned, number by number.
      tf.tidy(() => {
        rows = (model.apply(gatherBatch(dataset, indices, shape).images) as tf.Tensor).dataSync<'float32'>();
      });
      if (done === 0) checkProbabilities(rows.subarray(0, classes));
      probabilities.set(rows, done * classes);
      done += indices.length;
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
