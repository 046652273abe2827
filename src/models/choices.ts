/** What the builders let `hp` choose beside the layers: regularization, normalization, and how the model is trained. */
import type { CompileConfig } from '../../lib/recipe/compile';
import type { OptimizerConfig } from '../../lib/recipe/optimizers';
import type { ScheduleConfig } from '../../lib/recipe/schedules';
import { contains } from '../../lib/search/space/domain';
import type { HyperParameters } from '../../lib/search/space/hyperparameters';
import { ACTIVATIONS, type Regularization } from './stack';

/**
 * Images a step. Not searched: half as many take twice the steps over the same images, so trials would neither cost alike nor be
 * judged after as many steps.
 */
const BATCH_SIZE = 64;

/** How a model is trained, as `hp` chooses: `optimizer` with its learning rate, and `schedule`. */
export function chooseTraining(hp: HyperParameters, model: 'mlp' | 'cnn'): CompileConfig {
  return { optimizer: chooseOptimizer(hp, model), schedule: chooseSchedule(hp), batchSize: BATCH_SIZE };
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
 * The learning rates that a search draws, lowest, highest and default. Of plain SGD and SGD with momentum an MLP bears higher
 * ones than a CNN without batch normalization does.
 *
 * They were measured: validation accuracy in percent after 375 steps of 64 images (12,000 of emnist47, 2 epochs, cosine
 * annealing) of an MLP of two layers of 256 and a CNN of 16, 32 and 64 filters, with ReLU, with batch normalization / without it.
 * A range spans the rates from 10 points below the optimizer's best to the highest that no model with or without normalization
 * fell apart at.
 *
 * | optimizer | rate | MLP | CNN |
 * |---|---|---|---|
 * | adam | 0.0003 | 62 / 62 | 62 / 64 |
 * | | 0.001 | 72 / 71 | 78 / 76 |
 * | | 0.003 | 77 / 76 | 83 / 81 |
 * | | 0.01 | 79 / 76 | 83 / 83 |
 * | | 0.03 | 79 / 58 | 75 / 71 |
 * | rmsprop | 0.0003 | 64 / 61 | 65 / 61 |
 * | | 0.001 | 73 / 71 | 80 / 77 |
 * | | 0.01 | 80 / 74 | 85 / 85 |
 * | sgd | 0.03 | 59 / 51 | 73 / 67 |
 * | | 0.1 | 70 / 66 | 81 / 79 |
 * | | 0.3 | 75 / 73 | 80 / 82 |
 * | | 1 | 78 / 74 | 78 / 76 |
 * | sgdMomentum | 0.01 | 69 / 65 | 80 / 79 |
 * | | 0.03 | 74 / 72 | 83 / 82 |
 * | | 0.1 | 78 / 75 | 83 / 83 |
 * | | 0.3 | 78 / 66 | 76 / 3 |
 * | adagrad | 0.01 | 60 / 51 | 71 / 63 |
 * | | 0.03 | 69 / 65 | 80 / 76 |
 * | | 0.3 | 78 / 74 | 81 / 82 |
 * | adadelta | 0.3 | 64 / 64 | 69 / 69 |
 * | | 1 | 73 / 72 | 80 / 79 |
 * | | 10 | 79 / 75 | 84 / 85 |
 * | | 30 | 79 / 58 | 83 / 82 |
 *
 * Among 24 random CNNs one, of ELUs without normalization, diverged, under SGD at 0.22.
 */
export const LEARNING_RATES: Readonly<
  Record<'mlp' | 'cnn', Readonly<Record<SearchedOptimizer, readonly [min: number, max: number, preset: number]>>>
> = {
  mlp: {
    adam: [1e-3, 1e-2, 1e-3],
    sgd: [0.1, 1, 0.1],
    sgdMomentum: [0.03, 0.1, 0.03],
    rmsprop: [1e-3, 1e-2, 1e-3],
    adagrad: [0.05, 0.3, 0.1],
    adadelta: [1, 10, 1],
  },
  cnn: {
    adam: [1e-3, 1e-2, 1e-3],
    sgd: [0.05, 0.2, 0.1],
    sgdMomentum: [0.01, 0.05, 0.03],
    rmsprop: [1e-3, 1e-2, 1e-3],
    adagrad: [0.03, 0.3, 0.1],
    adadelta: [1, 10, 1],
  },
};

/**
 * The optimizer that `hp` chooses, with its learning rate on a log scale: by default Adam at 0.001, its paper's and Keras' own.
 *
 * A good rate for one optimizer ruins another (Adadelta works near 5, Adam near 0.005), so each has a rate of its own:
 * `adamLearningRate`, `sgdLearningRate` and so on, of which a configuration has one. SGD with a momentum of 0.9 takes steps ten
 * times as long as its rate says, so it counts as an optimizer of its own, `sgdMomentum`.
 */
export function chooseOptimizer(hp: HyperParameters, model: 'mlp' | 'cnn'): OptimizerConfig {
  const kind = hp.choice('optimizer', ['adam', 'sgd', 'sgdMomentum', 'rmsprop', 'adagrad', 'adadelta']);
  const [min, max, preset] = LEARNING_RATES[model][kind];
  const learningRate = hp.float(`${kind}LearningRate`, { min, max, sampling: 'log', default: preset });
  return kind === 'sgdMomentum' ? { kind: 'sgd', learningRate, momentum: 0.9 } : { kind, learningRate };
}

/**
 * The schedule that `hp` chooses: constant, step decay (factor 0.1 to 0.5), cosine annealing or one-cycle. By default cosine
 * annealing, which asks for no further number and ends every training with small steps.
 */
export function chooseSchedule(hp: HyperParameters): ScheduleConfig {
  const kind = hp.choice('schedule', ['constant', 'stepDecay', 'cosineAnnealing', 'oneCycle'], { default: 'cosineAnnealing' });
  return kind === 'stepDecay' ? { kind, factor: hp.choice('decayFactor', [0.5, 0.2, 0.1]) } : { kind };
}
