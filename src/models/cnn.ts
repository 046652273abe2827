import { IMAGE_SIZE } from '../data/dataset';
import type { HyperParameters } from '../tuner/space/hyperparameters';
import { chooseTraining } from './choose-training';
import { compileModel } from './compile';
import { ACTIVATIONS, chooseRegularization, Stack } from './layers';
import type { ModelBuilder } from './model-builder';

/**
 * A convolutional network on images, `[b, 28, 28, 1]` -> `[b, classes]`: blocks of convolutions and max pooling, then
 * dropout and dense layers.
 *
 * Asks for: `blocks` 2 or 3; `poolSize` 2 or 3 (28 pixels survive three pools of 3: 28, 9, 3, 1); `activation` of all layers;
 * `batchNormalization` of the convolutions; `convolutions` of each block, 1 or 2, and with 2 and batch normalization whether
 * the blocks are `residual`; for each block `filters1` (8, 16, 24 or 32; twice as many in the second block, four times in the
 * third) and, of single convolutions, `kernelSize1` (3 or 5; two convolutions of 3 see as far as one of 5); `head`, flatten
 * or globalAverage (the same where the pools leave one pixel); `denseLayers` 1 or 2, for each `denseUnits1` 64 to 512 in
 * steps of 64; `dropout` 0 to 0.5 before each dense layer; `regularization` with `l1` and `l2`; and what `chooseTraining`
 * asks for: `optimizer` with its learning rate, `schedule`, `batchSize`, `labelSmoothing` and `augmentation`.
 *
 * What is best depends on the budget: a search of few epochs on few images rewards neither `augmentation` nor
 * `labelSmoothing` nor many filters, all of which pay in a long training on all images.
 */
export const buildCnn: ModelBuilder = (hp, data) => {
  const blocks = hp.int('blocks', { min: 2, max: 3 });
  const poolSize = hp.choice('poolSize', [2, 3]);
  const activation = hp.choice('activation', ACTIVATIONS);
  const normalize = hp.boolean('batchNormalization');
  const convolutions = hp.int('convolutions', { min: 1, max: 2 });
  const residual = chooseResidual(hp);
  const stack = new Stack(data.seed, chooseRegularization(hp)).input([IMAGE_SIZE, IMAGE_SIZE, 1]);
  for (let block = 1; block <= blocks; block++) {
    // Twice the filters on a quarter of the pixels: each block costs about as much as the one before (VGG's rule).
    const fewest = 8 * 2 ** (block - 1);
    const filters = hp.int(`filters${block}`, { min: fewest, max: 4 * fewest, step: fewest });
    const chooseKernelSize = () => hp.choice(`kernelSize${block}`, [3, 5]);
    const kernelSize = hp.conditionalScope('convolutions', [1], chooseKernelSize) ?? 3;
    if (residual) stack.residual(filters, kernelSize, activation);
    else for (let i = 0; i < convolutions; i++) stack.convolution(filters, kernelSize, activation, normalize);
    stack.maxPooling(poolSize);
  }
  if (hp.choice('head', ['flatten', 'globalAverage']) === 'flatten') stack.flatten();
  else stack.globalAveragePooling();
  const dropout = hp.float('dropout', { min: 0, max: 0.5, step: 0.1 });
  const denseLayers = hp.int('denseLayers', { min: 1, max: 2 });
  for (let layer = 1; layer <= denseLayers; layer++) {
    const units = hp.int(`denseUnits${layer}`, { min: 64, max: 512, step: 64 });
    stack.dropout(dropout).dense(units, activation);
  }
  return compileModel(stack.output(data.classNames.length), chooseTraining(hp));
};

/** Whether blocks are residual, which takes two convolutions with batch normalization. */
function chooseResidual(hp: HyperParameters): boolean {
  const choose = () => hp.boolean('residual');
  return (
    hp.conditionalScope('batchNormalization', [true], () =>
      hp.conditionalScope('convolutions', [2], choose),
    ) ?? false
  );
}
