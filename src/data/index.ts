/**
 * Files -> `Dataset` -> splits and folds -> batches.
 *
 * A subset is a `Dataset` of its own, copied by `takeImages(dataset, indices)`; folds are indices until their turn.
 * `./batches` alone loads TensorFlow; import it from there.
 */

export { DataError } from './data-error';
export type { DataFile, Dataset, DatasetOrigin, LoadedDataset } from './dataset';
export { IMAGE_SIZE, PIXELS } from './dataset';
export { defaultDatasetName, loadDataset } from './load-dataset';
export { encodeOneHot, normalizePixels, transposeImages } from './pixels';
export { type Fold, splitDataset, stratifiedFolds, takeImages, takeSubset } from './split';
export { classCounts, classMeans } from './statistics';
