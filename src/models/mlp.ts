import { PIXELS } from '../data/dataset';
import { chooseTraining } from './choose-training';
import { compileModel } from './compile';
import { ACTIVATIONS, chooseRegularization, Stack } from './layers';
import type { ModelBuilder } from './model-builder';

/**
 * A multilayer perceptron on flat images, `[b, 784]` -> `[b, classes]`.
 *
 * Asks for: `layers` 1 to 3; for each layer `units1` 32 to 512 in steps of 32 and `activation1`;
 * `batchNormalization`; `dropout` 0 to 0.5; `regularization` with `l1` and `l2`; and what `chooseTraining` asks for:
 * `optimizer` with its learning rate, `schedule`, `batchSize`, `labelSmoothing` and `augmentation`.
 *
 * What is best depends on the budget: a search of few epochs on few images rewards neither `augmentation` nor `dropout` nor
 * `labelSmoothing`, all of which pay in a long training on all images.
 */
export const buildMlp: ModelBuilder = (hp, data) => {
  const layers = hp.int('layers', { min: 1, max: 3 });
  const normalize = hp.boolean('batchNormalization');
  const dropout = hp.float('dropout', { min: 0, max: 0.5, step: 0.1 });
  const stack = new Stack(data.seed, chooseRegularization(hp)).input([PIXELS]);
  for (let layer = 1; layer <= layers; layer++) {
    const units = hp.int(`units${layer}`, { min: 32, max: 512, step: 32 });
    stack.dense(units, hp.choice(`activation${layer}`, ACTIVATIONS), normalize).dropout(dropout);
  }
  return compileModel(stack.output(data.classNames.length), chooseTraining(hp));
};
