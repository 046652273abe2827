/** What a profile costs on the data set at hand. */
import { heldOutSize } from '../../lib/data/split';
import type { Variations } from '../../lib/search/oracles/ablation';
import { foldCuts, type Labelled, sizeCuts, trainingCuts } from './cuts';
import { ALL, PROFILES, type Profile, type ProfileCost, type TrainingCost } from './profiles';

/** The cost of a search and of training its winner and the default. */
export interface SearchBudget {
  /** Training images the search uses, a stratified subset. */
  readonly searchImages: number;
  /** Configurations tried. */
  readonly trials: number;
  /** Cross-validation folds of each trial. */
  readonly folds: number;
  /** Epochs of each fold's training, from 2: Hyperband needs some that it can leave out. */
  readonly searchEpochs: number;
  /** Training images for the final trainings, those that judge them included. */
  readonly trainImages: number;
  /** Epochs of the final trainings. */
  readonly epochs: number;
  /** Whether the winner's training varies its images. */
  readonly augment: boolean;
  /** What is otherwise than the profile wants it, for want of images: a sentence each. */
  readonly cuts: readonly string[];
}

/** What the experiments with one model may cost. */
export interface ExperimentBudget {
  readonly ablation: {
    /** Training images, a stratified subset, of which each fold holds its share out. */
    readonly images: number;
    readonly folds: number;
    readonly epochs: number;
    readonly vary: Variations;
  };
  /** None where the profile has no time for it, or the data set too few images. */
  readonly trainSizes?: {
    /** Training images in all, of which `validationSplit` is held out. */
    readonly images: number;
    readonly validationSplit: number;
    readonly sizes: readonly number[];
    readonly executions: number;
    /** Passes over the largest size. */
    readonly epochs: number;
  };
  /** Test images, a stratified subset, that are corrupted; as many as there are where there are fewer. */
  readonly robustnessImages: number;
  /** What is otherwise than the profile wants it, for want of images: a sentence each. */
  readonly cuts: { readonly ablation: readonly string[]; readonly trainSizes: readonly string[] };
}

/** So many times the epochs of a profile at most: fewer images need more steps each, but are learned by heart at last. */
const MOST_STRETCH = 4;

/** Share of the images that judges the training sizes. */
const VALIDATION_SPLIT = 0.2;

/**
 * Returns the budget of a profile for these training images, with the parts that are given instead of null put in its
 * place. Where there are fewer images than the profile wants, trainings take more epochs, so that their steps stay, but at
 * most 4 times as many; where images are given, epochs stay.
 *
 *     searchBudget('mlp', 'quick', train, { trials: 3, folds: null }) // the quick budget with 3 trials
 */
export function searchBudget(
  model: 'mlp' | 'cnn',
  profile: Profile,
  train: Labelled,
  overrides: { readonly [Part in keyof Omit<SearchBudget, 'cuts' | 'augment'>]?: number | null } = {},
): SearchBudget {
  const cost = costOf(model, profile);
  for (const [part, value] of Object.entries(overrides)) {
    const least = part === 'searchEpochs' ? 2 : 1;
    if (value != null && !(Number.isInteger(value) && value >= least)) {
      throw new RangeError(`${part} must be a whole number from ${least}, or null for the profile's, but got ${value}.`);
    }
  }
  const { searchImages, searchEpochs, trainImages, epochs } = overrides;
  const search = fitTraining('the search trains for', cost.search, train.size, searchImages, searchEpochs);
  const winner = fitTraining('winner and default train for', cost.training, train.size, trainImages, epochs);
  const wantedFolds = overrides.folds ?? cost.search.folds;
  const folds = Math.min(wantedFolds, search.images);
  return {
    searchImages: search.images,
    searchEpochs: search.epochs,
    trials: overrides.trials ?? cost.search.trials,
    folds,
    trainImages: winner.images,
    epochs: winner.epochs,
    augment: cost.training.augment,
    cuts: [...search.cuts, ...foldCuts('search', train, search.images, folds, wantedFolds), ...winner.cuts],
  };
}

/** Returns what a profile lets the experiments with a model cost on these training images; epochs as in `searchBudget`. */
export function experimentBudget(model: 'mlp' | 'cnn', profile: Profile, train: Labelled): ExperimentBudget {
  const { ablation, trainSizes, robustnessImages } = costOf(model, profile);
  const { images, epochs, cuts } = fitTraining('the ablation trains for', ablation, train.size);
  const folds = Math.min(ablation.folds, images);
  const sizes = trainSizes && fitTrainSizes(trainSizes, train.size);
  return {
    ablation: { images, folds, epochs, vary: ablation.vary },
    trainSizes: sizes,
    robustnessImages,
    cuts: {
      ablation: [...cuts, ...foldCuts('ablation', train, images, folds, ablation.folds)],
      trainSizes: trainSizes ? sizeCuts(model, trainSizes.sizes, train.size, sizes) : [],
    },
  };
}

function costOf(model: 'mlp' | 'cnn', profile: Profile): ProfileCost {
  const cost = PROFILES[model][profile];
  if (cost === undefined) {
    throw new RangeError(`profile must be 'small', 'quick' or 'full', but got ${JSON.stringify(profile)}.`);
  }
  return cost;
}

/** A training's images and epochs where there are `available` images; those given take the place of the profile's. */
function fitTraining(
  what: string,
  wanted: TrainingCost & { readonly mostImages?: number },
  available: number,
  givenImages?: number | null,
  givenEpochs?: number | null,
) {
  const images = Math.min(givenImages ?? wanted.mostImages ?? wanted.images, available);
  if (givenImages != null || givenEpochs != null) {
    return { images, epochs: givenEpochs ?? wanted.epochs, cuts: [] };
  }
  const epochs = stretch(wanted, available);
  // A training on all images there are is none that was cut, unless they are few: MNIST's 60,000 are not.
  const isWhole = wanted.mostImages === ALL && 2 * images >= wanted.images;
  return { images, epochs, cuts: isWhole ? [] : trainingCuts(what, wanted, { images, epochs }) };
}

/** Epochs that make as many steps where there are fewer images. */
function stretch({ images, epochs }: TrainingCost, available: number): number {
  return Math.round(epochs * Math.min(Math.max(1, images / available), MOST_STRETCH));
}

/** The sizes of a profile as far as there are images for them, the last one all that are not held out. */
function fitTrainSizes(
  { sizes, executions, epochs }: NonNullable<ProfileCost['trainSizes']>,
  available: number,
): ExperimentBudget['trainSizes'] {
  const largest = sizes[sizes.length - 1];
  const images = Math.min(Math.ceil(largest / (1 - VALIDATION_SPLIT)), available);
  const held = heldOutSize(images, VALIDATION_SPLIT);
  const end = Math.min(largest, images - held);
  if (held === 0) return undefined;
  // A size near to the end would tell nothing new.
  const below = sizes.filter((size) => size <= end / 1.5);
  const fitted = [...new Set([...(below.length > 0 ? below : [Math.ceil(end / 4)]), end])];
  return {
    images,
    validationSplit: VALIDATION_SPLIT,
    sizes: fitted,
    executions,
    epochs: stretch({ images: largest, epochs }, end),
  };
}
