export type { AugmentationConfig } from './augmentation';
export { buildCnn } from './cnn';
export { type CompileConfig, compileModel, recompileModel } from './compile';
export { ACTIVATIONS, type Activation, Stack } from './layers';
export { buildMlp } from './mlp';
export type { DataShape, ModelBuilder } from './model-builder';
export type { OptimizerConfig } from './optimizers';
export { bestCnn, bestMlp, PRESETS, type Preset, quickCnn, seedCnn, seedMlp } from './presets';
export { learningRateAt, type ScheduleConfig } from './schedules';
