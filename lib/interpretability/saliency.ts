import { deriveSeed } from '../base/random';
import type { Dataset } from '../data/dataset';
import * as tf from '../tensorflow';
import { explainImages, type Heatmaps } from './heatmaps';
import { findHead, logitsOf, runModel } from './network';

/** Standard deviation of SmoothGrad's noise as a share of the pixels' range; the paper finds 10 to 20 % best (section 3.2). */
const NOISE = 0.15;

/**
 * By how much the class's logit (its score before softmax) would rise for more ink at each pixel: the gradient of Simonyan et
 * al. 2014, "Deep Inside Convolutional Networks", section 3, with its sign, in logits for the step from no ink to full ink. It
 * is averaged over noisy copies of the image, which calms it: Smilkov et al. 2017, "SmoothGrad".
 *
 * For any model that ends with a dense layer and softmax.
 *
 * @param indices Which images of `dataset`.
 * @param options `classes`: the class to explain for each image, default the one that the model predicts. `samples`: noisy
 *   copies, default 16; 1 is the plain gradient of the image itself, without noise. `seed`: drives the noise, default 0.
 * @throws RangeError for indices, classes or samples that cannot be; Error where model and data do not fit each other;
 *   InterruptedError after the kernel's stop button.
 */
export async function saliency(
  model: tf.LayersModel,
  dataset: Dataset,
  indices: readonly number[],
  options: { classes?: readonly number[]; samples?: number; seed?: number } = {},
): Promise<Heatmaps> {
  const { classes, samples = 16, seed = 0 } = options;
  if (!(Number.isSafeInteger(samples) && samples >= 1)) {
    throw new RangeError(`samples must be a whole number of at least 1, but got ${samples}.`);
  }
  const explain = (images: tf.Tensor, oneHot: tf.Tensor, sample: number) => {
    const head = findHead(model);
    const score = (x: tf.Tensor) =>
      logitsOf(runModel(model, x, [head.input])[0], head)
        .mul(oneHot)
        .sum();
    if (samples === 1) return tf.grad(score)(images);
    // TensorFlow.js takes 0 for "no seed".
    const noise = tf.randomNormal(images.shape, 0, NOISE, 'float32', deriveSeed(seed, 'saliency', sample) || 1);
    return tf.grad(score)(images.add(noise));
  };
  return explainImages(model, dataset, indices, classes, explain, samples);
}
