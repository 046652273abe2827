import { escapeMarkdown } from '../base/markdown';
import { formatCount, formatPercent, formatProbability, plural } from '../base/words';
import { pairedBootstrap } from '../evaluation/bootstrap';
import { classificationReport } from '../evaluation/classification-report';
import { mcnemarTest } from '../evaluation/mcnemar';
import { confusedPairs } from '../evaluation/mistakes';
import { compareModels, type EvaluatedModel } from '../evaluation/model-comparison';
import type { Predictions } from '../evaluation/predictions';
import type { AblationResults } from '../experiments/ablation';
import type { SearchResults } from '../search/search-results';
import { formatDifference, nameMeasure } from './describe-ablation';
import { LEVEL } from './describe-trained-alike';

/** The study of one kind of model: its searches, and their winner beside the default, both judged on the test images. */
export interface StudiedModel {
  /** For instance `MLP`. */
  readonly name: string;
  readonly winner: EvaluatedModel;
  readonly baseline: EvaluatedModel;
  /** Weights of the winner. */
  readonly weights: number;
  /** By name, the one that drew at random first. */
  readonly searches: Readonly<Record<string, SearchResults & { readonly folds: number }>>;
  /** Undefined where none was run. */
  readonly ablation?: AblationResults;
}

/** What a data set is, as `loadDataset` gives it. */
interface Judged {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly train: { readonly size: number };
  readonly test: { readonly size: number };
}

/** The most changes of an ablation, and the most pairs of classes, that a conclusion names. */
const MOST_NAMED = 3;

/**
 * An abstract of a study of two kinds of models: what was asked, searched and found, in sentences that follow from the run.
 *
 * @param references models that no search touched, judged on the same images
 * @throws RangeError where the models were not asked about the same images.
 */
export function describeAbstract(
  { name, classNames, train, test }: Judged,
  models: readonly [StudiedModel, StudiedModel],
  references: readonly EvaluatedModel[] = [],
): string {
  const [first, second] = models.map((model) => model.name);
  const tried = models.map((model) => `for the ${model.name} ${describeSearches(model)}`);
  return [
    `How well do an ${first} and a ${second} read handwritten characters after a search of their hyperparameters, and does the ` +
      `search pay? Both were searched and trained on images of **${escapeMarkdown(name)}** ` +
      `(${plural(train.size, 'training image')}, ${classNames.length} classes) and judged once, at the end, on its ` +
      `${plural(test.size, 'test image')}.`,
    `The searches tried ${tried.join('; ')}. The first of each was a default that nobody tuned.`,
    describeScores(models),
    ...models.map(describeGained),
    ...(references.length > 0 ? [describeReferences(references)] : []),
    'All of it is one run; another seed may give other winners.',
  ].join(' ');
}

/**
 * What follows from the run: which kind of model to take, whether the searches paid, which single changes moved a winner, and
 * where its mistakes are; a paragraph each.
 *
 * @param references models that no search touched, judged on the same images
 * @throws RangeError where the models were not asked about the same images.
 */
export function describeConclusion(
  models: readonly [StudiedModel, StudiedModel],
  references: readonly EvaluatedModel[] = [],
): string {
  return [
    describeChoice(models),
    [...models.map(describeGained), ...describeBestReference(rank(models)[0], references)].join(' '),
    models.map(describeChanges).join(' '),
    describeMistakes(models),
  ].join('\n\n');
}

/** `12 by random search with 2-fold cross-validation, 31 by PriorBand`. */
function describeSearches({ searches }: StudiedModel): string {
  return Object.entries(searches)
    .map(([name, { trials, folds }], i) => {
      const judged = i > 0 ? '' : folds > 1 ? ` with ${folds}-fold cross-validation` : ' with a hold-out';
      const configurations = i > 0 ? formatCount(trials.length) : plural(trials.length, 'configuration');
      return `${configurations} by ${escapeMarkdown(i === 0 ? name.toLowerCase() : name)}${judged}`;
    })
    .join(', ');
}

function describeScores(models: readonly [StudiedModel, StudiedModel]): string {
  const [better, worse] = rank(models);
  const told = compareModels([better.winner, worse.winner]).map(
    ({ accuracy, interval: { low, high } }) =>
      `${(100 * accuracy).toFixed(2)} % (95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`,
  );
  const { pValue } = mcnemarTest(better.winner.predictions, worse.winner.predictions);
  const test = `McNemar's exact test, p ${equals(pValue)}`;
  const accuracyOf = ({ accuracy }: Predictions) => accuracy;
  const { difference, low, high } = pairedBootstrap(better.winner.predictions, worse.winner.predictions, accuracyOf);
  const reading =
    pValue < LEVEL
      ? `the ${points(difference)} points between them (${points(low)} to ${points(high)}) are more than chance in drawing the ` +
        `images explains (${test})`
      : `these images do not tell the two apart (${test})`;
  return `The ${better.name} reads ${told[0]} of the test images rightly and the ${worse.name} ${told[1]}: ${reading}.`;
}

function describeGained({ name, winner, baseline }: StudiedModel): string {
  const { onlyFirst, onlySecond, pValue } = mcnemarTest(winner.predictions, baseline.predictions);
  const difference = winner.predictions.accuracy - baseline.predictions.accuracy;
  if (onlyFirst + onlySecond === 0) return `For the ${name} no configuration was better than the default.`;
  if (!(pValue < LEVEL)) {
    return (
      `Trained alike, once each, the ${name} that won its searches and its default cannot be told apart by these images ` +
      `(${signed(points(difference))} points, p ${equals(pValue)}).`
    );
  }
  return (
    `Trained alike, once each, the ${name} that won its searches is ${points(Math.abs(difference))} points ` +
    `${difference > 0 ? 'better' : 'worse'} than its default (p ${equals(pValue)}).`
  );
}

function describeReferences(references: readonly EvaluatedModel[]): string {
  const told = references.map(({ name, predictions }) => `${escapeMarkdown(name)} ${(100 * predictions.accuracy).toFixed(2)} %`);
  return `For comparison, without any search: ${told.join(', ')}.`;
}

/** How the better winner compares with the best of what no search touched. */
function describeBestReference({ name, winner }: StudiedModel, references: readonly EvaluatedModel[]): string[] {
  const [best] = [...references].sort((a, b) => b.predictions.accuracy - a.predictions.accuracy);
  if (best === undefined) return [];
  const { pValue } = mcnemarTest(winner.predictions, best.predictions);
  const difference = winner.predictions.accuracy - best.predictions.accuracy;
  const reading =
    pValue < LEVEL
      ? `is ${points(Math.abs(difference))} points ${difference > 0 ? 'better' : 'worse'}`
      : `cannot be told from it by these images (${signed(points(difference))} points)`;
  return [
    `Without any search the ${escapeMarkdown(best.name)} reads ${(100 * best.predictions.accuracy).toFixed(2)} %: the ${name} ` +
      `${reading} (p ${equals(pValue)}).`,
  ];
}

function describeChoice(models: readonly [StudiedModel, StudiedModel]): string {
  const [better, worse] = rank(models);
  const { pValue } = mcnemarTest(better.winner.predictions, worse.winner.predictions);
  if (pValue < LEVEL) {
    const difference = better.winner.predictions.accuracy - worse.winner.predictions.accuracy;
    return (
      `On these images the **${better.name}** reads ${points(difference)} points more of them rightly than the ` +
      `${worse.name}, and chance in drawing them does not explain it. It is the one to take where accuracy is what counts.`
    );
  }
  const [light, heavy] = [...models].sort((a, b) => a.weights - b.weights);
  return (
    `These images give no reason to prefer the ${better.name} or the ${worse.name}. The **${light.name}** has fewer weights ` +
    `(${formatCount(light.weights)} against ${formatCount(heavy.weights)}).`
  );
}

/** The changes of one hyperparameter that moved the winner's score beyond chance, the largest first. */
function describeChanges({ name, ablation }: StudiedModel): string {
  const effects = ablation?.effects.filter(({ interval }) => !Number.isNaN(interval.low)) ?? [];
  if (ablation === undefined || effects.length === 0) return `Of the ${name} no single change was measured.`;
  const sure = effects
    .filter(({ interval }) => interval.low > 0 || interval.high < 0)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const measured = `Of ${plural(effects.length, 'single change')} to the ${name}'s winner`;
  if (sure.length === 0) return `${measured} none moved its score beyond chance.`;
  const named = sure.slice(0, MOST_NAMED).map(({ name: changed, value, difference }) => {
    const by = signed(formatDifference(difference, ablation.objective));
    return `${changed} ${String(value)} (${by})`;
  });
  const most = sure.length > MOST_NAMED ? ', most of all' : ':';
  return (
    `${measured} ${formatCount(sure.length)} moved its ${escapeMarkdown(nameMeasure(ablation.objective))} beyond ` +
    `chance${most} ${escapeMarkdown(named.join(', '))}.`
  );
}

function describeMistakes(models: readonly [StudiedModel, StudiedModel]): string {
  const [{ name, winner }] = rank(models);
  const { size, classNames } = winner.predictions;
  const [{ mistakes }] = compareModels([winner]);
  if (mistakes === 0) return `The ${name} reads all ${formatCount(size)} test images rightly.`;
  const pairs = confusedPairs(winner.predictions, MOST_NAMED);
  const named = pairs.map(({ classes: [a, b] }) => `${classNames[a]} and ${classNames[b]}`).map(escapeMarkdown);
  const share = pairs.reduce((sum, { count }) => sum + count, 0) / mistakes;
  const [of, are] = pairs.length === 1 ? ['The pair', 'is'] : [`The ${pairs.length} pairs`, 'are'];
  return (
    `The ${name} makes ${plural(mistakes, 'mistake')} in ${formatCount(size)} images. ${of} most often confused, ` +
    `${named.join('; ')}, ${are} ${formatPercent(share)} of them. ${describeHardest(winner)}`
  );
}

/** The class whose images are read rightly least often. */
function describeHardest({ predictions }: EvaluatedModel): string {
  const [hardest] = classificationReport(predictions)
    .classes.filter(({ support }) => support > 0)
    .sort((a, b) => a.recall - b.recall);
  return `Hardest is ${escapeMarkdown(hardest.className)}: ${formatPercent(hardest.recall)} of its images are read rightly.`;
}

/** The one with fewer mistakes first. */
function rank(models: readonly [StudiedModel, StudiedModel]): [StudiedModel, StudiedModel] {
  const [first, second] = models;
  return second.winner.predictions.accuracy > first.winner.predictions.accuracy ? [second, first] : [first, second];
}

/** A share in points with two digits, `−1.50` for -0.015. */
function points(share: number): string {
  const text = (100 * share).toFixed(2);
  return /[1-9]/.test(text) ? text.replace('-', '−') : '0.00';
}

/** A difference with its sign, which nothing has none of. */
function signed(text: string): string {
  return text.startsWith('−') || !/[1-9]/.test(text) ? text : `+${text}`;
}

/** `= 0.031`, `< 0.001`. */
const equals = (p: number) => (p < 0.001 ? formatProbability(p) : `= ${formatProbability(p)}`);
