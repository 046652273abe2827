import type { HyperParameters } from '../tuner/space/hyperparameters';
import type { AugmentationConfig } from './augmentation';
import type { CompileConfig } from './compile';
import { chooseOptimizer } from './optimizers';
import { chooseSchedule } from './schedules';

/**
 * What `hp` chooses of a model's training, for `compileModel`: `optimizer` with its learning rate, `schedule`, `batchSize` 64,
 * 128 or 256, `labelSmoothing` 0 or 0.1, and `augmentation` 0, 0.5 or 1.
 */
export function chooseTraining(hp: HyperParameters): CompileConfig {
  return {
    optimizer: chooseOptimizer(hp),
    schedule: chooseSchedule(hp),
    batchSize: hp.choice('batchSize', [64, 128, 256], { default: 128 }),
    labelSmoothing: hp.choice('labelSmoothing', [0, 0.1]),
    augmentation: chooseAugmentation(hp),
  };
}

/**
 * The augmentation whose strength `hp` chooses, 0 to 1: at 1 up to 10 degrees of rotation, a tenth of shift and scale, and 0.15
 * of shear, which leave characters readable.
 */
function chooseAugmentation(hp: HyperParameters): AugmentationConfig | undefined {
  const strength = hp.choice('augmentation', [0, 0.5, 1]);
  if (strength === 0) return undefined;
  return { rotation: 10 * strength, shift: 0.1 * strength, scale: 0.1 * strength, shear: 0.15 * strength };
}
