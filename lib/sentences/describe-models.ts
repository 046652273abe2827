import { formatCount, plural } from '../base/words';
import { type McnemarTest, mcnemarTest } from '../evaluation/mcnemar';
import type { EvaluatedModel } from '../evaluation/model-comparison';
import type { RobustnessPoint } from '../experiments/robustness';
import type { History } from '../training/history';
import { LEVEL } from './describe-trained-alike';

/** One of the two kinds of models that notebook 4 compares. */
export interface ComparedModel {
  /** As in the robustness points. */
  readonly name: string;
  /** Trainable and other weights. */
  readonly weights: number;
  readonly history: History;
  /** Time of search and training, added up over workers; undefined where it is not known. */
  readonly seconds?: number;
  readonly evaluated: EvaluatedModel;
}

/**
 * How an MLP and a CNN compare in this run, point by point: weights, budget, time, what shifted images cost them, and whether the
 * CNN is ahead, as theory expects, with what to check where it is not. The accuracies themselves: `describeComparison`.
 *
 * @param robustness of models named as these two; without images shifted by four pixels that point is left out.
 */
export function describeModels(mlp: ComparedModel, cnn: ComparedModel, robustness: readonly RobustnessPoint[] = []): string {
  const test = mcnemarTest(cnn.evaluated.predictions, mlp.evaluated.predictions);
  return [
    `**Weights.** The MLP has ${formatCount(mlp.weights)}, the CNN ${formatCount(cnn.weights)}: ` +
      `${describeRatio(mlp.weights, cnn.weights, 'many')}.`,
    ...describeBudget(mlp, cnn),
    describeTime(mlp.history, cnn.history),
    ...describeShift(mlp.name, cnn.name, robustness),
    '**What theory expects.** A convolution knows that neighbouring pixels belong together and that a stroke is the same ' +
      `everywhere, so the CNN should be ahead. ${describeExpectation(test)}`,
  ]
    .map((line) => `- ${line}`)
    .join('\n');
}

/** `4.5 times as many for the MLP`; `as` is `many` or `long`. */
function describeRatio(mlp: number, cnn: number, as: string): string {
  const ratio = Math.max(mlp, cnn) / Math.min(mlp, cnn);
  return ratio < 1.1 ? `about as ${as}` : `${ratio.toFixed(1)} times as ${as} for the ${mlp > cnn ? 'MLP' : 'CNN'}`;
}

/** What either was given, without which their scores are no comparison. */
function describeBudget(mlp: ComparedModel, cnn: ComparedModel): string[] {
  const [first, second] = [mlp.seconds ?? 0, cnn.seconds ?? 0];
  if (!(first > 0 && second > 0)) return [];
  return [
    `**Budget.** Searches and the winner's training took ${formatMinutes(first)} of computing for the MLP and ` +
      `${formatMinutes(second)} for the CNN, added up over workers: ${describeRatio(first, second, 'long')}.`,
  ];
}

function describeTime(mlp: History, cnn: History): string {
  const [first, second] = [mlp, cnn].map(({ seconds, epochs }) => seconds / epochs.length);
  const isSame = mlp.trainSize === cnn.trainSize;
  const images = isSame ? formatCount(mlp.trainSize) : `${formatCount(mlp.trainSize)} and ${formatCount(cnn.trainSize)}`;
  const ratio = describeRatio(first / mlp.trainSize, second / cnn.trainSize, 'long');
  // Of trainings too short to be timed there is none.
  const reading = first > 0 && second > 0 ? `: ${isSame ? '' : 'for each image, '}${ratio}` : '';
  const [long, other] = [mlp, cnn].map(({ epochs }) => epochs.length);
  const trained =
    long === other
      ? `Both were trained for ${plural(long, 'epoch')}`
      : `The MLP was trained for ${plural(long, 'epoch')}, the CNN for ${plural(other, 'epoch')}`;
  return (
    `**Time.** An epoch of the final training took the MLP ${formatSeconds(first)} and the CNN ${formatSeconds(second)}, on ` +
    `${images} images${reading}. ${trained}.`
  );
}

function describeExpectation({ onlyFirst, onlySecond, pValue }: McnemarTest): string {
  if (pValue < LEVEL && onlyFirst > onlySecond) return 'In this run it is.';
  const check =
    'Before believing that convolutions do not help here, check: do the validation curves of the CNN still rise at the last ' +
    "epoch? Was its search as long as the MLP's, in time and in steps? Is its best trial better than the MLP's on as many " +
    'images?';
  if (pValue < LEVEL) return `**This run contradicts it.** ${check}`;
  const why = onlyFirst === onlySecond ? 'both make as many mistakes' : 'the difference between the two may be luck';
  return `**This run does not show it:** ${why}. ${check}`;
}

function describeShift(mlp: string, cnn: string, robustness: readonly RobustnessPoint[]): string[] {
  const at = (name: string, strength: number) =>
    robustness.find((point) => point.name === name && point.corruption === 'shift' && point.strength === strength);
  const points = [mlp, cnn].flatMap((name) => [at(name, 0), at(name, 4)]);
  if (!points.every((point) => point !== undefined)) return [];
  const [mlpStill, mlpMoved, cnnStill, cnnMoved] = points as RobustnessPoint[];
  const [first, second] = [mlpStill.accuracy - mlpMoved.accuracy, cnnStill.accuracy - cnnMoved.accuracy];
  // As wide as if the four accuracies were of different images; of the same ones chance explains less.
  const chance = Math.hypot(...(points as RobustnessPoint[]).map(({ interval }) => (interval.high - interval.low) / 2));
  const apart = formatPoints(Math.abs(first - second));
  const reading =
    Math.abs(first - second) <= chance
      ? 'too near to each other to tell them apart'
      : second < first
        ? `${apart} points less for the CNN, as one would expect of weights that are the same everywhere`
        : `${apart} points more for the CNN, although its filters are the same everywhere: the dense layers behind them are not`;
  return [
    `**Shifted images.** Moving test images by four pixels costs the MLP ${formatPoints(first)} points and the CNN ` +
      `${formatPoints(second)}: ${reading}.`,
  ];
}

/** `48 s`, `3.4 min`. */
function formatMinutes(seconds: number): string {
  return seconds < 90 ? formatSeconds(seconds) : `${(seconds / 60).toFixed(1)} min`;
}

/** `0.042 s`, `3.4 s`, `27 s`. */
function formatSeconds(seconds: number): string {
  return `${seconds < 10 ? Number(seconds.toPrecision(2)) : formatCount(Math.round(seconds))} s`;
}

/** A share in points, `−1.5` for -0.015. */
function formatPoints(share: number): string {
  const text = (100 * share).toFixed(1);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}
