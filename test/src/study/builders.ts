// What the tests of a study build; workers load it by its path.

import type { LoadedDataset } from '../../../lib/data/dataset';
import { compileModel } from '../../../lib/recipe/compile';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { chooseNormalization } from '../../../src/models/choices';
import { Stack } from '../../../src/models/stack';
import { Study, type StudyOptions } from '../../../src/study/study';
import { stripedImages } from '../../lib/training/striped-images';

/** A perceptron of four units with the hyperparameters that an ablation varies. */
export const buildTiny: ModelBuilder = (hp, { classNames, seed }) => {
  const activation = hp.choice('activation', ['relu', 'sigmoid']);
  const normalize = chooseNormalization(hp, ['activation']);
  const dropout = hp.float('dropout', { min: 0, max: 0.3, step: 0.1 });
  const learningRate = hp.float('learningRate', { min: 1e-3, max: 1e-1, sampling: 'log', default: 0.01 });
  const stack = new Stack(seed).input([784]).dense(4, activation, normalize).dropout(dropout);
  return compileModel(stack.output(classNames.length), {
    optimizer: { kind: 'adam', learningRate },
    schedule: { kind: 'cosineAnnealing' },
    batchSize: 64,
  });
};

/** A study of it on 120 images in 4 classes, of which 30 are held out. */
export function openTiny(options: Partial<StudyOptions> = {}): Study {
  const [train, test] = [stripedImages(120), stripedImages(40, 4, 1)];
  const loaded: LoadedDataset = { ...train, train, test, files: [] };
  return new Study('mlp', buildTiny, loaded, {
    dataset: 'stripes',
    profile: 'small',
    seed: 4,
    workers: 1,
    validationSplit: 0.25,
    budget: { searchEpochs: 2, trials: 3, searchImages: 60, epochs: 3 },
    ...options,
  });
}
