import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import { compileModel } from './compile';
import { Stack } from './layers';
import type { ModelBuilder } from './model-builder';

/**
 * A fixed MLP to compare with, found by an earlier KerasTuner search on EMNIST Balanced: dense 512 tanh, dropout 0.1,
 * batch normalization, dense 256 leaky relu; RMSprop. There it reached 79 % on the test images. Meant for batches of 32.
 */
export const buildReferenceMlp: ModelBuilder = (hp, data) =>
  compileModel(
    new Stack(data.seed)
      .input([PIXELS])
      .dense(hp.fixed('units1', 512), hp.fixed('activation1', 'tanh'))
      .dropout(hp.fixed('dropout', 0.1))
      .normalize()
      .dense(hp.fixed('units2', 256), hp.fixed('activation2', 'leakyRelu'))
      .output(data.classNames.length),
    {
      optimizer: {
        kind: hp.fixed('optimizer', 'rmsprop'),
        learningRate: hp.fixed('rmspropLearningRate', 0.001),
      },
    },
  );

/**
 * A fixed CNN to compare with, found by an earlier KerasTuner search on EMNIST Balanced: convolutions 32 elu, 128 relu and
 * 128 tanh, max pooling 3 after the first two, dropout 0.2, dense 512 and 256 tanh; RMSprop. There it reached 87.2 % on
 * the test images after 10 epochs in batches of 32.
 */
export const buildReferenceCnn: ModelBuilder = (hp, data) => {
  const kernelSize = hp.fixed('kernelSize', 3);
  const poolSize = hp.fixed('poolSize', 3);
  return compileModel(
    new Stack(data.seed)
      .input([IMAGE_SIZE, IMAGE_SIZE, 1])
      .convolution(hp.fixed('filters1', 32), kernelSize, hp.fixed('activation1', 'elu'))
      .maxPooling(poolSize)
      .convolution(hp.fixed('filters2', 128), kernelSize, hp.fixed('activation2', 'relu'))
      .maxPooling(poolSize)
      .convolution(hp.fixed('filters3', 128), kernelSize, hp.fixed('activation3', 'tanh'))
      .flatten()
      .dropout(hp.fixed('dropout', 0.2))
      .dense(hp.fixed('denseUnits1', 512), hp.fixed('denseActivation1', 'tanh'))
      .dense(hp.fixed('denseUnits2', 256), hp.fixed('denseActivation2', 'tanh'))
      .output(data.classNames.length),
    {
      optimizer: {
        kind: hp.fixed('optimizer', 'rmsprop'),
        learningRate: hp.fixed('rmspropLearningRate', 0.001),
      },
    },
  );
};
