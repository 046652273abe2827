import type { DataFrame } from 'danfojs-node';
import type { AblationResults } from '../experiments/ablation';
import type { RobustnessPoint } from '../experiments/robustness';
import type { TrainSizePoint } from '../experiments/train-size-curve';
import { frame } from './libraries';
import { cut, distinctColumnName, round, roundOrBlank, shorten } from './table-cells';

/**
 * The base of an ablation and each change: the score, the difference to the base with its 95 % interval, and why there is none
 * where that is so; blank until it was measured, and where two folds with equal differences give no interval.
 */
export function ablation({ base, effects, objective }: AblationResults): DataFrame {
  const columns = ['change', 'difference', 'low', 'high', 'reason'];
  const score = distinctColumnName(objective.name, 'objective', columns);
  const failed = effects.some(({ reason }) => reason !== undefined);
  const none = { difference: null, low: null, high: null };
  const former = (name: string) => (base && name in base.hyperparameters ? `${shorten(base.hyperparameters[name])} → ` : '');
  return frame([
    { change: 'base', [score]: base ? round(base.score) : null, ...none, ...(failed ? { reason: null } : {}) },
    ...effects.map(({ name, value, reason, ...effect }) => ({
      change: `${name}: ${former(name)}${shorten(value)}`,
      ...(reason === undefined
        ? {
            [score]: round(effect.score),
            difference: round(effect.difference),
            low: roundOrBlank(effect.interval.low),
            high: roundOrBlank(effect.interval.high),
          }
        : { [score]: null, ...none }),
      ...(failed ? { reason: cut(reason) } : {}),
    })),
  ]);
}

/**
 * Training sizes, one a row, with the mean accuracy of each model and its 95 % interval; blank where a model was not
 * trained with so many.
 */
export function trainSizeCurve(curves: Readonly<Record<string, readonly TrainSizePoint[]>>): DataFrame {
  const sizes = new Set(Object.values(curves).flatMap((points) => points.map(({ trainSize }) => trainSize)));
  return frame(
    [...sizes]
      .sort((a, b) => a - b)
      .map((trainSize) => ({
        'training images': trainSize,
        ...Object.fromEntries(
          Object.entries(curves).flatMap(([name, points]) => {
            const point = points.find((each) => each.trainSize === trainSize);
            const { mean, interval } = point ?? {};
            return [
              [distinctColumnName(name, 'model', []), mean === undefined ? null : round(mean)],
              [`${name} low`, interval ? round(interval.low) : null],
              [`${name} high`, interval ? round(interval.high) : null],
            ];
          }),
        ),
      })),
  );
}

/** Corruptions by strength, one a row, with the accuracy of each model. */
export function robustness(points: readonly RobustnessPoint[]): DataFrame {
  const rows = new Map<string, Record<string, string | number>>();
  for (const { name, corruption, strength, accuracy } of points) {
    const key = `${corruption} ${strength}`;
    const row = rows.get(key) ?? { corruption, strength };
    rows.set(key, { ...row, [distinctColumnName(name, 'model', ['corruption', 'strength'])]: round(accuracy) });
  }
  return frame([...rows.values()]);
}
