import { random } from '../random';
import { HyperParameters, type HyperParameterValues, valueAt } from './hyperparameters';
import type { Oracle } from './oracle';

/** Duplicates in a row after which the space counts as exhausted. */
const MAX_COLLISIONS = 200;

/**
 * Draws every hyperparameter independently and uniformly over its domain: random search (Bergstra and Bengio, "Random
 * Search for Hyper-Parameter Optimization", JMLR 13, 2012). No configuration comes twice.
 *
 * A value depends on the seed, the draw's number and the hyperparameter's name alone, so adding a hyperparameter to a
 * model leaves the values of all others as they were.
 */
export class RandomOracle implements Oracle {
  readonly #seed: number;
  readonly #seen = new Set<string>();
  #draws = 0;

  constructor(options: { seed: number }) {
    this.#seed = options.seed;
  }

  ask(define: (hp: HyperParameters) => void): HyperParameterValues | undefined {
    for (let collisions = 0; collisions < MAX_COLLISIONS; collisions++) {
      const draw = this.#draws++;
      const hp = new HyperParameters((name, domain) =>
        valueAt(domain, random(this.#seed, 'random search', draw, name).next()),
      );
      define(hp);
      const key = JSON.stringify(Object.entries(hp.values).sort(([a], [b]) => (a < b ? -1 : 1)));
      if (!this.#seen.has(key)) {
        this.#seen.add(key);
        return hp.values;
      }
    }
    return undefined;
  }
}
