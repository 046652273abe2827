// JSON has no word for NaN, the infinities and -0: they are written as strings that begin with `#`, and a string that does
// gets one more.

/** A replacer for `JSON.stringify`: NaN becomes "#NaN", -Infinity "#-Infinity", -0 "#-0", and "#x" becomes "##x". */
export function encodeNumbers(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return Object.is(value, -0) ? '#-0' : `#${value}`;
  }
  return typeof value === 'string' && value.startsWith('#') ? `#${value}` : value;
}

/** The reviver for `JSON.parse` that reads what `encodeNumbers` wrote. */
export function decodeNumbers(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('#')) return value;
  return value.startsWith('##') ? value.slice(1) : Number(value.slice(1));
}
