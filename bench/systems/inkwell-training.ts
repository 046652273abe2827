/**
 * A round trains a configuration as notebooks train their winner, as far as it is not trained yet, and evaluates it on the test
 * images.
 */

import { DivergedError } from '../../lib/training/train-epochs';
import { buildCnn, buildMlp, evaluate, fit, HyperParameters, takeSubset } from '../../src';
import { loadImages } from '../images';
import { comparableSpace } from '../search-space';
import type { Training, TrainingTask } from '../trainings';
import { answerRounds, readTask, sayProgress } from './rounds';

const task = readTask<TrainingTask & { backup: string }>();

async function main(): Promise<void> {
  // Nobody is left to take the result; the backup has what was trained.
  process.stdin.once('end', () => process.exit(1));
  const { train, test } = await loadImages(task.dataset);
  const images = task.images < train.size ? takeSubset(train, task.images) : train;
  await answerRounds({ versions: 'Inkwell' }, async (): Promise<Training> => {
    const overrides = task.space === 'comparable' ? comparableSpace() : undefined;
    const hp = HyperParameters.from(task.hyperparameters, { ...(overrides && { overrides }) });
    const build = task.model === 'mlp' ? buildMlp : buildCnn;
    const model = build(hp, { classNames: train.classNames, seed: task.seed });
    const started = performance.now();
    try {
      const { history } = await fit(model, images, {
        epochs: task.epochs,
        seed: task.seed,
        title: null,
        backup: task.backup,
        callbacks: [
          {
            onEpochEnd({ epoch, seconds }) {
              sayProgress(`epoch ${epoch} of ${task.epochs}, ${seconds.toFixed(0)} s`);
            },
          },
        ],
      });
      const { accuracy } = await evaluate(model, test);
      return { accuracy, seconds: history.seconds };
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      return { accuracy: null, seconds: (performance.now() - started) / 1000 };
    }
  });
}

void main();
