import type { Profile } from '../tuner/budget';
import type { Variations } from '../tuner/oracles/ablation';

/** What the experiments with one model may cost. */
export interface ExperimentBudget {
  readonly ablation: {
    /** Training images, a stratified subset, of which each fold holds its share out. */
    readonly images: number;
    readonly folds: number;
    readonly epochs: number;
    readonly vary: Variations;
  };
  /** None where the profile has no time for it. */
  readonly trainSizes?: {
    /** Training images in all, a fifth of them held out. */
    readonly images: number;
    readonly sizes: readonly number[];
    readonly executions: number;
    /** Passes over the largest size. */
    readonly epochs: number;
  };
  /** Test images, a stratified subset, that are corrupted; as many as there are where there are fewer. */
  readonly robustnessImages: number;
}

const FEWER: Variations = {
  batchNormalization: [false, true],
  dropout: [0, 0.3],
  optimizer: ['adam', 'sgd'],
};
const FEW: Variations = {
  ...FEWER,
  regularization: ['none', 'l2'],
  schedule: ['constant', 'cosineAnnealing'],
};

const ALL: Variations = {
  batchNormalization: [false, true],
  dropout: [0, 0.3],
  regularization: ['none', 'l1', 'l2'],
  schedule: ['constant', 'stepDecay', 'cosineAnnealing'],
  optimizer: ['adam', 'sgd', 'rmsprop', 'adagrad', 'adadelta'],
};

const BUDGETS: Record<'mlp' | 'cnn', Record<Profile, ExperimentBudget>> = {
  mlp: {
    small: {
      ablation: { images: 600, folds: 2, epochs: 1, vary: { batchNormalization: [false, true] } },
      trainSizes: { images: 500, sizes: [100, 400], executions: 2, epochs: 1 },
      robustnessImages: 200,
    },
    quick: {
      ablation: { images: 4000, folds: 5, epochs: 3, vary: FEW },
      trainSizes: { images: 5000, sizes: [400, 1000, 4000], executions: 3, epochs: 4 },
      robustnessImages: 2000,
    },
    full: {
      ablation: { images: 15000, folds: 5, epochs: 8, vary: ALL },
      trainSizes: { images: 62500, sizes: [500, 1500, 5000, 15000, 50000], executions: 3, epochs: 10 },
      robustnessImages: Number.MAX_SAFE_INTEGER,
    },
  },
  cnn: {
    small: {
      ablation: { images: 600, folds: 2, epochs: 1, vary: { batchNormalization: [false, true] } },
      robustnessImages: 200,
    },
    quick: {
      ablation: { images: 1500, folds: 5, epochs: 3, vary: FEWER },
      robustnessImages: 2000,
    },
    full: {
      ablation: { images: 9000, folds: 5, epochs: 4, vary: ALL },
      trainSizes: { images: 25000, sizes: [500, 1500, 5000, 20000], executions: 3, epochs: 6 },
      robustnessImages: Number.MAX_SAFE_INTEGER,
    },
  },
};

/**
 * Returns what a profile lets the experiments with a model cost: in `quick`, on two cores, about 10 seconds for each of
 * the MLP's and half a minute for the CNN's ablation; its training sizes are left to `full`. Intervals of a quick
 * ablation are wide; the full one is for conclusions.
 */
export function experimentBudget(model: 'mlp' | 'cnn', profile: Profile): ExperimentBudget {
  const budget = BUDGETS[model][profile];
  if (budget === undefined) {
    throw new RangeError(`profile must be 'small', 'quick' or 'full', but got ${JSON.stringify(profile)}.`);
  }
  return budget;
}
