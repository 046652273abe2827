/** A round is a random search with hold-out validation over the MLP's or the CNN's space, as far as KerasTuner can follow. */
import { buildCnn, buildMlp, RandomSearch } from '../../src';
import { comparableSpace } from '../search-space';
import { answerRounds, type ImageFiles, readImages, readTask, time } from './rounds';

const task = readTask<{
  files: ImageFiles;
  model: 'mlp' | 'cnn';
  trials: number;
  epochs: number;
  batch: number;
  validationSplit: number;
  /** Null: in this process. */
  workers: number | null;
}>();

async function main(): Promise<void> {
  const train = readImages(task.files);
  await answerRounds({ versions: 'Inkwell' }, async () => {
    const search = new RandomSearch(task.model === 'mlp' ? buildMlp : buildCnn, {
      maxTrials: task.trials,
      startWithDefault: false,
      hyperparameters: comparableSpace(),
      validationSplit: task.validationSplit,
      seed: 0,
    });
    const { seconds } = await time(() =>
      search.run(train, { epochs: task.epochs, batchSize: task.batch, ...(task.workers !== null && { workers: task.workers }) }),
    );
    const configurations = search.trials.map(({ hyperparameters }) => hyperparameters);
    return { seconds, best: search.best.score, configurations };
  });
}

void main();
