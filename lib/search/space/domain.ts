import { mapOf, type Schema, scalar } from '../../storage/schema';

/** What a hyperparameter can be set to. */
export type HyperParameterValue = number | string | boolean;
/** One configuration, by name. */
export type HyperParameterValues = Readonly<Record<string, HyperParameterValue>>;

/** Validates a `HyperParameterValue` read from disk. */
export const valueSchema: Schema<HyperParameterValue> = scalar;
/** Validates `HyperParameterValues` read from disk. */
export const valuesSchema: Schema<HyperParameterValues> = mapOf(valueSchema);

/**
 * How a range is cut into equal shares, as in KerasTuner:
 * - `linear`: each value as likely as any other
 * - `log`: each order of magnitude as likely as any other, so most values lie near `min`
 */
export type Sampling = 'linear' | 'log';

/** A range of numbers, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /**
   * Under `linear` what is added from one value to the next, from `min`: 32, 64, 96, ... Under `log` what each value is
   * multiplied by, above 1: from 1 to 100 by 10 are 1, 10 and 100. Without it, every number of the range.
   */
  readonly step?: number;
  /** `min` must be above 0 unless it is `linear`. */
  readonly sampling: Sampling;
  /** What it is set to where nothing chooses; the lowest value if left out. */
  readonly default?: number;
}

/** The values that a hyperparameter may take. Plain data. */
export type Domain =
  | ({ readonly kind: 'int' } & Range)
  | ({ readonly kind: 'float' } & Range)
  | {
      readonly kind: 'choice';
      readonly values: readonly HyperParameterValue[];
      /** Whether neighbours in the list are alike, as sizes are; if left out, numbers that rise or fall are. */
      readonly ordered?: boolean;
      /** The first value if left out. */
      readonly default?: HyperParameterValue;
    }
  | { readonly kind: 'boolean' /** False if left out. */; readonly default?: boolean }
  | { readonly kind: 'fixed'; readonly value: HyperParameterValue };

export type NumericDomain = Extract<Domain, { kind: 'int' | 'float' }>;

/** Above this many values a list of them is of no use to anyone. */
const MAX_LISTED_VALUES = 1_000_000;

/**
 * The value of a domain at `u`, 0 to 1: equal shares of the unit interval are equally likely values. Values that can be
 * counted each have a share of their own, open at its upper end: of `['a', 'b']`, 'b' from 0.5 on. The last one has 1, too.
 *
 * A whole number without a step under `log` has the share of `[n - 0.5, n + 0.5)` on the log scale, as in Optuna.
 */
export function valueAt(domain: Domain, u: number): HyperParameterValue {
  const count = countShares(domain);
  if (count !== undefined) return nthValue(domain, Math.min(count - 1, Math.floor(u * count)));
  const { kind, min, max, sampling } = domain as NumericDomain;
  const half = kind === 'int' ? 0.5 : 0;
  const x = interpolate({ min: min - half, max: max + half, sampling }, u);
  return clamp(kind === 'int' ? Math.round(x) : x, min, max);
}

/**
 * The place of a value in its domain, 0 to 1: the middle of its share, so that `valueAt` gives it back, exactly where values
 * can be counted and but for rounding in a continuous range.
 *
 * @throws RangeError for a value that is not one of the domain's.
 */
export function positionOf(domain: Domain, value: HyperParameterValue): number {
  if (!contains(domain, value)) {
    throw new RangeError(`value must be ${describeDomain(domain)}, but got ${JSON.stringify(value)}.`);
  }
  const count = countShares(domain);
  if (count !== undefined) return (indexOf(domain, value) + 0.5) / count;
  const { kind, min, max, sampling } = domain as NumericDomain;
  const x = value as number;
  if (kind === 'float') return locate({ min, max, sampling }, x);
  const range = { min: min - 0.5, max: max + 0.5, sampling };
  return (locate(range, x - 0.5) + locate(range, x + 0.5)) / 2;
}

/** Whether the value is one of the domain's. A step is met if it is missed by less than a millionth of it. */
export function contains(domain: Domain, value: HyperParameterValue): boolean {
  if (countShares(domain) !== undefined) return indexOf(domain, value) >= 0;
  const { kind, min, max } = domain as NumericDomain;
  return typeof value === 'number' && value >= min && value <= max && (kind === 'float' || Number.isInteger(value));
}

/** The value that a hyperparameter has where nothing chooses one: the domain's `default`, else its first value. */
export function defaultValue(domain: Domain): HyperParameterValue {
  if (domain.kind !== 'fixed' && domain.default !== undefined) return domain.default;
  return valueAt(domain, 0);
}

/**
 * The values of a domain, in order: all of them where each can be listed (choices, booleans, stepped ranges, whole numbers
 * under `linear`), else `samples`, evenly over the unit interval and both ends included, without repeats.
 *
 * @throws RangeError for more than a million.
 */
export function valuesOf(domain: Domain, samples = 10): HyperParameterValue[] {
  const count = countShares(domain);
  if (count === undefined) {
    return [...new Set(Array.from({ length: samples }, (_, i) => valueAt(domain, i / (samples - 1 || 1))))];
  }
  if (count > MAX_LISTED_VALUES) {
    throw new RangeError(
      `A list of values must have at most ${MAX_LISTED_VALUES}, but ${describeDomain(domain)} has ${count}; ` +
        'give it a larger step.',
    );
  }
  return Array.from({ length: count }, (_, n) => nthValue(domain, n));
}

/** Whether values that lie close to each other in the domain are alike: numbers, and choices that are `ordered`. */
export function isOrdered(domain: Domain): boolean {
  if (domain.kind === 'choice') return domain.ordered ?? areMonotone(domain.values);
  return domain.kind === 'int' || domain.kind === 'float';
}

/** Whether all values are numbers that rise, or that fall. */
export function areMonotone(values: readonly HyperParameterValue[]): boolean {
  const rises = (a: HyperParameterValue, b: HyperParameterValue) => a < b;
  return (
    values.every((value) => typeof value === 'number') &&
    (values.every((value, i) => i === 0 || rises(values[i - 1], value)) ||
      values.every((value, i) => i === 0 || rises(value, values[i - 1])))
  );
}

/** Says a domain in words: `a whole number from 32 to 512 in steps of 32, default 64`. */
export function describeDomain(domain: Domain): string {
  if (domain.kind === 'fixed') return `fixed at ${JSON.stringify(domain.value)}`;
  const preset = domain.default === undefined ? '' : `, default ${JSON.stringify(domain.default)}`;
  if (domain.kind === 'boolean') return `true or false${preset}`;
  if (domain.kind === 'choice') {
    const { values, ordered } = domain;
    const order = ordered === undefined ? '' : ordered ? ' in this order' : ' in no order';
    return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}${order}${preset}`;
  }
  const { kind, min, max, step, sampling } = domain;
  const noun = kind === 'int' ? 'a whole number' : 'a number';
  const steps = step === undefined ? '' : sampling === 'linear' ? ` in steps of ${step}` : ` by factors of ${step}`;
  const scale = sampling === 'log' ? ' on a log scale' : '';
  return `${noun} from ${min} to ${max}${steps}${scale}${preset}`;
}

/** How many values there are where each has an equal share of the unit interval, else undefined. */
export function countShares(domain: Domain): number | undefined {
  switch (domain.kind) {
    case 'fixed':
      return 1;
    case 'boolean':
      return 2;
    case 'choice':
      return domain.values.length;
    case 'int':
    case 'float': {
      const { kind, min, max, sampling } = domain;
      const step = domain.step ?? (kind === 'int' && sampling === 'linear' ? 1 : undefined);
      if (step === undefined) return undefined;
      const steps = sampling === 'linear' ? (max - min) / step : Math.log(max / min) / Math.log(step);
      if (kind === 'int' && sampling === 'linear') return Math.floor(steps) + 1;
      // The last step may end a rounding error above `max`: 0.3 / 0.1 = 2.9999999999999996 steps.
      const last = Math.round(steps);
      const fits = kind === 'int' ? Math.round(min * step ** last) <= max : last - steps < 1e-6;
      return fits ? last + 1 : Math.floor(steps) + 1;
    }
  }
}

/** The n-th value, from 0, of a domain that `countShares` counts. */
function nthValue(domain: Domain, n: number): HyperParameterValue {
  switch (domain.kind) {
    case 'fixed':
      return domain.value;
    case 'boolean':
      return n === 1;
    case 'choice':
      return domain.values[n];
    case 'int':
    case 'float': {
      const { kind, min, max, step = 1, sampling } = domain;
      const round = (x: number, scale: number) => (kind === 'int' ? Math.round(x) : roundBeside(x, scale));
      const widest = Math.max(Math.abs(min), Math.abs(max));
      if (n === 0) return min;
      const value = sampling === 'linear' ? round(min + n * step, widest) : round(min * step ** n, min * step ** n);
      return clamp(value, min, max);
    }
  }
}

/** The place of a value among those that `nthValue` gives; -1 where it is none of them. */
function indexOf(domain: Domain, value: HyperParameterValue): number {
  switch (domain.kind) {
    case 'fixed':
      return value === domain.value ? 0 : -1;
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : -1;
    case 'choice':
      return domain.values.indexOf(value);
    case 'int':
    case 'float': {
      const { kind, min, step = 1, sampling } = domain;
      if (typeof value !== 'number') return -1;
      const count = countShares(domain) as number;
      const place = sampling === 'linear' ? (value - min) / step : Math.log(value / min) / Math.log(step);
      const nearest = Math.round(place);
      // Rounding to whole numbers can move a value of a log scale by more than half a step.
      const near = kind === 'int' ? [nearest, nearest - 1, nearest + 1] : [nearest];
      const met = near.find(
        (n) => n >= 0 && n < count && (kind === 'int' ? nthValue(domain, n) === value : Math.abs(place - n) < 1e-6),
      );
      return met ?? -1;
    }
  }
}

/** The number at `u`, 0 to 1, of a continuous range: `min` at 0 and `max` at 1, exactly. */
function interpolate({ min, max, sampling }: Pick<Range, 'min' | 'max' | 'sampling'>, u: number): number {
  return clamp(sampling === 'linear' ? min * (1 - u) + max * u : min ** (1 - u) * max ** u, min, max);
}

/** The inverse of `interpolate`; 0.5 where `min` is `max`. */
function locate({ min, max, sampling }: Pick<Range, 'min' | 'max' | 'sampling'>, x: number): number {
  if (min === max) return 0.5;
  return sampling === 'linear' ? (x - min) / (max - min) : Math.log(clamp(x, min, max) / min) / Math.log(max / min);
}

function clamp(x: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, x));
}

/** Rounds to the 15 digits that count beside a number of the size of `scale`: 3 * 0.1 is 0.3, -0.3 + 3 * 0.1 is 0. */
function roundBeside(x: number, scale: number): number {
  const decimals = 14 - Math.floor(Math.log10(scale));
  // Adding 0 makes 0 of -0.
  return decimals >= 0 && decimals <= 100 ? Number(x.toFixed(decimals)) + 0 : x;
}

/** Says which value a hyperparameter takes, from its name and domain. */
export type Suggest = (name: string, domain: Domain) => HyperParameterValue;
