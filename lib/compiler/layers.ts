import type { Weight } from '../recipe/trainable';
import type * as tf from '../tensorflow';
import { normalizeBy, normalizeFrozen, normalizeImages, normalizeRows } from './batch-normalization';
import type { ConvolutionType } from './convolution-type';
import type { Value } from './graph';
import { NotCompilableError } from './not-compilable-error';
import * as operations from './operations';
import type { Tape, Tensor } from './tape';

/** Where a layer's operations go, and what they need of the model. */
export interface Emission {
  readonly tape: Tape;
  /** The value of a weight when the run begins. */
  weight(weight: Weight): Tensor;
  /** Dropout drops and batch normalization takes the moments of the batch where there is one. */
  readonly training?: TrainingEmission;
}

/** What layers need for training alone. */
export interface TrainingEmission {
  /** Sets `moving` to `momentum * moving + (1 - momentum) * value` after the step. */
  blend(moving: Weight, value: Value, momentum: number): void;
  /** The number of images in the batch, int32. */
  readonly batchSize: Value;
  /** Layers that do not train: their batch normalization is that of predictions. */
  readonly frozen: ReadonlySet<tf.layers.Layer>;
  /** int32 `[2]`, different for each call and each step. */
  nextSeed(): Value;
  /** What convolutions compute with; what follows them goes on with it, up to dense layers, which take float32. */
  readonly convolutionType: ConvolutionType;
}

type Rule = (layer: never, inputs: readonly Tensor[], shape: Tensor['shape'], emission: Emission) => Tensor;

/** Emits a layer on `inputs` and returns its output of `shape`. */
export function emitLayer(layer: tf.layers.Layer, inputs: readonly Tensor[], shape: Tensor['shape'], emission: Emission): Tensor {
  const rule = RULES[layer.getClassName()];
  if (!rule) throw new NotCompilableError(layer.name, `is a ${layer.getClassName()}`);
  const { activityRegularizer } = layer as unknown as { activityRegularizer?: object };
  demand(layer, !activityRegularizer, 'has an activity regularizer');
  for (const weight of layer.weights) {
    demand(layer, !(weight as unknown as { constraint?: object }).constraint, 'has constrained weights');
  }
  return rule(layer as never, inputs, shape, emission);
}

function demand(layer: tf.layers.Layer, holds: boolean, otherwise: string): void {
  if (!holds) throw new NotCompilableError(layer.name, otherwise);
}

type Layer<Fields> = tf.layers.Layer & Fields;
type Sides = [number, number];
interface Activated {
  readonly bias: Weight | null;
  readonly activation: { getClassName(): string };
}
interface Windowed {
  readonly strides: Sides;
  readonly padding: 'same' | 'valid';
  readonly dataFormat: string;
}
type Pooling = Layer<Windowed & { readonly poolSize: Sides }>;

const pool =
  (operation: typeof operations.maxPool): Rule =>
  (layer: Pooling, [x], shape, { tape }) => {
    demandChannelsLast(layer);
    const { poolSize: size, strides, padding } = layer;
    return operation(tape, x, shape, { size, strides, padding });
  };

/** How each class of layers is computed. */
const RULES: Readonly<Record<string, Rule>> = {
  Dense(layer: Layer<Activated & { kernel: Weight }>, [x], _shape, emission) {
    demand(layer, x.shape.length === 2, `takes tensors of rank ${x.shape.length}`);
    const { tape } = emission;
    const rows = operations.cast(tape, x, 'float32');
    return finish(layer, operations.matMul(tape, rows, emission.weight(layer.kernel)), emission);
  },

  Conv2D(layer: Layer<Activated & Windowed & { kernel: Weight; dilationRate: Sides | number }>, [x], shape, emission) {
    demandChannelsLast(layer);
    const { strides, padding, dilationRate } = layer;
    const dilations: Sides = typeof dilationRate === 'number' ? [dilationRate, dilationRate] : dilationRate;
    const { tape, training } = emission;
    const dtype = training?.convolutionType ?? 'float32';
    const images = operations.cast(tape, x, dtype);
    const kernel = operations.cast(tape, emission.weight(layer.kernel), dtype);
    const y = operations.conv2d(tape, images, kernel, shape, { strides, padding, dilations });
    return finish(layer, y, emission);
  },

  MaxPooling2D: pool(operations.maxPool),
  AveragePooling2D: pool(operations.averagePool),

  GlobalAveragePooling2D(layer: Layer<{ dataFormat: string }>, [x], _shape, { tape }) {
    demandChannelsLast(layer);
    return operations.globalAveragePool(tape, operations.cast(tape, x, 'float32'));
  },

  Flatten(layer: Layer<{ dataFormat?: string }>, [x], shape, { tape }) {
    demandChannelsLast(layer);
    return operations.reshape(tape, x, shape);
  },

  Reshape: (_layer: tf.layers.Layer, [x], shape, { tape }) => operations.reshape(tape, x, shape),

  Activation: (layer: Layer<Activated>, [x], _shape, { tape }) => activate(layer, x, tape),

  ReLU(layer: Layer<{ maxValue?: number }>, [x], _shape, { tape }) {
    demand(layer, layer.maxValue === undefined, 'has a maxValue');
    return operations.relu(tape, x);
  },

  LeakyReLU: (layer: Layer<{ alpha: number }>, [x], _shape, { tape }) => operations.leakyRelu(tape, x, layer.alpha),

  ELU(layer: Layer<{ alpha: number }>, [x], _shape, { tape }) {
    demand(layer, layer.alpha === 1, `has alpha ${layer.alpha}`);
    return operations.elu(tape, x);
  },

  Softmax(layer: Layer<{ axis: number }>, [x], _shape, { tape }) {
    demand(layer, layer.axis === -1 || layer.axis === x.shape.length - 1, `has axis ${layer.axis}`);
    return operations.softmax(tape, operations.cast(tape, x, 'float32'));
  },

  BatchNormalization(layer: Normalization, [x], _shape, emission) {
    const { tape, training } = emission;
    const rank = x.shape.length;
    demand(layer, layer.axis === -1 || layer.axis === rank - 1, `has axis ${layer.axis}`);
    demand(layer, rank === 2 || rank === 4, `takes tensors of rank ${rank}`);
    const channels = x.shape[rank - 1] as number;
    const filled = (value: number): Tensor => ({
      ...tape.graph.constant(Array<number>(channels).fill(value)),
      shape: [channels],
    });
    const scale = layer.gamma ? emission.weight(layer.gamma) : filled(1);
    const offset = layer.beta ? emission.weight(layer.beta) : filled(0);
    const { movingMean, movingVariance, momentum, epsilon } = layer;
    const moving = { mean: emission.weight(movingMean), variance: emission.weight(movingVariance) };
    if (training?.frozen.has(layer)) {
      return normalizeFrozen(tape, operations.cast(tape, x, 'float32'), scale, offset, moving, epsilon);
    }
    if (training) {
      // TensorFlow 2.21 has a fast kernel for bfloat16 only where the channels are a multiple of 16; the other takes longer than
      // what the convolution gains.
      const images = channels % 16 === 0 ? x : operations.cast(tape, x, 'float32');
      const { y, moments } =
        rank === 4
          ? normalizeImages(tape, images, scale, offset, epsilon, training.batchSize)
          : normalizeRows(tape, operations.cast(tape, x, 'float32'), scale, offset, epsilon, training.batchSize);
      training.blend(movingMean, moments.mean, momentum);
      training.blend(movingVariance, moments.variance, momentum);
      return y;
    }
    return normalizeBy(tape, x, scale, offset, moving, epsilon);
  },

  Dropout(layer: Layer<{ rate: number; noiseShape?: number[] }>, [x], _shape, emission) {
    demand(layer, !layer.noiseShape, 'has a noiseShape');
    const { tape, training } = emission;
    if (!training || layer.rate === 0) return x;
    return operations.dropout(tape, x, layer.rate, training.batchSize, training.nextSeed());
  },

  Add(layer: tf.layers.Layer, inputs, shape, { tape }) {
    const alike = inputs.every((input) => input.shape.join() === shape.join());
    demand(layer, alike, 'adds tensors of different shapes');
    return operations.add(tape, alikeInType(tape, inputs));
  },

  Concatenate(layer: Layer<{ axis: number }>, inputs, shape, { tape }) {
    const axis = layer.axis < 0 ? layer.axis + shape.length : layer.axis;
    demand(layer, axis > 0, 'joins batches');
    return operations.concatenate(tape, alikeInType(tape, inputs), axis, shape);
  },
};

type Normalization = Layer<{
  axis: number;
  momentum: number;
  epsilon: number;
  gamma?: Weight;
  beta?: Weight;
  movingMean: Weight;
  movingVariance: Weight;
}>;

function demandChannelsLast(layer: Layer<{ dataFormat?: string }>): void {
  demand(layer, (layer.dataFormat ?? 'channelsLast') === 'channelsLast', 'has its channels first');
}

/** The inputs of one type: bfloat16 where one of them is. */
function alikeInType(tape: Tape, inputs: readonly Tensor[]): Tensor[] {
  const dtype = inputs.some((input) => input.dtype === 'bfloat16') ? 'bfloat16' : 'float32';
  return inputs.map((input) => operations.cast(tape, input, dtype));
}

/** Bias and activation of a dense or convolutional layer. */
function finish(layer: Layer<Activated>, x: Tensor, { tape, weight }: Emission): Tensor {
  if (!layer.bias) return activate(layer, x, tape);
  return activate(layer, operations.biasAdd(tape, x, operations.cast(tape, weight(layer.bias), x.dtype)), tape);
}

function activate(layer: Layer<Activated>, x: Tensor, tape: Tape): Tensor {
  const activation = layer.activation.getClassName();
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return operations.relu(tape, x);
    case 'elu':
      return operations.elu(tape, x);
    case 'tanh':
      return operations.tanh(tape, x);
    case 'sigmoid':
      return operations.sigmoid(tape, x);
    case 'softmax':
      return operations.softmax(tape, operations.cast(tape, x, 'float32'));
    default:
      throw new NotCompilableError(layer.name, `has the activation ${activation}`);
  }
}
