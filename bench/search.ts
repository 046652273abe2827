import type { HyperParameterValues } from '../lib/search/space/domain';
import { buildCnn, buildMlp, defaultWorkers, RandomSearch, splitDataset, takeSubset } from '../src';
import { type Bench, writeImages } from './bench';
import { buildPlain, describeModel, type Recipe } from './recipes';
import { type Result, summarizeRuns } from './results';
import { comparableSpace } from './search-space';
import { type Round, SystemProcess } from './system-process';

const TRIALS = 10;
const EPOCHS = 4;
const BATCH = 128;
const VALIDATION_SPLIT = 0.2;

/**
 * Ten random configurations of the part of the MLP's and of the CNN's space that both systems build, four epochs each: the same
 * ten in Inkwell and KerasTuner.
 */
export async function benchSearch(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 1 : 3;
  const images = bench.quick ? { mlp: 4000, cnn: 1500 } : { mlp: 12_000, cnn: 4000 };
  const results: Result[] = [];
  for (const model of ['mlp', 'cnn'] as const) {
    const sample = takeSubset(bench.train, images[model]);
    const parts = splitDataset(sample, VALIDATION_SPLIT);
    const { configurations, recipes } = drawConfigurations(model, sample);
    const common = { model, trials: TRIALS, epochs: EPOCHS, batch: BATCH, validationSplit: VALIDATION_SPLIT };
    const files = writeImages(bench, 'search', sample);
    const several = defaultWorkers();
    const systems = [
      {
        system: 'inkwell' as const,
        detail: `${several} workers`,
        program: 'inkwell-search.ts',
        task: { ...common, files, workers: several },
      },
      {
        system: 'inkwell' as const,
        detail: 'in one process',
        program: 'inkwell-search.ts',
        task: { ...common, files, workers: null },
      },
      {
        system: 'keras-tuner' as const,
        detail: null,
        program: 'keras_tuner_search.py',
        task: {
          epochs: EPOCHS,
          batch: BATCH,
          recipes,
          train: writeImages(bench, 'search-train', parts.train),
          validation: writeImages(bench, 'search-validation', parts.validation),
        },
      },
    ];
    bench.say(`search: ${model}, ${TRIALS} trials of ${EPOCHS} epochs, ${sample.size} images, ${rounds} rounds`);
    const seconds = systems.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { program, task, system, detail }] of systems.entries()) {
        // A process for each search, as a user has.
        const { process, ready } = await SystemProcess.start(program, task, bench.python);
        bench.versions.add(ready.versions);
        try {
          const answer = await process.run();
          checkTrials(answer, configurations);
          seconds[i].push(answer.seconds);
          const best = (100 * (answer.best as number)).toFixed(1);
          bench.say(`  ${system}${detail ? ` (${detail})` : ''}: ${answer.seconds.toFixed(1)} s, best ${best} %`);
        } finally {
          await process.end();
        }
      }
    }
    for (const [i, { system, detail }] of systems.entries()) {
      const summary = summarizeRuns(seconds[i]);
      const trained = TRIALS * EPOCHS * parts.train.size;
      results.push({
        what: 'search',
        model,
        batch: BATCH,
        system,
        detail,
        samplesPerSecond: trained / summary.seconds,
        megabytes: null,
        ...summary,
      });
    }
  }
  return results;
}

/** The configurations that a random search with seed 0 tries. */
function drawConfigurations(
  model: 'mlp' | 'cnn',
  data: { classNames: readonly string[] },
): { configurations: HyperParameterValues[]; recipes: Recipe[] } {
  const search = new RandomSearch(model === 'mlp' ? buildMlp : buildCnn, {
    maxTrials: TRIALS,
    startWithDefault: false,
    hyperparameters: comparableSpace(),
    seed: 0,
  });
  const configurations: HyperParameterValues[] = [];
  const recipes: Recipe[] = [];
  for (let asked = search.ask({ data }); asked; asked = search.ask({ data })) {
    recipes.push(describeModel(buildPlain(model, asked.hyperparameters, data)));
    // Complete only now that the builder has asked for them.
    configurations.push(asked.hyperparameters.values);
  }
  return { configurations, recipes };
}

/** @throws Error unless a search tried exactly the configurations that it should. */
function checkTrials({ configurations, trials }: Round, wanted: readonly HyperParameterValues[]): void {
  const same =
    configurations === undefined ? trials === wanted.length : JSON.stringify(configurations) === JSON.stringify(wanted);
  if (!same) throw new Error(`A search did not try the ${wanted.length} configurations that it was given.`);
}
