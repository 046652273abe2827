export { type ExperimentBudget, experimentBudget, type SearchBudget, searchBudget } from './budget';
export { AUGMENTATION, compileForLongTraining, LONG_TRAINING } from './long-training';
export type { Profile } from './profiles';
export { openStudy, Study, type StudyOptions, type TrainedModel } from './study';
export {
  type ComparedModel,
  describeAugmentation,
  describeFinding,
  describeModels,
  describeTrainedAlike,
} from './verdicts';
