import { type Dataset, splitDataset, stratifiedFolds, takeImages } from '../data';
import type { ModelBuilder } from '../models/model-builder';
import { deriveSeed } from '../random';
import { fit } from '../training';
import type { History } from '../training/history';
import { InterruptedError, watchInterrupts } from '../training/interrupt';
import { startProgress } from '../training/progress';
import { HyperParameters, type HyperParameterValues } from './hyperparameters';
import type { Oracle } from './oracle';
import { RandomOracle } from './random-oracle';
import type { Trial } from './trial';

/** What a search makes as good as it can: the validation accuracy as high, or the validation loss as low. */
export type Objective = 'valAccuracy' | 'valLoss';

export interface SearchOptions {
  /** Default `valAccuracy`. */
  objective?: Objective;
  /** Configurations to try, default 10. */
  maxTrials?: number;
  /**
   * 2 or more: k-fold cross-validation, stratified; each configuration is trained `folds` times. 1 (the default): one
   * training, judged on a stratified hold-out of `validationSplit`.
   */
  folds?: number;
  /** Share of the images held out where `folds` is 1, above 0 and below 1, default 0.2. */
  validationSplit?: number;
  /** Drives the configurations, the folds, the initial weights and the order of the images; default 0. */
  seed?: number;
}

/** Failures in a row after which a search gives up: the fault is then in the model or the data. */
const MAX_FAILURES_IN_A_ROW = 3;

/**
 * Random search over a builder's hyperparameters, each configuration scored by cross-validation or a hold-out.
 *
 *     const search = new RandomSearch(buildMlp, { maxTrials: 10, folds: 3, seed: 0 });
 *     await search.run(train, { epochs: 4 });
 *     const model = buildMlp(search.bestHyperparameters(), train);
 */
export class RandomSearch {
  /** All trials so far, in the order tried, failed ones included. */
  readonly trials: Trial[] = [];
  readonly objective: Objective;
  readonly maxTrials: number;
  readonly folds: number;
  readonly validationSplit: number;
  readonly seed: number;
  /** True once the space has no configuration left that was not tried. */
  exhausted = false;
  readonly #builder: ModelBuilder;
  readonly #oracle: Oracle;
  /** The configuration being tried: after an interrupt the next run begins with it. */
  #running: HyperParameterValues | undefined;

  constructor(builder: ModelBuilder, options: SearchOptions = {}) {
    const { objective = 'valAccuracy', maxTrials = 10, folds = 1, validationSplit = 0.2, seed = 0 } = options;
    if (!Number.isInteger(maxTrials) || maxTrials < 1) {
      throw new RangeError(`maxTrials must be a whole number from 1, but got ${maxTrials}.`);
    }
    if (!Number.isInteger(folds) || folds < 1) {
      throw new RangeError(`folds must be 1 (hold-out) or a whole number from 2, but got ${folds}.`);
    }
    if (!(validationSplit > 0 && validationSplit < 1)) {
      throw new RangeError(`validationSplit must lie above 0 and below 1, but got ${validationSplit}.`);
    }
    this.#builder = builder;
    this.objective = objective;
    this.maxTrials = maxTrials;
    this.folds = folds;
    this.validationSplit = validationSplit;
    this.seed = seed;
    this.#oracle = new RandomOracle({ seed });
  }

  /**
   * Tries configurations until there are `maxTrials`; after an interrupt, call it again and it goes on.
   *
   * A configuration whose training fails is recorded as failed and the search goes on; three failures in a row end it
   * with the first one's cause.
   *
   * @param train the images to search with; the search splits them itself and holds no other.
   * @param options epochs for each training, from 1; `batchSize` default 128.
   */
  async run(train: Dataset, options: { epochs: number; batchSize?: number }): Promise<void> {
    const progress = startProgress('Search');
    // `fit` watches while it trains; this watches in between as well.
    const interrupts = watchInterrupts();
    let outcome: 'done' | 'interrupted' | 'failed' = 'failed';
    try {
      while (this.trials.length < this.maxTrials) {
        this.#running ??= this.#oracle.ask((hp) => this.#builder(hp, train).dispose());
        if (this.#running === undefined) {
          this.exhausted = true;
          break;
        }
        const report = (fold: number, epoch: number) => {
          const best = this.#bestCompleted();
          const trainings = this.trials.length * this.folds + fold;
          progress.update({
            title: 'Search',
            done: trainings * options.epochs + epoch,
            total: this.maxTrials * this.folds * options.epochs,
            details: [
              ...(this.trials.length < this.maxTrials
                ? [
                    `trial ${this.trials.length + 1} of ${this.maxTrials}`,
                    `fold ${fold + 1} of ${this.folds}`,
                  ]
                : [`${this.maxTrials} trials`]),
              ...(best ? [`best ${this.objective} ${best.score.toFixed(4)}`] : []),
            ],
          });
          interrupts.check();
        };
        const trial = await this.#tryOut(this.#running, train, options, report);
        this.#running = undefined;
        this.trials.push(trial);
        report(0, 0);
        this.#stopAfterFailures();
      }
      outcome = 'done';
    } catch (error) {
      if (error instanceof InterruptedError) outcome = 'interrupted';
      throw error;
    } finally {
      interrupts.stop();
      progress.end(outcome);
    }
  }

  /** The trial with the best score; an error before the first one completed. */
  get best(): Trial {
    const best = this.#bestCompleted();
    if (best === undefined) {
      throw new Error('No trial has completed yet: `await search.run(...)` first.');
    }
    return best;
  }

  /** Wall time of all trials so far. */
  get seconds(): number {
    return this.trials.reduce((sum, trial) => sum + trial.seconds, 0);
  }

  /** The best trial's hyperparameters, ready to be given to the builder. */
  bestHyperparameters(): HyperParameters {
    return HyperParameters.from(this.best.hyperparameters);
  }

  async #tryOut(
    values: HyperParameterValues,
    train: Dataset,
    options: { epochs: number; batchSize?: number },
    onEpoch: (fold: number, epoch: number) => void,
  ): Promise<Trial> {
    const started = performance.now();
    const id = this.trials.length + 1;
    const histories: History[] = [];
    let parameters = 0;
    let failure: Error | undefined;
    try {
      for (const [fold, part] of this.#parts(train)) {
        onEpoch(fold, 0);
        const seed = deriveSeed(this.seed, 'trial', id, 'fold', fold);
        const model = this.#builder(HyperParameters.from(values), { classNames: train.classNames, seed });
        try {
          parameters = model.countParams();
          const { history } = await fit(model, part.train, {
            ...options,
            validation: part.validation,
            seed,
            title: null,
            onEpochEnd: ({ epoch }) => onEpoch(fold, epoch),
          });
          histories.push(history);
        } finally {
          model.dispose();
        }
      }
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      failure = error instanceof Error ? error : new Error(String(error));
    }
    const scores = histories.map((history) => history.epochs.at(-1)?.[this.objective] ?? Number.NaN);
    const seconds = (performance.now() - started) / 1000;
    const common = { id, hyperparameters: values, scores, histories, parameters, seconds };
    if (failure) return { ...common, status: 'failed', score: Number.NaN, spread: 0, error: failure.message };
    return { ...common, status: 'completed', ...meanAndSpread(scores) };
  }

  /** The folds, or the one hold-out, one at a time: only one copy of the images exists beside the original. */
  *#parts(train: Dataset): Generator<[number, { train: Dataset; validation: Dataset }]> {
    if (this.folds === 1) {
      yield [0, splitDataset(train, this.validationSplit, this.seed)];
      return;
    }
    for (const [fold, indices] of stratifiedFolds(train, this.folds, this.seed).entries()) {
      yield [
        fold,
        { train: takeImages(train, indices.train), validation: takeImages(train, indices.validation) },
      ];
    }
  }

  #bestCompleted(): Trial | undefined {
    const sign = this.objective === 'valLoss' ? -1 : 1;
    return this.trials
      .filter((trial) => trial.status === 'completed')
      .reduce<Trial | undefined>(
        (best, trial) => (best && sign * best.score >= sign * trial.score ? best : trial),
        undefined,
      );
  }

  #stopAfterFailures(): void {
    const last = this.trials.slice(-MAX_FAILURES_IN_A_ROW);
    const first = last[0];
    if (first && last.length === MAX_FAILURES_IN_A_ROW && last.every((trial) => trial.status === 'failed')) {
      throw new Error(
        `${MAX_FAILURES_IN_A_ROW} trials failed in a row, so the search stopped; the first of them (trial ${first.id}): ${first.error}`,
      );
    }
  }
}

/** Mean and sample standard deviation (n - 1 in the denominator); the spread of one score is 0. */
export function meanAndSpread(scores: readonly number[]): { score: number; spread: number } {
  const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
  if (scores.length < 2) return { score, spread: 0 };
  const squares = scores.reduce((sum, value) => sum + (value - score) ** 2, 0);
  return { score, spread: Math.sqrt(squares / (scores.length - 1)) };
}
