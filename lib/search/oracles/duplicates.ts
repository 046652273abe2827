import type { HyperParameterValues, Suggest } from '../space/domain';
import type { Definition, SearchView } from './oracle';

/** Of trials, whose values never change: before each new one all of them are looked through. */
const keys = new WeakMap<HyperParameterValues, string>();

/** Whether one of the trials has had this configuration. */
export function wasTried(
  values: HyperParameterValues,
  trials: readonly { readonly hyperparameters: HyperParameterValues }[],
): boolean {
  const wanted = configurationKey(values);
  for (const { hyperparameters } of trials) {
    let key = keys.get(hyperparameters);
    if (key === undefined) {
      key = configurationKey(hyperparameters);
      keys.set(hyperparameters, key);
    }
    if (key === wanted) return true;
  }
  return false;
}

/** The same text for the same configuration, in whatever order it was asked for. */
export function configurationKey(values: HyperParameterValues): string {
  return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Draws in a row without a new configuration after which another way to draw is taken. */
const MAX_DRAWS = 10;

/**
 * A candidate that no trial has had, each time with values from another `suggest`; undefined where ten of them, numbered from
 * 0, bring none.
 */
export function defineUntried(view: SearchView, suggest: (attempt: number) => Suggest): Definition | undefined {
  for (let attempt = 0; attempt < MAX_DRAWS; attempt++) {
    const draw = suggest(attempt);
    let isDrawn = false;
    const definition = view.define((name, domain) => {
      isDrawn = true;
      return draw(name, domain);
    });
    if (definition && !wasTried(definition.hyperparameters, view.trials)) return definition;
    // Where nothing is left to draw, every further attempt is this one again.
    if (!isDrawn) return undefined;
  }
  return undefined;
}
