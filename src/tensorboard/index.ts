export { type HparamsRow, writeHparams, writeHparamsExperiment } from './hparams';
export { TensorBoard } from './tensorboard';
