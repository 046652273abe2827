import type { OpAttribute } from '../tensorflow/native-op';
import { output, type Shape, type Value } from './graph';
import type { Tape, Tensor } from './tape';

// The differentiable operations of the layers, each with its gradients. Images are [b, height, width, channels].

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
  return tape.apply('BiasAdd', [x, bias], x.shape, (dy) => [dy, tape.graph.float('BiasAddGrad', [dy])]);
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
  return tape.apply(
    'MaxPool',
    [x],
    shape,
    (dy, y) => [tape.graph.float('MaxPoolGrad', [x, y, dy], attributes)],
    { attributes },
  );
}

/** The mean of each window, without what `same` pads. */
export function averagePool(tape: Tape, x: Tensor, shape: Shape, options: PoolOptions): Tensor {
  const attributes = poolAttributes(options);
  return tape.apply(
    'AvgPool',
    [x],
    shape,
    (dy) => [tape.graph.float('AvgPoolGrad', [shapeOf(tape, x), dy], attributes)],
    {
      attributes,
    },
  );
}

/** `x` with other sides; the first stays that of the batch. */
export function reshape(tape: Tape, x: Tensor, shape: Shape): Tensor {
  const sides = tape.graph.constant(
    shape.map((side) => side ?? -1),
    'int32',
  );
  return tape.apply('Reshape', [x], shape, (dy) => [tape.graph.float('Reshape', [dy, shapeOf(tape, x)])], {
    others: [sides],
  });
}

export function relu(tape: Tape, x: Tensor): Tensor {
  return tape.apply('Relu', [x], x.shape, (dy, y) => [tape.graph.float('ReluGrad', [dy, y])]);
}

/** `x` where positive, else `alpha x`. */
export function leakyRelu(tape: Tape, x: Tensor, alpha: number): Tensor {
  const attributes: OpAttribute[] = [['alpha', 'float', alpha]];
  return tape.apply(
    'LeakyRelu',
    [x],
    x.shape,
    (dy) => [tape.graph.float('LeakyReluGrad', [dy, x], attributes)],
    { attributes },
  );
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

/** Sum of tensors of one shape. */
export function add(tape: Tape, inputs: readonly Tensor[]): Tensor {
  return tape.apply('AddN', inputs, inputs[0].shape, (dy) => inputs.map(() => dy), {
    attributes: [['N', 'int', inputs.length]],
  });
}

/** Tensors one behind the other along `axis`, not that of the batch. */
export function concatenate(tape: Tape, inputs: readonly Tensor[], axis: number, shape: Shape): Tensor {
  const { graph } = tape;
  const dimension = graph.constant(axis, 'int32');
  const node = graph.add(
    'ConcatV2',
    [...inputs, dimension],
    [
      ['T', 'type', 'float32'],
      ['N', 'int', inputs.length],
    ],
  );
  return tape.record('ConcatV2', inputs, { ...output(node, 0), shape }, (dy) => {
    const sizes = graph.constant(
      inputs.map((input) => input.shape[axis] as number),
      'int32',
    );
    const parts = graph.add(
      'SplitV',
      [dy, sizes, dimension],
      [
        ['T', 'type', 'float32'],
        ['Tlen', 'type', 'int32'],
        ['num_split', 'int', inputs.length],
      ],
    );
    return inputs.map((_, i) => output(parts, i));
  });
}

/** A share `rate` of `x` set to 0 and the rest scaled by `1 / (1 - rate)`; which, follows from `seed`, int32 `[2]`. */
export function dropout(tape: Tape, x: Tensor, rate: number, seed: Value): Tensor {
  const { graph } = tape;
  const uniform = output(
    graph.add(
      'StatelessRandomUniform',
      [shapeOf(tape, x), seed],
      [
        ['dtype', 'type', 'float32'],
        ['T', 'type', 'int32'],
        ['Tseed', 'type', 'int32'],
      ],
    ),
    0,
  );
  const kept = output(
    graph.add('GreaterEqual', [uniform, graph.constant(rate)], [['T', 'type', 'float32']]),
    0,
    'bool',
  );
  const factors = graph.float('SelectV2', [kept, graph.constant(1 / (1 - rate)), graph.constant(0)]);
  return tape.apply('Mul', [x], x.shape, (dy) => [graph.float('Mul', [dy, factors])], { others: [factors] });
}

/** What a batch normalization found in a batch: `[channels]` each; the variance has Bessel's correction. */
export interface Moments {
  readonly mean: Value;
  readonly variance: Value;
}

const NORMALIZATION_TYPES: OpAttribute[] = [
  ['T', 'type', 'float32'],
  ['U', 'type', 'float32'],
];

/** `x`, `[b, height, width, channels]`, normalized by its own mean and variance, scaled and shifted. */
export function batchNormalization(
  tape: Tape,
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  epsilon: number,
): { y: Tensor; moments: Moments } {
  const { graph } = tape;
  const attributes: OpAttribute[] = [
    ...NORMALIZATION_TYPES,
    ['epsilon', 'float', epsilon],
    ['is_training', 'bool', true],
  ];
  const none = graph.constant([]);
  const node = graph.add('FusedBatchNormV3', [x, scale, offset, none, none], attributes);
  const reserves = [3, 4, 5].map((i) => output(node, i));
  const y = tape.record(
    'FusedBatchNormV3',
    [x, scale, offset],
    { ...output(node, 0), shape: x.shape },
    (dy) => {
      const gradients = graph.add('FusedBatchNormGradV3', [dy, x, scale, ...reserves], attributes);
      return [0, 1, 2].map((i) => output(gradients, i));
    },
  );
  return { y, moments: { mean: output(node, 1), variance: output(node, 2) } };
}

/** `x`, `[b, height, width, channels]`, normalized by a given mean and variance, scaled and shifted; for inference. */
export function normalize(
  tape: Tape,
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  { mean, variance }: Moments,
  epsilon: number,
): Tensor {
  const node = tape.graph.add(
    'FusedBatchNormV3',
    [x, scale, offset, mean, variance],
    [...NORMALIZATION_TYPES, ['epsilon', 'float', epsilon], ['is_training', 'bool', false]],
  );
  return { ...output(node, 0), shape: x.shape };
}

/** The sides of `x` as int32, known when the graph runs. */
function shapeOf(tape: Tape, x: Tensor): Value {
  return output(tape.graph.add('Shape', [x], [['T', 'type', 'float32']]), 0, 'int32');
}
