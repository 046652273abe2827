import { random } from '../base/random';
import * as tf from '../tensorflow';
import { type Dataset, IMAGE_SIZE, PIXELS } from './dataset';
import { encodeOneHot, normalizePixels } from './pixels';
import { checkIndices } from './split';

/** Images and labels as a model takes them. Whoever asked for the batch disposes both tensors. */
export interface Batch {
  /** float32 in [0, 1]: `[b, 784]` (flat) or `[b, 28, 28, 1]` (image). */
  readonly images: tf.Tensor;
  /** One-hot, `[b, classes]` float32. */
  readonly labels: tf.Tensor2D;
}

/**
 * The images at `indices`, in that order, as tensors; the caller disposes them.
 *
 * @param shape `flat` for dense layers, `[b, 784]`; `image` for convolutions, `[b, 28, 28, 1]`.
 */
export function gatherBatch(dataset: Dataset, indices: ArrayLike<number>, shape: 'flat' | 'image'): Batch {
  checkIndices(dataset, indices);
  const size = indices.length;
  const pixels = new Uint8Array(size * PIXELS);
  const classes = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const start = indices[i] * PIXELS;
    pixels.set(dataset.images.subarray(start, start + PIXELS), i * PIXELS);
    classes[i] = dataset.labels[indices[i]];
  }
  const classCount = dataset.classNames.length;
  return { images: imagesTensor(pixels, shape), labels: tf.tensor2d(encodeOneHot(classes, classCount), [size, classCount]) };
}

/** Grey levels, uint8 `[b, 784]`, as a batch's images; the caller disposes them. */
export function imagesTensor(images: Uint8Array, shape: 'flat' | 'image'): tf.Tensor {
  const size = images.length / PIXELS;
  const pixels = normalizePixels(images);
  return shape === 'flat' ? tf.tensor2d(pixels, [size, PIXELS]) : tf.tensor4d(pixels, [size, IMAGE_SIZE, IMAGE_SIZE, 1]);
}

/** The numbers 0 to `size - 1` in the random order of one epoch, which follows from seed and epoch alone. */
export function shuffledIndices(size: number, seed: number, epoch: number): Uint32Array {
  return random(seed, 'epoch', epoch).shuffle(Uint32Array.from({ length: size }, (_, index) => index));
}

/** Cuts an order of images into batches; the last is smaller where `batchSize` does not divide. Views, no copies. */
export function* cutBatches(order: Uint32Array, batchSize: number): Generator<Uint32Array, void, undefined> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize must be a whole number, 1 or more, but got ${batchSize}.`);
  }
  for (let start = 0; start < order.length; start += batchSize) {
    yield order.subarray(start, start + batchSize);
  }
}
