import { randomUUID } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-node';
import { type OpAttribute, runOp } from './native-op';

/** An optimizer's update as one TensorFlow op on the weight, its slots (state tensors like the weight) and numbers. */
interface UpdateRule {
  readonly op: string;
  /** Initial value of each slot. */
  readonly slots: readonly number[];
  /** What follows weight and slots among the op's inputs; `step` counts from 1. */
  inputs(rate: number, gradient: tf.Tensor, step: number): (tf.Tensor | number)[];
  readonly attributes?: OpAttribute[];
}

function updateRule(optimizer: tf.Optimizer): UpdateRule {
  const config = optimizer.getConfig() as Record<string, number>;
  switch (optimizer.getClassName()) {
    case 'SGD':
      return { op: 'ResourceApplyGradientDescent', slots: [], inputs: (rate, gradient) => [rate, gradient] };
    case 'Momentum':
      return {
        op: 'ResourceApplyMomentum',
        slots: [0],
        inputs: (rate, gradient) => [rate, gradient, config.momentum],
        attributes: [['use_nesterov', 'bool', Boolean(config.useNesterov)]],
      };
    case 'Adam': {
      const { beta1, beta2, epsilon } = config;
      return {
        op: 'ResourceApplyAdam',
        slots: [0, 0],
        inputs: (rate, gradient, step) => [
          beta1 ** step,
          beta2 ** step,
          rate,
          beta1,
          beta2,
          epsilon,
          gradient,
        ],
      };
    }
    case 'RMSProp':
      if (config.centered) break;
      return {
        op: 'ResourceApplyRMSProp',
        slots: [0, 0],
        inputs: (rate, gradient) => [rate, config.decay, config.momentum, config.epsilon, gradient],
      };
    case 'Adagrad':
      return {
        op: 'ResourceApplyAdagrad',
        slots: [config.initialAccumulatorValue],
        inputs: (rate, gradient) => [rate, gradient],
      };
    case 'Adadelta':
      return {
        op: 'ResourceApplyAdadelta',
        slots: [0, 0],
        inputs: (rate, gradient) => [rate, config.rho, config.epsilon, gradient],
      };
  }
  throw new Error(
    `The optimizer must be sgd, momentum, adam, rmsprop (not centered), adagrad or adadelta, but got ` +
      `${optimizer.getClassName()}; compile the model with one of these.`,
  );
}

/** Applies gradients to weights: one TensorFlow op for each weight, where TensorFlow.js itself runs up to a dozen. */
export interface WeightUpdates {
  /** Takes one step; `gradients[i]` belongs to `weights[i]`, and the caller disposes it. */
  apply(gradients: readonly tf.Tensor[], learningRate: number): void;
  /** Frees the optimizer's state; the weights stay. */
  dispose(): void;
}

/**
 * The updates that `optimizer` makes to `weights`, from a fresh state. Only its configuration is used, not its learning
 * rate; the caller disposes the result.
 *
 * Adam's epsilon is that of the paper's second form (Kingma and Ba 2015, end of section 2), as in Keras.
 *
 * @throws Error for an optimizer without such an op: Adamax, centered RMSprop.
 */
export function createWeightUpdates(optimizer: tf.Optimizer, weights: readonly tf.Variable[]): WeightUpdates {
  const rule = updateRule(optimizer);
  const variable = (initial: tf.Tensor): tf.Tensor => {
    const [handle] = runOp(
      'VarHandleOp',
      [],
      [
        ['container', 'string', ''],
        ['shared_name', 'string', randomUUID()],
        ['dtype', 'type', 'float32'],
        ['shape', 'shape', initial.shape],
      ],
    );
    runOp('AssignVariableOp', [handle, initial], [['dtype', 'type', 'float32']], 0);
    return tf.keep(handle);
  };
  const variables = tf.tidy(() =>
    weights.map((weight) => [
      variable(weight),
      ...rule.slots.map((start) => variable(tf.fill(weight.shape, start))),
    ]),
  );
  let step = 0;
  return {
    apply(gradients, learningRate) {
      step++;
      tf.tidy(() => {
        weights.forEach((weight, i) => {
          const inputs = rule
            .inputs(learningRate, gradients[i], step)
            .map((input) => (typeof input === 'number' ? tf.scalar(input) : input));
          const [handle] = variables[i];
          // From the weight itself each time: a callback may have set it since the last step.
          runOp('AssignVariableOp', [handle, weight], [['dtype', 'type', 'float32']], 0);
          runOp(rule.op, [...variables[i], ...inputs], rule.attributes, 0);
          weight.assign(runOp('ReadVariableOp', [handle], [['dtype', 'type', 'float32']])[0]);
        });
      });
    },
    dispose() {
      for (const handle of variables.flat()) {
        runOp('DestroyResourceOp', [handle], [], 0);
        handle.dispose();
      }
    },
  };
}
