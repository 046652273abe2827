import { random } from '../../base/random';
import { type HyperParameterValue, valueAt } from '../space/domain';
import { configurationKey, wasTried } from './duplicates';
import type { Decision, Definition, Oracle, SearchView } from './oracle';
import { Untried } from './untried';

/** Draws for one trial after which the search gives up: 4 seconds with models that take 20 ms to build. */
const MAX_DRAWS = 200;

/**
 * A configuration that no trial has had, for the trial to be begun next; `exhausted` where none is left, `not found` where none
 * came up, or what is begun now is not the oracle's own choice.
 */
export type Drawn = Definition | 'exhausted' | 'not found';

/**
 * Draws every hyperparameter independently and uniformly over its domain: random search (Bergstra and Bengio,
 * "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012). No configuration comes twice: after a draw that was tried
 * before or is no candidate, values after which nothing new can come are drawn no more, so that the last configuration of a
 * space is found as well, and it is known when none is left. Two hundred draws in a row that are no candidates end the search,
 * not exhausted.
 *
 * A value depends on the seed, the new trial's id, the number of such draws before it and the hyperparameter's name alone, so
 * adding a hyperparameter to a model leaves the values of all others as they were.
 */
export class RandomOracle implements Oracle {
  readonly config = { name: 'random' };
  /** The trial and first draw for which nothing new was found. It only saves drawing again: the result is the same. */
  #vain: { readonly key: string; readonly left: 'exhausted' | 'not found' } | undefined;

  next(view: SearchView): Decision {
    if (!view.mayStart) return { kind: 'finished', spaceExhausted: false };
    const definition = this.draw(view);
    if (typeof definition === 'string') return { kind: 'finished', spaceExhausted: definition === 'exhausted' };
    return { kind: 'start', definition, epochs: view.epochs };
  }

  draw(view: SearchView): Drawn {
    const id = view.trials.length + 1;
    let key: string | undefined;
    let untried: Untried | undefined;
    let left: 'exhausted' | 'not found' = 'not found';
    for (let attempt = 0; attempt < MAX_DRAWS; attempt++) {
      const drawn: Record<string, HyperParameterValue> = {};
      const choose = untried?.walk() ?? ((_name, domain, u) => valueAt(domain, u));
      const definition = view.define((name, domain) => {
        drawn[name] = choose(name, domain, random(view.seed, 'configuration', id, attempt, name).next());
        return drawn[name];
      });
      if (definition && !wasTried(definition.hyperparameters, view.trials)) return definition;
      key ??= `${id} ${configurationKey(drawn)}`;
      if (key === this.#vain?.key) return this.#vain.left;
      // Where nothing is left to draw, every further attempt is this one again.
      if (Object.keys(drawn).length === 0) return view.enqueued ? 'not found' : 'exhausted';
      // What the user set was not drawn.
      if (view.enqueued) continue;
      untried ??= Untried.after(view.trials, view.space);
      untried.add(drawn);
      if (!untried.isEmpty) continue;
      left = 'exhausted';
      break;
    }
    this.#vain = { key: key as string, left };
    return left;
  }
}
