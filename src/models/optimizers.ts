import * as tf from '../tensorflow';
import type { HyperParameters } from '../tuner/space/hyperparameters';

/** An optimizer and its learning rate, above 0. What is left out takes the default of the optimizer's paper or of Keras. */
export type OptimizerConfig =
  /**
   * Stochastic gradient descent, with momentum (Polyak 1964) where `momentum` is above 0; default 0. `nesterov`, default
   * false, looks ahead (Sutskever et al. 2013, "On the importance of initialization and momentum", section 2). A change of
   * the learning rate acts on the whole velocity, as in PyTorch; in Keras on what enters it from then on.
   */
  | {
      readonly kind: 'sgd';
      readonly learningRate: number;
      readonly momentum?: number;
      readonly nesterov?: boolean;
    }
  /** Kingma and Ba 2015, "Adam", algorithm 1; beta1 0.9, beta2 0.999. */
  | { readonly kind: 'adam'; readonly learningRate: number }
  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): each step also takes
   * `learningRate * weightDecay` times its value from every trained weight, biases and batch normalization's included, as in
   * Keras; `weightDecay`, 0 or more, default 0.004.
   */
  | { readonly kind: 'adamw'; readonly learningRate: number; readonly weightDecay?: number }
  /** Hinton, Srivastava and Swersky 2012, "Neural Networks for Machine Learning", lecture 6e; decay 0.9. */
  | { readonly kind: 'rmsprop'; readonly learningRate: number }
  /** Duchi, Hazan and Singer 2011, "Adaptive Subgradient Methods"; initial accumulator 0.1. */
  | { readonly kind: 'adagrad'; readonly learningRate: number }
  /** Zeiler 2012, "ADADELTA", algorithm 1, whose step is then scaled by the learning rate (1 in the paper); rho 0.95. */
  | { readonly kind: 'adadelta'; readonly learningRate: number };

/** A TensorFlow.js optimizer for `model.compile`. */
export function createOptimizer(config: OptimizerConfig): tf.Optimizer {
  const { kind, learningRate } = config;
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new RangeError(`learningRate must be above 0, but got ${learningRate}; try 0.001 with adam.`);
  }
  switch (kind) {
    case 'sgd': {
      const { momentum = 0, nesterov = false } = config;
      if (!(momentum >= 0 && momentum < 1)) {
        throw new RangeError(`momentum must be at least 0 and below 1, but got ${momentum}; try 0.9.`);
      }
      if (momentum === 0) return tf.train.sgd(learningRate);
      const optimizer = tf.train.momentum(learningRate, momentum, nesterov);
      // TensorFlow.js forgets the tensor `c`, minus the learning rate, when it disposes this optimizer.
      const { c } = optimizer as unknown as { c: tf.Scalar };
      const dispose = optimizer.dispose.bind(optimizer);
      optimizer.dispose = () => {
        c.dispose();
        dispose();
      };
      return optimizer;
    }
    case 'adam':
      return tf.train.adam(learningRate);
    case 'adamw': {
      const { weightDecay = 0.004 } = config;
      if (!(weightDecay >= 0 && Number.isFinite(weightDecay))) {
        throw new RangeError(`weightDecay must be a number, 0 or more, but got ${weightDecay}; try 0.004.`);
      }
      return new AdamW(learningRate, weightDecay);
    }
    case 'rmsprop':
      return tf.train.rmsprop(learningRate);
    case 'adagrad':
      return tf.train.adagrad(learningRate);
    case 'adadelta':
      return tf.train.adadelta(learningRate, 0.95);
    default:
      throw new RangeError(
        `The kind of the optimizer must be sgd, adam, adamw, rmsprop, adagrad or adadelta, but got ${kind}.`,
      );
  }
}

/** TensorFlow.js has none. Our own training reads `getConfig` alone; `applyGradients` is for its `model.fit`. */
class AdamW extends tf.AdamOptimizer {
  static override get className(): string {
    return 'AdamW';
  }

  constructor(
    learningRate: number,
    private readonly weightDecay: number,
  ) {
    super(learningRate, 0.9, 0.999);
  }

  override applyGradients(gradients: Parameters<tf.AdamOptimizer['applyGradients']>[0]): void {
    const names = Array.isArray(gradients) ? gradients.map(({ name }) => name) : Object.keys(gradients);
    tf.tidy(() => {
      for (const name of names) {
        const weight = tf.engine().registeredVariables[name];
        weight.assign(weight.sub(weight.mul(this.learningRate * this.weightDecay)));
      }
    });
    super.applyGradients(gradients);
  }

  override getConfig() {
    return { ...super.getConfig(), weightDecay: this.weightDecay };
  }
}

type SearchedOptimizer = 'adam' | 'sgd' | 'sgdMomentum' | 'rmsprop' | 'adagrad' | 'adadelta';

/**
 * The learning rates that a search draws, lowest, highest and default. Of plain SGD and SGD with momentum an MLP bears higher ones
 * than a CNN without batch normalization does.
 *
 * They were measured: validation accuracy in percent after 375 steps of 64 images (12,000 of emnist47, 2 epochs, cosine annealing)
 * of an MLP of two layers of 256 and a CNN of 16, 32 and 64 filters, with ReLU, with batch normalization / without it. A range spans
 * the rates from 10 points below the optimizer's best to the highest that no model with or without normalization fell apart at.
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
  Record<
    'mlp' | 'cnn',
    Readonly<Record<SearchedOptimizer, readonly [min: number, max: number, preset: number]>>
  >
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
