/** Where notebooks keep what they made, from the project's root. */
import { join } from 'node:path';

/**
 * The folder in which the notebooks keep a model, from the project's root: `runs/mnist-quick/mlp`. One for each data set
 * and profile, so that a quick run never replaces the model of a full one.
 */
export function modelDirectory(dataset: string, profile: string, model: string): string {
  return join('runs', `${dataset}-${profile}`, model);
}

/** The folder in which the notebooks keep a search for a model's hyperparameters: `runs/mnist-quick/mlp-search/random`. */
export function searchDirectory(dataset: string, profile: string, model: string, search: string): string {
  return join('runs', `${dataset}-${profile}`, `${model}-search`, search);
}
