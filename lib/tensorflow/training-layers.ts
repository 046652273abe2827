import * as tf from '@tensorflow/tfjs-node';
import { runKernel } from './training-kernels';

type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }) => tf.Tensor;
type Weight = tf.layers.Layer['weights'][number] & { write(value: tf.Tensor): void };
type Layer<Fields> = tf.layers.Layer & Fields;

const STOCK_CALL = Symbol.for('inkwell.stockCall');

let frozenLayers: ReadonlySet<tf.layers.Layer> = new Set();

/** Does `work`, in which these layers compute what they do in predictions. */
export function withFrozen<Result>(layers: ReadonlySet<tf.layers.Layer>, work: () => Result): Result {
  const before = frozenLayers;
  frozenLayers = layers;
  try {
    return work();
  } finally {
    frozenLayers = before;
  }
}

/**
 * Gives a layer class a faster call for training; where `applies` says no, and outside training, the stock call runs.
 * The prototype of the class is changed, which all models share.
 */
function setTrainingCall<Fields>(
  sample: tf.layers.Layer,
  applies: (layer: Layer<Fields>, x: tf.Tensor) => boolean,
  call: (layer: Layer<Fields>, x: tf.Tensor) => tf.Tensor,
): void {
  const prototype = Object.getPrototypeOf(sample) as { call: Call; [STOCK_CALL]?: Call };
  // Found again after the notebook's kernel reloads this module: the stock call must not be lost.
  prototype[STOCK_CALL] ??= prototype.call;
  const stock = prototype[STOCK_CALL];
  prototype.call = function (this: Layer<Fields>, inputs, kwargs) {
    const [x, ...others] = Array.isArray(inputs) ? inputs : [inputs];
    // Subclasses inherit this call and may mean another thing by the same fields.
    const plain = others.length === 0 && Object.getPrototypeOf(this) === prototype;
    if (kwargs?.training === true && 'movingMean' in this && frozenLayers.has(this)) {
      return stock.call(this, inputs, { ...kwargs, training: false });
    }
    return kwargs?.training === true && plain && applies(this, x)
      ? tf.tidy(() => call(this, x))
      : stock.call(this, inputs, kwargs);
  };
}

/**
 * Makes dense, 2-D convolution, batch normalization and seeded dropout layers train with the kernels of
 * `./training-kernels`. Values and gradients stay those of the stock layers. A second call changes nothing.
 */
export function installTrainingLayers(): void {
  type Activated = {
    kernel: Weight;
    bias: Weight | null;
    activation: { apply(x: tf.Tensor): tf.Tensor; getClassName(): string };
  };
  const finish = (layer: Activated, x: tf.Tensor) => {
    const y = layer.bias ? runKernel('BiasAdd', { x, bias: layer.bias.read() })[0] : x;
    return layer.activation.getClassName() === 'linear' ? y : layer.activation.apply(y);
  };
  setTrainingCall<Activated>(
    tf.layers.dense({ units: 1 }),
    (_, x) => x.rank === 2,
    (layer, x) => finish(layer, runKernel('MatMul', { a: x, b: layer.kernel.read() })[0]),
  );
  type Convolution = Activated & {
    strides: [number, number];
    padding: 'same' | 'valid';
    dataFormat: string;
    dilationRate: [number, number];
  };
  setTrainingCall<Convolution>(
    tf.layers.conv2d({ filters: 1, kernelSize: 1 }),
    (layer) => layer.dataFormat === 'channelsLast',
    (layer, x) =>
      finish(
        layer,
        tf.conv2d(x as tf.Tensor4D, layer.kernel.read() as tf.Tensor4D, layer.strides, layer.padding, 'NHWC', layer.dilationRate),
      ),
  );
  type Normalization = {
    axis: number;
    momentum: number;
    epsilon: number;
    gamma: Weight;
    beta: Weight;
    movingMean: Weight;
    movingVariance: Weight;
  };
  setTrainingCall<Normalization>(
    tf.layers.batchNormalization(),
    (layer, x) =>
      (layer.axis === -1 || layer.axis === x.rank - 1) && Boolean(layer.gamma && layer.beta) && (x.rank === 2 || x.rank === 4),
    (layer, x) => {
      const channels = x.shape[x.rank - 1];
      const count = x.size / channels;
      const [y, mean, variance] = runKernel(
        'BatchNormalize',
        { x: x.rank === 4 ? x : x.reshape([count, 1, 1, channels]), scale: layer.gamma.read(), offset: layer.beta.read() },
        { epsilon: layer.epsilon },
      );
      const blend = (weight: Weight, value: tf.Tensor) =>
        weight.write(
          weight
            .read()
            .mul(layer.momentum)
            .add(value.mul(1 - layer.momentum)),
        );
      blend(layer.movingMean, mean);
      // The op's variance divides by count - 1, TensorFlow.js' moving average takes the one that divides by count.
      blend(layer.movingVariance, variance.mul((count - 1) / count));
      return y.reshape(x.shape);
    },
  );
  // Without a seed, TensorFlow.js draws from Math.random; that stays.
  setTrainingCall<{ rate: number; seed?: number; noiseShape?: number[] }>(
    tf.layers.dropout({ rate: 0 }),
    (layer) => layer.rate > 0 && layer.rate < 1 && layer.seed !== undefined && !layer.noiseShape,
    (layer, x) => runKernel('Dropout', { x }, { rate: layer.rate, seed: Number(layer.seed) | 0 })[0],
  );
}
