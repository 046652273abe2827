import * as tf from '@tensorflow/tfjs-node';
import { runOp } from './native-op';

// Training's kernels and gradients as one TensorFlow op each, where TensorFlow.js composes them of several and fills some
// of the arrays in JavaScript. New kernels have names of their own; gradients of stock kernels are replaced in the
// registry, so that every model uses them.

type Named = Record<string, tf.Tensor>;
type Forward = (inputs: Named, attributes: Record<string, number>) => tf.Tensor[];

/** Runs a kernel through TensorFlow.js' engine, which records it for the gradient. */
export function runKernel(name: string, inputs: Named, attributes: Record<string, number> = {}): tf.Tensor[] {
  const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attributes);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Registers a kernel. The kernels of gradients have no gradient: a second derivative is an error, not a wrong value. */
function defineKernel(kernelName: string, forward: Forward): void {
  if (tf.getKernel(kernelName, 'tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const outputs = forward(inputs as Named, (attrs ?? {}) as Record<string, number>);
      return outputs.length === 1 ? outputs[0] : outputs;
    },
  });
}

/** Gives an activation a gradient that is one op on `dy` and the activation's input `x` or output `y`. */
function defineActivationGradient(kernelName: string, op: string, from: 'x' | 'y', order: 'dy first' | 'dy last') {
  defineKernel(op, ({ dy, saved }, { alpha }) =>
    runOp(op, order === 'dy first' ? [dy, saved] : [saved, dy], alpha === undefined ? [] : [['alpha', 'float', alpha]]),
  );
  tf.registerGradient({
    kernelName,
    ...(from === 'x' ? { inputsToSave: ['x'] } : { outputsToSave: [true] }),
    gradFunc: (dy, [saved], attributes) => ({
      x: () => runKernel(op, { dy: dy as tf.Tensor, saved }, attributes as Record<string, number>)[0],
    }),
  });
}

/** Registers the kernels and gradients. A second call changes nothing. */
export function installTrainingKernels(): void {
  defineActivationGradient('Relu', 'ReluGrad', 'y', 'dy first');
  defineActivationGradient('LeakyRelu', 'LeakyReluGrad', 'x', 'dy first');
  defineActivationGradient('Tanh', 'TanhGrad', 'y', 'dy last');
  defineActivationGradient('Sigmoid', 'SigmoidGrad', 'y', 'dy last');

  /** `x + bias` along the last axis. */
  defineKernel('BiasAdd', ({ x, bias }) => runOp('BiasAdd', [x, bias]));
  defineKernel('BiasAddGrad', ({ dy }) => runOp('BiasAddGrad', [dy]));
  tf.registerGradient({
    kernelName: 'BiasAdd',
    gradFunc: (dy) => ({ x: () => (dy as tf.Tensor).clone(), bias: () => runKernel('BiasAddGrad', { dy: dy as tf.Tensor })[0] }),
  });

  /** `a b` for matrices; the kernel of its gradients transposes one of them and has no gradient itself. */
  defineKernel('MatMul', ({ a, b }) => runOp('MatMul', [a, b]));
  defineKernel('MatMulGrad', ({ a, b }, { transposed }) =>
    runOp('MatMul', [a, b], [[transposed === 0 ? 'transpose_a' : 'transpose_b', 'bool', true]]),
  );
  tf.registerGradient({
    kernelName: 'MatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b]) => ({
      a: () => runKernel('MatMulGrad', { a: dy as tf.Tensor, b }, { transposed: 1 })[0],
      b: () => runKernel('MatMulGrad', { a, b: dy as tf.Tensor }, { transposed: 0 })[0],
    }),
  });

  /** Batch normalization of `[b, h, w, c]`: output, mean, variance (with Bessel's correction), two reserves. */
  defineKernel('BatchNormalize', ({ x, scale, offset }, { epsilon }) => {
    const none = tf.tensor1d([]);
    const [y, mean, variance, ...reserves] = runOp(
      'FusedBatchNormV3',
      [x, scale, offset, none, none],
      [
        ['epsilon', 'float', epsilon],
        ['is_training', 'bool', true],
      ],
      6,
    );
    none.dispose();
    return [y, mean, variance, ...reserves];
  });
  defineKernel('BatchNormalizeGrad', ({ dy, x, scale, r1, r2, r3 }, { epsilon }) => {
    const [dx, dscale, doffset, ...unused] = runOp(
      'FusedBatchNormGradV3',
      [dy, x, scale, r1, r2, r3],
      [
        ['epsilon', 'float', epsilon],
        ['is_training', 'bool', true],
      ],
      5,
    );
    tf.dispose(unused);
    return [dx, dscale, doffset];
  });
  tf.registerGradient({
    kernelName: 'BatchNormalize',
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dys, [x, scale, r1, r2, r3], attributes) => {
      const [dx, dscale, doffset] = runKernel(
        'BatchNormalizeGrad',
        { dy: (dys as unknown as tf.Tensor[])[0], x, scale, r1, r2, r3 },
        attributes as { epsilon: number },
      );
      return { x: () => dx, scale: () => dscale, offset: () => doffset };
    },
  });

  /** `x` with a share `rate` set to 0 and the rest scaled by `1 / (1 - rate)`, and the factors; they follow from `seed`. */
  defineKernel('Dropout', ({ x }, { rate, seed }) =>
    tf.tidy(() => {
      const shape = tf.tensor1d(x.shape, 'int32');
      const [uniform] = runOp('StatelessRandomUniform', [shape, tf.tensor1d([seed, 0], 'int32')]);
      const [factors] = runOp('SelectV2', [uniform.greaterEqual(rate), tf.scalar(1 / (1 - rate)), tf.scalar(0)]);
      return [x.mul(factors), factors];
    }),
  );
  tf.registerGradient({
    kernelName: 'Dropout',
    outputsToSave: [false, true],
    gradFunc: (dys, [factors]) => ({ x: () => (dys as unknown as tf.Tensor[])[0].mul(factors) }),
  });
}
