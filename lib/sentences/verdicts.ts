/** Judgements of a study that follow from its run, as sentences of Markdown for `show(markdown(...))`. */

import { escapeMarkdown } from '../base/markdown';
import { plural } from '../base/words';
import { type McnemarTest, mcnemarTest } from '../evaluation/mcnemar';
import type { EvaluatedModel } from '../evaluation/model-comparison';
import type { AblationEffect, AblationResults } from '../experiments/ablation';
import type { RobustnessPoint } from '../experiments/robustness';
import { compileConfigOf } from '../recipe/compile';
import type { HyperParameterValue } from '../search/space/hyperparameters';
import type { LayersModel } from '../tensorflow';
import type { History } from '../training/history';
import { describeAblation, describeComparison } from './sentences';

/** The level below which McNemar's test counts as evidence. */
const LEVEL = 0.05;

interface Trained {
  readonly evaluated: EvaluatedModel;
}

/** What a search gained over the default, from both models trained alike and judged on the same images. */
export function describeTrainedAlike({ winner, baseline }: { winner: Trained; baseline: Trained }): string {
  if (winner === baseline) {
    return 'No trial was better than the default, so the default is the winner, and one training stands for both: **the search gained nothing.**';
  }
  return `${describeComparison([winner.evaluated, baseline.evaluated])} ${gain(winner.evaluated, baseline.evaluated)}`;
}

function gain(winner: EvaluatedModel, baseline: EvaluatedModel): string {
  const { predicted, accuracy } = winner.predictions;
  if (predicted.every((found, i) => found === baseline.predictions.predicted[i])) {
    return '**The search gained nothing:** winner and default say the same of every image, as they do where the default is the winner.';
  }
  const { pValue } = mcnemarTest(winner.predictions, baseline.predictions);
  if (!(pValue < LEVEL)) {
    return '**Trained alike, the search gained nothing over the default that these images can tell from luck.**';
  }
  const points = 100 * (accuracy - baseline.predictions.accuracy);
  if (points > 0) {
    return `**Trained alike, the search gained ${points.toFixed(2)} points over the default**, from one training of each.`;
  }
  return (
    `**Trained alike, the search lost ${Math.abs(points).toFixed(2)} points to the default:** what was best in its short trainings is not best in ` +
    'this long one. Check whether the lines of the trials still cross at the end, and give the search more epochs or images.'
  );
}

/**
 * What each model was prepared for: how far its training images were varied, by its compile configuration.
 *
 *     describeAugmentation({ MLP: mlp.model, CNN: cnn.model })
 */
export function describeAugmentation(models: Readonly<Record<string, LayersModel>>): string {
  const told = Object.entries(models).map(([name, model]) => {
    const { rotation = 0, shift = 0, scale = 0, shear = 0 } = compileConfigOf(model)?.augmentation ?? {};
    const parts = [
      ...(rotation > 0 ? [`turned by up to ${rotation}°`] : []),
      ...(shift > 0 ? [`moved by up to ${format(28 * shift)} pixels`] : []),
      ...(scale > 0 ? [`scaled by up to ${format(100 * scale)} %`] : []),
      ...(shear > 0 ? [`slanted by up to ${format(100 * shear)} %`] : []),
    ];
    const images = parts.length === 0 ? 'as they are' : `that were ${parts.join(', ')}`;
    return `the ${escapeMarkdown(name)} was trained on images ${images}`;
  });
  const sentence = `${told.join('; ')}.`;
  return sentence[0].toUpperCase() + sentence.slice(1);
}

/** One of the two kinds of models that notebook 4 compares. */
export interface ComparedModel {
  /** As in the robustness points. */
  readonly name: string;
  /** Trainable and other weights. */
  readonly weights: number;
  readonly history: History;
  readonly evaluated: EvaluatedModel;
}

/**
 * How an MLP and a CNN compare in this run, point by point: weights, time, what shifted images cost them, and whether the CNN is
 * ahead, as theory expects, with what to check where it is not. The accuracies themselves: `describeComparison`.
 *
 * @param robustness of models named as these two; without images shifted by two pixels that point is left out.
 */
export function describeModels(
  mlp: ComparedModel,
  cnn: ComparedModel,
  robustness: readonly RobustnessPoint[] = [],
): string {
  const test = mcnemarTest(cnn.evaluated.predictions, mlp.evaluated.predictions);
  return [
    `**Weights.** The MLP has ${format(mlp.weights)}, the CNN ${format(cnn.weights)}: ${describeRatio(mlp.weights, cnn.weights, 'many')}.`,
    describeTime(mlp.history, cnn.history),
    ...describeShift(mlp.name, cnn.name, robustness),
    `**What theory expects.** A convolution knows that neighbouring pixels belong together and that a stroke is the same everywhere, ` +
      `so the CNN should be ahead. ${describeExpectation(test)}`,
  ]
    .map((line) => `- ${line}`)
    .join('\n');
}

/** `4.5 times as many for the MLP`; `as` is `many` or `long`. */
function describeRatio(mlp: number, cnn: number, as: string): string {
  const ratio = Math.max(mlp, cnn) / Math.min(mlp, cnn);
  return ratio < 1.1
    ? `about as ${as}`
    : `${ratio.toFixed(1)} times as ${as} for the ${mlp > cnn ? 'MLP' : 'CNN'}`;
}

function describeTime(mlp: History, cnn: History): string {
  const [first, second] = [mlp, cnn].map(({ seconds, epochs }) => seconds / epochs.length);
  const isSame = mlp.trainSize === cnn.trainSize;
  const images = isSame ? format(mlp.trainSize) : `${format(mlp.trainSize)} and ${format(cnn.trainSize)}`;
  const ratio = describeRatio(first / mlp.trainSize, second / cnn.trainSize, 'long');
  // Of trainings too short to be timed there is none.
  const reading = first > 0 && second > 0 ? `: ${isSame ? '' : 'for each image, '}${ratio}` : '';
  const [long, other] = [mlp, cnn].map(({ epochs }) => epochs.length);
  const trained =
    long === other
      ? `Both were trained for ${plural(long, 'epoch')}`
      : `The MLP was trained for ${plural(long, 'epoch')}, the CNN for ${plural(other, 'epoch')}`;
  return (
    `**Time.** An epoch of the final training took the MLP ${formatSeconds(first)} and the CNN ${formatSeconds(second)}, on ${images} images` +
    `${reading}. ${trained}.`
  );
}

function describeExpectation({ onlyFirst, onlySecond, pValue }: McnemarTest): string {
  if (pValue < LEVEL && onlyFirst > onlySecond) return 'In this run it is.';
  const check =
    'Before believing that convolutions do not help here, check: do the validation curves of the CNN still rise at the last epoch? ' +
    "Was its search as long as the MLP's, in time and in steps? Is its best trial better than the MLP's on as many images?";
  if (pValue < LEVEL) return `**This run contradicts it.** ${check}`;
  const why =
    onlyFirst === onlySecond ? 'both make as many mistakes' : 'the difference between the two may be luck';
  return `**This run does not show it:** ${why}. ${check}`;
}

function describeShift(mlp: string, cnn: string, robustness: readonly RobustnessPoint[]): string[] {
  const at = (name: string, strength: number) =>
    robustness.find(
      (point) => point.name === name && point.corruption === 'shift' && point.strength === strength,
    );
  const points = [mlp, cnn].flatMap((name) => [at(name, 0), at(name, 2)]);
  if (!points.every((point) => point !== undefined)) return [];
  const [mlpStill, mlpMoved, cnnStill, cnnMoved] = points as RobustnessPoint[];
  const [first, second] = [mlpStill.accuracy - mlpMoved.accuracy, cnnStill.accuracy - cnnMoved.accuracy];
  // As wide as if the four accuracies were of different images; of the same ones chance explains less.
  const chance = Math.hypot(
    ...(points as RobustnessPoint[]).map(({ interval }) => (interval.high - interval.low) / 2),
  );
  const apart = formatPoints(Math.abs(first - second));
  const reading =
    Math.abs(first - second) <= chance
      ? 'too near to each other to tell them apart'
      : second < first
        ? `${apart} points less for the CNN, as one would expect of weights that are the same everywhere`
        : `${apart} points more for the CNN, although its filters are the same everywhere: the dense layers behind them are not`;
  return [
    `**Shifted images.** Moving the test images by two pixels costs the MLP ${formatPoints(first)} points and the CNN ${formatPoints(second)}: ${reading}.`,
  ];
}

/** What theory expects of a hyperparameter: values that should do better than others. */
const EXPECTED: Readonly<
  Record<string, { better: readonly HyperParameterValue[]; worse: readonly HyperParameterValue[] }>
> = {
  batchNormalization: { better: [true], worse: [false] },
  schedule: { better: ['stepDecay', 'cosineAnnealing', 'oneCycle'], worse: ['constant'] },
  activation: { better: ['relu', 'leakyRelu', 'elu'], worse: ['sigmoid'] },
  activation1: { better: ['relu', 'leakyRelu', 'elu'], worse: ['sigmoid'] },
};

/**
 * What an ablation found of a hyperparameter, and whether that agrees with theory, contradicts it or is too thin to say; that it
 * was not measured where the ablation did not vary it. `name` is the model's, as in `CNN`.
 */
export function describeFinding(
  name: string,
  ablation: AblationResults | undefined,
  hyperparameter: string,
): string {
  const title = `**${escapeMarkdown(name)}:**`;
  const base = ablation?.base;
  const effects = ablation?.effects.filter((effect) => effect.name === hyperparameter) ?? [];
  if (ablation === undefined || base === undefined || effects.length === 0) {
    return `${title} not measured, since the ablation did not change it.`;
  }
  const measured = `${title} ${describeAblation(ablation, hyperparameter)}.`;
  const sure = effects.filter(({ interval }) => interval.low > 0 || interval.high < 0);
  if (sure.length === 0) return `${measured} ${describeThin(effects)}`;
  const isBetter = ({ difference }: AblationEffect) =>
    ablation.objective.direction === 'max' ? difference > 0 : difference < 0;
  const from = base.hyperparameters[hyperparameter];
  const verdicts = sure.map((effect) => {
    const [better, worse] = isBetter(effect) ? [effect.value, from] : [from, effect.value];
    return judge(hyperparameter, better, worse);
  });
  const beaten = sure.filter(isBetter).length;
  return [
    measured,
    ...(verdicts.includes('against')
      ? [
          '**This contradicts what theory leads one to expect.** Check first whether the trainings were long enough, and whether the ' +
            'learning rate, which was chosen for the winner as it is, suits both.',
        ]
      : verdicts.includes('as expected')
        ? ['That is what theory leads one to expect.']
        : []),
    ...(beaten > 0
      ? [
          `${beaten === 1 ? 'One change makes' : `${beaten} changes make`} the winner better, and chance hardly explains it: a search tries few of all ` +
            'combinations.',
        ]
      : []),
  ].join(' ');
}

/** What no effect is sure enough to say. */
function describeThin(effects: readonly AblationEffect[]): string {
  const found = effects.filter(({ interval }) => !Number.isNaN(interval.low));
  const why =
    found.length === 0
      ? 'there is no interval'
      : found.length === 1
        ? 'the interval holds 0'
        : 'every interval holds 0';
  return `The evidence is thin: ${why}, so this run says nothing for or against.`;
}

/** Whether theory expects the value that did better to be the better one. */
function judge(
  hyperparameter: string,
  better: HyperParameterValue | undefined,
  worse: HyperParameterValue | undefined,
): 'as expected' | 'against' | undefined {
  const expected = EXPECTED[hyperparameter];
  if (expected === undefined || better === undefined || worse === undefined) return undefined;
  if (expected.better.includes(better) && expected.worse.includes(worse)) return 'as expected';
  return expected.worse.includes(better) && expected.better.includes(worse) ? 'against' : undefined;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}

/** `0.042 s`, `3.4 s`, `27 s`. */
function formatSeconds(seconds: number): string {
  return `${seconds < 10 ? Number(seconds.toPrecision(2)) : format(Math.round(seconds))} s`;
}

/** A share in points, `−1.5` for -0.015. */
function formatPoints(share: number): string {
  const text = (100 * share).toFixed(1);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}
