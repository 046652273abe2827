import { availableParallelism } from 'node:os';
import type { Dataset, LoadedDataset } from '../../lib/data/dataset';
import { loadDataset } from '../../lib/data/load-dataset';
import { splitDataset, takeSubset } from '../../lib/data/split';
import type { EvaluatedModel } from '../../lib/evaluation/model-comparison';
import { Ablation } from '../../lib/experiments/ablation';
import { recordRun } from '../../lib/notebook/record-run';
import { recompileModel } from '../../lib/recipe/compile';
import { defaultHyperparameters } from '../../lib/search/default-hyperparameters';
import { defaultWorkers } from '../../lib/search/executors/default-workers';
import { refuseFormerExport } from '../../lib/search/executors/workers/module-reference';
import type { ModelBuilder } from '../../lib/search/model-builder';
import { configurationKey } from '../../lib/search/oracles/duplicates';
import { GivenOracle } from '../../lib/search/oracles/given';
import { Search } from '../../lib/search/search';
import type { RunOptions, SearchOptions } from '../../lib/search/search-options';
import { rankedTrials } from '../../lib/search/search-results';
import { BayesianOptimization, Hyperband } from '../../lib/search/searches';
import type { HyperParameterValues } from '../../lib/search/space/hyperparameters';
import { describeSpace, type SearchSpace } from '../../lib/search/space/search-space';
import type * as tf from '../../lib/tensorflow';
import { evaluate } from '../../lib/training/evaluate';
import type { History } from '../../lib/training/history';
import { saveModel } from '../../lib/training/save-model';
import { type ExperimentBudget, experimentBudget, type SearchBudget, searchBudget } from './budget';
import { describeBudget } from './describe-budget';
import { modelDirectory, searchDirectory } from './folders';
import { AUGMENTATION, type Profile } from './profiles';

export interface StudyOptions {
  /** Name of the data set; empty: EMNIST Balanced where `data/` has it, else the built-in MNIST. */
  readonly dataset: string;
  readonly profile: Profile;
  /** Drives configurations, folds, weights, order and dropout. */
  readonly seed: number;
  /** Parts of the profile's budget in other sizes; null: the profile's. */
  readonly budget?: Parameters<typeof searchBudget>[3];
  /** Share of the images held out of the final trainings, which judges them, above 0 and below 1; default 0.05. */
  readonly validationSplit?: number;
  /** Trainings at a time in the searches, from 1; null, the default: one for each core, at most 4. */
  readonly workers?: number | null;
  /** True: searches anew although the same search is on disk; default false. */
  readonly overwrite?: boolean;
}

/** A model trained to the end, and what it says about the images held out. The caller disposes the model. */
export interface TrainedModel {
  readonly hyperparameters: HyperParameterValues;
  readonly model: tf.LayersModel;
  readonly history: History;
  /** Of the images held out, which chose nothing. */
  readonly evaluated: EvaluatedModel;
}

/** The study of one kind of model, as notebooks 2 and 3 make it: what searches, trainings and experiments have in common. */
export class Study {
  readonly kind: 'mlp' | 'cnn';
  readonly #builder: ModelBuilder;
  readonly loaded: LoadedDataset;
  readonly budget: SearchBudget;
  readonly experiments: ExperimentBudget;
  /** The images that searches use, a stratified subset of the training images. */
  readonly sample: Dataset;
  readonly #options: StudyOptions & { readonly validationSplit: number };
  /** Those of the final trainings, and the share of them that is held out. */
  readonly #images: Dataset;
  readonly #heldOut: Dataset;

  constructor(kind: 'mlp' | 'cnn', builder: ModelBuilder, loaded: LoadedDataset, options: StudyOptions) {
    const { profile, seed, validationSplit = 0.05 } = options;
    if (!(validationSplit > 0 && validationSplit < 1)) {
      throw new RangeError(
        `validationSplit must be above 0 and below 1, but got ${validationSplit}; 0.05 holds out a twentieth of the images, ` +
          'which judges the winner and the default.',
      );
    }
    this.kind = kind;
    this.#builder = builder;
    this.loaded = loaded;
    this.#options = { ...options, validationSplit };
    this.budget = searchBudget(kind, profile, loaded.train, options.budget);
    this.experiments = experimentBudget(kind, profile, loaded.train);
    this.sample = takeSubset(loaded.train, this.budget.searchImages, seed);
    this.#images = takeSubset(loaded.train, this.budget.trainImages, seed);
    this.#heldOut = splitDataset(this.#images, validationSplit, seed).validation;
  }

  /** The training images. */
  get train(): Dataset {
    return this.loaded.train;
  }

  /** @throws Error where its file was edited and loaded anew since. */
  get builder(): ModelBuilder {
    refuseFormerExport(this.#builder, "The study's builder", 'opens the study');
    return this.#builder;
  }

  /** The configuration that `builder` has where nothing chooses: what a search has to beat. */
  get baseline(): HyperParameterValues {
    return defaultHyperparameters(this.builder, this.train);
  }

  /** What `builder` asks for, each with its domain and the conditions under which it does. */
  get space(): SearchSpace {
    return describeSpace(this.builder, this.train);
  }

  /** What searches and final trainings are going to do, and what was cut to fit the images, as Markdown. */
  describe(): string {
    return describeBudget(this.budget, this.train, this.experiments.cuts.ablation);
  }

  /** Options that every search of the study has: folds, seed, epochs in all, and a folder named after `strategy`. */
  searchOptions(strategy: string): SearchOptions {
    const { seed } = this.#options;
    const { folds, trials, searchEpochs } = this.budget;
    return { folds, seed, maxEpochs: trials * folds * searchEpochs, ...this.#folder(strategy) };
  }

  /** Options that every `run` of the study's searches has. */
  get runOptions(): RunOptions {
    return { epochs: this.budget.searchEpochs, workers: this.#options.workers ?? defaultWorkers() };
  }

  /** Hyperband and TPE with the budget of the others, run one after the other, by name; they resume. */
  async runOtherSearches(): Promise<Record<string, Search>> {
    const { trials } = this.budget;
    const searches = {
      Hyperband: new Hyperband(this.builder, { ...this.searchOptions('hyperband'), iterations: 100 }),
      TPE: new BayesianOptimization(this.builder, { ...this.searchOptions('tpe'), maxTrials: trials, startupTrials: 4 }),
    };
    for (const [title, search] of Object.entries(searches)) {
      await search.run(this.sample, { ...this.runOptions, title });
    }
    return searches;
  }

  /**
   * The winner of a search and the default, trained alike: all images of the budget but those held out, as many epochs, the same
   * seed, with `AUGMENTATION` where the budget has it, and else as in the search. One training where the default won, for both.
   *
   * Both at the same time, each with half of the cores; with `workers: 1` one after the other, each with all. They resume.
   */
  async trainAlike(winner: HyperParameterValues): Promise<{ winner: TrainedModel; baseline: TrainedModel }> {
    const { baseline, budget } = this;
    const { seed, validationSplit } = this.#options;
    const isDefault = configurationKey(winner) === configurationKey(baseline);
    const configurations = isDefault ? [baseline] : [winner, baseline];
    const training = new Search(this.builder, new GivenOracle(configurations), {
      ...this.#folder('final'),
      seed,
      validationSplit,
      maxTrials: configurations.length,
      keepModels: configurations.length,
      startWithDefault: false,
    });
    const nameOf = (trial: number) => (trial === 1 ? 'winner' : 'default');
    const augmentation = budget.augment ? AUGMENTATION : undefined;
    const workers = Math.min(configurations.length, this.runOptions.workers as number);
    await training.run(this.#images, {
      epochs: budget.epochs,
      title: isDefault ? 'Training the default, which won' : 'Training the winner (trial 1) and the default (trial 2)',
      figure: false,
      ...(augmentation && { augmentation }),
      ...(workers > 1 && { workers, threadsPerWorker: Math.max(1, Math.floor(availableParallelism() / workers)) }),
    });
    const failed = training.trials.find(({ status }) => status !== 'completed');
    if (failed) throw new Error(`The training of the ${nameOf(failed.id)} came to no end: ${failed.reason ?? failed.status}`);
    const models = await training.bestModels(configurations.length);
    const trained: TrainedModel[] = [];
    for (const [i, { id, hyperparameters }] of rankedTrials(training).entries()) {
      const model = augmentation ? recompileModel(models[i], { augmentation }) : models[i];
      const evaluated = { name: nameOf(id), predictions: await evaluate(model, this.#heldOut) };
      trained[id - 1] = { hyperparameters, model, history: training.history(id)[0], evaluated };
    }
    const [first, second = first] = trained;
    return { winner: first, baseline: second };
  }

  /**
   * Changes one hyperparameter of `base` at a time, as the profile says, and shows it as it runs; resumes. What `base` does not
   * have stays out: batch normalization is no choice beside sigmoids.
   */
  async ablate(base: HyperParameterValues): Promise<Ablation> {
    const { images, folds, epochs, vary: wanted } = this.experiments.ablation;
    const vary = Object.fromEntries(Object.entries(wanted).filter(([name]) => name in base));
    const { seed } = this.#options;
    const ablation = new Ablation(this.builder, { base, vary, folds, seed, ...this.#folder('ablation') });
    const { workers } = this.runOptions;
    await ablation.run(takeSubset(this.train, images, seed), { epochs, workers, title: 'Ablation' });
    return ablation;
  }

  /**
   * Saves both models for notebook 4, the winner with the time of its `searches` and its training, and disposes them. Returns the
   * winner's folder.
   */
  async save(
    { winner, baseline }: { winner: TrainedModel; baseline: TrainedModel },
    searches: Readonly<Record<string, Search>>,
  ): Promise<string> {
    const { profile } = this.#options;
    const { name: dataset, classNames } = this.train;
    const name = this.kind.toUpperCase();
    const common = { dataset, classNames, profile };
    const folder = modelDirectory(dataset, profile, this.kind);
    const searched = Object.values(searches).reduce((sum, { seconds }) => sum + seconds, 0);
    await saveModel(winner.model, folder, {
      ...common,
      name,
      hyperparameters: winner.hyperparameters,
      history: winner.history,
      seconds: searched + winner.history.seconds,
    });
    await saveModel(baseline.model, `${folder}-default`, {
      ...common,
      name: `${name} default`,
      hyperparameters: baseline.hyperparameters,
      history: baseline.history,
      seconds: baseline.history.seconds,
    });
    for (const model of new Set([winner.model, baseline.model])) model.dispose();
    return folder;
  }

  #folder(strategy: string): Pick<SearchOptions, 'directory' | 'overwrite'> {
    const { profile, overwrite = false } = this.#options;
    return { directory: searchDirectory(this.train.name, profile, this.kind, strategy), overwrite: overwrite || 'ifChanged' };
  }
}

/** Loads the data, says in the notebook what it is and what the run is made with, and begins the study of `builder`'s models. */
export async function openStudy(kind: 'mlp' | 'cnn', builder: ModelBuilder, options: StudyOptions): Promise<Study> {
  const loaded = await loadDataset(options.dataset);
  recordRun(loaded, { profile: options.profile, seed: options.seed });
  return new Study(kind, builder, loaded, options);
}
