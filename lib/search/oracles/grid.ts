import type { Suggest } from '../space/domain';
import { type HyperParameterValue, type HyperParameterValues, valuesOf } from '../space/domain';
import { wasTried } from './duplicates';
import type { Decision, Definition, Oracle, SearchView } from './oracle';

/** Builds for one trial after which the search gives up: 20 seconds with models that take 20 ms to build. */
const MAX_BUILDS = 1000;

/** A hyperparameter as it was asked for, and which of its values it took. */
interface Step {
  readonly name: string;
  readonly values: readonly HyperParameterValue[];
  readonly index: number;
}

/**
 * Tries every combination of values: all of a domain whose values can be listed, 10 of any other, evenly over
 * its scale and both ends included.
 *
 * The order is that of an odometer: the hyperparameter asked for last changes fastest, each from its first value to its last.
 * When one changes, those asked for after it begin anew with whatever the model builder then asks for, so a hyperparameter that
 * only some configurations have multiplies only those. Configurations that were tried before, or are no candidates, are skipped;
 * after 1,000 in a row the search ends, not exhausted.
 */
export class GridOracle implements Oracle {
  readonly config = { name: 'grid' };

  next(view: SearchView): Decision {
    if (!view.mayStart) return { kind: 'finished', spaceExhausted: false };
    // The first build is the last trial of the grid again, for what it asked for and from which values.
    const last = view.trials.filter(({ origin }) => origin === 'oracle').at(-1)?.hyperparameters;
    let place: HyperParameterValues | undefined = last ?? {};
    for (let builds = 0; place !== undefined; builds++) {
      if (builds === MAX_BUILDS) return { kind: 'finished', spaceExhausted: false };
      const { definition, steps } = visit(view, place);
      if (definition && !wasTried(definition.hyperparameters, view.trials)) {
        return { kind: 'start', definition, epochs: view.epochs };
      }
      place = advance(steps);
    }
    return { kind: 'finished', spaceExhausted: true };
  }
}

/** Defines the configuration of these values; a hyperparameter that they lack takes its first value. */
function visit(view: SearchView, place: HyperParameterValues): { definition: Definition | undefined; steps: Step[] } {
  const steps: Step[] = [];
  const suggest: Suggest = (name, domain) => {
    const values = valuesOf(domain);
    const index = Math.max(0, values.indexOf(place[name]));
    steps.push({ name, values, index });
    return values[index];
  };
  return { definition: view.define(suggest), steps };
}

/** The values up to the last hyperparameter that has a further one, with that in its place; undefined after the last of all. */
function advance(steps: readonly Step[]): HyperParameterValues | undefined {
  for (let i = steps.length - 1; i >= 0; i--) {
    const { name, values, index } = steps[i];
    if (index + 1 < values.length) {
      const before = steps.slice(0, i).map((step) => [step.name, step.values[step.index]]);
      return Object.fromEntries([...before, [name, values[index + 1]]]);
    }
  }
  return undefined;
}
