import { checkWholeNumber } from '../base/whole-number';
import type { Interval } from '../evaluation/model-comparison';
import type { ModelBuilder } from '../search/model-builder';
import type { Objective } from '../search/objective';
import { AblationOracle, type Change, type Variations } from '../search/oracles/ablation';
import { readSearch, type SearchRecord } from '../search/read-search';
import { Search } from '../search/search';
import type { SearchOptions } from '../search/search-options';
import type { HyperParameterValues } from '../search/space/hyperparameters';
import type { Trial } from '../search/trial';
import { pairedDifference } from './paired-difference';

export interface AblationOptions
  extends Pick<SearchOptions, 'objective' | 'executionsPerTrial' | 'seed' | 'hyperparameters' | 'directory' | 'overwrite'> {
  /** The configuration that is changed, for instance a search's best. */
  readonly base: HyperParameterValues;
  /**
   * The values to try of each hyperparameter; the base's own is skipped: `{ batchNormalization: [false, true], dropout:
   * [0, 0.3] }`.
   */
  readonly vary: Variations;
  /**
   * Values of what only a variant asks for, such as `{ momentum: 0.9 }`. Default: those of the builder, but the middle
   * of a logarithmic range, as of a learning rate, for which it sets none.
   */
  readonly given?: HyperParameterValues;
  /** Cross-validation folds, stratified, from 2; default 5. */
  readonly folds?: number;
}

/** What one change did. Plain data. */
export interface AblationEffect extends Change {
  /** Id of the variant's trial. */
  readonly trial: number;
  /** The variant's mean score over the folds; NaN where it has none. */
  readonly score: number;
  /** Variant minus base on each fold, where a fold has several executions their mean. */
  readonly differences: readonly number[];
  /** Mean of `differences`; NaN where the variant has no score. */
  readonly difference: number;
  /**
   * 95 % interval of `difference`; both ends NaN where there is none: without a score, or of two folds with equal differences.
   */
  readonly interval: Interval;
  /** Why it has no score. */
  readonly reason?: string;
}

/** What an ablation found: the study itself, or what JSON made of it. */
export interface AblationResults {
  readonly objective: Objective;
  readonly folds: number;
  readonly executionsPerTrial: number;
  /** The trial of the base; undefined until it is completed. */
  readonly base: Trial | undefined;
  /** One for each variant that ended, in the order tried; none until the base is completed. */
  readonly effects: readonly AblationEffect[];
}

/**
 * An ablation study: a base configuration, and variants that differ from it in one hyperparameter each, all trained
 * with the same images, folds, epochs and seeds. What a change does is the mean difference of the scores, fold by fold.
 *
 *     const ablation = new Ablation(buildMlp, {
 *       base: search.best.hyperparameters, vary: { batchNormalization: [false, true], optimizer: ['adam', 'sgd'] },
 *       given: { momentum: 0.9 }, folds: 5, seed: 0, directory: 'runs/mlp-ablation',
 *     });
 *     await ablation.run(train, { epochs: 4 });
 *     await show(figures.ablation(ablation));
 *
 * It is a search that hands out a fixed list, so it resumes, runs on workers and shows itself as every search does.
 * `JSON.stringify` keeps its results (`AblationResults`).
 *
 * The interval is that of the corrected resampled t-test (Nadeau and Bengio 2003, "Inference for the Generalization
 * Error", section 4): folds share training images, so the plain t-interval would be too narrow. With differences of
 * 0.01, 0.02 and 0.03 on three folds the mean is 0.02, the standard deviation 0.01, and the interval `0.02 ± 4.303 *
 * 0.01 * sqrt(1/3 + 1/2)`, -0.019 to 0.059; five folds give narrower ones.
 *
 * What it does not say: the base was chosen by a search and its learning rate fits it, the variants' were never tuned,
 * so a change may look worse than it is once tuned. Changes together may do what none does alone. Of twenty intervals one
 * is expected to miss.
 */
export class Ablation extends Search implements AblationResults {
  /** @throws RangeError where `vary` leaves nothing to try, or `folds` is below 2. */
  constructor(builder: ModelBuilder, options: AblationOptions) {
    const { base, vary, given, folds = 5, ...others } = options;
    checkWholeNumber('folds', folds, 2);
    super(builder, new AblationOracle(base, vary, given), {
      ...others,
      folds,
      maxTrials: Number.POSITIVE_INFINITY,
      keepModels: 0,
      // What the variants are compared with is the base.
      startWithDefault: false,
    });
  }

  get base(): Trial | undefined {
    return resultsOf(this).base;
  }

  get effects(): readonly AblationEffect[] {
    return resultsOf(this).effects;
  }

  toJSON(): AblationResults {
    return resultsOf(this);
  }
}

/**
 * Reads what the ablation in `directory` found, without the builder or the data.
 *
 * @throws Error where the folder holds no ablation, or a damaged journal.
 */
export function readAblation(directory: string): AblationResults {
  const record = readSearch(directory);
  if (record.strategy !== 'ablation') {
    throw new Error(
      `directory must hold an ablation, but ${directory} holds a search of another kind (${record.strategy}); check the path.`,
    );
  }
  return resultsOf(record);
}

/** What the trials of an ablation say; the first is the base's. */
function resultsOf({ objective, folds, executionsPerTrial, trials }: Omit<SearchRecord, 'strategy'>): AblationResults {
  const [first, ...variants] = trials.filter(({ origin }) => origin === 'oracle');
  const base = first?.status === 'completed' ? first : undefined;
  const ended = base === undefined ? [] : variants.filter(({ status }) => status !== 'running');
  const effects = ended.map((trial) =>
    describeEffect(changeOf(trial, base as Trial), trial, base as Trial, { folds, objective }),
  );
  return { objective, folds, executionsPerTrial, base, effects };
}

/**
 * The one hyperparameter that `variant` changes: of those that both have the one whose value differs, else the one that it adds.
 * What comes and goes with it, such as the learning rate of another optimizer, is no change of its own.
 */
function changeOf(variant: Trial, base: Trial): Change {
  const [had, has] = [base.hyperparameters, variant.hyperparameters];
  const names = Object.keys(has);
  const name = names.find((each) => each in had && had[each] !== has[each]) ?? names.find((each) => !(each in had));
  if (name === undefined) throw new Error(`Trial ${variant.id} must differ from the base, but is the same.`);
  return { name, value: has[name] };
}

function describeEffect(
  change: Change,
  trial: Trial,
  base: Trial,
  search: { readonly folds: number; readonly objective: Objective },
): AblationEffect {
  const { id, score, reason } = trial;
  if (trial.status !== 'completed') {
    const none = { score: Number.NaN, differences: [], difference: Number.NaN };
    return { ...change, ...none, trial: id, interval: { low: Number.NaN, high: Number.NaN }, reason: reason ?? trial.status };
  }
  return { ...change, trial: id, score, ...pairedDifference(trial.scores, base.scores, search) };
}
