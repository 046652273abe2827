import type * as tf from '@tensorflow/tfjs-node';
import type { OpAttribute } from './native-op';

/** An optimizer's update as one TensorFlow op on a weight, its slots (state tensors like the weight) and numbers. */
export interface UpdateRule {
  /** TensorFlow's op; its inputs are the weight, the slots, then `inputs`. */
  readonly op: string;
  /** Initial value of each slot. */
  readonly slots: readonly number[];
  /**
   * What follows weight and slots among the op's inputs at `step`, which counts from 1. How many there are and where the
   * gradient stands never changes.
   */
  inputs(learningRate: number, step: number): readonly (number | 'gradient')[];
  readonly attributes?: readonly OpAttribute[];
  /** Decoupled weight decay: before the op each weight w becomes w - learningRate * weightDecay * w. Default 0. */
  readonly weightDecay?: number;
}

/**
 * The update that `optimizer` makes to each weight, from its configuration but for the learning rate.
 *
 * Adam's epsilon is that of the paper's second form (Kingma and Ba 2015, end of section 2), as in Keras. Momentum adds up
 * gradients and scales the sum by the learning rate of the step.
 *
 * @throws Error for an optimizer without such an op (Adamax, centered RMSprop).
 */
export function updateRuleOf(optimizer: tf.Optimizer): UpdateRule {
  const config = optimizer.getConfig() as Record<string, number>;
  const name = optimizer.getClassName();
  switch (name) {
    case 'SGD':
      return { op: 'ResourceApplyGradientDescent', slots: [], inputs: (learningRate) => [learningRate, 'gradient'] };
    case 'Momentum':
      return {
        op: 'ResourceApplyMomentum',
        slots: [0],
        inputs: (learningRate) => [learningRate, 'gradient', config.momentum],
        attributes: [['use_nesterov', 'bool', Boolean(config.useNesterov)]],
      };
    case 'Adam':
    case 'AdamW': {
      const { beta1, beta2, epsilon } = config;
      return {
        op: 'ResourceApplyAdam',
        slots: [0, 0],
        inputs: (learningRate, step) => [beta1 ** step, beta2 ** step, learningRate, beta1, beta2, epsilon, 'gradient'],
        weightDecay: config.weightDecay,
      };
    }
    case 'RMSProp':
      if (config.centered) break;
      return {
        op: 'ResourceApplyRMSProp',
        slots: [0, 0],
        inputs: (learningRate) => [learningRate, config.decay, config.momentum, config.epsilon, 'gradient'],
      };
    case 'Adagrad':
      return {
        op: 'ResourceApplyAdagrad',
        slots: [config.initialAccumulatorValue],
        inputs: (learningRate) => [learningRate, 'gradient'],
      };
    case 'Adadelta':
      return {
        op: 'ResourceApplyAdadelta',
        slots: [0, 0],
        inputs: (learningRate) => [learningRate, config.rho, config.epsilon, 'gradient'],
      };
  }
  throw new Error(
    `The optimizer must be sgd, momentum, adam, adamw, rmsprop (not centered), adagrad or adadelta, but got ${name}; ` +
      `compile the model with one of these.`,
  );
}
