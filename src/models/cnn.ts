import { IMAGE_SIZE } from '../data/dataset';
import { compileModel } from './compile';
import { ACTIVATIONS, chooseRegularization, Stack } from './layers';
import type { ModelBuilder } from './model-builder';
import { chooseOptimizer } from './optimizers';
import { chooseSchedule } from './schedules';

/**
 * A convolutional network on images, `[b, 28, 28, 1]` -> `[b, classes]`: blocks of convolution and max pooling, then
 * dropout and dense layers.
 *
 * Asks for: `blocks` 2 or 3; for each block `filters1` (8, 16, 24 or 32; twice as many in the second block, four times
 * in the third) and `kernelSize1` (3 or 5); `poolSize` 2 or 3 (28 pixels survive three pools of 3: 28, 9, 3, 1);
 * `activation` of all layers; `batchNormalization` of the convolutions; `denseLayers` 1 or 2, for each `denseUnits1`
 * 64 to 512 in steps of 64; `dropout` 0 to 0.5 before each dense layer; `regularization` with `l1` and `l2`;
 * `optimizer` with its learning rate; `schedule`.
 */
export const buildCnn: ModelBuilder = (hp, data) => {
  const blocks = hp.int('blocks', { min: 2, max: 3 });
  const poolSize = hp.choice('poolSize', [2, 3]);
  const activation = hp.choice('activation', ACTIVATIONS);
  const normalize = hp.boolean('batchNormalization');
  const stack = new Stack(data.seed, chooseRegularization(hp)).input([IMAGE_SIZE, IMAGE_SIZE, 1]);
  for (let block = 1; block <= blocks; block++) {
    // Twice the filters on a quarter of the pixels: each block costs about as much as the one before (VGG's rule).
    const fewest = 8 * 2 ** (block - 1);
    const filters = hp.int(`filters${block}`, { min: fewest, max: 4 * fewest, step: fewest });
    const kernelSize = hp.choice(`kernelSize${block}`, [3, 5]);
    stack.convolution(filters, kernelSize, activation, normalize).maxPooling(poolSize);
  }
  stack.flatten();
  const dropout = hp.float('dropout', { min: 0, max: 0.5, step: 0.1 });
  const denseLayers = hp.int('denseLayers', { min: 1, max: 2 });
  for (let layer = 1; layer <= denseLayers; layer++) {
    const units = hp.int(`denseUnits${layer}`, { min: 64, max: 512, step: 64 });
    stack.dropout(dropout).dense(units, activation);
  }
  const config = { optimizer: chooseOptimizer(hp), schedule: chooseSchedule(hp) };
  return compileModel(stack.output(data.classNames.length), config);
};
