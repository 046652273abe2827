export {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
  type Scores,
} from './classification-report';
export { type Confusion, type ConfusionMatrix, confusionMatrix, mostConfused } from './confusion-matrix';
export {
  compareModels,
  type EvaluatedModel,
  type Interval,
  type ModelScores,
  wilsonInterval,
} from './model-comparison';
export type { Predictions } from './predictions';
