/** What the builders let `hp` choose beside the layers: regularization, normalization, and how the model is trained. */
import type { CompileConfig } from '../../lib/recipe/compile';
import type { OptimizerConfig } from '../../lib/recipe/optimizers';
import type { ScheduleConfig } from '../../lib/recipe/schedules';
import { contains } from '../../lib/search/space/domain';
import type { HyperParameters } from '../../lib/search/space/hyperparameters';
import { ACTIVATIONS, type Regularization } from './stack';

/**
 * What every training has and no search asks for: labels smoothed by a tenth and averaged weights, which pay in long trainings
 * and cannot be judged by short ones; 128 images a step, which cost an MLP less time than 64; and convolutions in bfloat16 where
 * the processor is faster with it. Trials have it because the
 * winner is trained with it: scores of trials without it ordered CNNs worse (docs/searching.md).
 */
const RECIPE = {
  batchSize: 128,
  labelSmoothing: 0.1,
  emaMomentum: 0.99,
  precision: 'mixedBfloat16',
} as const satisfies Partial<CompileConfig>;

/** How a model is trained, as `hp` chooses: `optimizer` with its learning rate, and `schedule`. */
export function chooseTraining(hp: HyperParameters): CompileConfig {
  return { optimizer: chooseOptimizer(hp), schedule: chooseSchedule(hp), ...RECIPE };
}

/**
 * The penalties that `hp` chooses: none (the default), L1, L2 or both, each strength on a log scale. Even the strongest cost
 * nothing in a short training, and matter in long ones: after 375 steps of 64 images of emnist47 the default MLP (CNN) at a rate
 * of 0.003 has 74.7 (82.1) % of the images held out, with L1 of 0.0001 74.5 (82.3), with L2 of 0.001 75.1 (82.7).
 */
export function chooseRegularization(hp: HyperParameters): Regularization {
  const kind = hp.choice('regularization', ['none', 'l1', 'l2', 'l1l2']);
  return {
    l1: kind.includes('l1') ? hp.float('l1', { min: 1e-6, max: 1e-4, sampling: 'log', default: 1e-5 }) : 0,
    l2: kind.includes('l2') ? hp.float('l2', { min: 1e-5, max: 1e-3, sampling: 'log', default: 1e-4 }) : 0,
  };
}

/**
 * Whether layers are normalized whose activations `hp` was asked for under these names: as `hp` chooses, by default yes; where
 * one of them is the sigmoid always. Its outputs are all positive and its gradient at most 0.25, so without normalization a short
 * training of it ends where it began.
 */
export function chooseNormalization(hp: HyperParameters, activations: readonly string[]): boolean {
  const [first, ...others] = activations;
  if (first === undefined) return hp.boolean('batchNormalization', { default: true });
  // A search may have narrowed them, to sigmoids alone at worst.
  const domain = hp.space.get(first);
  const free = ACTIVATIONS.filter((activation) => activation !== 'sigmoid' && (!domain || contains(domain, activation)));
  if (free.length === 0) return true;
  return hp.conditionalScope(first, free, () => chooseNormalization(hp, others)) ?? true;
}

type SearchedOptimizer = 'adam' | 'sgd' | 'sgdMomentum' | 'rmsprop' | 'adagrad' | 'adadelta';

/**
 * The learning rates that a search draws, lowest, highest and default.
 *
 * They were measured: validation accuracy in percent after 218 steps of 128 images (14,000 of emnist47, 2 epochs, cosine
 * annealing, labels smoothed, weights averaged) of an MLP of two layers of 256 and a CNN of 16, 32 and 64 filters, with ReLU,
 * with batch normalization / without it. Where the best rate with normalization lies, what has none falls apart, ELUs first:
 * three layers of 512 of them, without normalization and with a dropout of 0.1, came after 314 steps of 128 images to what the
 * last column says, without / with a warm-up (see `chooseSchedule`). So ranges end where these still learn.
 *
 * | optimizer | rate | MLP | CNN | ELUs |
 * |---|---|---|---|---|
 * | adam | 0.001 | 67 / 65 | 66 / 62 | |
 * | | 0.003 | 73 / 73 | 80 / 76 | |
 * | | 0.006 | | | 67 / 80 |
 * | | 0.01 | 77 / 74 | 84 / 79 | 57 / 78 |
 * | | 0.02 | 77 / 66 | 85 / 73 | 31 / 32 |
 * | rmsprop | 0.001 | 69 / 66 | 70 / 64 | |
 * | | 0.006 | | | 72 / 73 |
 * | | 0.01 | 78 / 72 | 85 / 81 | 53 / 55 |
 * | | 0.02 | 78 / 67 | 86 / 79 | 22 / 6 |
 * | sgd | 0.1 | 62 / 54 | 64 / 58 | |
 * | | 0.3 | | | 70 / 69 |
 * | | 0.5 | 72 / 69 | 82 / 73 | diverges |
 * | | 1 | 75 / 71 | 84 / 73 | diverges |
 * | sgdMomentum | 0.03 | 68 / 64 | 77 / 69 | |
 * | | 0.1 | 73 / 72 | 83 / 76 | |
 * | | 0.2 | 75 / 73 | 84 / 76 | |
 * | adagrad | 0.05 | 65 / 60 | 72 / 65 | |
 * | | 0.1 | | | 70 / 69 |
 * | | 0.3 | 74 / 71 | 84 / 75 | 4 / 3 at 0.2 |
 * | adadelta | 1 | 68 / 66 | 70 / 66 | |
 * | | 3 | 74 / 72 | 81 / 77 | 74 / 56 at 4 |
 * | | 8 | | | 70 / 41 |
 * | | 20 | 78 / 67 | 86 / 81 | 15 / 16 at 16 |
 */
export const LEARNING_RATES: Readonly<Record<SearchedOptimizer, readonly [min: number, max: number, preset: number]>> = {
  adam: [0.0015, 0.01, 0.002],
  sgd: [0.1, 0.3, 0.2],
  sgdMomentum: [0.03, 0.1, 0.05],
  rmsprop: [0.0015, 0.01, 0.002],
  adagrad: [0.03, 0.1, 0.05],
  adadelta: [1, 8, 2],
};

/**
 * The optimizer that `hp` chooses, with its learning rate on a log scale: by default Adam at 0.002, which is Keras' 0.001 for
 * batches of 32, grown with the square root of the batch (Malladi et al. 2022, "On the SDEs and scaling rules for adaptive
 * gradient algorithms").
 *
 * A good rate for one optimizer ruins another (Adadelta works near 3, Adam near 0.003), so each has a rate of its own:
 * `adamLearningRate`, `sgdLearningRate` and so on, of which a configuration has one. SGD with a momentum of 0.9 takes steps ten
 * times as long as its rate says, so it counts as an optimizer of its own, `sgdMomentum`.
 */
export function chooseOptimizer(hp: HyperParameters): OptimizerConfig {
  const kind = hp.choice('optimizer', ['adam', 'sgd', 'sgdMomentum', 'rmsprop', 'adagrad', 'adadelta']);
  const [min, max, preset] = LEARNING_RATES[kind];
  const learningRate = hp.float(`${kind}LearningRate`, { min, max, sampling: 'log', default: preset });
  return kind === 'sgdMomentum' ? { kind: 'sgd', learningRate, momentum: 0.9 } : { kind, learningRate };
}

/**
 * The schedule that `hp` chooses: constant, step decay (factor 0.1 to 0.5), cosine annealing or one-cycle. By default cosine
 * annealing, which asks for no further number and ends every training with small steps. It comes after a warm-up of a tenth of
 * the run, as Keras' `CosineDecay` has with `warmup_steps`, since Adam's first steps are its wildest: see the column of ELUs
 * above, where it is a fifth.
 */
export function chooseSchedule(hp: HyperParameters): ScheduleConfig {
  const kind = hp.choice('schedule', ['constant', 'stepDecay', 'cosineAnnealing', 'oneCycle'], { default: 'cosineAnnealing' });
  if (kind === 'stepDecay') return { kind, factor: hp.choice('decayFactor', [0.5, 0.2, 0.1]) };
  return kind === 'cosineAnnealing' ? { kind, warmUp: 0.1 } : { kind };
}
