import { FatalError } from '../fatal-error';
import {
  contains,
  type Domain,
  defaultValue,
  describeDomain,
  type HyperParameterValue,
  type HyperParameterValues,
  valueAt,
} from '../space/domain';
import type { Decision, Oracle, SearchView } from './oracle';

/** One hyperparameter and the value that a variant gives it. */
export interface Change {
  readonly name: string;
  readonly value: HyperParameterValue;
}

/** What an ablation changes, by hyperparameter: the values to try. */
export type Variations = Readonly<Record<string, readonly HyperParameterValue[]>>;

/**
 * Tries a base configuration and then its variants, each of which differs from it in one hyperparameter.
 *
 * What a change brings into play, such as the learning rate of another optimizer, takes its value from `given`, else
 * its default, but of a logarithmic range for which the model builder sets none the middle, 0.01 of 0.001 to 0.1. All
 * trials train with the seeds of the first, so that their trainings can be compared pair by pair.
 */
export class AblationOracle implements Oracle {
  readonly config: Readonly<Record<string, string>>;
  readonly paired = true;
  /** In the order tried, after the base. */
  readonly changes: readonly Change[];
  readonly #base: HyperParameterValues;
  readonly #given: HyperParameterValues;

  /** @throws RangeError where `vary` leaves nothing to try. */
  constructor(base: HyperParameterValues, vary: Variations, given: HyperParameterValues = {}) {
    this.#base = base;
    this.#given = given;
    this.changes = Object.entries(vary).flatMap(([name, values]) =>
      [...new Set(values)].filter((value) => value !== base[name]).map((value) => ({ name, value })),
    );
    if (this.changes.length === 0) {
      throw new RangeError(
        'vary must name values that the base does not have, as in { batchNormalization: [false, true] }, but got ' +
          `${JSON.stringify(vary)}.`,
      );
    }
    const variants = this.changes.map(({ name, value }) => `${name} ${JSON.stringify(value)}`);
    this.config = { name: 'ablation', base: JSON.stringify(base), variants: variants.join(', '), given: JSON.stringify(given) };
  }

  plan({ epochs }: { readonly epochs: number }): { trials: number; epochs: number } {
    const trials = this.changes.length + 1;
    return { trials, epochs: trials * epochs };
  }

  next(view: SearchView): Decision {
    const tried = view.trials.filter(({ origin }) => origin === 'oracle').length;
    if (!view.mayStart || tried > this.changes.length) return { kind: 'finished', spaceExhausted: true };
    const change = tried === 0 ? undefined : this.changes[tried - 1];
    const definition = view.define((name, domain) => {
      const value = name === change?.name ? change.value : (this.#base[name] ?? this.#complete(name, domain));
      if (contains(domain, value)) return value;
      throw new FatalError(
        `"${name}" must be ${describeDomain(domain)}, but ${name === change?.name ? 'vary' : 'the base'} has ` +
          `${JSON.stringify(value)}.`,
      );
    });
    if (definition === undefined) {
      const [base] = view.trials;
      if (base?.status === 'failed') throw new FatalError(`The base of an ablation must be trained, but failed: ${base.reason}`);
      throw new FatalError('Each variant of an ablation must be a candidate; leave out maxModelWeights.');
    }
    if (change && !(change.name in definition.hyperparameters)) {
      throw new FatalError(
        `vary must name hyperparameters that the builder asks for with the base's other values, but it does not ask for ` +
          `"${change.name}"; it asks for ${Object.keys(definition.hyperparameters).join(', ')}.`,
      );
    }
    return { kind: 'start', definition, epochs: view.epochs };
  }

  #complete(name: string, domain: Domain): HyperParameterValue {
    // The lowest of all learning rates is nobody's choice.
    const isLog = (domain.kind === 'int' || domain.kind === 'float') && domain.sampling !== 'linear';
    const isOpen = isLog && domain.default === undefined;
    return this.#given[name] ?? (isOpen ? valueAt(domain, 0.5) : defaultValue(domain));
  }
}
