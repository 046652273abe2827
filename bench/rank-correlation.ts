import { join } from 'node:path';
import { checksumOf } from '../lib/base/checksum';
import {
  buildCnn,
  buildMlp,
  type Dataset,
  type HyperParameterValues,
  type LoadedDataset,
  RandomSearch,
  takeSubset,
} from '../src';
import { quickSize } from './budgets';
import { describeProcessor } from './machine';
import { type RankBudget, type RankResult, type RankScores, summarizeRanks } from './rank-results';
import { Trainings, type TrainingTask } from './trainings';

const WORKERS = 2;

/** What the quick profile showed until version 0.6, against which later ones are measured. */
const FORMER: Readonly<Record<'mlp' | 'cnn', RankBudget>> = {
  mlp: { name: '0.6', images: 12_000, folds: 2, epochs: 6 },
  cnn: { name: '0.6', images: 3000, folds: 2, epochs: 4 },
};

export interface RankOptions {
  readonly models: readonly ('mlp' | 'cnn')[];
  /** Random configurations of each model's own space. */
  readonly configurations: number;
  readonly seed: number;
  /** For every model; default those of `defaultBudgets`. */
  readonly budgets?: readonly RankBudget[];
  /** Instead of what each budget has. */
  readonly images?: number;
  readonly epochs?: number;
  /** Of the full training; default all images, and the quick profile's epochs. */
  readonly trainImages?: number;
  readonly trainEpochs?: number;
  /** A name for `loadImages`; undefined is its default. */
  readonly dataset?: string;
  readonly data: LoadedDataset;
  /** Keeps the searches and trainings; whoever comes back with it goes on from there. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Gets what there is whenever a model is done. */
  readonly onResults: (results: readonly RankResult[]) => void;
}

/** Version 0.6's budget and the quick profile's as it is now, where it is another. */
export function defaultBudgets(model: 'mlp' | 'cnn', train: Dataset): RankBudget[] {
  const { images, folds, epochs } = quickSize(model, train);
  const former = FORMER[model];
  const same = images === former.images && folds === former.folds && epochs === former.epochs;
  return same ? [former] : [former, { name: 'quick', images, folds, epochs }];
}

/**
 * How well search scores order configurations, by budget: each is scored by a search, and trained and judged on the test images.
 */
export async function benchRank(options: RankOptions): Promise<RankResult[]> {
  const { models, seed, folder, data, say, onResults } = options;
  const results: RankResult[] = [];
  const trainings = new Trainings(join(folder, 'trainings'), data, say);
  try {
    for (const model of models) {
      const drawn = drawConfigurations(model, data, options.configurations, seed);
      const budgets = (options.budgets ?? defaultBudgets(model, data.train)).map((budget) => ({
        ...budget,
        images: Math.min(options.images ?? budget.images, data.train.size),
        epochs: options.epochs ?? budget.epochs,
      }));
      const searched: ScoredConfigurations[] = [];
      for (const budget of budgets) searched.push(await scoreInSearch(options, model, budget, drawn));
      const trainImages = Math.min(options.trainImages ?? Number.POSITIVE_INFINITY, data.train.size);
      const trainEpochs = options.trainEpochs ?? quickSize(model, data.train).trainEpochs;
      const scores: RankScores[] = [];
      for (const [i, hyperparameters] of drawn.entries()) {
        const task: TrainingTask = {
          ...(options.dataset !== undefined && { dataset: options.dataset }),
          model,
          space: 'own',
          hyperparameters,
          images: trainImages,
          epochs: trainEpochs,
          seed,
        };
        const { accuracy, seconds } = await trainings.get(task, `${model}, ${i + 1} of ${drawn.length}`);
        const byName = <Value>(of: (scored: ScoredConfigurations) => Value) =>
          Object.fromEntries(budgets.map(({ name }, b) => [name, of(searched[b])]));
        scores.push({
          hyperparameters,
          full: accuracy,
          fullSeconds: seconds,
          search: byName((scored) => scored[i].score),
          searchSeconds: byName((scored) => scored[i].seconds),
        });
      }
      const common = { dataset: data.name, model, seed, trainImages, trainEpochs, machine: describeProcessor() };
      results.push(...summarizeRanks(common, budgets, scores));
      onResults(results);
    }
  } finally {
    trainings.close();
  }
  return results;
}

type ScoredConfigurations = readonly { readonly score: number | null; readonly seconds: number }[];

const builderOf = (model: 'mlp' | 'cnn') => (model === 'mlp' ? buildMlp : buildCnn);

/** The configurations that a random search tries. */
function drawConfigurations(model: 'mlp' | 'cnn', data: LoadedDataset, count: number, seed: number): HyperParameterValues[] {
  const build = builderOf(model);
  const search = new RandomSearch(build, { maxTrials: count, seed });
  const drawn: HyperParameterValues[] = [];
  const { classNames } = data;
  for (let asked = search.ask({ data: { classNames } }); asked; asked = search.ask({ data: { classNames } })) {
    // Complete only when the builder has asked for them.
    build(asked.hyperparameters, { classNames }).dispose();
    drawn.push(asked.hyperparameters.values);
  }
  return drawn;
}

/** Each configuration's score in a search, which goes on where it was stopped. */
async function scoreInSearch(
  { data, seed, folder, say }: RankOptions,
  model: 'mlp' | 'cnn',
  { name, images, folds, epochs }: RankBudget,
  configurations: readonly HyperParameterValues[],
): Promise<ScoredConfigurations> {
  const sample = takeSubset(data.train, images);
  const settings = { images: checksumOf(sample.images, sample.labels), folds, epochs, seed, configurations };
  const key = checksumOf(Buffer.from(JSON.stringify(settings)));
  say(`${model}, budget ${name}: ${configurations.length} trials, ${images} images, ${folds} folds, ${epochs} epochs`);
  const search = new RandomSearch(builderOf(model), {
    maxTrials: configurations.length,
    folds,
    seed,
    directory: join(folder, `${model}-${key}`),
    // It is among the configurations.
    startWithDefault: false,
  });
  for (const configuration of configurations) search.enqueue(configuration);
  await search.run(sample, {
    epochs,
    workers: WORKERS,
    title: null,
    onTrialEnd({ id, score }) {
      say(`  ${model}, budget ${name}, ${id} of ${configurations.length}: ${(100 * score).toFixed(2)} %`);
    },
  });
  return configurations.map((configuration, i) => {
    const { hyperparameters, score, seconds } = search.trials[i];
    if (JSON.stringify(hyperparameters) !== JSON.stringify(configuration)) {
      throw new Error(`Trial ${i + 1} of ${search.directory} has another configuration than was drawn.`);
    }
    return { score: Number.isNaN(score) ? null : score, seconds };
  });
}
