/** What a run says in words, each a string of Markdown: `await show(markdown(sentences.gain(search)))`. */

export { describeAblation as ablation } from './describe-ablation';
export { describeAugmentation as augmentation } from './describe-augmentation';
export { describeCalibration as calibration } from './describe-calibration';
export { describeClasses as classes } from './describe-classes';
export { describeComparison as comparison } from './describe-comparison';
export { describeDataset as dataset } from './describe-dataset';
export { describeFinding as finding, describeFindings as findings } from './describe-finding';
export { describeFit as fit } from './describe-fit';
export { describeGain as gain } from './describe-gain';
export { describeModels as models } from './describe-models';
export { describeReading as reading } from './describe-reading';
export { describeScan as scan } from './describe-scan';
export {
  describeBest as best,
  describeImportance as importance,
  describeSearch as search,
} from './describe-search';
export { describeAbstract as abstract, describeConclusion as conclusion, type StudiedModel } from './describe-study';
export { describeTrainedAlike as trainedAlike } from './describe-trained-alike';
