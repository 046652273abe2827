import { random } from '../../base/random';
import { type HyperParameterValue, valueAt } from '../space/domain';
import { configurationKey, wasTried } from './duplicates';
import type { Decision, Definition, Oracle, SearchView } from './oracle';

/** Draws in a row without a new configuration after which the space counts as exhausted. */
const MAX_COLLISIONS = 200;

/**
 * Draws every hyperparameter independently and uniformly over its domain: random search (Bergstra and Bengio,
 * "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012). No configuration comes twice; after 200
 * draws in a row that were tried before, or are no candidates, the space counts as exhausted.
 *
 * A value depends on the seed, the new trial's id, the number of such draws before it and the hyperparameter's name alone, so
 * adding a hyperparameter to a model leaves the values of all others as they were.
 */
export class RandomOracle implements Oracle {
  readonly config = { name: 'random' };
  /** The trial and first draw for which 200 draws found nothing new. It only saves drawing them again: the result is the same. */
  #exhausted: string | undefined;

  next(view: SearchView): Decision {
    if (!view.mayStart) return { kind: 'finished', spaceExhausted: false };
    const definition = this.draw(view);
    if (definition === undefined) return { kind: 'finished', spaceExhausted: true };
    return { kind: 'start', definition, epochs: view.epochs };
  }

  /** A configuration that no trial has had, for the trial to be begun next; undefined where the space is exhausted. */
  draw(view: SearchView): Definition | undefined {
    const id = view.trials.length + 1;
    let first: string | undefined;
    for (let attempt = 0; attempt < MAX_COLLISIONS; attempt++) {
      const drawn: Record<string, HyperParameterValue> = {};
      const definition = view.define((name, domain) => {
        drawn[name] = valueAt(domain, random(view.seed, 'configuration', id, attempt, name).next());
        return drawn[name];
      });
      if (definition && !wasTried(definition.hyperparameters, view.trials)) return definition;
      // Where nothing is left to draw, every further attempt is this one again.
      if (Object.keys(drawn).length === 0) return undefined;
      first ??= `${id} ${configurationKey(drawn)}`;
      if (first === this.#exhausted) return undefined;
    }
    this.#exhausted = first;
    return undefined;
  }
}
