import * as tf from '../tensorflow';

/** An optimizer and its learning rate, above 0. What is left out takes the default of the optimizer's paper or of Keras. */
export type OptimizerConfig =
  /**
   * Stochastic gradient descent, with momentum (Polyak 1964) where `momentum` is above 0; default 0. `nesterov`, default
   * false, looks ahead (Sutskever et al. 2013, "On the importance of initialization and momentum", section 2). A change of
   * the learning rate acts on the whole velocity, as in PyTorch; in Keras on what enters it from then on.
   */
  | { readonly kind: 'sgd'; readonly learningRate: number; readonly momentum?: number; readonly nesterov?: boolean }
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
      throw new RangeError(`The kind of the optimizer must be sgd, adam, adamw, rmsprop, adagrad or adadelta, but got ${kind}.`);
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
