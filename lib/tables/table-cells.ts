import * as dfd from 'danfojs-node';
import type { HyperParameterValue } from '../search/space/domain';

/**
 * The name, with what it is where it stands for another column. In danfo.js a column takes the place of the frame's member of
 * its name: one called `values` or `index` breaks the frame.
 */
export function distinctColumnName(name: string, what: string, taken: readonly string[]): string {
  const member = name in dfd.DataFrame.prototype || name.startsWith('$');
  return member || taken.includes(name) ? `${name} (${what})` : name;
}

/** Rounded to `digits` decimals. */
export function round(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
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

/** Three significant digits for fractions; null where there is no value, which danfo.js shows as blank. */
export function shorten(value: HyperParameterValue | undefined): HyperParameterValue | null {
  if (value === undefined) return null;
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
}
