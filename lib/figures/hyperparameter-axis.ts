import type { HyperParameterValue } from '../search/space/hyperparameters';

/** Where the values of one hyperparameter lie on a figure's axis. Plain data. */
export interface HyperParameterAxis {
  readonly scale: 'category' | 'linear' | 'log';
  /** By trial; a category's place from 0, a log axis's exponent of 10. Trials that lack the hyperparameter are at `none`. */
  readonly positions: readonly number[];
  readonly ticks: readonly { readonly position: number; readonly text: string }[];
}

/**
 * Places values on an axis: words and booleans as categories, numbers on a linear scale, positive fractions over more than a
 * factor of 30, doublings (32, 64, 128, 256) and every learning rate on a log scale. Where some trials lack the hyperparameter
 * (`undefined`), they stand one place below the others, at a tick of their own, `none`.
 */
export function placeValues(name: string, values: readonly (HyperParameterValue | undefined)[]): HyperParameterAxis {
  const present = [...new Set(values.filter((value): value is HyperParameterValue => value !== undefined))];
  const scale = scaleOf(name, present);
  if (scale === 'category') present.sort((a, b) => String(a).localeCompare(String(b)));
  else present.sort((a, b) => Number(a) - Number(b));
  const place = (value: HyperParameterValue) =>
    scale === 'category' ? present.indexOf(value) : scale === 'log' ? Math.log10(value as number) : (value as number);
  const lowest = place(present[0]);
  const highest = place(present[present.length - 1]);
  const none = scale === 'category' ? -1 : lowest - (highest - lowest || 1) / 6;
  // Nearer to each other, and so wherever there are more than six, numbers would be written over each other in a narrow figure.
  const room = 0.18 * (highest - lowest);
  const near = scale === 'linear' && present.some((value, i) => i > 0 && place(value) - place(present[i - 1]) < room);
  const crowded = near || (scale === 'log' && present.length > 2 && !areDoublings(present));
  const ticks = !crowded
    ? present.map((value) => ({ position: place(value), text: formatValue(value) }))
    : pickTicks(present as number[], place, scale === 'log').map((value) => ({
        position: place(value),
        text: formatValue(value),
      }));
  return {
    scale,
    positions: values.map((value) => (value === undefined ? none : place(value))),
    ticks: values.includes(undefined) ? [{ position: none, text: 'none' }, ...ticks] : ticks,
  };
}

/** Both ends of the sorted `values` and round ones between: too many values cannot each be named. */
function pickTicks(values: readonly number[], place: (value: number) => number, log: boolean): number[] {
  const [low, high] = [values[0], values[values.length - 1]];
  const exponent = (value: number) => Math.floor(Math.log10(value));
  let round: number[];
  if (log) {
    round = [];
    for (let e = exponent(low); e <= exponent(high); e++) round.push(10 ** e, 3 * 10 ** e);
  } else {
    const unit = 10 ** exponent((high - low) / 2);
    const step = [unit, 2 * unit, 5 * unit].find((size) => (high - low) / size <= 5) ?? 10 * unit;
    round = Array.from({ length: 6 }, (_, i) => (Math.floor(low / step) + 1 + i) * step);
  }
  // A round value needs room beside the ends' own ticks.
  const room = (place(high) - place(low)) / 10;
  const free = round.filter((value) => place(value) > place(low) + room && place(value) < place(high) - room);
  return [low, ...free, high];
}

function scaleOf(name: string, present: readonly HyperParameterValue[]): HyperParameterAxis['scale'] {
  if (!present.every((value): value is number => typeof value === 'number')) return 'category';
  const positive = present.every((value) => value > 0);
  if (positive && /learningRate$/i.test(name)) return 'log';
  if (areDoublings(present)) return 'log';
  const fractions = present.some((value) => !Number.isInteger(value));
  return positive && fractions && Math.max(...present) / Math.min(...present) > 30 ? 'log' : 'linear';
}

/**
 * Whether three or more are the least one doubled so many times, over a factor of 8 to 256: on a linear scale the lower ones
 * would lie on each other.
 */
function areDoublings(values: readonly HyperParameterValue[]): boolean {
  const least = Math.min(...values.map(Number));
  const powers = values.map((value) => Math.log2(Number(value) / least));
  const most = Math.max(...powers);
  return values.length > 2 && least > 0 && most >= 3 && most <= 8 && powers.every(Number.isInteger);
}

/** Three significant digits, without trailing zeros; very small numbers as 1e-5. */
export function formatValue(value: HyperParameterValue): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e-3 ? value.toExponential(1).replace('.0e', 'e') : String(Number(value.toPrecision(3)));
}
