import { Augmenter } from '../compiler/augmentation';
import { checkDataset } from '../data/check-dataset';
import type { Dataset } from '../data/dataset';
import { type AugmentationConfig, checkAugmentation } from '../recipe/augmentation';

/**
 * The images of `dataset` varied as in an epoch of a training: to look at what a model learns from. Grey levels are rounded.
 *
 * @param seed Another one gives other variations of the same images; default 0.
 * @throws RangeError for an augmentation out of range.
 */
export function augmentDataset(dataset: Dataset, augmentation: AugmentationConfig, seed = 0): Dataset {
  checkDataset(dataset);
  checkAugmentation(augmentation);
  const augmenter = new Augmenter(augmentation);
  try {
    return { ...dataset, images: augmenter.runToGrey(dataset.images, seed), origin: undefined };
  } finally {
    augmenter.dispose();
  }
}
