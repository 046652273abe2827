import { FatalError } from '../fatal-error';
import { checkDomain } from './check-domain';
import {
  areMonotone,
  contains,
  type Domain,
  defaultValue,
  describeDomain,
  type HyperParameterValue,
  type HyperParameterValues,
  type Range,
  type Suggest,
  valueAt,
} from './domain';

export type { Domain, HyperParameterValue, HyperParameterValues, Range, Sampling } from './domain';

/** A hyperparameter that must have one of `values` for another one to be asked for. Plain data. */
export interface Condition {
  readonly parent: string;
  readonly values: readonly HyperParameterValue[];
}

/** A space given from outside, which goes before what the model builder says. */
export interface SpaceOptions {
  /**
   * Hyperparameters defined beforehand: where the builder asks for one of these names, this domain is used in place of the
   * builder's, so `fixed` fixes it, a narrower range narrows the search, another `default` sets another default. What the
   * builder does not ask for has no effect. Default none.
   */
  readonly overrides?: HyperParameters;
  /** False: every other hyperparameter is fixed at its default, so that `overrides` alone are searched. Default true. */
  readonly tuneNewEntries?: boolean;
  /** False: asking for any other hyperparameter is an error. Default true. */
  readonly allowNewEntries?: boolean;
}

/**
 * The hyperparameters of one configuration, defined by asking for them (define-by-run, as in KerasTuner and Optuna).
 *
 * A builder asks for what it needs, in any order, and only what it asked for counts: a layer that is not built leaves no
 * hyperparameter behind. Asking twice for one name gives the same value; with another domain it is an error.
 *
 *     const layers = hp.int('layers', { min: 1, max: 3 });
 *     const optimizer = hp.choice('optimizer', ['adam', 'sgd']);
 *     const momentum = hp.conditionalScope('optimizer', ['sgd'], () => hp.float('momentum', { min: 0, max: 0.99 }));
 *
 * Made with `new HyperParameters()` it can also define a space from outside, to be given to a search:
 *
 *     const hyperparameters = new HyperParameters();
 *     hyperparameters.fixed('optimizer', 'adam');
 *     hyperparameters.float('adamLearningRate', { min: 1e-4, max: 1e-3, sampling: 'log' });
 */
export class HyperParameters {
  readonly #suggest: Suggest;
  readonly #options: SpaceOptions;
  #given: HyperParameterValues = {};
  readonly #values = new Map<string, HyperParameterValue>();
  readonly #domains = new Map<string, Domain>();
  /** As the builder asked, where `#domains` has what the options made of it. */
  readonly #asked = new Map<string, Domain>();
  readonly #conditions = new Map<string, readonly Condition[]>();
  #scope: readonly Condition[] = [];
  #prefix: readonly string[] = [];

  /** Without an argument every hyperparameter takes its default: `min`, the first value, or false. */
  constructor(suggest: Suggest = (_name, domain) => defaultValue(domain), options: SpaceOptions = {}) {
    this.#suggest = suggest;
    this.#options = options;
  }

  /**
   * Takes a finished configuration, for instance to build the best model anew. Asking for a name that it lacks, or whose
   * value lies outside the domain, is an error; names that nobody asks for are ignored.
   *
   * @param options the `overrides` that the configuration was found with, where their values lie outside the builder's own.
   */
  static from(values: HyperParameterValues, options: Pick<SpaceOptions, 'overrides'> = {}): HyperParameters {
    const hp = new HyperParameters((name, domain) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) {
        throw new RangeError(
          `The configuration has no value for "${name}" (${describeDomain(domain)}); it has ` +
            `${Object.keys(values).join(', ') || 'none'}.`,
        );
      }
      if (!contains(domain, value)) {
        throw new RangeError(`"${name}" must be ${describeDomain(domain)}, but the configuration has ${JSON.stringify(value)}.`);
      }
      return value;
    }, options);
    hp.#given = values;
    return hp;
  }

  /**
   * An integer from `min` to `max`, both included: every one of them, or in steps of `step` from `min`. Under `log` a step
   * is a factor above 1, whose values are rounded to whole numbers: 8 to 64 by 2 are 8, 16, 32 and 64.
   */
  int(name: string, range: RangeOptions): number {
    const { step, sampling = 'linear' } = range;
    const every = sampling === 'linear' && step === 1;
    return this.#ask(name, { kind: 'int', ...normalizeRange({ ...range, step: every ? undefined : step }) }) as number;
  }

  /**
   * A number from `min` to `max`, both included; with `step`, one of `min`, `min + step`, ... Under `log` a step is a factor
   * above 1: 0.001 to 0.1 by 10 are 0.001, 0.01 and 0.1.
   */
  float(name: string, range: RangeOptions): number {
    return this.#ask(name, { kind: 'float', ...normalizeRange(range) }) as number;
  }

  /**
   * One of `values`; the type follows them: `hp.choice('activation', ['relu', 'tanh'])` is `'relu' | 'tanh'`.
   *
   * @param options `ordered`: whether neighbours in the list are alike, as in `['small', 'medium', 'large']`, which helps a
   *   Bayesian search; by default numbers that rise or fall are. `default`: by default the first.
   */
  choice<const Value extends HyperParameterValue>(
    name: string,
    values: readonly Value[],
    options: { ordered?: boolean; default?: Value } = {},
  ): Value {
    const { ordered, default: preset } = options;
    return this.#ask(name, {
      kind: 'choice',
      values: [...values],
      ...(ordered === undefined || ordered === areMonotone(values) ? {} : { ordered }),
      ...(preset === undefined || preset === values[0] ? {} : { default: preset }),
    }) as Value;
  }

  /** True or false; by default false. */
  boolean(name: string, options: { default?: boolean } = {}): boolean {
    return this.#ask(name, { kind: 'boolean', ...(options.default ? { default: true } : {}) }) as boolean;
  }

  /** A value that is not searched but belongs to the configuration's record. */
  fixed<const Value extends HyperParameterValue>(name: string, value: Value): Value {
    return this.#ask(name, { kind: 'fixed', value }) as Value;
  }

  /**
   * What `body` returns if the hyperparameter `parent` has one of `values`; else `body` is not run, and the result is
   * undefined. What `body` asks for is known to depend on the parent. Scopes in scopes must all hold.
   *
   * @param parent A name asked for before; within a `nameScope` its own names come first, then those further out.
   */
  conditionalScope<Result>(parent: string, values: readonly HyperParameterValue[], body: () => Result): Result | undefined {
    const name = this.#resolve(parent);
    const domain = this.#asked.get(name) as Domain;
    const stranger = values.find((value) => !contains(domain, value));
    if (values.length === 0 || stranger !== undefined) {
      throw new FatalError(
        `The values of a conditionalScope on "${name}" must be among its own (${describeDomain(domain)}), but got ` +
          `${stranger === undefined ? 'none' : JSON.stringify(stranger)}.`,
      );
    }
    if (!values.includes(this.#values.get(name) as HyperParameterValue)) return undefined;
    const outer = this.#scope;
    this.#scope = [...outer, { parent: name, values: [...values] }];
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** What `body` returns; the names that it asks for begin with `name/`. Scopes in scopes give `outer/inner/`. */
  nameScope<Result>(name: string, body: () => Result): Result {
    const outer = this.#prefix;
    this.#prefix = [...outer, name];
    try {
      return body();
    } finally {
      this.#prefix = outer;
    }
  }

  /** What was asked for so far, in the order asked; all values of a finished configuration. */
  get values(): HyperParameterValues {
    return { ...this.#given, ...Object.fromEntries(this.#values) };
  }

  /** The domains of what was asked for so far, in the order asked. */
  get space(): ReadonlyMap<string, Domain> {
    return this.#domains;
  }

  /** The conditional scopes in which each name asked for so far was first asked for, outermost first; empty outside of any. */
  get conditions(): ReadonlyMap<string, readonly Condition[]> {
    return this.#conditions;
  }

  #ask(localName: string, domain: Domain): HyperParameterValue {
    const name = [...this.#prefix, localName].join('/');
    const known = this.#asked.get(name);
    if (known !== undefined) {
      checkSameDomain(name, known, domain);
      return this.#values.get(name) as HyperParameterValue;
    }
    // An object's keys that are whole numbers lose their place in the order asked.
    if (name === '' || /^\d+$/.test(name)) {
      throw new FatalError(
        `The name of a hyperparameter must hold a letter, but got "${name}"; say what it is, for instance "units${name}".`,
      );
    }
    checkDomain(name, domain);
    const effective = this.#settle(name, domain);
    const value = this.#suggest(name, effective);
    this.#asked.set(name, domain);
    this.#domains.set(name, effective);
    this.#values.set(name, value);
    this.#conditions.set(name, this.#scope);
    return value;
  }

  /** The domain that the options make of one that the builder asks for. */
  #settle(name: string, domain: Domain): Domain {
    const { overrides, tuneNewEntries = true, allowNewEntries = true } = this.#options;
    const override = overrides?.space.get(name);
    if (override !== undefined) {
      if (!fitsKind(override, domain)) {
        throw new FatalError(
          `The model builder needs "${name}" to be ${describeDomain(domain)}, but the given hyperparameters have ` +
            `${describeDomain(override)}; give it values of the same kind.`,
        );
      }
      return override;
    }
    if (!allowNewEntries) {
      throw new FatalError(
        `The model builder asks for "${name}" (${describeDomain(domain)}), which is not among the given hyperparameters ` +
          `(${[...(overrides?.space.keys() ?? [])].join(', ') || 'none'}); add it to them, or set allowNewEntries to true.`,
      );
    }
    return tuneNewEntries ? domain : { kind: 'fixed', value: defaultValue(domain) };
  }

  /** The full name of a parent, from inside the current name scope outwards. */
  #resolve(parent: string): string {
    for (let depth = this.#prefix.length; depth >= 0; depth--) {
      const name = [...this.#prefix.slice(0, depth), parent].join('/');
      if (this.#asked.has(name)) return name;
    }
    throw new FatalError(
      `The parent of a conditionalScope must be asked for before it, but "${parent}" was not; asked for so far: ` +
        `${[...this.#asked.keys()].join(', ') || 'none'}.`,
    );
  }
}

/** A range as a user gives it; `Range` says what the parts mean. Default `sampling` is `linear`. */
export type RangeOptions = Omit<Range, 'sampling'> & Partial<Pick<Range, 'sampling'>>;

/** Leaves out what says nothing, so that equal ranges are equal data. */
function normalizeRange({ min, max, step, sampling = 'linear', default: preset }: RangeOptions): Range {
  return {
    min,
    max,
    ...(step === undefined ? {} : { step }),
    sampling,
    ...(preset === undefined || preset === min ? {} : { default: preset }),
  };
}

/** Throws if one name has two domains, showing both. */
export function checkSameDomain(name: string, known: Domain, domain: Domain): void {
  if (JSON.stringify(known) === JSON.stringify(domain)) return;
  throw new FatalError(
    `"${name}" was defined with two domains: first ${describeDomain(known)}, now ${describeDomain(domain)}. ` +
      'Give each its own name, or put each in a nameScope.',
  );
}

/** Whether code that asks for `domain` can work with any value of `override`: numbers for numbers, whole for whole. */
function fitsKind(override: Domain, domain: Domain): boolean {
  const examples = (of: Domain) => (of.kind === 'choice' ? of.values : of.kind === 'float' ? [0.5] : [valueAt(of, 0)]);
  const kinds = new Set(examples(domain).map((value) => typeof value));
  return examples(override).every((value) => kinds.has(typeof value) && (domain.kind !== 'int' || Number.isInteger(value)));
}
