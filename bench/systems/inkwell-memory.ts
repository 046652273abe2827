/** A round is a random search of many short trials in one process, watched trial by trial. */
import { buildMlp, RandomSearch } from '../../src';
import { comparableSpace } from '../search-space';
import { answerRounds, type ImageFiles, readImages, readTask, time } from './rounds';

const task = readTask<{ files: ImageFiles; images: number; trials: number }>();

async function main(): Promise<void> {
  await answerRounds({ versions: 'Inkwell' }, async () => {
    const search = new RandomSearch(buildMlp, {
      maxTrials: task.trials,
      startWithDefault: false,
      hyperparameters: comparableSpace(),
      seed: 0,
    });
    const trials: { seconds: number; megabytes: number }[] = [];
    let started = performance.now();
    const { seconds } = await time(() =>
      search.run(readImages(task.files, task.images), {
        epochs: 1,
        onTrialEnd() {
          const now = performance.now();
          trials.push({ seconds: (now - started) / 1000, megabytes: process.memoryUsage.rss() / 1e6 });
          started = now;
        },
      }),
    );
    return { seconds, trials };
  });
}

void main();
