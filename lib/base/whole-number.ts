/** Throws a RangeError that names the argument unless `value` is a whole number from `least`. */
export function checkWholeNumber(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number from ${least}, but got ${value}.`);
  }
}
