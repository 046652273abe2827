import { type Predictions, SMALLEST_PROBABILITY } from '../evaluation/predictions';
import { labelSmoothingOf } from '../recipe/compile';
import * as tf from '../tensorflow';

/** `-log p` in nats; the gradient stays exact where p is tiny, since softmax's gradient multiplies by p again. */
function negativeLogLikelihood(probabilities: tf.Tensor): tf.Tensor {
  return probabilities.add(SMALLEST_PROBABILITY).log().neg();
}

/**
 * The loss of a batch that `model` is trained to make small: mean cross-entropy in nats, plus regularization. With labels
 * smoothed by e it is (1 - e) H(q, p) + e H(u, p), as in Szegedy et al. 2016, section 7.
 *
 * @param labels One-hot, `[b, classes]`, like `probabilities`.
 * @param classWeights What an image of each class counts; 1 without.
 */
export function trainingLoss(
  model: tf.LayersModel,
  probabilities: tf.Tensor,
  labels: tf.Tensor,
  classWeights?: readonly number[],
): tf.Scalar {
  return tf.tidy(() => {
    const smoothing = labelSmoothingOf(model);
    const plain = negativeLogLikelihood(probabilities.mul(labels).sum(-1));
    const smoothed =
      smoothing === 0 ? plain : plain.mul(1 - smoothing).add(negativeLogLikelihood(probabilities).mean(-1).mul(smoothing));
    const weighted = classWeights ? smoothed.mul(labels.mul([...classWeights]).sum(-1)) : smoothed;
    return weighted.mean<tf.Scalar>().add(regularizationOf(model));
  });
}

/** The same loss of predictions of `model`. */
export function validationLoss(model: tf.LayersModel, { loss, probabilities }: Predictions): number {
  const smoothing = labelSmoothingOf(model);
  const regularization = regularizationOf(model);
  const penalty = regularization.dataSync()[0];
  regularization.dispose();
  if (smoothing === 0) return loss + penalty;
  let sum = 0;
  for (const p of probabilities) sum -= Math.log(Math.max(p, SMALLEST_PROBABILITY));
  return (1 - smoothing) * loss + (smoothing * sum) / probabilities.length + penalty;
}

/** The penalties of the model's regularizers, 0 without any. */
function regularizationOf(model: tf.LayersModel): tf.Scalar {
  return tf.tidy(() => {
    const losses = model.calculateLosses();
    return losses.length === 0 ? tf.scalar(0) : tf.addN(losses);
  });
}
