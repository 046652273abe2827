import type { History } from '../training/history';
import type { HyperParameterValues } from './hyperparameters';

/** One configuration that a search tried. Plain data: survives JSON. */
export interface Trial {
  /** From 1, in the order tried. */
  readonly id: number;
  readonly status: 'completed' | 'failed';
  readonly hyperparameters: HyperParameterValues;
  /** Mean of `scores`; NaN if the trial failed. */
  readonly score: number;
  /** Sample standard deviation of `scores` over the folds; 0 with one fold. */
  readonly spread: number;
  /** The objective on each fold's held-out images, after the last epoch. */
  readonly scores: readonly number[];
  /** One training run for each fold. */
  readonly histories: readonly History[];
  /** Weights of the model. */
  readonly parameters: number;
  readonly seconds: number;
  /** Why it failed. */
  readonly error?: string;
}
