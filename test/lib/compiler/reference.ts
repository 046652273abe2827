import type * as tf from '../../../lib/tensorflow';

// The forward pass and loss of a model in JavaScript's double precision, written from the definitions of the layers.

/** Numbers of `shape`, the last axis fastest. */
interface Block {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

type Weight = tf.LayersModel['weights'][number];
// biome-ignore lint/suspicious/noExplicitAny: the configuration of any layer.
type Config = Record<string, any>;

/** The numbers that the reference uses for a weight. */
export type WeightValues = ReadonlyMap<Weight, Float64Array>;

/** Mean cross-entropy of the batch, of smoothed labels, plus the penalties; batch normalization takes the batch's moments. */
export function referenceLoss(
  model: tf.LayersModel,
  weights: WeightValues,
  images: Uint8Array,
  labels: Uint8Array,
  smoothing = 0,
): number {
  const known = new Map<tf.SymbolicTensor, Block>([
    [model.inputs[0], { shape: [labels.length, 28, 28, 1], values: Float64Array.from(images, (level) => level / 255) }],
  ]);
  let penalty = 0;
  const compute = (symbol: tf.SymbolicTensor): Block => {
    const found = known.get(symbol);
    if (found) return found;
    const { sourceLayer: layer, nodeIndex } = symbol;
    const inputs = layer.inboundNodes[nodeIndex].inputTensors.map(compute);
    const own = layer.weights.map((weight) => weights.get(weight) as Float64Array);
    const config: Config = layer.getConfig();
    const y = LAYERS[layer.getClassName()](inputs, own, config);
    known.set(symbol, y);
    penalty += penaltyOf(config, own);
    return y;
  };
  const { values: probabilities } = compute(model.outputs[0]);
  const classes = probabilities.length / labels.length;
  let loss = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const target = (i % classes === labels[Math.floor(i / classes)] ? 1 - smoothing : 0) + smoothing / classes;
    loss -= target * Math.log(probabilities[i]);
  }
  return loss / labels.length + penalty;
}

/** The weights of a layer come as kernel and bias, or as scale and offset, those that it has. */
function penaltyOf(config: Config, weights: readonly Float64Array[]): number {
  const names = 'axis' in config ? ['gamma', 'beta'] : ['kernel', 'bias'];
  return names.reduce((sum, name, i) => {
    const regularizer = config[`${name}Regularizer`];
    if (!regularizer) return sum;
    const { l1, l2 } = regularizer.config;
    return weights[i].reduce((part, w) => part + l1 * Math.abs(w) + l2 * w * w, sum);
  }, 0);
}

type Compute = (inputs: readonly Block[], weights: readonly Float64Array[], config: Config) => Block;

const LAYERS: Readonly<Record<string, Compute>> = {
  Dense([{ shape, values }], [kernel, bias], { units, activation }) {
    const [batch, inputs] = shape;
    const y = new Float64Array(batch * units);
    for (let b = 0; b < batch; b++) {
      for (let u = 0; u < units; u++) {
        let sum = bias ? bias[u] : 0;
        for (let i = 0; i < inputs; i++) sum += values[b * inputs + i] * kernel[i * units + u];
        y[b * units + u] = sum;
      }
    }
    return activate({ shape: [batch, units], values: y }, activation);
  },

  Conv2D([x], [kernel, bias], config) {
    const channels = x.shape[3];
    const { filters, kernelSize, activation } = config;
    const sums = slide(x, filters, kernelSize, config, (taps, f) => {
      let sum = bias ? bias[f] : 0;
      for (const [tap, at] of taps) {
        for (let c = 0; c < channels; c++) sum += x.values[at + c] * kernel[(tap * channels + c) * filters + f];
      }
      return sum;
    });
    return activate(sums, activation);
  },

  MaxPooling2D: ([x], _, config) =>
    slide(x, x.shape[3], config.poolSize, config, (taps, c) => Math.max(...taps.map(([, at]) => x.values[at + c]))),

  AveragePooling2D: ([x], _, config) =>
    slide(
      x,
      x.shape[3],
      config.poolSize,
      config,
      (taps, c) => taps.reduce((sum, [, at]) => sum + x.values[at + c], 0) / taps.length,
    ),

  GlobalAveragePooling2D([{ shape, values }]) {
    const [batch, height, width, channels] = shape;
    const y = new Float64Array(batch * channels);
    const count = height * width;
    for (let i = 0; i < values.length; i++) {
      y[Math.floor(i / (count * channels)) * channels + (i % channels)] += values[i] / count;
    }
    return { shape: [batch, channels], values: y };
  },

  BatchNormalization([{ shape, values }], weights, { epsilon, scale, center, trainable }) {
    const channels = shape.at(-1) as number;
    const count = values.length / channels;
    const rest = [...weights];
    const gamma = scale ? rest.shift() : undefined;
    const beta = center ? rest.shift() : undefined;
    const [movingMean, movingVariance] = rest;
    const y = new Float64Array(values.length);
    for (let c = 0; c < channels; c++) {
      let mean = 0;
      for (let i = c; i < values.length; i += channels) mean += values[i] / count;
      let variance = 0;
      for (let i = c; i < values.length; i += channels) variance += (values[i] - mean) ** 2 / count;
      // One that does not train is that of predictions.
      if (!trainable) [mean, variance] = [movingMean[c], movingVariance[c]];
      for (let i = c; i < values.length; i += channels) {
        const normal = (values[i] - mean) / Math.sqrt(variance + epsilon);
        y[i] = normal * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0);
      }
    }
    return { shape, values: y };
  },

  Flatten: ([{ shape, values }]) => ({ shape: [shape[0], values.length / shape[0]], values }),

  Reshape([{ shape, values }], _, { targetShape }) {
    const known = (targetShape as number[]).reduce((product, side) => (side > 0 ? product * side : product), 1);
    const rest = values.length / shape[0] / known;
    return { shape: [shape[0], ...targetShape.map((side: number) => (side > 0 ? side : rest))], values };
  },

  Dropout: ([x]) => x,
  Activation: ([x], _, { activation }) => activate(x, activation),
  ReLU: ([x]) => activate(x, 'relu'),
  LeakyReLU: ([{ shape, values }], _, { alpha }) => ({
    shape,
    values: values.map((value) => (value > 0 ? value : alpha * value)),
  }),
  ELU: ([x]) => activate(x, 'elu'),
  Softmax: ([x]) => activate(x, 'softmax'),

  Add: (inputs) => ({
    shape: inputs[0].shape,
    values: inputs[0].values.map((_, i) => inputs.reduce((sum, { values }) => sum + values[i], 0)),
  }),

  Concatenate(inputs, _, { axis }) {
    const [{ shape }] = inputs;
    const along = axis < 0 ? axis + shape.length : axis;
    const outer = shape.slice(0, along).reduce((product, side) => product * side, 1);
    const rows: number[] = [];
    for (let row = 0; row < outer; row++) {
      for (const { values } of inputs) {
        const length = values.length / outer;
        rows.push(...values.subarray(row * length, (row + 1) * length));
      }
    }
    const side = inputs.reduce((sum, input) => sum + input.shape[along], 0);
    return { shape: shape.with(along, side), values: Float64Array.from(rows) };
  },
};

/** A position of the window that lies in the image: its number in the window, and where its channels begin. */
type Tap = readonly [tap: number, at: number];

/** What `compute` says of each window of an image and each output channel; what `same` pads is left out. */
function slide(
  { shape: [batch, height, width, channels] }: Block,
  outputs: number,
  [rows, columns]: readonly number[],
  { strides, padding, dilationRate = 1 }: Config,
  compute: (taps: readonly Tap[], output: number) => number,
): Block {
  const dilations: number[] = [dilationRate].flat();
  const axis = (size: number, window: number, i: number) => {
    const reach = (window - 1) * (dilations[i] ?? dilations[0]) + 1;
    const stride = strides[i];
    const same = padding === 'same';
    const count = Math.ceil((same ? size : size - reach + 1) / stride);
    const padded = same ? Math.max((count - 1) * stride + reach - size, 0) : 0;
    return { count, stride, step: dilations[i] ?? dilations[0], before: Math.floor(padded / 2) };
  };
  const [down, across] = [axis(height, rows, 0), axis(width, columns, 1)];
  const y: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < down.count; i++) {
      for (let j = 0; j < across.count; j++) {
        const taps: Tap[] = [];
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            const row = i * down.stride - down.before + r * down.step;
            const column = j * across.stride - across.before + c * across.step;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            taps.push([r * columns + c, ((b * height + row) * width + column) * channels]);
          }
        }
        for (let output = 0; output < outputs; output++) y.push(compute(taps, output));
      }
    }
  }
  return { shape: [batch, down.count, across.count, outputs], values: Float64Array.from(y) };
}

const ACTIVATIONS: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  elu: (x) => (x > 0 ? x : Math.exp(x) - 1),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

function activate({ shape, values }: Block, activation: string): Block {
  if (activation !== 'softmax') return { shape, values: values.map((value) => ACTIVATIONS[activation](value)) };
  const last = shape.at(-1) as number;
  const powers = values.map((value) => Math.exp(value));
  return {
    shape,
    values: powers.map((power, i) => {
      const start = i - (i % last);
      return power / powers.subarray(start, start + last).reduce((sum, other) => sum + other, 0);
    }),
  };
}
