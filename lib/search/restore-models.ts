import { join } from 'node:path';
import type * as tf from '../tensorflow';
import { CheckpointError, readCheckpoint, restoreWeights } from '../training/checkpoint';
import { bestTraining, type SearchFolder } from './journal/search-folder';
import { trainingSeed } from './journal/trial-state';
import type { DataDescription } from './model-builder';
import type { HyperParameterValues } from './space/hyperparameters';
import type { Trial } from './trial';

/**
 * The models of completed trials with the weights at the end of their best training, in the order given. The caller disposes
 * them.
 *
 * @throws RangeError for no trials, or those of a loop with ask and tell; Error where weights are gone.
 */
export async function restoreModels(
  folder: SearchFolder,
  trials: readonly Trial[],
  build: (values: HyperParameterValues, data: DataDescription) => tf.LayersModel,
): Promise<tf.LayersModel[]> {
  const { state, checkpoints } = folder;
  if (trials.length === 0 || state.run === undefined) {
    throw new RangeError('There is no model yet: no trial that `search.run(...)` trained is completed with a score.');
  }
  const { classNames } = state.run.dataset;
  const objective = folder.objective;
  const models: tf.LayersModel[] = [];
  for (const { id, seed, hyperparameters } of trials) {
    const { index, checkpoint } = bestTraining(state.trial(id), objective);
    try {
      const snapshot = await readCheckpoint(join(checkpoints, checkpoint as string));
      const model = build(hyperparameters, { classNames, seed: trainingSeed(seed, index) });
      models.push(model);
      restoreWeights(model, snapshot);
    } catch (error) {
      for (const model of models) model.dispose();
      if (!(error instanceof CheckpointError)) throw error;
      throw new Error(
        `The weights of trial ${id} cannot be had. A search keeps those of the best keepModels trials, as it was when they ` +
          `ended; train the trial's hyperparameters again. (${error.message})`,
      );
    }
  }
  return models;
}
