import { deriveSeed } from '../base/random';
import { Augmenter } from '../compiler/augmentation';
import type { AugmentationConfig } from '../recipe/augmentation';
import type { Predictor } from './predictor';

/** Predicts with the mean of what `predictors`, of which there is at least one, predict. It disposes them with itself. */
export function averagePredictors(predictors: readonly Predictor[]): Predictor {
  if (predictors.length === 1) return predictors[0];
  return {
    predict: (images) => mean(predictors.map((predictor) => predictor.predict(images))),
    dispose() {
      for (const predictor of predictors) predictor.dispose();
    },
  };
}

/**
 * Predicts with the mean over each image and `copies` varied ones (Krizhevsky et al. 2012, "ImageNet classification with deep
 * convolutional neural networks", section 4.1). It disposes `predictor` with itself.
 */
export function augmentPredictor(
  predictor: Predictor,
  augmentation: AugmentationConfig,
  copies: number,
  seed: number,
): Predictor {
  const augmenter = new Augmenter(augmentation);
  let batches = 0;
  return {
    predict(images) {
      const batch = batches++;
      const varied = Array.from({ length: copies }, (_, copy) =>
        predictor.predict(augmenter.runToGrey(images, deriveSeed(seed, 'copy', batch, copy))),
      );
      return mean([predictor.predict(images), ...varied]);
    },
    dispose() {
      augmenter.dispose();
      predictor.dispose();
    },
  };
}

function mean(predictions: readonly Float32Array[]): Float32Array {
  return predictions[0].map((_, i) => predictions.reduce((sum, each) => sum + each[i], 0) / predictions.length);
}
