import type { HyperParameterValues } from '../lib/search/space/domain';
import { table } from './report';
import { bootstrapConfigurations, type Spread, spearman } from './spearman';

/** What a search may show its configurations. */
export interface RankBudget {
  readonly name: string;
  readonly images: number;
  readonly folds: number;
  readonly epochs: number;
}

/** A configuration's scores; null for none. Plain data. */
export interface RankScores {
  readonly hyperparameters: HyperParameterValues;
  /** Accuracy on the test images after the full training. */
  readonly full: number | null;
  readonly fullSeconds: number;
  /** Mean validation accuracy by the budget's name. */
  readonly search: Readonly<Record<string, number | null>>;
  /** Of training and validation in the search, by the budget's name. */
  readonly searchSeconds: Readonly<Record<string, number>>;
}

/** One line of `rank.json`: how well a budget orders a model's configurations. */
export interface RankResult extends RankBudget {
  readonly dataset: string;
  readonly model: 'mlp' | 'cnn';
  readonly seed: number;
  readonly trainImages: number;
  readonly trainEpochs: number;
  /** Spearman's; null where it is not defined. */
  readonly correlation: number | null;
  /** Bootstrap over the configurations. */
  readonly interval: Spread;
  /** How much higher it is than the first budget's, with the same configurations drawn for both; null for the first itself. */
  readonly gain: (Spread & { readonly difference: number }) | null;
  /** Of the search's trainings, on average. */
  readonly secondsEach: number;
  /** Search score and full score of each configuration, in the order drawn. */
  readonly scores: readonly (readonly [number | null, number | null])[];
  readonly machine: string;
}

const orNaN = (score: number | null) => score ?? Number.NaN;

/** A result for each budget, in order. */
export function summarizeRanks(
  common: Pick<RankResult, 'dataset' | 'model' | 'seed' | 'trainImages' | 'trainEpochs' | 'machine'>,
  budgets: readonly RankBudget[],
  configurations: readonly RankScores[],
): RankResult[] {
  const full = configurations.map((each) => orNaN(each.full));
  const scoresOf = ({ name }: RankBudget) => configurations.map(({ search }) => orNaN(search[name]));
  const correlate = (scores: readonly number[], draw: readonly number[]) =>
    spearman(
      draw.map((i) => scores[i]),
      draw.map((i) => full[i]),
    );
  const all = configurations.map((_, i) => i);
  const first = scoresOf(budgets[0]);
  return budgets.map((budget, place) => {
    const scores = scoresOf(budget);
    const correlation = correlate(scores, all);
    const seconds = configurations.reduce((sum, { searchSeconds }) => sum + searchSeconds[budget.name], 0);
    const gainOf = (draw: readonly number[]) => correlate(scores, draw) - correlate(first, draw);
    return {
      ...common,
      ...budget,
      correlation: Number.isNaN(correlation) ? null : correlation,
      interval: bootstrapConfigurations(all.length, (draw) => correlate(scores, draw)),
      gain: place === 0 ? null : { difference: gainOf(all), ...bootstrapConfigurations(all.length, gainOf) },
      secondsEach: seconds / configurations.length,
      scores: configurations.map(({ search, full }) => [search[budget.name], full]),
    };
  });
}

/** Earlier results and new ones, which take the place of all of the same model. */
export function mergeRanks(earlier: readonly RankResult[], results: readonly RankResult[]): RankResult[] {
  const kept = earlier.filter((old) => !results.some(({ model }) => model === old.model));
  return [...kept, ...results].sort((a, b) => b.model.localeCompare(a.model));
}

/** The results as a Markdown table. */
export function writeRanks(results: readonly RankResult[]): string {
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  const rows = results.map((result) => {
    const { model, name, images, folds, epochs, correlation, interval, gain, secondsEach, scores } = result;
    const { low, high } = interval;
    return [
      model === 'mlp' ? 'MLP' : 'CNN',
      name,
      `${images} images, ${folds === 1 ? 'hold-out' : `${folds} folds`}, ${epochs} epochs`,
      correlation === null ? 'none' : correlation.toFixed(2),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
      gain === null ? '' : `${signed(gain.difference)} (${signed(gain.low)} to ${signed(gain.high)})`,
      `${secondsEach.toFixed(1)} s`,
      `${scores.length}`,
    ];
  });
  const trainings = new Set(
    results.map(
      ({ model, trainImages, trainEpochs }) => `${model === 'mlp' ? 'MLP' : 'CNN'} ${trainImages} images, ${trainEpochs} epochs`,
    ),
  );
  return [
    "**Does a search's score order configurations as the full training does?** Spearman's rank correlation between mean " +
      'validation',
    'accuracy in the search and accuracy on the test images, with 95 % intervals (bootstrap over the configurations).',
    '',
    table(['space', 'budget', 'of a trial', 'correlation', 'interval', 'gain over the first', 'a trial', 'configurations'], rows),
    '',
    `Full training: ${[...trainings].join('; ')}. Measured on ${[...new Set(results.map(({ machine }) => machine))].join('; ')}.`,
  ].join('\n');
}
