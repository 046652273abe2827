/** All that notebooks import, in the order in which they need it. */

import '../lib/notebook/live-views';

// The data: files, splits, statistics (notebook 1).

export { gatherBatch } from '../lib/data/batches';
export { DataError } from '../lib/data/data-error';
export { dataWarnings } from '../lib/data/data-warnings';
export {
  type DataFile,
  type Dataset,
  type DatasetOrigin,
  type DataWarning,
  IMAGE_SIZE,
  type LoadedDataset,
  PIXELS,
  type UnlabelledImages,
} from '../lib/data/dataset';
export { datasetFrom } from '../lib/data/dataset-from';
export { defaultDatasetName, loadDataset } from '../lib/data/load-dataset';
export { encodeOneHot, normalizePixels, transposeImages } from '../lib/data/pixels';
export { type Fold, splitDataset, stratifiedFolds, takeImages, takeSubset } from '../lib/data/split';
export { classCounts, classMeans } from '../lib/data/statistics';
export { type LabelledScan, readScan, type UnlabelledScan } from '../lib/scan/read-scan';

// Models, and the study that notebooks 2 and 3 make.

export type { AugmentationConfig } from '../lib/recipe/augmentation';
export { type CompileConfig, compileModel, recompileModel } from '../lib/recipe/compile';
export type { OptimizerConfig } from '../lib/recipe/optimizers';
export { learningRateAt, type ScheduleConfig } from '../lib/recipe/schedules';
export { buildCnn } from './models/cnn';
export { buildMlp } from './models/mlp';
export { bestCnn, bestMlp, betterCnn, PRESETS, type Preset, quickCnn, seedCnn, seedMlp } from './models/presets';
export { ACTIVATIONS, type Activation, Stack } from './models/stack';
export { type ExperimentBudget, experimentBudget, type SearchBudget, searchBudget } from './study/budget';
export { describeCuts } from './study/describe-budget';
export { modelDirectory, searchDirectory } from './study/folders';
export { AUGMENTATION, type Profile } from './study/profiles';
export { readStudy } from './study/read-study';
export { judgeReferences } from './study/references';
export { openStudy, Study, type StudyOptions, type TrainedModel } from './study/study';

// Searches.

export { type MachinesOptions, machines } from '../lib/machines/machines';
export type { Asked } from '../lib/search/ask-and-tell';
export { defaultHyperparameters } from '../lib/search/default-hyperparameters';
export { defaultWorkers } from '../lib/search/executors/default-workers';
export type { CallbackFactory } from '../lib/search/executors/training-job';
export { FatalError } from '../lib/search/fatal-error';
export {
  canRateImportance,
  type HyperparameterImportance,
  hyperparameterImportance,
} from '../lib/search/importance';
export type { DataDescription, ModelBuilder } from '../lib/search/model-builder';
export type { Objective } from '../lib/search/objective';
export type { OpenObserver, SearchObserver } from '../lib/search/observer';
export type { Decision, Oracle, SearchView } from '../lib/search/oracles/oracle';
export type { Confidence } from '../lib/search/oracles/prior';
export { medianPruner } from '../lib/search/pruners/median';
export { patiencePruner } from '../lib/search/pruners/patience';
export type { Pruner } from '../lib/search/pruners/pruner';
export { readSearch, type SearchRecord } from '../lib/search/read-search';
export { Search } from '../lib/search/search';
export type { RunOptions, SearchOptions } from '../lib/search/search-options';
export { bestSearch } from '../lib/search/search-results';
export {
  Asha,
  BayesianOptimization,
  GridSearch,
  Hyperband,
  PriorBand,
  RandomSearch,
} from '../lib/search/searches';
export { type Domain, describeDomain } from '../lib/search/space/domain';
export {
  HyperParameters,
  type HyperParameterValue,
  type HyperParameterValues,
  type SpaceOptions,
} from '../lib/search/space/hyperparameters';
export { describeSpace, type SearchSpace } from '../lib/search/space/search-space';
export type { Trial } from '../lib/search/trial';
export { type HparamsRow, writeHparams, writeHparamsExperiment } from '../lib/tensorboard/hparams';
export { tensorBoardLogs } from '../lib/tensorboard/search-board';
export { TensorBoard } from '../lib/tensorboard/tensorboard';

// Training, and what it keeps on disk.

export { FolderInUseError } from '../lib/storage/folder-lock';
export { JournalError } from '../lib/storage/journal';
export { WriteError } from '../lib/storage/write-error';
export { augmentDataset } from '../lib/training/augment-dataset';
export type { Callback, CallbackState, EndedTraining, Metrics, Training } from '../lib/training/callbacks';
export { EarlyStopping, type EarlyStoppingOptions } from '../lib/training/early-stopping';
export { type EvaluateOptions, evaluate } from '../lib/training/evaluate';
export { type FitOptions, fit } from '../lib/training/fit';
export type { EpochRecord, History } from '../lib/training/history';
export { InterruptedError } from '../lib/training/interrupt';
export {
  type LearningRateRange,
  type LearningRateRangeOptions,
  learningRateRange,
} from '../lib/training/learning-rate-range';
export { nearestNeighbours } from '../lib/training/nearest-neighbours';
export {
  loadModel,
  saveModel,
  type TrainingRecord,
} from '../lib/training/save-model';
export { DivergedError } from '../lib/training/train-epochs';

// Evaluation and experiments (notebook 4).

export { drawingPad } from '../lib/drawing/drawing-pad';
export { readDrawings } from '../lib/drawing/read-drawings';
export {
  type BootstrapOptions,
  bootstrapInterval,
  type Difference,
  type Metric,
  pairedBootstrap,
} from '../lib/evaluation/bootstrap';
export {
  type ConfidenceBin,
  canFitTemperature,
  confidenceBins,
  expectedCalibrationError,
  fitTemperature,
  scaleTemperature,
} from '../lib/evaluation/calibration';
export {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
  type Scores,
} from '../lib/evaluation/classification-report';
export {
  type Confusion,
  type ConfusionMatrix,
  confusionMatrix,
  mostConfused,
} from '../lib/evaluation/confusion-matrix';
export { findLabelIssues } from '../lib/evaluation/label-issues';
export { type McnemarTest, mcnemarTest } from '../lib/evaluation/mcnemar';
export { type MeanInterval, meanInterval } from '../lib/evaluation/mean-interval';
export {
  type ConfusedPair,
  type ConfusionImages,
  confusedPairs,
  type Mistake,
  worstMistakes,
} from '../lib/evaluation/mistakes';
export {
  compareModels,
  type EvaluatedModel,
  type Interval,
  type ModelScores,
  wilsonInterval,
} from '../lib/evaluation/model-comparison';
export type { Predictions } from '../lib/evaluation/predictions';
export { type PredictionScores, scoreIntervals, scorePredictions } from '../lib/evaluation/scores';
export {
  Ablation,
  type AblationEffect,
  type AblationOptions,
  type AblationResults,
  readAblation,
} from '../lib/experiments/ablation';
export {
  type Corruption,
  corruptImages,
  defaultStrengths,
  type Strengths,
} from '../lib/experiments/corruptions';
export { type RobustnessOptions, type RobustnessPoint, robustness } from '../lib/experiments/robustness';
export {
  type TrainSizeCurveOptions,
  type TrainSizePoint,
  trainSizeCurve,
} from '../lib/experiments/train-size-curve';
export { type ClassImages, classImages } from '../lib/interpretability/class-images';
export { type Embedding, embedding } from '../lib/interpretability/embedding';
export { type FeatureMaps, featureMaps, type LayerMaps } from '../lib/interpretability/feature-maps';
export { type Filters, firstLayerFilters } from '../lib/interpretability/filters';
export { gradCam } from '../lib/interpretability/grad-cam';
export type { Heatmaps } from '../lib/interpretability/heatmaps';
export { saliency } from '../lib/interpretability/saliency';

// What a run says: figures, tables, words.

export type { Html, Markdown } from '../lib/base/media';
export * as figures from '../lib/figures';
export type { RunRecord } from '../lib/notebook/provenance';
export { recordRun } from '../lib/notebook/record-run';
export { type ModelResult, type Results, recordResults } from '../lib/notebook/results';
export { markdown, show } from '../lib/notebook/show';
export { sourceCode } from '../lib/notebook/source-code';
export * as sentences from '../lib/sentences/sentences';
export { predict, writeSubmission } from '../lib/tables/predict';
export type { TableOptions } from '../lib/tables/table-view';
export * as tables from '../lib/tables/tables';
