/** What the profiles cost: all their numbers, for data sets of any size. `budget.ts` fits them to the one at hand. */
import type { Variations } from '../../lib/search/oracles/ablation';

/** How much a study may cost: `small` shows that all runs, `quick` takes minutes, `full` is the real study. */
export type Profile = 'small' | 'quick' | 'full';

/** So many passes over so many images. */
export interface TrainingCost {
  readonly images: number;
  readonly epochs: number;
}

/** What a study of one model costs. */
export interface ProfileCost {
  /** Each search. `images` are a stratified subset, `epochs`, from 2, those of each fold's training. */
  readonly search: TrainingCost & { readonly folds: number; readonly trials: number };
  /** The winner's training, and the default's. Where there are more than `images`, it takes them, too, up to `mostImages`. */
  readonly training: TrainingCost & {
    readonly mostImages: number;
    /** Whether images are varied, by `AUGMENTATION`. */
    readonly augment: boolean;
  };
  /** `images` are a stratified subset, of which each fold holds its share out. */
  readonly ablation: TrainingCost & { readonly folds: number; readonly vary: Variations };
  /** `sizes` ascend; `epochs` are passes over the largest. None where the profile has no time for it. */
  readonly trainSizes?: { readonly sizes: readonly number[]; readonly executions: number; readonly epochs: number };
  /** Test images, a stratified subset, that are corrupted. */
  readonly robustnessImages: number;
}

/**
 * How a final training varies its images where the profile has the time (`augment`). A CNN gains from it only after more epochs
 * than the quick profile has: after 6, one of 24, 48 and 96 filters read 90.0 and 90.2 % of emnist47's test images with
 * variations of two strengths, and 90.2 % without. An MLP of 512 and 384 gains at once: 88.8 % after 10 epochs (dropout 0.1),
 * 87.8 % without (dropout 0.2).
 */
export const AUGMENTATION = { rotation: 5, shift: 0.03, scale: 0.05, shear: 0.08 } as const;

/** More than there are. */
export const ALL = Number.MAX_SAFE_INTEGER;

/** A training on all images there are, so many epochs of EMNIST's; fewer images take more, so that the steps stay. */
const onAll = (epochs: number, augment: boolean) => ({ images: 90_000, mostImages: ALL, epochs, augment });

/** Of the MLP the first layer's activation, of the CNN that of all layers. A sigmoid would bring batch normalization with it. */
const ACTIVATION = { mlp: 'activation1', cnn: 'activation' } as const;

const few = (model: 'mlp' | 'cnn'): Variations => ({
  batchNormalization: [false, true],
  optimizer: ['adam', 'sgdMomentum'],
  [ACTIVATION[model]]: ['relu', 'tanh'],
});
const more = (model: 'mlp' | 'cnn'): Variations => ({
  ...few(model),
  dropout: [0, 0.3],
  regularization: ['none', 'l2'],
  schedule: ['constant', 'cosineAnnealing'],
});
const many = (model: 'mlp' | 'cnn'): Variations => ({
  ...more(model),
  regularization: ['none', 'l1', 'l2'],
  schedule: ['constant', 'stepDecay', 'cosineAnnealing'],
  optimizer: ['adam', 'sgd', 'sgdMomentum', 'rmsprop', 'adagrad', 'adadelta'],
});

/** `small`, but for the images that a search takes. */
const SMALL: Omit<ProfileCost, 'search'> = {
  training: { images: 2000, mostImages: 2000, epochs: 3, augment: false },
  // Not every winner has a choice of batch normalization; every one has its dropout.
  ablation: { images: 600, folds: 2, epochs: 2, vary: { batchNormalization: [false, true], dropout: [0, 0.3] } },
  robustnessImages: 200,
};

/**
 * In `quick`, on two cores, a search takes about half a minute for the MLP and three quarters of one for the CNN, the final
 * trainings, two at a time, about one. The intervals of its ablations are wide; the full ones are for conclusions.
 */
export const PROFILES: Readonly<Record<'mlp' | 'cnn', Readonly<Record<Profile, ProfileCost>>>> = {
  mlp: {
    small: {
      ...SMALL,
      search: { images: 700, folds: 2, epochs: 3, trials: 2 },
      trainSizes: { sizes: [100, 400], executions: 2, epochs: 1 },
    },
    quick: {
      search: { images: 40_000, folds: 2, epochs: 3, trials: 12 },
      training: onAll(10, true),
      ablation: { images: 5000, folds: 5, epochs: 4, vary: more('mlp') },
      trainSizes: { sizes: [400, 1000, 4000], executions: 3, epochs: 4 },
      robustnessImages: 2000,
    },
    full: {
      search: { images: 36_000, folds: 3, epochs: 3, trials: 20 },
      training: onAll(20, true),
      ablation: { images: 15_000, folds: 5, epochs: 6, vary: many('mlp') },
      trainSizes: { sizes: [500, 1500, 5000, 15_000, 50_000], executions: 3, epochs: 10 },
      robustnessImages: ALL,
    },
  },
  cnn: {
    small: { ...SMALL, search: { images: 400, folds: 2, epochs: 3, trials: 2 } },
    quick: {
      search: { images: 28_000, folds: 2, epochs: 3, trials: 12 },
      training: onAll(10, false),
      ablation: { images: 6000, folds: 3, epochs: 4, vary: few('cnn') },
      robustnessImages: 2000,
    },
    full: {
      search: { images: 24_000, folds: 3, epochs: 3, trials: 20 },
      training: onAll(14, true),
      ablation: { images: 9000, folds: 5, epochs: 4, vary: many('cnn') },
      trainSizes: { sizes: [500, 1500, 5000, 20_000], executions: 3, epochs: 6 },
      robustnessImages: ALL,
    },
  },
};

/** What models cost that no search touches: a preset, and the training images among which neighbours are looked for. */
export const REFERENCES: Readonly<Record<Profile, { readonly preset: TrainingCost; readonly neighbourImages: number }>> = {
  small: { preset: { images: 2000, epochs: 1 }, neighbourImages: 1000 },
  quick: { preset: { images: ALL, epochs: 1 }, neighbourImages: 20_000 },
  full: { preset: { images: ALL, epochs: 5 }, neighbourImages: 60_000 },
};
