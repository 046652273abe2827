export { augmentDataset } from './augment-dataset';
export type { Callback, CallbackState, EndedTraining, Metrics, Training } from './callbacks';
export { EarlyStopping, type EarlyStoppingOptions } from './early-stopping';
export { type EvaluateOptions, evaluate } from './evaluate';
export { type FitOptions, fit } from './fit';
export type { EpochRecord, History } from './history';
export { InterruptedError } from './interrupt';
export {
  type LearningRateRange,
  type LearningRateRangeOptions,
  learningRateRange,
} from './learning-rate-range';
export { loadModel, modelDirectory, saveModel, searchDirectory, type TrainingRecord } from './save-model';
export { DivergedError } from './train-epochs';
