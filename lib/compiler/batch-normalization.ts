import type { OpAttribute } from '../tensorflow/native-op';
import { output, type Value } from './graph';
import type { Tape, Tensor } from './tape';

/** The mean and the variance of each channel, `[channels]`; the variance divides by the count. */
export interface Moments {
  readonly mean: Value;
  readonly variance: Value;
}

/** `x` normalized by the mean and variance of its batch, scaled and shifted. */
export interface Normalized {
  readonly y: Tensor;
  readonly moments: Moments;
}

/**
 * Batch normalization of images, `[b, height, width, channels]`, float32 or bfloat16; scale, offset and moments are float32.
 *
 * @param batchSize The number of images, int32.
 */
export function normalizeImages(
  tape: Tape,
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  epsilon: number,
  batchSize: Value,
): Normalized {
  const { graph } = tape;
  const attributes: OpAttribute[] = [
    ['T', 'type', x.dtype],
    ['U', 'type', 'float32'],
    ['epsilon', 'float', epsilon],
    ['is_training', 'bool', true],
  ];
  const none = graph.constant([]);
  const node = graph.add('FusedBatchNormV3', [x, scale, offset, none, none], attributes);
  const reserves = [3, 4, 5].map((i) => output(node, i));
  const result = { ...output(node, 0, x.dtype), shape: x.shape };
  const y = tape.record('FusedBatchNormV3', [x, scale, offset], result, (dy) => {
    const gradients = graph.add('FusedBatchNormGradV3', [dy, x, scale, ...reserves], attributes);
    return [output(gradients, 0, x.dtype), output(gradients, 1), output(gradients, 2)];
  });
  // The op's variance divides by the count less one.
  const pixels = (x.shape[1] as number) * (x.shape[2] as number);
  const count = graph.float('Mul', [graph.cast(batchSize, 'float32'), graph.constant(pixels)]);
  const correction = graph.float('Sub', [graph.constant(1), graph.float('Reciprocal', [count])]);
  const variance = graph.float('Mul', [output(node, 2), correction]);
  return { y, moments: { mean: output(node, 1), variance } };
}

/**
 * Batch normalization of rows, `[b, channels]`; with means as products of matrices it takes half the time of the op for
 * images. Gradients: Ioffe and Szegedy 2015, section 3.
 *
 * @param batchSize The number of rows, int32.
 */
export function normalizeRows(
  tape: Tape,
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  epsilon: number,
  batchSize: Value,
): Normalized {
  const { graph } = tape;
  const product = (...factors: Value[]) => factors.reduce((a, b) => graph.float('Mul', [a, b]));
  const channels = scale.shape;
  const count = graph.cast(batchSize, 'float32');
  const averaging = graph.float(
    'Fill',
    [graph.pack([graph.constant(1, 'int32'), batchSize]), graph.float('Reciprocal', [count])],
    [['index_type', 'type', 'int32']],
  );
  // [1, channels], which goes with rows.
  const mean = (rows: Value) => graph.float('MatMul', [averaging, rows]);

  const batchMean = mean(x);
  const centred = graph.float('Sub', [x, batchMean]);
  const variance = mean(graph.float('Square', [centred]));
  const inverse = graph.float('Rsqrt', [graph.float('AddV2', [variance, graph.constant(epsilon)])]);
  const factor = product(inverse, scale);
  const result = { ...graph.float('AddV2', [product(centred, factor), offset]), shape: x.shape };
  const y = tape.record('BatchNormalization', [x, scale, offset], result, (dy) => {
    const meanDy = mean(dy);
    const meanDyCentred = mean(product(dy, centred));
    const along = product(centred, product(meanDyCentred, inverse, inverse));
    const dx = product(graph.float('Sub', [graph.float('Sub', [dy, meanDy]), along]), factor);
    return [dx, graph.reshape(product(meanDyCentred, inverse, count), channels), graph.reshape(product(meanDy, count), channels)];
  });
  return { y, moments: { mean: graph.reshape(batchMean, channels), variance: graph.reshape(variance, channels) } };
}

/** `x`, images or rows, normalized by a given mean and variance, scaled and shifted; for inference, without gradients. */
export function normalizeBy(tape: Tape, x: Tensor, scale: Tensor, offset: Tensor, moments: Moments, epsilon: number): Tensor {
  return normalize(tape, x, scale, offset, moments, epsilon).y;
}

/** As `normalizeBy`, with the gradient of `x` alone: scale and offset do not train. */
export function normalizeFrozen(tape: Tape, x: Tensor, scale: Tensor, offset: Tensor, moments: Moments, epsilon: number): Tensor {
  const { y, factor } = normalize(tape, x, scale, offset, moments, epsilon);
  return tape.record('FrozenBatchNormalization', [x], y, (dy) => [tape.graph.float('Mul', [dy, factor])]);
}

function normalize(
  { graph }: Tape,
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  { mean, variance }: Moments,
  epsilon: number,
): { y: Tensor; factor: Value } {
  // Not FusedBatchNormV3: TensorFlow 2.21 fuses it with a small convolution before and tanh behind to an op that it lacks.
  const inverse = graph.float('Rsqrt', [graph.float('AddV2', [variance, graph.constant(epsilon)])]);
  const factor = graph.float('Mul', [inverse, scale]);
  const shift = graph.float('Sub', [offset, graph.float('Mul', [mean, factor])]);
  return { y: { ...graph.float('AddV2', [graph.float('Mul', [x, factor]), shift]), shape: x.shape }, factor };
}
