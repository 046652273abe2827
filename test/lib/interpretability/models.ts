import { IMAGE_SIZE, PIXELS } from '../../../lib/data/dataset';
import * as tf from '../../../lib/tensorflow';

/** A softmax regression, `[b, 784]` -> 3 classes: the gradient of a class's logit is that class's column of weights. */
export function buildLinear(): { model: tf.LayersModel; weights: Float32Array } {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [PIXELS] })] });
  // Waves down the image, which a class's image can follow.
  const weights = Float32Array.from({ length: PIXELS * 3 }, (_, i) => Math.sin(i / 3 / IMAGE_SIZE / 4 + 2 * (i % 3)) / 10);
  tf.tidy(() => model.setWeights([tf.tensor2d(weights, [PIXELS, 3]), tf.tensor1d([0.1, 0, -0.1])]));
  return { model, weights };
}

/**
 * Two filters of 1 x 1, the image itself and its double, averaged over the image; of their means a and b class 0 gets the logit
 * 3 a, class 1 the logit -2 b, class 2 the logit b - a.
 */
export function buildAveraging(): tf.LayersModel {
  const input = tf.input({ shape: [IMAGE_SIZE, IMAGE_SIZE, 1] });
  const convolution = tf.layers.conv2d({ filters: 2, kernelSize: 1, name: 'maps' });
  const mean = tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' });
  const dense = tf.layers.dense({ units: 3, activation: 'softmax' });
  const maps = convolution.apply(input) as tf.SymbolicTensor;
  const output = dense.apply(mean.apply(maps)) as tf.SymbolicTensor;
  tf.tidy(() => {
    convolution.setWeights([tf.tensor4d([1, 2], [1, 1, 1, 2]), tf.zeros([2])]);
    dense.setWeights([
      tf.tensor2d([
        [3, 0, -1],
        [0, -2, 1],
      ]),
      tf.zeros([3]),
    ]);
  });
  return tf.model({ inputs: input, outputs: output });
}
