/** What a hyperparameter can be set to. */
export type HyperParameterValue = number | string | boolean;
/** One configuration, by name. */
export type HyperParameterValues = Readonly<Record<string, HyperParameterValue>>;

/** The values that a hyperparameter may take. Plain data. */
export type Domain =
  | {
      readonly kind: 'int';
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly sampling: Sampling;
    }
  | {
      readonly kind: 'float';
      readonly min: number;
      readonly max: number;
      readonly step?: number;
      readonly sampling: Sampling;
    }
  | { readonly kind: 'choice'; readonly values: readonly HyperParameterValue[] }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'fixed'; readonly value: HyperParameterValue };

/** `linear`: each value as likely as any other; `log`: each order of magnitude as likely as any other. */
export type Sampling = 'linear' | 'log';

/** Says which value a hyperparameter takes, from its name and domain: an oracle's answer. */
export type Suggest = (name: string, domain: Domain) => HyperParameterValue;

/**
 * The hyperparameters of one configuration, defined by asking for them (define-by-run, as in KerasTuner and Optuna).
 *
 * A builder asks for what it needs, in any order, and only what it asked for counts: a layer that is not built leaves no
 * hyperparameter behind. Asking twice for one name gives the same value; with another domain it is an error.
 */
export class HyperParameters {
  readonly #suggest: Suggest;
  readonly #values = new Map<string, HyperParameterValue>();
  readonly #domains = new Map<string, Domain>();

  /** Without an argument every hyperparameter takes its default: `min`, the first value, or false. */
  constructor(suggest: Suggest = (_name, domain) => defaultValue(domain)) {
    this.#suggest = suggest;
  }

  /**
   * Takes a finished configuration, for instance to build the best model anew. Asking for a name that it lacks, or whose
   * value lies outside the domain, is an error; names that nobody asks for are ignored.
   */
  static from(values: HyperParameterValues): HyperParameters {
    return new HyperParameters((name, domain) => {
      const value = values[name];
      if (value === undefined) {
        throw new RangeError(
          `The configuration has no value for "${name}" (${describeDomain(domain)}); it has ${Object.keys(values).join(', ') || 'none'}.`,
        );
      }
      if (!contains(domain, value)) {
        throw new RangeError(
          `"${name}" must be ${describeDomain(domain)}, but the configuration has ${JSON.stringify(value)}.`,
        );
      }
      return value;
    });
  }

  /** An integer from `min` to `max`, both included, in steps of `step` (default 1) from `min`. */
  int(name: string, range: { min: number; max: number; step?: number; sampling?: Sampling }): number {
    const { min, max, step = 1, sampling = 'linear' } = range;
    for (const [key, value] of Object.entries({ min, max, step })) {
      if (!Number.isSafeInteger(value))
        throw new RangeError(`${key} of "${name}" must be a whole number, but got ${value}.`);
    }
    checkRange(name, min, max, step, sampling);
    return this.#ask(name, { kind: 'int', min, max, step, sampling }) as number;
  }

  /** A number from `min` to `max`, both included; with `step`, one of `min`, `min + step`, ... */
  float(name: string, range: { min: number; max: number; step?: number; sampling?: Sampling }): number {
    const { min, max, step, sampling = 'linear' } = range;
    checkRange(name, min, max, step, sampling);
    return this.#ask(name, {
      kind: 'float',
      min,
      max,
      ...(step === undefined ? {} : { step }),
      sampling,
    }) as number;
  }

  /** One of `values`; the type follows them: `hp.choice('activation', ['relu', 'tanh'])` is `'relu' | 'tanh'`. */
  choice<const Value extends HyperParameterValue>(name: string, values: readonly Value[]): Value {
    if (values.length === 0)
      throw new RangeError(`"${name}" needs at least one value to choose from, but got none.`);
    if (new Set(values).size < values.length) {
      throw new RangeError(`The values of "${name}" must differ, but got ${values.join(', ')}.`);
    }
    return this.#ask(name, { kind: 'choice', values: [...values] }) as Value;
  }

  /** True or false. */
  boolean(name: string): boolean {
    return this.#ask(name, { kind: 'boolean' }) as boolean;
  }

  /** A value that is not searched but belongs to the configuration's record. */
  fixed<const Value extends HyperParameterValue>(name: string, value: Value): Value {
    return this.#ask(name, { kind: 'fixed', value }) as Value;
  }

  /** What was asked for so far, in the order asked. */
  get values(): HyperParameterValues {
    return Object.fromEntries(this.#values);
  }

  /** The domains of what was asked for so far, in the order asked. */
  get space(): ReadonlyMap<string, Domain> {
    return this.#domains;
  }

  #ask(name: string, domain: Domain): HyperParameterValue {
    const known = this.#domains.get(name);
    if (known === undefined) {
      const value = this.#suggest(name, domain);
      this.#domains.set(name, domain);
      this.#values.set(name, value);
      return value;
    }
    if (JSON.stringify(known) !== JSON.stringify(domain)) {
      throw new Error(
        `"${name}" was defined with two domains: first ${describeDomain(known)}, now ${describeDomain(domain)}. Give each its own name.`,
      );
    }
    return this.#values.get(name) as HyperParameterValue;
  }
}

function checkRange(
  name: string,
  min: number,
  max: number,
  step: number | undefined,
  sampling: Sampling,
): void {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min <= max)) {
    throw new RangeError(`"${name}" needs min <= max, both finite, but got min ${min} and max ${max}.`);
  }
  if (step !== undefined && !(step > 0 && Number.isFinite(step))) {
    throw new RangeError(`step of "${name}" must be above 0, but got ${step}.`);
  }
  if (sampling === 'log' && min <= 0) {
    throw new RangeError(`"${name}" is sampled on a log scale, so min must be above 0, but got ${min}.`);
  }
}

/** The values of a stepped range: floor((max - min) / step) + 1 of them; the slack absorbs rounding as in 0.3 / 0.1. */
function stepCount(domain: { min: number; max: number; step: number }): number {
  return Math.floor((domain.max - domain.min) / domain.step + 1e-9) + 1;
}

/** The n-th value of a stepped range, rounded to 12 digits so that 3 steps of 0.1 are 0.3. */
function stepValue(domain: { min: number; step: number }, n: number): number {
  return Number((domain.min + n * domain.step).toPrecision(12));
}

/** Maps `u` in [0, 1) to a value of the domain, equal shares of [0, 1) to equally likely values. */
export function valueAt(domain: Domain, u: number): HyperParameterValue {
  switch (domain.kind) {
    case 'fixed':
      return domain.value;
    case 'boolean':
      return u >= 0.5;
    case 'choice':
      return domain.values[Math.floor(u * domain.values.length)] as HyperParameterValue;
    case 'int':
    case 'float': {
      const { min, max, step, sampling } = domain;
      if (step === undefined) return sampling === 'log' ? min * (max / min) ** u : min + u * (max - min);
      const count = stepCount({ min, max, step });
      if (sampling === 'linear') return stepValue({ min, step }, Math.floor(u * count));
      // Half a step on either side gives the end values a share, too; the clamp keeps rounding inside the range.
      const low = Math.max(min - step / 2, min / 2);
      const x = low * ((stepValue({ min, step }, count - 1) + step / 2) / low) ** u;
      return stepValue({ min, step }, Math.min(count - 1, Math.max(0, Math.round((x - min) / step))));
    }
  }
}

function defaultValue(domain: Domain): HyperParameterValue {
  return valueAt(domain, 0);
}

function contains(domain: Domain, value: HyperParameterValue): boolean {
  switch (domain.kind) {
    case 'fixed':
      return value === domain.value;
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return domain.values.includes(value);
    case 'int':
    case 'float': {
      if (typeof value !== 'number' || value < domain.min || value > domain.max) return false;
      const { min, step } = domain;
      if (step === undefined) return true;
      return Math.abs(value - stepValue({ min, step }, Math.round((value - min) / step))) < step * 1e-6;
    }
  }
}

/** Says a domain in words: `a whole number from 32 to 512 in steps of 32`. */
export function describeDomain(domain: Domain): string {
  switch (domain.kind) {
    case 'fixed':
      return `fixed at ${JSON.stringify(domain.value)}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${domain.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'int':
    case 'float': {
      const kind = domain.kind === 'int' ? 'a whole number' : 'a number';
      const steps =
        domain.step === undefined || (domain.kind === 'int' && domain.step === 1)
          ? ''
          : ` in steps of ${domain.step}`;
      return `${kind} from ${domain.min} to ${domain.max}${steps}${domain.sampling === 'log' ? ' on a log scale' : ''}`;
    }
  }
}
