import { availableParallelism } from 'node:os';

/** How much a search may cost: `small` shows that all runs, `quick` takes minutes, `full` is the real search. */
export type Profile = 'small' | 'quick' | 'full';

/** The cost of a random search and of training the winner and a preset. */
export interface Budget {
  /** Training images the search uses, a stratified subset. */
  readonly searchImages: number;
  /** Configurations tried. */
  readonly trials: number;
  /** Cross-validation folds of each trial. */
  readonly folds: number;
  /** Epochs of each fold's training, from 2: Hyperband needs some that it can leave out. */
  readonly searchEpochs: number;
  /** Training images for the winner's training; as many as there are where there are fewer. */
  readonly trainImages: number;
  /** Epochs of the winner's training. */
  readonly epochs: number;
  /** Training images for the preset's training; as many as there are where there are fewer. */
  readonly presetImages: number;
  /** Epochs of the preset's training at most: it may take fewer itself. */
  readonly presetEpochs: number;
}

/** More than there are. */
const ALL = Number.MAX_SAFE_INTEGER;

/** `small`, but for the images that a search takes. */
const SMALL: Omit<Budget, 'searchImages'> = {
  trials: 2,
  folds: 2,
  searchEpochs: 2,
  trainImages: 2000,
  epochs: 1,
  presetImages: 2000,
  presetEpochs: 1,
};

const BUDGETS: Record<'mlp' | 'cnn', Record<Profile, Budget>> = {
  mlp: {
    small: { ...SMALL, searchImages: 1000 },
    quick: {
      searchImages: 12000,
      trials: 12,
      folds: 2,
      searchEpochs: 6,
      trainImages: ALL,
      epochs: 12,
      presetImages: 20000,
      presetEpochs: 4,
    },
    full: {
      searchImages: 15000,
      trials: 24,
      folds: 3,
      searchEpochs: 8,
      trainImages: ALL,
      epochs: 30,
      presetImages: ALL,
      presetEpochs: ALL,
    },
  },
  cnn: {
    small: { ...SMALL, searchImages: 600 },
    quick: {
      searchImages: 3000,
      trials: 12,
      folds: 2,
      searchEpochs: 4,
      trainImages: ALL,
      epochs: 5,
      presetImages: 12000,
      presetEpochs: 2,
    },
    full: {
      searchImages: 9000,
      trials: 20,
      folds: 3,
      searchEpochs: 4,
      trainImages: ALL,
      epochs: 12,
      presetImages: ALL,
      presetEpochs: ALL,
    },
  },
};

/**
 * Returns the budget of a profile, with the parts that are given instead of null put in its place.
 *
 *     searchBudget('mlp', 'quick', { trials: 3, folds: null }) // the quick budget with 3 trials
 */
export function searchBudget(
  model: 'mlp' | 'cnn',
  profile: Profile,
  overrides: { readonly [Part in keyof Budget]?: number | null } = {},
): Budget {
  const budget = BUDGETS[model][profile];
  if (budget === undefined) {
    throw new RangeError(`profile must be 'small', 'quick' or 'full', but got ${JSON.stringify(profile)}.`);
  }
  const given = Object.entries(overrides).filter(([, value]) => value != null);
  for (const [part, value] of given) {
    const least = part === 'searchEpochs' ? 2 : 1;
    if (!Number.isInteger(value) || (value as number) < least) {
      throw new RangeError(
        `${part} must be a whole number from ${least}, or null for the profile's, but got ${value}.`,
      );
    }
  }
  return { ...budget, ...Object.fromEntries(given) };
}

/** Workers for a search: one for each core, at most 4, since each has its own copy of the images and of TensorFlow. */
export function defaultWorkers(): number {
  return Math.min(4, availableParallelism());
}
