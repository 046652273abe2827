import { random } from '../base/random';
import { gatherBatch } from '../data/batches';
import type { Dataset } from '../data/dataset';
import * as tf from '../tensorflow';
import { watchInterrupts } from '../training/interrupt';
import { checkModelShape } from '../training/model-shape';
import { findHead, logitsOf, runModel } from './network';

/** Images as points in the plane. Plain data. */
export interface Embedding {
  /** `[size]` each; the axes have no unit. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The images' places in the data set. */
  readonly indices: Uint32Array;
  /** Their true and predicted classes, `[size]`. */
  readonly labels: Uint8Array;
  readonly predicted: Uint8Array;
  readonly classNames: readonly string[];
  readonly size: number;
}

/** Neighbours that an image is kept close to, and the batch size in which features are computed. */
const NEIGHBORS = 15;
const BATCH_SIZE = 250;

/**
 * Random images of `dataset` laid out in the plane so that images that `model` sees alike lie together: UMAP (McInnes et al.
 * 2018; 15 neighbours, minimum distance 0.5, from a random layout) of the penultimate layer, what the last dense layer takes in.
 * Close points are alike; distances between groups, the groups' sizes and the axes mean little. 2,000 images take about 6 s.
 *
 * @param options `images`: how many, default 2,000, at most all and at least 16. `seed`: draws the images and the layout, default
 *   0; the same seed gives the same points.
 * @throws RangeError for a number of images that cannot be; Error where model and data do not fit each other or the model does
 *   not end with a dense layer and softmax; InterruptedError after the kernel's stop button.
 */
export async function embedding(
  model: tf.LayersModel,
  dataset: Dataset,
  options: { images?: number; seed?: number } = {},
): Promise<Embedding> {
  const { images = 2000, seed = 0 } = options;
  const size = Math.min(images, dataset.size);
  if (!(Number.isSafeInteger(images) && size > NEIGHBORS)) {
    throw new RangeError(
      `images must be a whole number of at least ${NEIGHBORS + 1} and the data set as large, but got ${images} ` +
        `of the ${dataset.size} images of ${dataset.name}.`,
    );
  }
  const { classNames } = dataset;
  const shape = checkModelShape(model, classNames.length);
  const head = findHead(model);
  const { next, shuffle } = random(seed, 'embedding');
  const indices = shuffle(Uint32Array.from({ length: dataset.size }, (_, i) => i)).slice(0, size);
  const predicted = new Uint8Array(size);
  const features: number[][] = [];
  const interrupts = watchInterrupts();
  const pause = async () => {
    await new Promise(setImmediate);
    interrupts.check();
  };
  try {
    for (let start = 0; start < size; start += BATCH_SIZE) {
      tf.tidy(() => {
        const batch = gatherBatch(dataset, indices.subarray(start, start + BATCH_SIZE), shape);
        const [input] = runModel(model, batch.images, [head.input]);
        predicted.set(logitsOf(input, head).argMax(1).dataSync<'int32'>(), start);
        features.push(...(input.arraySync() as number[][]));
      });
      await pause();
    }
    const { UMAP } = await import('umap-js');
    const umap = new UMAP({ nNeighbors: NEIGHBORS, minDist: 0.5, random: next });
    const epochs = umap.initializeFit(features);
    for (let epoch = 0; epoch < epochs; epoch++) {
      umap.step();
      await pause();
    }
    const points = umap.getEmbedding();
    return {
      x: Float32Array.from(points, ([x]) => x),
      y: Float32Array.from(points, ([, y]) => y),
      indices,
      labels: Uint8Array.from(indices, (index) => dataset.labels[index]),
      predicted,
      classNames,
      size,
    };
  } finally {
    interrupts.stop();
  }
}
