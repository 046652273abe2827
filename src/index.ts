/** Everything that a notebook imports. */
export * from './data';
export { gatherBatch } from './data/batches';
export * from './drawing';
export * from './evaluation';
export * from './experiments';
export * from './interpretability';
export * from './models';
export * from './notebook';
export * as figures from './plots';
export * from './storage';
export * from './study';
export * from './tensorboard';
export * from './training';
export * from './tuner';
