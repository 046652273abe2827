import { PIXELS } from '../data/dataset';
import { chooseTraining } from './choose-training';
import { compileModel } from './compile';
import { ACTIVATIONS, type Activation, chooseNormalization, chooseRegularization, Stack } from './layers';
import type { ModelBuilder } from './model-builder';

export const buildMlp: ModelBuilder = (hp, data) => {
  const layers = hp.int('layers', { min: 2, max: 3 });
  const widths: number[] = [];
  const activations: Activation[] = [];
  for (let layer = 1; layer <= layers; layer++) {
    widths.push(hp.int(`units${layer}`, { min: 32, max: 512, step: 32, default: 256 }));
    activations.push(hp.choice(`activation${layer}`, ACTIVATIONS));
  }
  const normalize = chooseNormalization(hp, activations);
  const dropout = hp.float('dropout', { min: 0, max: 0.3, step: 0.1, default: 0.2 });
  const stack = new Stack(data.seed, chooseRegularization(hp)).input([PIXELS]);
  for (const [i, units] of widths.entries()) stack.dense(units, activations[i], normalize).dropout(dropout);
  return compileModel(stack.output(data.classNames.length), chooseTraining(hp, 'mlp'));
};
