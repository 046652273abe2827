/**
 * Prints how much faster several workers search the MLP space of notebook 02 than one:
 *
 *     npx tsx bench/tuner/workers.ts [workers] [rounds] [data set]
 *
 * Default: one for each core, 3 rounds, EMNIST Balanced if data/ or DATA_DIR holds it, else the built-in MNIST. Each round runs
 * one worker, then several, so that a busy machine slows both.
 */
import { availableParallelism, cpus } from 'node:os';
import { buildMlp, loadDataset, RandomSearch, searchBudget, takeSubset } from '../../src';

async function main(): Promise<void> {
  const [most = availableParallelism(), rounds = 3] = process.argv.slice(2, 4).map(Number);
  const { train } = await loadDataset(process.argv[4]);
  const { searchImages, trials, folds, searchEpochs } = searchBudget('mlp', 'quick', train);
  const sample = takeSubset(train, searchImages, 0);
  console.log(
    `${sample.name}, ${sample.size} images, ${trials} trials of ${folds} folds and ${searchEpochs} epochs; ${cpus().length} ` +
      `cores (${cpus()[0].model})`,
  );
  const scores = new Set<string>();
  const seconds = async (workers: number) => {
    const search = new RandomSearch(buildMlp, { maxTrials: trials, startWithDefault: false, folds, seed: 0 });
    const started = performance.now();
    await search.run(sample, { epochs: searchEpochs, workers });
    scores.add(JSON.stringify(search.trials.map(({ scores }) => scores)));
    return (performance.now() - started) / 1000;
  };
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const [one, several] = [await seconds(1), await seconds(most)];
    ratios.push(one / several);
    console.log(
      `round ${round}: 1 worker ${one.toFixed(1)} s, ${most} workers ${several.toFixed(1)} s: ${(one / several).toFixed(2)} ` +
        'times as fast',
    );
  }
  ratios.sort((a, b) => a - b);
  console.log(
    `median ${ratios[Math.floor(ratios.length / 2)].toFixed(2)}, the scores were ` +
      `${scores.size === 1 ? 'the same' : 'NOT THE SAME'}`,
  );
}

void main();
