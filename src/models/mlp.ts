import { PIXELS } from '../../lib/data/dataset';
import { compileModel } from '../../lib/recipe/compile';
import type { ModelBuilder } from '../../lib/search/model-builder';
import { chooseNormalization, chooseRegularization, chooseTraining } from './choices';
import { ACTIVATIONS, type Activation, Stack } from './stack';

/**
 * A multilayer perceptron on flat images, `[b, 784]` -> `[b, classes]`: hidden layers of dense, batch normalization, activation
 * and dropout.
 *
 * | asks for | values | default, and why |
 * |---|---|---|
 * | `layers` | 2, 3 | 2, as in textbooks; one alone learns fastest, so that a short search takes it for the best |
 * | `units1`, `2`, `3` | 32 to 512 in steps of 32 | 512, as in Keras' example of an MLP on MNIST |
 * | `activation1`, `2`, `3` | relu, leakyRelu, elu, tanh, sigmoid | relu, what textbooks begin with |
 * | `batchNormalization` | true, false; always with a sigmoid | true, since it bears a rate that is off |
 * | `dropout` after each layer | 0 to 0.3; 0.5 costs 9 points in a short training | 0.2, as in that example |
 * | `regularization`, `l1`, `l2` | see `chooseRegularization` | none |
 * | `optimizer`, its learning rate, `schedule` | see `chooseOptimizer`, `chooseSchedule` | Adam at 0.002, cosine annealing |
 *
 * The ranges are such that a random draw learns: of 12 (40,000 images of emnist47, 2 folds, 3 epochs; three seeds) half reached
 * 72 to 75 % and the best 79 to 81 %; none stayed below 44 %.
 */
export const buildMlp: ModelBuilder = (hp, data) => {
  const layers = hp.int('layers', { min: 2, max: 3 });
  const widths: number[] = [];
  const activations: Activation[] = [];
  for (let layer = 1; layer <= layers; layer++) {
    widths.push(hp.int(`units${layer}`, { min: 32, max: 512, step: 32, default: 512 }));
    activations.push(hp.choice(`activation${layer}`, ACTIVATIONS));
  }
  const normalize = chooseNormalization(
    hp,
    activations.map((_, i) => `activation${i + 1}`),
  );
  const dropout = hp.float('dropout', { min: 0, max: 0.3, step: 0.1, default: 0.2 });
  const stack = new Stack(data.seed, chooseRegularization(hp)).input([PIXELS]);
  for (const [i, units] of widths.entries()) stack.dense(units, activations[i], normalize).dropout(dropout);
  return compileModel(stack.output(data.classNames.length), chooseTraining(hp));
};
