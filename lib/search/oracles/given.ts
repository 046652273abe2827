import { FatalError } from '../fatal-error';
import { contains, describeDomain, type HyperParameterValues } from '../space/domain';
import type { Decision, Oracle, SearchView } from './oracle';

/** Tries the configurations that it is given, in that order, all of them with the same seeds. */
export class GivenOracle implements Oracle {
  readonly config: Readonly<Record<string, string>>;
  readonly paired = true;
  readonly #configurations: readonly HyperParameterValues[];

  constructor(configurations: readonly HyperParameterValues[]) {
    this.#configurations = configurations;
    this.config = { name: 'given', configurations: JSON.stringify(configurations) };
  }

  next(view: SearchView): Decision {
    const values = this.#configurations[view.trials.filter(({ origin }) => origin === 'oracle').length];
    if (!view.mayStart || values === undefined) return { kind: 'finished', spaceExhausted: true };
    const definition = view.define((name, domain) => {
      const value = values[name];
      if (value !== undefined && contains(domain, value)) return value;
      const got = value === undefined ? 'no such value' : JSON.stringify(value);
      throw new FatalError(`"${name}" must be ${describeDomain(domain)}, but the configuration has ${got}.`);
    });
    if (definition === undefined)
      throw new FatalError('Each given configuration must be a candidate; leave out maxModelWeights.');
    return { kind: 'start', definition, epochs: view.epochs };
  }
}
