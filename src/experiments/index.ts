export { Ablation, type AblationEffect, type AblationOptions, type AblationResults } from './ablation';
export { type Corruption, corruptImages, defaultStrengths, type Strengths } from './corruptions';
export {
  type RobustnessOptions,
  type RobustnessPoint,
  robustness,
} from './robustness';
export { type TrainSizeCurveOptions, type TrainSizePoint, trainSizeCurve } from './train-size-curve';
