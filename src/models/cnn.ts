import { IMAGE_SIZE } from '../data/dataset';
import { chooseTraining } from './choose-training';
import { compileModel } from './compile';
import { ACTIVATIONS, chooseNormalization, chooseRegularization, Stack } from './layers';
import type { ModelBuilder } from './model-builder';

export const buildCnn: ModelBuilder = (hp, data) => {
  const blocks = hp.int('blocks', { min: 2, max: 3, default: 3 });
  const activation = hp.choice('activation', ACTIVATIONS);
  const normalize = chooseNormalization(hp, [activation]);
  const stack = new Stack(data.seed, chooseRegularization(hp)).input([IMAGE_SIZE, IMAGE_SIZE, 1]);
  for (let block = 1; block <= blocks; block++) {
    // Twice the filters on a quarter of the pixels: each block costs about as much as the one before (VGG's rule).
    const fewest = 8 * 2 ** (block - 1);
    const filters = hp.int(`filters${block}`, {
      min: fewest,
      max: 4 * fewest,
      step: fewest,
      default: 2 * fewest,
    });
    const kernelSize = hp.choice(`kernelSize${block}`, [3, 5]);
    stack.convolution(filters, kernelSize, activation, normalize, block === 1 ? 3 : 2);
  }
  stack.flatten();
  const dropout = hp.float('dropout', { min: 0, max: 0.3, step: 0.1, default: 0.2 });
  const denseLayers = hp.int('denseLayers', { min: 1, max: 2 });
  for (let layer = 1; layer <= denseLayers; layer++) {
    const units = hp.int(`denseUnits${layer}`, { min: 64, max: 512, step: 64, default: 128 });
    stack.dropout(dropout).dense(units, activation, normalize);
  }
  return compileModel(stack.output(data.classNames.length), chooseTraining(hp, 'cnn'));
};
