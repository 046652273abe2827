import { escapeMarkdown } from '../base/markdown';
import { formatCount, formatProbability, plural } from '../base/words';
import { pairedBootstrap } from '../evaluation/bootstrap';
import { mcnemarTest } from '../evaluation/mcnemar';
import type { EvaluatedModel } from '../evaluation/model-comparison';

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
  const difference = pairedBootstrap(better.predictions, worse.predictions, (predictions) => predictions.accuracy);
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
