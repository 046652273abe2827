export {
  type BootstrapOptions,
  bootstrapInterval,
  type Difference,
  type Metric,
  pairedBootstrap,
} from './bootstrap';
export {
  type ConfidenceBin,
  canFitTemperature,
  confidenceBins,
  expectedCalibrationError,
  fitTemperature,
  scaleTemperature,
} from './calibration';
export {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
  type Scores,
} from './classification-report';
export { type Confusion, type ConfusionMatrix, confusionMatrix, mostConfused } from './confusion-matrix';
export { findLabelIssues } from './label-issues';
export { type McnemarTest, mcnemarTest } from './mcnemar';
export { type MeanInterval, meanInterval } from './mean-interval';
export {
  type ConfusedPair,
  type ConfusionImages,
  confusedPairs,
  type Mistake,
  worstMistakes,
} from './mistakes';
export {
  compareModels,
  type EvaluatedModel,
  type Interval,
  type ModelScores,
  wilsonInterval,
} from './model-comparison';
export type { Predictions } from './predictions';
export { type PredictionScores, scoreIntervals, scorePredictions } from './scores';
