/** Judgements of a study that follow from its run, as sentences of Markdown for `show(markdown(...))`. */
import { type EvaluatedModel, mcnemarTest } from '../evaluation';
import type { AblationResults, RobustnessPoint } from '../experiments';
import { describeAblation, describeComparison } from '../notebook/sentences';
import type { History } from '../training';
import type { HyperParameterValue } from '../tuner';

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
  const { pValue } = mcnemarTest(winner.predictions, baseline.predictions);
  if (!(pValue < LEVEL)) {
    return '**Trained alike, the search gained nothing over the default that these images can tell from luck.**';
  }
  const points = 100 * (winner.predictions.accuracy - baseline.predictions.accuracy);
  if (points > 0) return `**Trained alike, the search gained ${points.toFixed(2)} points over the default.**`;
  return (
    `**The search lost ${Math.abs(points).toFixed(2)} points to the default:** what was best in its short trainings is not best in a long ` +
    'one. Check whether the lines of the trials still cross at the end, and give the search more epochs or images.'
  );
}

/** One of the two kinds of models that notebook 4 compares. */
export interface ComparedModel {
  readonly name: string;
  /** Trainable and other weights. */
  readonly weights: number;
  readonly history: History;
  readonly evaluated: EvaluatedModel;
}

/**
 * How an MLP and a CNN compare in this run, point by point: accuracy, weights, time, and what shifted images cost them; and what
 * to check where the CNN is not ahead, as theory expects.
 *
 * @param robustness of models named as these two; without shifted images that point is left out.
 */
export function describeModels(
  mlp: ComparedModel,
  cnn: ComparedModel,
  robustness: readonly RobustnessPoint[] = [],
): string {
  const { pValue } = mcnemarTest(cnn.evaluated.predictions, mlp.evaluated.predictions);
  const difference = cnn.evaluated.predictions.accuracy - mlp.evaluated.predictions.accuracy;
  const [first, second] = [mlp.weights, cnn.weights];
  const larger = first >= second ? mlp : cnn;
  const ratio = Math.max(first, second) / Math.min(first, second);
  const seconds = ({ history }: ComparedModel) => history.seconds / history.epochs.length;
  const slower = seconds(cnn) >= seconds(mlp) ? cnn : mlp;
  const faster = slower === cnn ? mlp : cnn;
  const lines = [
    `**Weights.** The MLP has ${format(first)}, the CNN ${format(second)}` +
      `${ratio < 1.1 ? ', about as many' : `: the ${larger.name} has ${ratio.toFixed(1)} times as many`}.`,
    `**Time.** An epoch of the final training took ${seconds(mlp).toFixed(1)} s (MLP) and ${seconds(cnn).toFixed(1)} s (CNN), on ` +
      `${format(mlp.history.trainSize)} and ${format(cnn.history.trainSize)} images: ` +
      `${(seconds(slower) / seconds(faster)).toFixed(1)} times as long for the ${slower.name}. The MLP was trained for ` +
      `${mlp.history.epochs.length} epochs, the CNN for ${cnn.history.epochs.length}.`,
    ...describeShift(mlp.name, cnn.name, robustness),
    `**What theory expects.** A convolution knows that neighbouring pixels belong together and that a stroke is the same everywhere, ` +
      `so the CNN should be ahead. ${describeExpectation(difference, pValue)}`,
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function describeExpectation(difference: number, pValue: number): string {
  if (pValue < LEVEL && difference > 0) return 'In this run it is.';
  const check =
    'Before believing that convolutions do not help here, check: do the validation curves of the CNN still rise at the last epoch? ' +
    'Was its search budget as long as the MLP’s, in time and in steps? Is its best trial better than the MLP’s on as many images?';
  return difference < 0 && pValue < LEVEL
    ? `**This run contradicts it.** ${check}`
    : `**This run does not show it:** the difference may be luck. ${check}`;
}

function describeShift(mlp: string, cnn: string, robustness: readonly RobustnessPoint[]): string[] {
  const loss = (name: string, strength: number) => {
    const at = (wanted: number) =>
      robustness.find(
        (point) => point.name === name && point.corruption === 'shift' && point.strength === wanted,
      );
    const [still, moved] = [at(0), at(strength)];
    return still && moved ? 100 * (still.accuracy - moved.accuracy) : undefined;
  };
  const [first, second] = [loss(mlp, 2), loss(cnn, 2)];
  if (first === undefined || second === undefined) return [];
  const apart = Math.abs(first - second);
  const reading =
    apart < 2
      ? 'about the same for both'
      : second < first
        ? `${apart.toFixed(1)} points less for the CNN, as its shared weights lead one to expect`
        : `${apart.toFixed(1)} points more for the CNN, against what its shared weights lead one to expect: pooling and dense layers behind it still depend on the place`;
  return [
    `**Shifted images.** Moved by two pixels, the test images cost the MLP ${first.toFixed(1)} points and the CNN ${second.toFixed(1)}: ${reading}.`,
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
 * was not tried where the ablation did not vary it. `name` is the model's, as in `The CNN`.
 */
export function describeFinding(
  name: string,
  ablation: AblationResults | undefined,
  hyperparameter: string,
): string {
  const base = ablation?.base;
  const effects = ablation?.effects.filter((effect) => effect.name === hyperparameter) ?? [];
  if (ablation === undefined || base === undefined || effects.length === 0) {
    return `**${name}:** not measured, since the ablation of this profile leaves it as it is.`;
  }
  const measured = `**${name}:** ${describeAblation(ablation, hyperparameter)}.`;
  const sure = effects.filter(({ interval }) => interval.low > 0 || interval.high < 0);
  if (sure.length === 0) {
    return `${measured} The evidence is thin: no interval excludes 0, so this run says nothing for or against.`;
  }
  const expected = EXPECTED[hyperparameter];
  const from = base.hyperparameters[hyperparameter];
  const against = sure.filter(({ value, difference }) => {
    if (expected === undefined || from === undefined) return false;
    const [better, worse] = difference > 0 ? [value, from] : [from, value];
    return expected.worse.includes(better) && expected.better.includes(worse);
  });
  const beaten = sure.filter(({ difference }) => difference > 0);
  return [
    measured,
    ...(against.length > 0
      ? [
          '**This contradicts what theory leads one to expect.** Check first whether the trainings were long enough, and whether the ' +
            'learning rate, which was chosen for the winner as it was, suits both.',
        ]
      : []),
    ...(beaten.length > 0
      ? [
          `The winner is beaten beyond chance by ${beaten.length === 1 ? 'this change' : 'these changes'}: the search had not tried ` +
            `${beaten.length === 1 ? 'it' : 'them'} with the rest as it is.`,
        ]
      : []),
  ].join(' ');
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
