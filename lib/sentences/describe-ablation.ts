import { escapeMarkdown } from '../base/markdown';
import type { AblationResults } from '../experiments/ablation';
import { isShare, type Objective } from '../search/objective';

/**
 * What an ablation measured for a hyperparameter: of one that is on or off, how much better the score is with it; of others, each
 * value's difference to the base's. Shares are told in percentage points.
 */
export function describeAblation(results: AblationResults, name: string): string {
  const { base, effects, objective, folds, executionsPerTrial } = results;
  const of = effects.filter((effect) => effect.name === name);
  if (base === undefined || of.length === 0) return `the ablation has no result for \`${name}\``;
  const budget = `${folds} folds${executionsPerTrial > 1 ? ` with ${executionsPerTrial} trainings each` : ''}, all trained alike`;
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
    const range = Number.isNaN(ends[0])
      ? 'no interval: two equal differences do not show how folds spread'
      : `95 % interval ${format(ends[0])} to ${format(ends[1])}`;
    const found = `${amount} ${difference < 0 ? 'lower' : 'higher'}${chance}`;
    return `With ${spellOut(name)} the ${measure} is ${found} (${range}; ${budget})`;
  }
  const values = of.map(({ value, difference, interval, reason }) =>
    reason === undefined
      ? `**${escapeMarkdown(String(value))}** ${difference > 0 ? '+' : ''}${format(difference)} ` +
        `(${Number.isNaN(interval.low) ? 'no interval' : `${format(interval.low)} to ${format(interval.high)}`})`
      : `**${escapeMarkdown(String(value))}** without a score (${escapeMarkdown(reason)})`,
  );
  return (
    `Against ${spellOut(name)} **${escapeMarkdown(String(base.hyperparameters[name]))}**, the difference in ${measure}` +
    `${points ? ' in points' : ''}, with 95 % intervals: ${values.join(', ')}; ${budget}`
  );
}

export function nameMeasure({ name }: Objective): string {
  return name === 'valAccuracy' ? 'validation accuracy' : name;
}

/** Shares in percentage points, others with two digits. */
export function formatDifference(value: number, objective: Objective): string {
  const text = isShare(objective) ? (100 * value).toFixed(1) : String(Number(value.toPrecision(2)));
  // A difference that is rounded to nothing has no sign.
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}

/** `batch normalization` for `batchNormalization`. */
function spellOut(name: string): string {
  return escapeMarkdown(name.replace(/([a-z0-9])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`));
}
