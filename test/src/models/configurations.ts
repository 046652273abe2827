/** A configuration of `buildMlp`. */
export const mlpValues = {
  layers: 2,
  units1: 64,
  activation1: 'relu',
  units2: 32,
  activation2: 'leakyRelu',
  batchNormalization: false,
  dropout: 0.2,
  regularization: 'none',
  optimizer: 'adam',
  adamLearningRate: 0.002,
  schedule: 'constant',
};

/** A configuration of `buildCnn`. */
export const cnnValues = {
  blocks: 2,
  activation: 'elu',
  batchNormalization: true,
  filters1: 16,
  kernelSize: 5,
  filters2: 32,
  dropout: 0.3,
  denseLayers: 1,
  denseUnits1: 64,
  regularization: 'l1l2',
  l1: 1e-5,
  l2: 1e-4,
  optimizer: 'sgdMomentum',
  sgdMomentumLearningRate: 0.05,
  schedule: 'stepDecay',
  decayFactor: 0.2,
};

/** Weights of the layers, counted by hand in the tests: `kernel + bias`. */
export function dense(inputs: number, units: number, bias = true): number {
  return inputs * units + (bias ? units : 0);
}

/** Weights of a convolution without bias and its batch normalization. */
export function normalizedConvolution(channels: number, filters: number, kernelSize: number): number {
  return kernelSize ** 2 * channels * filters + 4 * filters;
}
