export { evaluate } from './evaluate';
export { DivergedError, type FitOptions, fit } from './fit';
export type { EpochRecord, History } from './history';
export { InterruptedError } from './interrupt';
export { loadModel, modelDirectory, saveModel, type TrainingRecord } from './save-model';
