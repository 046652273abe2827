import { FatalError } from '../fatal-error';
import { contains, type Domain, describeDomain, type HyperParameterValue, type NumericDomain } from './domain';

/**
 * Throws a FatalError that names the hyperparameter unless the domain keeps its rules, for instance `min <= max` and a
 * `default` that is one of its values. Fatal, because the space is at fault and not one configuration of it.
 */
export function checkDomain(name: string, domain: Domain): void {
  if (domain.kind === 'int' || domain.kind === 'float') checkRange(name, domain);
  if (domain.kind === 'fixed') checkValue(name, domain.value);
  if (domain.kind === 'choice') {
    const { values } = domain;
    if (values.length === 0) throw new FatalError(`"${name}" needs at least one value to choose from, but got none.`);
    for (const value of values) checkValue(name, value);
    if (new Set(values).size < values.length) {
      throw new FatalError(`The values of "${name}" must differ, but got ${values.join(', ')}.`);
    }
  }
  if (domain.kind !== 'fixed' && domain.default !== undefined && !contains(domain, domain.default)) {
    throw new FatalError(
      `default of "${name}" must be ${describeDomain({ ...domain, default: undefined })}, but got ` +
        `${JSON.stringify(domain.default)}.`,
    );
  }
}

function checkValue(name: string, value: HyperParameterValue): void {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return;
  throw new FatalError(
    `A value of "${name}" must be a finite number, a string or a boolean, but got ${value}; take a name for it.`,
  );
}

function checkRange(name: string, domain: NumericDomain): void {
  const { kind, min, max, step, sampling } = domain;
  if (!['linear', 'log'].includes(sampling)) {
    throw new FatalError(`sampling of "${name}" must be linear or log, but got ${sampling}.`);
  }
  if (kind === 'int') {
    const whole = { min, max, ...(step !== undefined && sampling === 'linear' ? { step } : {}) };
    for (const [key, value] of Object.entries(whole)) {
      if (!Number.isSafeInteger(value)) throw new FatalError(`${key} of "${name}" must be a whole number, but got ${value}.`);
    }
  }
  if (!(Number.isFinite(max - min) && min <= max)) {
    throw new FatalError(`"${name}" needs min <= max, both finite, but got min ${min} and max ${max}.`);
  }
  if (kind === 'int' && max - min >= 2 ** 32) {
    throw new FatalError(
      `"${name}" must have fewer than 2^32 whole numbers between min and max, since a random draw tells no more apart, ` +
        `but got min ${min} and max ${max}; take a float.`,
    );
  }
  if (sampling !== 'linear' && !(min > 0 && Number.isFinite(max / min))) {
    throw new FatalError(
      `"${name}" is sampled on a log scale, so min must be above 0, but got ${min}; take sampling 'linear', or a larger min.`,
    );
  }
  if (step === undefined) return;
  const least = sampling === 'linear' ? 0 : 1;
  if (!(step > least && Number.isFinite(step))) {
    throw new FatalError(
      `step of "${name}" must be above ${least}${least === 1 ? ' on a log scale, where it is a factor' : ''}, but got ${step}.`,
    );
  }
  if (!hasDistinctSteps(domain, step)) {
    throw new FatalError(
      `step of "${name}" must be large enough to tell its values apart, but got ${step}; leave it out for every number ` +
        'of the range.',
    );
  }
}

/** Whether no two values of a stepped range are so close that rounding makes them one, or nearly. */
function hasDistinctSteps(domain: NumericDomain, step: number): boolean {
  const { kind, min, max, sampling } = domain;
  if (kind === 'float') {
    const shortest = sampling === 'linear' ? step : min * (step - 1);
    return shortest > 1e-8 * (sampling === 'log' ? min : Math.max(Math.abs(min), Math.abs(max)));
  }
  if (sampling === 'linear') return true;
  // Steps grow: once one is longer than 1, all that follow are.
  for (let x = min; x * (step - 1) < 1 && Math.round(x * step) <= max; x *= step) {
    if (Math.round(x) === Math.round(x * step)) return false;
  }
  return true;
}
