import { gatherBatch } from '../data/batches';
import { type Dataset, PIXELS } from '../data/dataset';
import { takeImages } from '../data/split';
import * as tf from '../tensorflow';
import { watchInterrupts } from '../training/interrupt';
import { checkModelShape } from '../training/model-shape';
import { findHead, logitsOf, runModel } from './network';

/** For some images of a data set, what each place in them means for a class. Plain data. */
export interface Heatmaps {
  /** `[size, 28, 28]` float32, row-major; positive where the place speaks for the class. */
  readonly values: Float32Array;
  /** The images, uint8 `[size, 28, 28]`. */
  readonly images: Uint8Array;
  /** Their places in the data set. */
  readonly indices: readonly number[];
  /** Their true classes, `[size]`. */
  readonly labels: Uint8Array;
  /** The class that each map explains, `[size]`. */
  readonly classes: Uint8Array;
  readonly classNames: readonly string[];
  readonly size: number;
}

/** Images explained at a time: a gradient keeps every activation. */
const BATCH_SIZE = 64;

/**
 * Heat maps of the images at `indices`, each for its class in `classes`, or for the one that the model predicts.
 *
 * @param explain Gives `[b, 28, 28]` in any shape, of `images` as the model takes them and the one-hot `classes`
 *   `[b, classes]`; it is called in `tf.tidy`, `samples` times for each batch, and the heat maps are the means.
 * @throws RangeError unless `indices` are images of the data set, at least one, and `classes`, where given, has a class for
 *   each; Error where model and data do not fit each other; InterruptedError after the kernel's stop button.
 */
export async function explainImages(
  model: tf.LayersModel,
  dataset: Dataset,
  indices: readonly number[],
  classes: readonly number[] | undefined,
  explain: (images: tf.Tensor, classes: tf.Tensor, sample: number) => tf.Tensor,
  samples = 1,
): Promise<Heatmaps> {
  if (indices.length === 0) throw new RangeError('indices must have at least one image, but has none.');
  const { images, labels, classNames, size } = takeImages(dataset, indices);
  if (classes) checkClasses(classes, size, classNames.length);
  const shape = checkModelShape(model, classNames.length);
  const head = findHead(model);
  const values = new Float32Array(size * PIXELS);
  const explained = Uint8Array.from(classes ?? labels);
  const interrupts = watchInterrupts();
  try {
    for (let start = 0; start < size; start += BATCH_SIZE) {
      const end = Math.min(start + BATCH_SIZE, size);
      const sum = values.subarray(start * PIXELS, end * PIXELS);
      for (let sample = 0; sample < samples; sample++) {
        tf.tidy(() => {
          const batch = gatherBatch(dataset, indices.slice(start, end), shape).images;
          if (!classes && sample === 0) {
            const logits = logitsOf(runModel(model, batch, [head.input])[0], head);
            explained.set(logits.argMax(1).dataSync<'int32'>(), start);
          }
          const oneHot = tf.oneHot(tf.tensor1d(explained.subarray(start, end), 'int32'), classNames.length, 1, 0, 'float32');
          const heat = explain(batch, oneHot, start * samples + sample).dataSync<'float32'>();
          for (let i = 0; i < sum.length; i++) sum[i] += heat[i] / samples;
        });
        await new Promise(setImmediate);
        interrupts.check();
      }
    }
  } finally {
    interrupts.stop();
  }
  return { values, images, indices: [...indices], labels, classes: explained, classNames, size };
}

function checkClasses(classes: readonly number[], size: number, count: number): void {
  if (classes.length !== size) {
    throw new RangeError(`classes must have a class for each of the ${size} images, but has ${classes.length}.`);
  }
  const wrong = classes.findIndex((c) => !(Number.isInteger(c) && c >= 0 && c < count));
  if (wrong >= 0) {
    throw new RangeError(`classes must be whole numbers from 0 to ${count - 1}, but classes[${wrong}] is ${classes[wrong]}.`);
  }
}
