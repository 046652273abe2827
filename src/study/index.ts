export { type ExperimentBudget, experimentBudget, type SearchBudget, searchBudget } from './budget';
export type { Profile } from './profiles';
export { AUGMENTATION, LONG_TRAINING, openStudy, Study, type StudyOptions, type TrainedModel } from './study';
export {
  type ComparedModel,
  describeAugmentation,
  describeFinding,
  describeModels,
  describeTrainedAlike,
} from './verdicts';
