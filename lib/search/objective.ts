import { fields, oneOf, type Schema, text } from '../storage/schema';
import type { EpochRecord } from '../training/history';
import { FatalError } from './fatal-error';

/** What a search makes as small or as large as it can. */
export interface Objective {
  /** A number that each epoch's record holds: `valAccuracy`, `valLoss`, `accuracy`, `loss` or a metric of a callback. */
  readonly name: string;
  readonly direction: 'min' | 'max';
}

/** Validates an `Objective` read from disk. */
export const objectiveSchema: Schema<Objective> = fields({ name: text, direction: oneOf('min', 'max') });

const DIRECTIONS: Readonly<Record<string, Objective['direction']>> = {
  valAccuracy: 'max',
  accuracy: 'max',
  valLoss: 'min',
  loss: 'min',
};

/** The objective of a name whose direction is known, or the one given, checked. */
export function resolveObjective(objective: string | Objective): Objective {
  if (typeof objective === 'string') {
    const direction = DIRECTIONS[objective];
    if (direction === undefined) {
      throw new RangeError(
        `objective must be one of ${Object.keys(DIRECTIONS).join(', ')}, or { name, direction: 'min' | 'max' } for a ` +
          `metric of your own, but got "${objective}".`,
      );
    }
    return { name: objective, direction };
  }
  const { name, direction } = objective;
  if (typeof name !== 'string' || name === '' || (direction !== 'min' && direction !== 'max')) {
    throw new RangeError(`objective must have a name and a direction 'min' or 'max', but got ${JSON.stringify(objective)}.`);
  }
  return { name, direction };
}

/** The objective's value after an epoch; NaN where the epoch has none of that name. */
export function objectiveValue(record: EpochRecord, { name }: Objective): number {
  const value = (record as unknown as Readonly<Record<string, unknown>>)[name] ?? record.metrics?.[name];
  return typeof value === 'number' ? value : Number.NaN;
}

/** @throws FatalError where an epoch has no number of the objective's name: nothing could ever be compared. */
export function checkObjective(record: EpochRecord, objective: Objective): void {
  const { epoch: _, seconds: __, metrics, ...numbers } = record;
  const names = Object.keys({ ...numbers, ...metrics });
  if (names.includes(objective.name)) return;
  throw new FatalError(
    `objective must be one of the numbers that an epoch gives (${names.join(', ')}), but is "${objective.name}"; ` +
      `a callback can add it by returning { ${objective.name}: value } from onEpochEnd.`,
  );
}

/** Whether score `a` is better than `b`. NaN is worse than every number and no better than NaN. */
export function isBetter(a: number, b: number, { direction }: Pick<Objective, 'direction'>): boolean {
  if (Number.isNaN(a)) return false;
  if (Number.isNaN(b)) return true;
  return direction === 'min' ? a < b : a > b;
}

/** The trials with a score, best first; of equal ones the earlier first. */
export function rankByScore<Scored extends { readonly id: number; readonly score: number }>(
  trials: readonly Scored[],
  objective: Pick<Objective, 'direction'>,
): Scored[] {
  const sign = objective.direction === 'min' ? 1 : -1;
  return trials.filter((trial) => !Number.isNaN(trial.score)).sort((a, b) => sign * (a.score - b.score) || a.id - b.id);
}

/** Whether the objective's scores are shares from 0 to 1, which are read best in percent. */
export function isShare({ name }: Objective): boolean {
  return name === 'valAccuracy' || name === 'accuracy';
}
