/** Readings of a run's numbers, as sentences of Markdown for `show(markdown(...))`. */

import { escapeMarkdown } from '../base/markdown';
import { sum } from '../base/numbers';
import { formatCount, formatPercent, plural } from '../base/words';
import type { Dataset, LoadedDataset } from '../data/dataset';
import { pairedBootstrap } from '../evaluation/bootstrap';
import { mcnemarTest } from '../evaluation/mcnemar';
import type { EvaluatedModel } from '../evaluation/model-comparison';
import type { AblationResults } from '../experiments/ablation';
import { type CrossValidatedSearch, type Gain, measureGain } from '../experiments/gain';
import {
  completedTrials,
  isShare,
  partialTrials,
  rankedTrials,
  type SearchResults,
} from '../figures/search-results';
import { bestSearch } from '../search/best-search';
import {
  canRateImportance,
  type HyperparameterImportance,
  MIN_IMPORTANCE_TRIALS,
} from '../search/importance';
import type { Objective } from '../search/objective';
import { findBaseline, type Trial, trainedEpochs } from '../search/trial';
import { formatProbability } from '../tables/evaluation-tables';
import { effect } from '../tables/tables';
import type { History } from '../training/history';

/** What a data set is, or its training part: name, source, sizes and number of classes. */
export function describeDataset(dataset: Dataset | LoadedDataset): string {
  const { name, source, classNames } = dataset;
  const images =
    'test' in dataset
      ? `${formatCount(dataset.train.size)} training and ${formatCount(dataset.test.size)} test images`
      : `${formatCount(dataset.size)} training images`;
  return `**${escapeMarkdown(name)}**, from ${escapeMarkdown(source)}: ${images} in ${classNames.length} classes.`;
}

/**
 * The effect of a hyperparameter on a search's score: its values, best mean first, each with its mean score and number of
 * completed trials. Says so where no completed trial has it, or all had the same value.
 */
export function describeEffect(search: SearchResults, name: string): string {
  if (!completedTrials(search).some((trial) => name in trial.hyperparameters)) {
    return `no completed trial has \`${name}\``;
  }
  const table = effect(search, name);
  const [column] = table.columnNames();
  const rows = table.objects() as { [key: string]: unknown; trials: number; mean: number }[];
  const values = rows.map(
    (row) =>
      `**${escapeMarkdown(String(row[column]))}** ${formatScore(search, row.mean)} (${plural(row.trials, 'trial')})`,
  );
  if (values.length === 1) return `${values[0]}; all trials had the same value`;
  const gap = formatScore(search, Math.abs(rows[0].mean - rows[rows.length - 1].mean)).replace('%', 'points');
  return `${values.join(', ')}: ${gap} between the best mean and the worst`;
}

/**
 * What an ablation measured for a hyperparameter: of one that is on or off, how much better the score is with it; of others, each value's difference to the
 * base's. Shares are told in percentage points.
 */
export function describeAblation(results: AblationResults, name: string): string {
  const { base, effects, objective, folds, executionsPerTrial } = results;
  const of = effects.filter((effect) => effect.name === name);
  if (base === undefined || of.length === 0) return `the ablation has no result for \`${name}\``;
  const budget = `${folds} folds${executionsPerTrial > 1 ? ` with ${executionsPerTrial} trainings each` : ''}, same budget`;
  const measure = nameMeasure(objective);
  const points = isShare(objective);
  const format = (value: number) => formatDifference(value, objective);
  const [effect] = of;
  if (of.length === 1 && typeof effect.value === 'boolean' && effect.reason === undefined) {
    // The base may be the one with it.
    const sign = effect.value ? 1 : -1;
    const difference = sign * effect.difference;
    const ends = [sign * effect.interval.low, sign * effect.interval.high].sort((a, b) => a - b);
    const amount = `${format(Math.abs(difference))}${points ? ' points' : ''}`;
    const chance = !(ends[0] > 0 || ends[1] < 0) ? ', which may be chance' : '';
    return (
      `With ${spellOut(name)} the ${measure} is ${amount} ${difference < 0 ? 'lower' : 'higher'}${chance} ` +
      `(${Number.isNaN(ends[0]) ? 'no interval: two equal differences do not show how folds spread' : `95 % interval ${format(ends[0])} to ${format(ends[1])}`}; ${budget})`
    );
  }
  const values = of.map(({ value, difference, interval, reason }) =>
    reason === undefined
      ? `**${escapeMarkdown(String(value))}** ${difference > 0 ? '+' : ''}${format(difference)} (${Number.isNaN(interval.low) ? 'no interval' : `${format(interval.low)} to ${format(interval.high)}`})`
      : `**${escapeMarkdown(String(value))}** without a score (${escapeMarkdown(reason)})`,
  );
  return (
    `Against ${spellOut(name)} **${escapeMarkdown(String(base.hyperparameters[name]))}**, the difference in ${measure}` +
    `${points ? ' in points' : ''}, with 95 % intervals: ${values.join(', ')}; ${budget}. An interval that holds 0 may be chance`
  );
}

function nameMeasure({ name }: Objective): string {
  return name === 'valAccuracy' ? 'validation accuracy' : name;
}

/** Shares in percentage points, others with two digits. */
function formatDifference(value: number, objective: Objective): string {
  const text = isShare(objective) ? (100 * value).toFixed(1) : String(Number(value.toPrecision(2)));
  // A difference that is rounded to nothing has no sign.
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}

/** `batch normalization` for `batchNormalization`. */
function spellOut(name: string): string {
  return escapeMarkdown(
    name.replace(/([a-z0-9])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`),
  );
}

/** How good the best trial of all searches is, which are given by name, and why its score flatters it. */
export function describeBest(searches: Readonly<Record<string, SearchResults>>): string {
  const { name, search } = bestSearch(searches);
  const [best] = rankedTrials(search);
  const spread =
    best.scores.length > 1
      ? ` ± ${formatScore(search, best.spread)} over ${best.scores.length} trainings`
      : '';
  const reached = `${escapeMarkdown(name)}, trial ${best.id}: ${formatScore(search, best.score)}${spread}, with ${formatCount(best.parameters)} weights.`;
  const compared = new Set(
    Object.values(searches)
      .flatMap((each) => [...completedTrials(each), ...partialTrials(each)])
      .map(({ hyperparameters }) => JSON.stringify(hyperparameters)),
  ).size;
  if (compared < 2) return reached;
  return (
    `${reached} Being the best of ${formatCount(compared)} configurations makes this score a little too good: it was ` +
    'chosen for being good.'
  );
}

/**
 * What a search gained over the builder's own default (`search.baseline`), or the one of several, given by name, that has the
 * best trial: the difference of both trials on the folds that both were judged on, with its 95 % interval (see
 * `pairedDifference`); that it gained nothing that these folds can tell from luck, or that two folds are too few to tell; or why it
 * cannot be said.
 */
export function describeGain(
  searches: CrossValidatedSearch | Readonly<Record<string, CrossValidatedSearch>>,
): string {
  const isOne = (of: typeof searches): of is CrossValidatedSearch => Array.isArray(of.trials);
  const found = isOne(searches) ? [searches] : Object.values(searches);
  if (!found.some((each) => rankedTrials(each).length > 0)) {
    return "No trial is completed with a score yet that could be compared with the builder's own default.";
  }
  const { name, search } = isOne(searches) ? { name: 'The search', search: searches } : bestSearch(searches);
  const [best] = rankedTrials(search);
  const baseline = findBaseline(search.trials);
  const score = formatScore(search, best.score);
  if (baseline === undefined) {
    return (
      `What ${isOne(searches) ? 'the search' : escapeMarkdown(name)} gained over the builder's own default cannot be said: it was not tried ` +
      '(`startWithDefault: false`, or its model has more weights than `maxModelWeights`).'
    );
  }
  if (baseline.id === best.id) {
    const trials = sum(found.map((each) => each.trials.length));
    return trials === 1
      ? `The builder's own default is the only trial so far: ${score}.`
      : `Nothing beat the builder's own default: of ${plural(trials, 'trial')} it scores best, ${score} (trial ${baseline.id}).`;
  }
  const gain = measureGain(search);
  if (gain === undefined) {
    const why = whyNoMatch(baseline, Math.max(...search.trials.map(({ epochs }) => epochs)));
    return (
      `The builder's own default (trial ${baseline.id}) ${why}, so what was gained over it by the best, trial ${best.id} with ${score}, ` +
      'cannot be said.'
    );
  }
  return describeMeasuredGain(escapeMarkdown(name), search, best, baseline, gain);
}

function describeMeasuredGain(
  name: string,
  search: CrossValidatedSearch,
  best: Trial,
  baseline: Trial,
  gain: Gain,
): string {
  const { objective, folds } = search;
  const { difference, differences, interval } = gain;
  const format = (value: number) => formatDifference(value, objective);
  const unit = isShare(objective) ? ' points' : '';
  const measure = escapeMarkdown(nameMeasure(objective));
  const scores =
    `trial ${best.id} has ${formatScore(search, gain.best)}, the default (trial ${baseline.id}) ` +
    `${formatScore(search, gain.baseline)}`;
  const shared = differences.length;
  // Racing ended the default before its last fold.
  const of = shared < folds ? `${shared} of ${folds} folds that both came to` : plural(folds, 'fold');
  const chosen = `trial ${best.id} was chosen for its score`;
  if (Number.isNaN(interval.low)) {
    const why =
      shared > 1
        ? 'Two equal differences do not show how folds spread, so there is no interval'
        : folds > 1
          ? `Both came to one of ${folds} folds, so there is no interval`
          : 'With one hold-out there is no interval';
    return (
      `In ${measure} ${scores}: ${format(Math.abs(difference))}${unit} ${difference < 0 ? 'worse' : 'better'}. ${why}, and it may be ` +
      `luck; also, ${chosen}, which flatters it a little.`
    );
  }
  const ends = `${format(interval.low)} to ${format(interval.high)}${unit}`;
  if (interval.low > 0) {
    return (
      `${name} gained ${format(difference)}${unit} in ${measure} over the builder's own default: ${scores} (95 % interval of ` +
      `the gain ${ends}, from ${of}). It is flattered a little: ${chosen}.`
    );
  }
  if (folds === 2 && differences.length === 2 && differences.every((each) => each > 0)) {
    return (
      `${name}'s best trial is ${format(difference)}${unit} ahead of the builder's own default in ${measure}: ${scores}. Both folds say so, ` +
      `but two are too few for a useful interval (95 %: ${ends}). It is flattered a little: ${chosen}.`
    );
  }
  return (
    `${name} gained nothing over the builder's own default that ${shared < folds ? `the ${of}` : `${folds} folds`} can tell from luck: in ${measure} ${scores} (95 % ` +
    `interval of the gain ${ends}). Even that is flattered a little: ${chosen}.`
  );
}

/** Why the score of a default is no match for one of a whole training, or that it has none. */
function whyNoMatch(trial: Trial, whole: number): string {
  const { status, score, reason } = trial;
  if (status === 'failed') return `failed (${escapeMarkdown(firstLine(reason))})`;
  if (status === 'running') return 'is still being trained';
  if (typeof score !== 'number' || Number.isNaN(score)) {
    return `has no score${reason === undefined ? '' : ` (${escapeMarkdown(firstLine(reason))})`}`;
  }
  const epochs = `after ${formatCount(trainedEpochs(trial))} of ${plural(whole, 'epoch')}`;
  return status === 'paused' ? `is paused ${epochs}` : `was ${status} ${epochs}`;
}

function firstLine(text = ''): string {
  const line = text.split('\n')[0].trim().replace(/\.$/, '');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/**
 * How the trials of a search ended, how many of their trainings were skipped, and how many epochs were trained against
 * training every configuration in full. Failed and running trials count in the first alone.
 */
export function describeSearch({ trials }: SearchResults): string {
  if (trials.length === 0) return 'No trial was begun yet.';
  const counts = (['completed', 'paused', 'pruned', 'failed', 'running'] as const)
    .map((status) => ({ status, count: trials.filter((trial) => trial.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${formatCount(count)} ${status}`);
  const ended = `${plural(trials.length, 'trial')}: ${counts.join(', ')}.`;
  const trained = trials.filter(
    ({ status, histories }) => status !== 'failed' && status !== 'running' && histories.length > 0,
  );
  // Only a completed trial shows how long a whole training is.
  if (!trained.some((trial) => trial.status === 'completed')) return ended;
  const whole = Math.max(...trained.map((trial) => trial.epochs));
  const trainings = sum(trained.map((trial) => trial.trainings));
  const begun = sum(trained.map((trial) => trial.histories.length));
  const epochs = sum(trained.flatMap((trial) => trial.histories.map((history) => history.epochs.length)));
  const full = trainings * whole;
  const skipped = trainings - begun;
  return [
    ended,
    ...(skipped > 0
      ? [
          `${formatCount(skipped)} of ${plural(trainings, 'training')} ${skipped === 1 ? 'was' : 'were'} skipped.`,
        ]
      : []),
    ...(epochs < full
      ? [
          `Training all in full would take ${plural(full, 'epoch')}; ${formatCount(epochs)} were trained, ` +
            `${formatPercent(1 - epochs / full)} fewer.`,
        ]
      : []),
  ].join(' ');
}

/**
 * What mattered in a search: the most important hyperparameters, three at most, and what their shares do not show; or that
 * the search has too few trials for them.
 */
export function describeImportance(
  search: SearchResults & { importance(): readonly HyperparameterImportance[] },
): string {
  const trials = search.trials.filter(({ status }) => status !== 'failed' && status !== 'running').length;
  if (!canRateImportance(search)) {
    return `Importances need ${MIN_IMPORTANCE_TRIALS} trials with a score; this search has ${formatCount(trials)}.`;
  }
  const importances = search.importance();
  const first = importances
    .filter(({ importance }) => importance > 0)
    .sort((a, b) => b.importance - a.importance)
    .slice(0, 3);
  if (first.length === 0) return 'The best trials do not differ from the rest in any hyperparameter.';
  const names = first.map(
    ({ name, importance, trials: having }) =>
      `**${escapeMarkdown(name)}** (${formatPercent(importance)}${having < trials ? `, from ${plural(having, 'trial')}` : ''})`,
  );
  const listed =
    names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
  return (
    `The best of ${plural(trials, 'trial')} differ from the rest most in ${listed}. The shares say neither which values are ` +
    'good nor what two hyperparameters do together, and they hold for this search space and this budget alone. ' +
    (trials < 50
      ? 'From so few trials their order may be chance.'
      : 'Another seed would give somewhat different ones.')
  );
}

/** What the last epoch's accuracies say about over- and underfitting. */
export function describeFit({ epochs }: History): string {
  const { epoch, accuracy, valAccuracy } = epochs[epochs.length - 1];
  const reached = `After ${plural(epoch, 'epoch')}: training accuracy ${formatPercent(accuracy)}`;
  if (valAccuracy === undefined) return `${reached}. Nothing was held out, so the fit cannot be judged.`;
  const gap = 100 * (accuracy - valAccuracy);
  const reading =
    gap > 5
      ? 'it overfits: dropout, L2 or more images would help, more epochs would not'
      : gap > 1.5
        ? 'it begins to overfit: more epochs would rather widen the gap than raise the validation accuracy'
        : gap < -0.5
          ? 'it underfits, or its regularization holds it back in training alone: more epochs would help'
          : 'neither over- nor underfitting stands out';
  return `${reached}, validation accuracy ${formatPercent(valAccuracy)}. The gap is ${gap.toFixed(1)} points: ${reading}.`;
}

/**
 * Which of two models is better on the test images, by how much, and whether chance in drawing the images could explain it
 * (McNemar's exact test, below 0.05; the interval of the difference by the paired bootstrap). It is about these two trained
 * models: the luck in training is not in it.
 */
export function describeComparison(models: readonly [EvaluatedModel, EvaluatedModel]): string {
  const [better, worse] = [...models].sort((a, b) => countMistakes(a) - countMistakes(b));
  const [betterName, worseName] = [better.name, worse.name].map(escapeMarkdown);
  const { onlyFirst, onlySecond, pValue } = mcnemarTest(better.predictions, worse.predictions);
  const images = plural(better.predictions.size, 'image');
  if (onlyFirst === onlySecond) {
    const alone = onlyFirst === 0 ? 'on the same images' : `each alone right on ${formatCount(onlyFirst)}`;
    return `Both make ${plural(countMistakes(better), 'mistake')} in ${images}, ${alone}.`;
  }
  const difference = pairedBootstrap(
    better.predictions,
    worse.predictions,
    (predictions) => predictions.accuracy,
  );
  const [points, low, high] = [difference.difference, difference.low, difference.high].map((share) =>
    (100 * share).toFixed(2).replace('-', '−'),
  );
  const apart = pValue < 0.05;
  return (
    `The ${betterName} ${apart ? 'is better' : 'may be better, or lucky'}: ` +
    `${plural(countMistakes(better), 'mistake')} where the ${worseName} makes ${formatCount(countMistakes(worse))} in ` +
    `${images}, which is ${points} points of accuracy (95 % interval ${low} to ${high}). Of the images that only one of ` +
    `them reads rightly, ${formatCount(onlyFirst)} are the ${betterName}'s and ${formatCount(onlySecond)} the ` +
    `${worseName}'s: between equally good models chance would divide them so unevenly with a probability of ` +
    `${formatProbability(pValue).replace('<', 'less than')} (McNemar's exact test)` +
    `${apart ? '.' : ', so these images do not tell them apart.'}`
  );
}

function countMistakes({ predictions: { labels, predicted } }: EvaluatedModel): number {
  return labels.reduce((count, label, i) => count + Number(label !== predicted[i]), 0);
}

/** Shares as `97.5 %`, losses with three decimals, other metrics with four digits. */
function formatScore({ objective }: SearchResults, score: number): string {
  if (isShare(objective)) return formatPercent(score);
  return /loss$/i.test(objective.name) ? score.toFixed(3) : String(Number(score.toPrecision(4)));
}
