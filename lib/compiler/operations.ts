import * as tf from '../tensorflow';
import type { DataType, OpAttribute } from '../tensorflow/native-op';
import { output, type Shape, type Value } from './graph';
import type { Tape, Tensor } from './tape';

// The differentiable operations of the layers, each with its gradients. Images are [b, height, width, channels].

/** `x` as numbers of another type. */
export function cast(tape: Tape, x: Tensor, dtype: DataType): Tensor {
  if (x.dtype === dtype) return x;
  const y = { ...tape.graph.cast(x, dtype), shape: x.shape };
  return tape.record('Cast', [x], y, (dy) => [tape.graph.cast(dy, x.dtype)]);
}

/** `x w` of `[b, n]` and `[n, m]`. */
export function matMul(tape: Tape, x: Tensor, w: Tensor): Tensor {
  const { graph } = tape;
  return tape.apply('MatMul', [x, w], [x.shape[0], w.shape[1]], (dy) => [
    graph.float('MatMul', [dy, w], [['transpose_b', 'bool', true]]),
    graph.float('MatMul', [x, dy], [['transpose_a', 'bool', true]]),
  ]);
}

/** `x + bias` along the last axis. */
export function biasAdd(tape: Tape, x: Tensor, bias: Tensor): Tensor {
  const { graph } = tape;
  return tape.apply('BiasAdd', [x, bias], x.shape, (dy) => {
    // As rows: TensorFlow would merge the op with the gradient of a convolution's kernel, which takes longer.
    const rows = x.shape.length === 2 ? dy : graph.reshape(dy, [null, bias.shape[0]]);
    return [dy, graph.float('BiasAddGrad', [rows])];
  });
}

export interface WindowOptions {
  /** Of height and width. */
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

/** Convolution of images with `w`, `[height, width, channels, filters]`; `shape` is that of the output. */
export function conv2d(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  shape: Shape,
  { strides, padding, dilations }: WindowOptions & { readonly dilations: readonly [number, number] },
): Tensor {
  const { graph } = tape;
  const attributes: OpAttribute[] = [
    ['strides', 'int', [1, ...strides, 1]],
    ['padding', 'string', padding.toUpperCase()],
    ['dilations', 'int', [1, ...dilations, 1]],
  ];
  return tape.apply(
    'Conv2D',
    [x, w],
    shape,
    (dy) => [
      graph.float('Conv2DBackpropInput', [shapeOf(tape, x), w, dy], attributes),
      graph.float('Conv2DBackpropFilter', [x, graph.constant(w.shape as number[], 'int32'), dy], attributes),
    ],
    { attributes },
  );
}

export interface PoolOptions extends WindowOptions {
  /** Height and width of the window. */
  readonly size: readonly [number, number];
}

function poolAttributes({ size, strides, padding }: PoolOptions): OpAttribute[] {
  return [
    ['ksize', 'int', [1, ...size, 1]],
    ['strides', 'int', [1, ...strides, 1]],
    ['padding', 'string', padding.toUpperCase()],
  ];
}

/** The largest of each window; the gradient goes to the first of equals. */
export function maxPool(tape: Tape, x: Tensor, shape: Shape, options: PoolOptions): Tensor {
  const attributes = poolAttributes(options);
  return tape.apply('MaxPool', [x], shape, (dy, y) => [tape.graph.float('MaxPoolGrad', [x, y, dy], attributes)], { attributes });
}

/** The mean of each window, without what `same` pads. */
export function averagePool(tape: Tape, x: Tensor, shape: Shape, options: PoolOptions): Tensor {
  const attributes = poolAttributes(options);
  return tape.apply('AvgPool', [x], shape, (dy) => [tape.graph.float('AvgPoolGrad', [shapeOf(tape, x), dy], attributes)], {
    attributes,
  });
}

/** The mean of each channel of images, `[b, channels]`. */
export function globalAveragePool(tape: Tape, x: Tensor): Tensor {
  const { graph } = tape;
  const [, height, width, channels] = x.shape as [null, number, number, number];
  return tape.apply(
    'Mean',
    [x],
    [null, channels],
    (dy) => {
      const share = graph.float('Mul', [dy, graph.constant(1 / (height * width))]);
      const spread = graph.reshape(share, [null, 1, 1, channels]);
      return [graph.float('BroadcastTo', [spread, shapeOf(tape, x)])];
    },
    { others: [graph.constant([1, 2], 'int32')] },
  );
}

/** `x` with other sides; the first stays that of the batch. */
export function reshape(tape: Tape, x: Tensor, shape: Shape): Tensor {
  const y = { ...tape.graph.reshape(x, shape), shape };
  return tape.record('Reshape', [x], y, (dy) => [tape.graph.reshape(dy, x.shape)]);
}

export function relu(tape: Tape, x: Tensor): Tensor {
  return tape.apply('Relu', [x], x.shape, (dy, y) => [tape.graph.float('ReluGrad', [dy, y])]);
}

/** `x` where positive, else `alpha x`. */
export function leakyRelu(tape: Tape, x: Tensor, alpha: number): Tensor {
  const attributes: OpAttribute[] = [['alpha', 'float', alpha]];
  return tape.apply('LeakyRelu', [x], x.shape, (dy) => [tape.graph.float('LeakyReluGrad', [dy, x], attributes)], { attributes });
}

/** `x` where positive, else `exp(x) - 1`. */
export function elu(tape: Tape, x: Tensor): Tensor {
  return tape.apply('Elu', [x], x.shape, (dy, y) => [tape.graph.float('EluGrad', [dy, y])]);
}

export function tanh(tape: Tape, x: Tensor): Tensor {
  return tape.apply('Tanh', [x], x.shape, (dy, y) => [tape.graph.float('TanhGrad', [y, dy])]);
}

export function sigmoid(tape: Tape, x: Tensor): Tensor {
  return tape.apply('Sigmoid', [x], x.shape, (dy, y) => [tape.graph.float('SigmoidGrad', [y, dy])]);
}

/** Along the last axis. */
export function softmax(tape: Tape, x: Tensor): Tensor {
  const { graph } = tape;
  return tape.apply('Softmax', [x], x.shape, (dy, y) => {
    const lastAxis = graph.constant([-1], 'int32');
    const inner = graph.float('Sum', [graph.float('Mul', [dy, y]), lastAxis], [['keep_dims', 'bool', true]]);
    return [graph.float('Mul', [graph.float('Sub', [dy, inner]), y])];
  });
}

/** Sum of tensors of one shape and type. */
export function add(tape: Tape, inputs: readonly Tensor[]): Tensor {
  return tape.apply('AddN', inputs, inputs[0].shape, (dy) => inputs.map(() => dy), { attributes: [['N', 'int', inputs.length]] });
}

/** Tensors of one type one behind the other along `axis`, not that of the batch. */
export function concatenate(tape: Tape, inputs: readonly Tensor[], axis: number, shape: Shape): Tensor {
  const { graph } = tape;
  const dimension = graph.constant(axis, 'int32');
  const [{ dtype }] = inputs;
  const node = graph.add(
    'ConcatV2',
    [...inputs, dimension],
    [
      ['T', 'type', dtype],
      ['N', 'int', inputs.length],
    ],
  );
  return tape.record('ConcatV2', inputs, { ...output(node, 0, dtype), shape }, (dy) => {
    const sizes = graph.constant(
      inputs.map((input) => input.shape[axis] as number),
      'int32',
    );
    const parts = graph.add(
      'SplitV',
      [dy, sizes, dimension],
      [
        ['T', 'type', dtype],
        ['Tlen', 'type', 'int32'],
        ['num_split', 'int', inputs.length],
      ],
    );
    return inputs.map((_, i) => output(parts, i, dtype));
  });
}

/**
 * A share `rate` of `x` set to 0 and the rest scaled by `1 / (1 - rate)`. Which, follows from `seed`, int32 `[2]`, by 16
 * random bits for each number: the share is exact to 1 / 65,536.
 *
 * @param batchSize The number of images, int32.
 */
export function dropout(tape: Tape, x: Tensor, rate: number, batchSize: Value, seed: Value): Tensor {
  const { graph } = tape;
  const each = tf.util.sizeFromShape(x.shape.slice(1) as number[]);
  const words = Math.ceil(each / 2);
  const random = graph.add(
    'StatelessRandomUniformFullInt',
    [graph.pack([batchSize, graph.constant(words, 'int32')]), seed],
    [
      ['dtype', 'type', 'int32'],
      ['T', 'type', 'int32'],
      ['Tseed', 'type', 'int32'],
    ],
  );
  const bits = graph.add(
    'Bitcast',
    [output(random, 0, 'int32')],
    [
      ['T', 'type', 'int32'],
      ['type', 'type', 'uint16'],
    ],
  );
  const threshold = graph.constant(Math.round(rate * 2 ** 16), 'uint16');
  const kept = graph.add('GreaterEqual', [output(bits, 0, 'uint16'), threshold], [['T', 'type', 'uint16']]);
  const factors = graph.float('Mul', [graph.cast(output(kept, 0, 'bool'), 'float32'), graph.constant(1 / (1 - rate))]);
  // Two for each word: one too many where the numbers of an image are odd.
  const rows = graph.reshape(factors, [null, 2 * words]);
  const fitting =
    each === 2 * words
      ? rows
      : graph.float(
          'Slice',
          [rows, graph.constant([0, 0], 'int32'), graph.constant([-1, each], 'int32')],
          [['Index', 'type', 'int32']],
        );
  const mask = graph.cast(graph.reshape(fitting, x.shape), x.dtype);
  return tape.apply('Mul', [x], x.shape, (dy) => [graph.float('Mul', [dy, mask])], { others: [mask] });
}

/** The sides of `x` as int32, known when the graph runs. */
function shapeOf(tape: Tape, x: Tensor): Value {
  return output(tape.graph.add('Shape', [x], [['T', 'type', x.dtype]]), 0, 'int32');
}
