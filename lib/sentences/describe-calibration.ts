import { escapeMarkdown } from '../base/markdown';
import { mean } from '../base/numbers';
import { formatPercent } from '../base/words';
import { type EvaluatedModel, wilsonInterval } from '../evaluation/model-comparison';

/** How sure each model is on average, against how often it is right: too sure, not sure enough, or about right. */
export function describeCalibration(models: readonly EvaluatedModel[]): string {
  return models
    .map(({ name, predictions }) => {
      const { probabilities, predicted, classNames, size, accuracy } = predictions;
      const confidence = mean(Array.from(predicted, (c, i) => probabilities[i * classNames.length + c]));
      const { low, high } = wilsonInterval(Math.round(accuracy * size), size);
      const reading =
        confidence > high
          ? 'it is surer than it should be'
          : confidence < low
            ? 'it is less sure than it could be'
            : 'on the whole that fits';
      return (
        `The ${escapeMarkdown(name)} gives its answers a probability of ${formatPercent(confidence)} on average, and ` +
        `${formatPercent(accuracy)} are right: ${reading}.`
      );
    })
    .join(' ');
}
