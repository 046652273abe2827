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
  adamLearningRate: 0.001,
  schedule: 'constant',
  batchSize: 128,
  labelSmoothing: 0,
  augmentation: 0,
};

/** A configuration of `buildCnn`. */
export const cnnValues = {
  blocks: 2,
  poolSize: 2,
  activation: 'elu',
  batchNormalization: true,
  convolutions: 1,
  filters1: 16,
  kernelSize1: 5,
  filters2: 32,
  kernelSize2: 3,
  head: 'flatten',
  dropout: 0.5,
  denseLayers: 1,
  denseUnits1: 64,
  regularization: 'l1l2',
  l1: 1e-5,
  l2: 1e-4,
  optimizer: 'sgd',
  sgdLearningRate: 0.05,
  momentum: 0.9,
  schedule: 'stepDecay',
  decayFactor: 0.2,
  batchSize: 64,
  labelSmoothing: 0.1,
  augmentation: 0.5,
};

/** Weights of the layers, counted by hand in the tests: `kernel + bias`. */
export function dense(inputs: number, units: number, bias = true): number {
  return inputs * units + (bias ? units : 0);
}
