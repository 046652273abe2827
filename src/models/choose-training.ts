import type { HyperParameters } from '../tuner/space/hyperparameters';
import type { CompileConfig } from './compile';
import { chooseOptimizer } from './optimizers';
import { chooseSchedule } from './schedules';

/**
 * Images a step. Not searched: half as many take twice the steps over the same images, so trials would neither cost alike nor be
 * judged after as many steps.
 */
const BATCH_SIZE = 64;

/** How a model is trained, as `hp` chooses: `optimizer` with its learning rate, and `schedule`. */
export function chooseTraining(hp: HyperParameters, model: 'mlp' | 'cnn'): CompileConfig {
  return {
    optimizer: chooseOptimizer(hp, model),
    schedule: chooseSchedule(hp),
    batchSize: BATCH_SIZE,
  };
}
