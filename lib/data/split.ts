import { sum } from '../base/numbers';
import { random } from '../base/random';
import { checkDataset } from './check-dataset';
import { type Dataset, PIXELS } from './dataset';
import { classCounts } from './statistics';

/** One fold of a cross-validation: which images train, which validate. Ascending; `takeImages` copies them out. */
export interface Fold {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** The images at `indices`, in that order, copied: later changes to either data set leave the other alone. */
export function takeImages(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  checkIndices(dataset, indices);
  // A local: reading an imported name in CommonJS goes through its module, which costs the inner loop its speed.
  const pixels = PIXELS;
  const size = indices.length;
  const images = new Uint8Array(size * pixels);
  const labels = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const start = indices[i] * pixels;
    images.set(dataset.images.subarray(start, start + pixels), i * pixels);
    labels[i] = dataset.labels[indices[i]];
  }
  return { ...dataset, images, labels, size, origin: undefined };
}

/** @throws RangeError for what is no data set, and for an index that is no image of it; typed arrays would read it as 0. */
export function checkIndices(dataset: Dataset, indices: ArrayLike<number>): void {
  checkDataset(dataset);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!(Number.isInteger(index) && index >= 0 && index < dataset.size)) {
      throw new RangeError(
        `indices must be whole numbers from 0 to ${dataset.size - 1} for ${dataset.name} ` +
          `(${dataset.size} images), but indices[${i}] is ${index}.`,
      );
    }
  }
}

/**
 * A training and a validation part with each class in the same share in both (stratified), as copies.
 * The same seed gives the same split. The validation part holds `fraction` of the images, rounded, and of each
 * class its share rounded up or down: of 10 images in class A and 5 in class B, 0.2 takes 2 and 1. A class keeps
 * its last image for training, where the others have enough to hold out.
 *
 * @param fraction Share held out for validation, above 0 and below 1.
 * @throws RangeError where the fraction leaves a part without images.
 */
export function splitDataset(dataset: Dataset, fraction: number, seed = 0): { train: Dataset; validation: Dataset } {
  checkDataset(dataset);
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`fraction must be above 0 and below 1, but got ${fraction}; 0.1 holds out a tenth.`);
  }
  const held = heldOutSize(dataset.size, fraction);
  if (held === 0 || held === dataset.size) {
    throw new RangeError(
      `fraction ${fraction} of ${dataset.size} images leaves no image for ${held ? 'training' : 'validation'}; ` +
        'take a fraction nearer to 0.5 or more images.',
    );
  }
  const takes = heldOutCounts(classCounts(dataset), held);
  const { chosen, others } = drawStratified(dataset, takes, seed, 'split');
  return { train: takeImages(dataset, others), validation: takeImages(dataset, chosen) };
}

/** How many of `size` images `splitDataset` holds out. */
export function heldOutSize(size: number, fraction: number): number {
  return Math.round(fraction * size);
}

/**
 * A smaller data set with the classes in the same shares, for quick looks and searches: `size` images, copied. A class
 * whose share would be less keeps two images, so that one can be learned from and one judged; one, or none, where `size`
 * has no room for that or the class no more. The data set itself where it has no more than `size` images.
 */
export function takeSubset(dataset: Dataset, size: number, seed = 0): Dataset {
  checkDataset(dataset);
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`size must be a whole number of images, 1 or more, but got ${size}.`);
  }
  if (size >= dataset.size) return dataset;
  const takes = subsetCounts(classCounts(dataset), size);
  const subset = takeImages(dataset, drawStratified(dataset, takes, seed, 'subset').chosen);
  const { origin } = dataset;
  return origin ? { ...subset, origin: { ...origin, subsets: [...origin.subsets, { size, seed }] } } : subset;
}

/**
 * The folds of a stratified k-fold cross-validation. Each image validates in exactly one fold; the folds' sizes,
 * and the counts of any class in them, differ by at most one. The same seed gives the same folds.
 *
 * A class of fewer than k images validates in as many folds as it has images, and trains in all of them. Only a class of
 * one image cannot do both: the fold that validates it has not learned it.
 *
 * Folds are indices, so that k folds of a large data set cost no copies: `takeImages(dataset, fold.train)` makes
 * a data set of one when its turn comes.
 *
 * @param k From 2 to the number of images.
 */
export function stratifiedFolds(dataset: Dataset, k: number, seed = 0): Fold[] {
  checkDataset(dataset);
  if (!Number.isInteger(k) || k < 2) {
    throw new RangeError(`k must be a whole number of folds, 2 or more, but got ${k}.`);
  }
  if (k > dataset.size) {
    throw new RangeError(
      `k must not exceed the images, but got k = ${k} for the ${dataset.size} of ${dataset.name}; use fewer folds or more ` +
        'images.',
    );
  }
  const foldOf = new Uint32Array(dataset.size);
  let dealt = 0;
  for (const members of shuffledClasses(dataset, seed, 'folds')) {
    for (const index of members) foldOf[index] = dealt++ % k;
  }
  const indices = Uint32Array.from(foldOf, (_, index) => index);
  return Array.from({ length: k }, (_, fold) => ({
    train: indices.filter((index) => foldOf[index] !== fold),
    validation: indices.filter((index) => foldOf[index] === fold),
  }));
}

/** How many images of each class `takeSubset` takes for a subset of `size`. */
export function subsetCounts(counts: ArrayLike<number>, size: number): number[] {
  const classes = Array.from(counts);
  if (size >= sum(classes)) return classes;
  const least = [2, 1, 0]
    .map((images) => classes.map((count) => Math.min(count, images)))
    .find((takes) => sum(takes) <= size) as number[];
  const takes: (number | undefined)[] = classes.map(() => undefined);
  for (;;) {
    const open = classes.map((count, c) => (takes[c] === undefined ? count : 0));
    const rest = size - sum(takes.map((take) => take ?? 0));
    const shares = sharesOf(open, rest);
    // What a class takes above its share is missing to the others, whose shares then fall.
    const short = shares.flatMap((share, c) => (takes[c] === undefined && share < least[c] ? [c] : []));
    for (const c of short) takes[c] = least[c];
    if (short.length === 0) return roundShares(shares, rest).map((take, c) => takes[c] ?? take);
  }
}

/** How many images of each class `splitDataset` holds out for a validation part of `size`. */
function heldOutCounts(counts: ArrayLike<number>, size: number): number[] {
  const classes = Array.from(counts);
  return roundShares(sharesOf(classes, size), size, (c, take) => take < classes[c]);
}

/** What each class would give of `size`, in fractions of an image. */
function sharesOf(counts: readonly number[], size: number): number[] {
  const total = sum(counts);
  return counts.map((count) => (total === 0 ? 0 : (count * size) / total));
}

/**
 * The shares as whole numbers that add up to `size`: largest remainders are rounded up, of classes that `mayTake` so many first.
 */
function roundShares(
  shares: readonly number[],
  size: number,
  mayTake: (c: number, take: number) => boolean = () => true,
): number[] {
  const takes = shares.map(Math.floor);
  const missing = size - sum(takes);
  const may = (c: number) => Number(mayTake(c, takes[c] + 1));
  const byRemainder = shares.map((_, c) => c).sort((a, b) => may(b) - may(a) || shares[b] - takes[b] - (shares[a] - takes[a]));
  for (const c of byRemainder.slice(0, missing)) takes[c]++;
  return takes;
}

/** Draws `takes[c]` indices of each class c; both lists ascend. */
function drawStratified(dataset: Dataset, takes: readonly number[], seed: number, stream: string) {
  const isChosen = new Uint8Array(dataset.size);
  shuffledClasses(dataset, seed, stream).forEach((members, c) => {
    for (const index of members.subarray(0, takes[c])) isChosen[index] = 1;
  });
  const chosen = new Uint32Array(sum(takes));
  const others = new Uint32Array(dataset.size - chosen.length);
  for (let index = 0, taken = 0; index < dataset.size; index++) {
    if (isChosen[index]) chosen[taken++] = index;
    else others[index - taken] = index;
  }
  return { chosen, others };
}

/** The indices of each class in random order, by class index. */
function shuffledClasses(dataset: Dataset, seed: number, stream: string): Uint32Array[] {
  const members = Array.from(classCounts(dataset), (count) => new Uint32Array(count));
  const filled = new Uint32Array(members.length);
  dataset.labels.forEach((label, index) => {
    members[label][filled[label]++] = index;
  });
  return members.map((indices, c) => random(seed, stream, c).shuffle(indices));
}
