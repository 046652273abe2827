import { type Dataset, IMAGE_SIZE } from '../data/dataset';
import * as tf from '../tensorflow';
import { explainImages, type Heatmaps } from './heatmaps';
import { chooseFeatureMaps, findHead, logitsOf, runModel } from './network';

/**
 * Where a convolutional network finds what speaks for a class: Grad-CAM (Selvaraju et al. 2017, section 3), the positive part of
 * the feature maps' sum, each weighted by the mean gradient of the class's logit by it; enlarged to 28 x 28 bilinearly. The
 * numbers are not comparable between images. A map without any heat has no place whose features, weighted so, speak for the
 * class.
 *
 * @param indices Which images of `dataset`.
 * @param options `classes`: the class to explain for each image, default the one that the model predicts. `layer`: name of the
 *   layer whose maps are weighted, default the last of those that `featureMaps` shows; an earlier one is finer and knows less.
 * @throws Error for a model without convolutions, which `saliency` explains, or where model and data do not fit each other;
 *   RangeError for indices, classes or a layer that cannot be; InterruptedError after the kernel's stop button.
 */
export async function gradCam(
  model: tf.LayersModel,
  dataset: Dataset,
  indices: readonly number[],
  options: { classes?: readonly number[]; layer?: string } = {},
): Promise<Heatmaps> {
  const at = chooseFeatureMaps(model, options.layer).at(-1) as tf.SymbolicTensor;
  const explain = (images: tf.Tensor, oneHot: tf.Tensor) => {
    const head = findHead(model);
    const [maps] = runModel(model, images, [at]) as tf.Tensor4D[];
    // The gradient by what is added to the maps is the one by the maps, whatever path leads on from them.
    const gradient = tf.grad((value: tf.Tensor) => {
      const [features] = runModel(model, images, [head.input], { at, value });
      return logitsOf(features, head).mul(oneHot).sum();
    })(tf.zerosLike(maps));
    const heat = maps
      .mul(gradient.mean([1, 2], true))
      .sum(3, true)
      .relu() as tf.Tensor4D;
    return tf.image.resizeBilinear(heat, [IMAGE_SIZE, IMAGE_SIZE], false, true);
  };
  return explainImages(model, dataset, indices, options.classes, explain);
}
