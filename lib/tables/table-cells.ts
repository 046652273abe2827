import type { HyperParameterValue } from '../search/space/domain';
import { danfo } from './libraries';

/**
 * The name, with what it is where it stands for another column. In danfo.js a column takes the place of the frame's member of
 * its name: one called `values` or `index` breaks the frame.
 */
export function distinctColumnName(name: string, what: string, taken: readonly string[]): string {
  const member = name in danfo().DataFrame.prototype || name.startsWith('$');
  return member || taken.includes(name) ? `${name} (${what})` : name;
}

/** Below it, what differs from 0 is a rounding error of a sum or a mean. */
const NOISE = 1e-12;

/** Rounded to `digits` decimals; what would become 0 keeps its first digit that is none. */
export function round(value: number, digits = 4): number {
  // What is rounded up to zero would be -0, which is shown as such.
  const rounded = Number(value.toFixed(digits)) + 0;
  return rounded === 0 && Math.abs(value) > NOISE ? Number(value.toPrecision(1)) : rounded;
}

/** Rounded to four decimals; null where there is no value, or NaN. */
export function roundOrBlank(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : round(value);
}

/** On one line and at most 80 characters: a whole stack trace would push the other columns off the page. */
export function cut(text: string | undefined): string | null {
  if (text === undefined) return null;
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** Three digits for fractions, or those before the point; null where there is no value, which danfo.js shows as blank. */
export function shorten(value: HyperParameterValue | undefined): HyperParameterValue | null {
  if (value === undefined) return null;
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  return Math.abs(value) < 100 ? Number(value.toPrecision(3)) : round(value, 1);
}
