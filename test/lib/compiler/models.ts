import * as tf from '../../../lib/tensorflow';

// Small classifiers of images, `[b, 28, 28, 1]` -> `[b, 3]`, not compiled: every layer, setting, activation and regularizer
// that the compiler knows occurs in one of them.

export const CLASSES = 3;

const { layers } = tf;

/** The output of `members`, one behind the other, on `x`. */
function chain(x: tf.SymbolicTensor, members: readonly tf.layers.Layer[]): tf.SymbolicTensor {
  return members.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
}

function stack(...members: tf.layers.Layer[]): tf.LayersModel {
  const x = tf.input({ shape: [28, 28, 1] });
  return tf.model({ inputs: x, outputs: chain(x, members) });
}

const classify = () => layers.dense({ units: CLASSES, activation: 'softmax' });

/** Images of 7 x 7 with two channels, for the layers under test. */
const shrink = () => layers.conv2d({ filters: 2, kernelSize: 4, strides: 4, activation: 'tanh' });

type MakeLayer = () => tf.layers.Layer;

/** Layers on images of 7 x 7 with two channels, in a classifier. */
const onImages =
  (...under: MakeLayer[]) =>
  () =>
    stack(shrink(), ...under.map((make) => make()), layers.flatten(), classify());

/** Layers on 12 numbers, in a classifier. Without a bias, whose gradient before batch normalization is 0 but for rounding. */
const onNumbers =
  (...under: MakeLayer[]) =>
  () =>
    stack(shrink(), layers.flatten(), layers.dense({ units: 12, useBias: false }), ...under.map((make) => make()), classify());

/** Two branches that `merge` brings together with what they come from. */
const branches = (merge: () => tf.layers.Layer) => () => {
  const x = tf.input({ shape: [28, 28, 1] });
  const base = chain(x, [shrink()]);
  const ends = (['tanh', 'sigmoid'] as const).map((activation) =>
    chain(base, [layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation })]),
  );
  const merged = merge().apply([...ends, base]) as tf.SymbolicTensor;
  return tf.model({ inputs: x, outputs: chain(merged, [layers.flatten(), classify()]) });
};

const activated = (activation: 'linear' | 'relu' | 'elu' | 'tanh' | 'sigmoid' | 'softmax') => () =>
  stack(
    layers.conv2d({ filters: 2, kernelSize: 4, strides: 4, activation }),
    layers.flatten(),
    layers.dense({ units: 10, activation }),
    layers.dense({ units: 10 }),
    layers.activation({ activation }),
    classify(),
  );

const regularized = (regularizer: () => ReturnType<typeof tf.regularizers.l1>) => () => {
  const both = { kernelRegularizer: regularizer(), biasRegularizer: regularizer() };
  return stack(
    layers.conv2d({ filters: 2, kernelSize: 4, strides: 4, activation: 'tanh', ...both }),
    layers.flatten(),
    layers.batchNormalization({ gammaRegularizer: regularizer(), betaRegularizer: regularizer() }),
    layers.dense({ units: CLASSES, activation: 'softmax', ...both }),
  );
};

export const MODELS: Readonly<Record<string, () => tf.LayersModel>> = {
  'dense without bias': onNumbers(() => layers.dense({ units: 9, useBias: false })),
  'conv2d, same': onImages(() => layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' })),
  'conv2d, valid, without bias': onImages(() => layers.conv2d({ filters: 3, kernelSize: [3, 2], useBias: false })),
  'conv2d, same, strides 2': onImages(() => layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })),
  'conv2d, valid, strides [2, 1]': onImages(() => layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: [2, 1] })),
  'conv2d, dilated': onImages(() => layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: 'same' })),
  'max pooling': onImages(() => layers.maxPooling2d({ poolSize: 2 })),
  'max pooling, overlapping, same': onImages(() => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'max pooling, overlapping, valid': onImages(() => layers.maxPooling2d({ poolSize: [3, 2], strides: [1, 2] })),
  'average pooling': onImages(() => layers.averagePooling2d({ poolSize: 2 })),
  'average pooling, overlapping, same': onImages(() => layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'average pooling, overlapping, valid': onImages(() => layers.averagePooling2d({ poolSize: [3, 2], strides: [1, 2] })),
  'global average pooling': () =>
    stack(
      layers.conv2d({ filters: 4, kernelSize: 4, strides: 4, activation: 'tanh' }),
      layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
      classify(),
    ),
  reshape: onImages(
    () => layers.reshape({ targetShape: [14, 7, 1] }),
    () => layers.conv2d({ filters: 2, kernelSize: 3 }),
    () => layers.reshape({ targetShape: [10, 12] }),
  ),
  'dropout with rate 0': onNumbers(() => layers.dropout({ rate: 0 })),
  'batch normalization of images': onImages(
    () => layers.conv2d({ filters: 3, kernelSize: 3, useBias: false }),
    () => layers.batchNormalization({ momentum: 0.9 }),
    () => layers.activation({ activation: 'tanh' }),
  ),
  'batch normalization of numbers': onNumbers(
    () => layers.batchNormalization({ momentum: 0.8, epsilon: 0.01 }),
    () => layers.activation({ activation: 'tanh' }),
  ),
  'batch normalization without scale': onImages(() => layers.batchNormalization({ scale: false })),
  'batch normalization without center': onNumbers(() => layers.batchNormalization({ center: false })),
  'batch normalization without both': onImages(() => layers.batchNormalization({ scale: false, center: false, axis: 3 })),
  'two batch normalizations': onNumbers(
    () => layers.batchNormalization({ momentum: 0.9 }),
    () => layers.dense({ units: 8, activation: 'tanh' }),
    () => layers.batchNormalization({ momentum: 0.5 }),
  ),
  'activation layers': onNumbers(
    () => layers.reLU(),
    () => layers.dense({ units: 12 }),
    () => layers.leakyReLU({ alpha: 0.1 }),
    () => layers.dense({ units: 12 }),
    () => layers.elu(),
    () => layers.dense({ units: 12 }),
    () => layers.softmax(),
  ),
  'softmax as a layer of its own at the end': () =>
    stack(shrink(), layers.flatten(), layers.dense({ units: CLASSES }), layers.softmax()),
  add: branches(() => layers.add()),
  'concatenate along the channels': branches(() => layers.concatenate()),
  'concatenate along the rows': branches(() => layers.concatenate({ axis: 1 })),
  'a layer used twice': () => {
    const kernelRegularizer = tf.regularizers.l2({ l2: 0.01 });
    const twice = layers.dense({ units: 12, activation: 'tanh', kernelRegularizer });
    return onNumbers(
      () => twice,
      () => twice,
    )();
  },
  'a batch normalization used twice': () => {
    const twice = layers.batchNormalization({ momentum: 0.7 });
    return onNumbers(
      () => twice,
      () => layers.dense({ units: 12, activation: 'tanh' }),
      () => twice,
    )();
  },
  'a frozen layer, whose penalty still counts': onNumbers(
    () => {
      const kernelRegularizer = tf.regularizers.l2({ l2: 0.01 });
      return layers.dense({ units: 12, activation: 'tanh', trainable: false, kernelRegularizer });
    },
    () => layers.dense({ units: 6, activation: 'tanh' }),
  ),
  'a frozen batch normalization': onImages(() => layers.batchNormalization({ momentum: 0.9, trainable: false })),
  'activation linear': activated('linear'),
  'activation relu': activated('relu'),
  'activation elu': activated('elu'),
  'activation tanh': activated('tanh'),
  'activation sigmoid': activated('sigmoid'),
  'activation softmax': activated('softmax'),
  'l1 on kernels, biases, scales and offsets': regularized(() => tf.regularizers.l1({ l1: 0.05 })),
  'l2 on kernels, biases, scales and offsets': regularized(() => tf.regularizers.l2({ l2: 0.3 })),
  'l1l2 on kernels, biases, scales and offsets': regularized(() => tf.regularizers.l1l2({ l1: 0.03, l2: 0.2 })),
};
