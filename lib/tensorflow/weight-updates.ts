import * as tf from '@tensorflow/tfjs-node';
import { runOp } from './native-op';
import { checkOptimizerState, type OptimizerState } from './optimizer-state';
import { updateRuleOf } from './update-rules';

/** Applies gradients to weights: one TensorFlow op for each weight, where TensorFlow.js itself runs up to a dozen. */
export interface WeightUpdates {
  /** Takes one step; `gradients[i]` belongs to `weights[i]`, and the caller disposes it. */
  apply(gradients: readonly tf.Tensor[], learningRate: number): void;
  /** Steps taken. */
  step(): number;
  /** A copy of what the next steps depend on beside the weights; `createWeightUpdates` takes it. */
  state(): OptimizerState;
  /** Frees the optimizer's state; the weights stay. */
  dispose(): void;
}

/**
 * TensorFlow's `ResourceHandle::ANONYMOUS_NAME`: each handle is a variable of its own. A name of its own for each would make
 * TensorFlow keep an op for each, for ever: 3 kB.
 */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/**
 * The updates that `optimizer` makes to `weights`. Only its configuration is used, not its learning rate; the caller
 * disposes the result.
 *
 * @param state What `state()` gave earlier, to go on from there: the same gradients then give bit-identical weights.
 *   A fresh start without it.
 * @throws Error for an optimizer without such an op (Adamax, centered RMSprop), and for a state of another optimizer or
 *   other weights.
 */
export function createWeightUpdates(
  optimizer: tf.Optimizer,
  weights: readonly tf.Variable[],
  state?: OptimizerState,
): WeightUpdates {
  const rule = updateRuleOf(optimizer);
  const name = optimizer.getClassName();
  if (state) {
    const sizes = weights.map(({ size }) => size);
    checkOptimizerState(state, name, sizes, rule.slots.length);
  }
  const variable = (initial: tf.Tensor): tf.Tensor => {
    const [handle] = runOp(
      'VarHandleOp',
      [],
      [
        ['container', 'string', ''],
        ['shared_name', 'string', ANONYMOUS],
        ['dtype', 'type', 'float32'],
        ['shape', 'shape', initial.shape],
      ],
    );
    assign(handle, initial);
    return tf.keep(handle);
  };
  const variables = tf.tidy(() =>
    weights.map((weight, i) => [
      variable(weight),
      ...rule.slots.map((start, slot) =>
        variable(state ? tf.tensor(state.slots[i * rule.slots.length + slot], weight.shape) : tf.fill(weight.shape, start)),
      ),
    ]),
  );
  let step = state?.step ?? 0;
  return {
    apply(gradients, learningRate) {
      step++;
      const decay = learningRate * (rule.weightDecay ?? 0);
      tf.tidy(() => {
        weights.forEach((weight, i) => {
          const inputs = rule.inputs(learningRate, step).map((input) => (input === 'gradient' ? gradients[i] : tf.scalar(input)));
          const [handle] = variables[i];
          // From the weight itself each time: a callback may have set it since the last step.
          assign(handle, decay === 0 ? weight : weight.sub(weight.mul(decay)));
          runOp(rule.op, [...variables[i], ...inputs], rule.attributes, 0);
          weight.assign(read(handle));
        });
      });
    },
    step: () => step,
    state() {
      const slots = variables.flatMap(([, ...handles]) => handles);
      return {
        optimizer: name,
        step,
        // Not by tf.tidy, which looks for tensors in what it returns, number by number: a hundred times slower.
        slots: slots.map((handle) => {
          const value = read(handle);
          const numbers = value.dataSync<'float32'>();
          value.dispose();
          return numbers;
        }),
      };
    },
    dispose() {
      for (const handle of variables.flat()) {
        runOp('DestroyResourceOp', [handle], [], 0);
        handle.dispose();
      }
    },
  };
}

function assign(handle: tf.Tensor, value: tf.Tensor): void {
  runOp('AssignVariableOp', [handle, value], [['dtype', 'type', 'float32']], 0);
}

function read(handle: tf.Tensor): tf.Tensor {
  return runOp('ReadVariableOp', [handle], [['dtype', 'type', 'float32']])[0];
}
