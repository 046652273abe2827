import { mcnemarTest } from '../evaluation/mcnemar';
import type { EvaluatedModel } from '../evaluation/model-comparison';
import { describeComparison } from './describe-comparison';

/** The level below which McNemar's test counts as evidence. */
export const LEVEL = 0.05;

interface Trained {
  readonly evaluated: EvaluatedModel;
}

/** What a search gained over the default, from both models trained alike and judged on the same images. */
export function describeTrainedAlike({ winner, baseline }: { winner: Trained; baseline: Trained }): string {
  if (winner === baseline) {
    return (
      'No trial was better than the default, so the default is the winner, and one training stands for both: **the ' +
      'search gained nothing.**'
    );
  }
  return `${describeComparison([winner.evaluated, baseline.evaluated])} ${gain(winner.evaluated, baseline.evaluated)}`;
}

function gain(winner: EvaluatedModel, baseline: EvaluatedModel): string {
  const { predicted, accuracy } = winner.predictions;
  if (predicted.every((found, i) => found === baseline.predictions.predicted[i])) {
    return (
      '**The search gained nothing:** winner and default say the same of every image, as they do where the default is ' +
      'the winner.'
    );
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
    `**Trained alike, the search lost ${Math.abs(points).toFixed(2)} points to the default:** what was best in its short ` +
    'trainings is not best in this long one. Check whether the lines of the trials still cross at the end, and give the search ' +
    'more epochs or images.'
  );
}
