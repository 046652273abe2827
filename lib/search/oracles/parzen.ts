import type { Random } from '../../base/random';
import {
  contains,
  type Domain,
  type HyperParameterValue,
  type HyperParameterValues,
  isOrdered,
  positionOf,
  valueAt,
} from '../space/domain';
import { normalMass } from './normal';
import { type Confidence, priorLikelihood, samplePrior } from './prior';
import { drawTruncatedNormal, shareOf } from './truncated-normal';

/** The kernels of one hyperparameter: one for each configuration that has it, and the prior. */
interface Kernels {
  /** The configurations that have it, by index, and last the prior, whose index is their number. */
  readonly places: readonly number[];
  /** Probability (of values that can be counted) or density on the unit interval, for each of `places`. */
  likelihoods(value: HyperParameterValue): ArrayLike<number>;
  sample(place: number, draw: Random): HyperParameterValue;
}

/**
 * Parzen estimator of the configurations of some trials: a mixture with one component for each of them and one for the prior; all
 * weigh the same. The prior is uniform over every domain or, with a confidence, the user's (see `samplePrior`). A component is a
 * product of kernels, one for each hyperparameter (Falkner, Klein and Hutter, "BOHB", ICML 2018, section 3.2), so the mixture
 * knows which values go together. Numbers and ordered choices lie in the unit interval of their domain, where a log scale is
 * even.
 *
 * Conditional hyperparameters: a configuration that lacks one says nothing about it. Its component has no
 * kernel there, and what is chosen there leaves its share of the mixture as it was. So choosing 'sgd' raises
 * the shares of the components with 'sgd', and it is these that have a kernel for the momentum.
 */
export class ParzenEstimator {
  readonly #configurations: readonly HyperParameterValues[];
  readonly #confidence: Confidence | undefined;
  readonly #kernels = new Map<string, Kernels>();

  /** @param confidence in the defaults of the domains; without it the prior is uniform. */
  constructor(configurations: readonly HyperParameterValues[], confidence?: Confidence) {
    this.#configurations = configurations;
    this.#confidence = confidence;
  }

  /** Shares of the components before anything is chosen; they sum to 1, and the prior's is the last. */
  get shares(): number[] {
    const count = this.#configurations.length + 1;
    return Array.from({ length: count }, () => 1 / count);
  }

  /** A value of the hyperparameter, drawn given what was chosen before. */
  sample(shares: readonly number[], name: string, domain: Domain, draw: Random): HyperParameterValue {
    const { places, sample } = this.#kernelsOf(name, domain);
    let rest = draw.next() * places.reduce((sum, place) => sum + shares[place], 0);
    const drawn = places.find((place) => {
      rest -= shares[place];
      return rest < 0;
    });
    // Rounding can leave a little rest.
    return sample(drawn ?? places[places.length - 1], draw);
  }

  /** How likely the value is given what was chosen before, and the shares once it is chosen, too (Bayes' rule). */
  choose(
    shares: readonly number[],
    name: string,
    domain: Domain,
    value: HyperParameterValue,
  ): { likelihood: number; shares: number[] } {
    const { places, likelihoods } = this.#kernelsOf(name, domain);
    const each = likelihoods(value);
    let all = 0;
    let likelihood = 0;
    // Without iterators: this runs some hundred times for each trial, over all trials before it.
    for (let i = 0; i < places.length; i++) {
      all += shares[places[i]];
      likelihood += shares[places[i]] * each[i];
    }
    likelihood /= all;
    const chosen = shares.slice();
    for (let i = 0; i < places.length; i++) chosen[places[i]] *= each[i] / likelihood;
    return { likelihood, shares: chosen };
  }

  #kernelsOf(name: string, domain: Domain): Kernels {
    const key = `${name} ${JSON.stringify(domain)}`;
    let kernels = this.#kernels.get(key);
    if (kernels === undefined) {
      // A value from before the builder's domain was changed is none that could be chosen now.
      const values = this.#configurations.map((configuration) => {
        const value = configuration[name];
        return value !== undefined && contains(domain, value) ? value : undefined;
      });
      const prior = priorOf(domain, this.#confidence);
      kernels = isOrdered(domain) ? createNumericKernels(domain, values, prior) : createChoiceKernels(domain, values, prior);
      this.#kernels.set(key, kernels);
    }
    return kernels;
  }
}

type Values = readonly (HyperParameterValue | undefined)[];

/** The component that stands for no configuration. */
interface Prior {
  likelihood(value: HyperParameterValue): number;
  sample(draw: Random): HyperParameterValue;
}

/** The user's prior; undefined for the uniform one. */
function priorOf(domain: Domain, confidence: Confidence | undefined): Prior | undefined {
  if (confidence === undefined) return undefined;
  return {
    likelihood: (value) => priorLikelihood(domain, value, confidence),
    sample: (draw) => samplePrior(domain, confidence, draw),
  };
}

function placesWithPrior(values: Values): number[] {
  return [...values.keys()].filter((place) => values[place] !== undefined).concat(values.length);
}

/** Each kernel is one count for its own value and one count shared out among the kernels for every value. */
function createChoiceKernels(domain: Domain, values: Values, prior: Prior | undefined): Kernels {
  const places = placesWithPrior(values);
  const count = domain.kind === 'choice' ? domain.values.length : domain.kind === 'boolean' ? 2 : 1;
  const smoothing = 1 / places.length;
  const own = 1 / (1 + count * smoothing);
  return {
    places,
    likelihoods: (value) =>
      places.map((place) => {
        if (values[place] === undefined) return prior?.likelihood(value) ?? 1 / count;
        return own * (smoothing + (values[place] === value ? 1 : 0));
      }),
    sample(place, draw) {
      const value = values[place];
      if (value === undefined && prior) return prior.sample(draw);
      return value !== undefined && draw.next() < own ? value : valueAt(domain, draw.next());
    },
  };
}

/**
 * Gaussians cut off at the ends of the unit interval. Each is as wide as the longer way to a neighbour
 * (Bergstra et al. 2011, section 4), but no narrower than 1 / (kernels + 1), or 1 / 100 where there are many,
 * as in Hyperopt and Optuna: the search must not take its first few good values for the only ones.
 */
function createNumericKernels(domain: Domain, values: Values, prior: Prior | undefined): Kernels {
  const places = placesWithPrior(values);
  const last = values.length;
  const center = values.map((value) => (value === undefined ? 0.5 : positionOf(domain, value)));
  const ascending = places.slice(0, -1).sort((a, b) => center[a] - center[b]);
  const narrowest = 1 / Math.min(100, places.length + 1);
  // By place; of the prior, 0.
  const width = new Float64Array(values.length + 1);
  for (const [i, place] of ascending.entries()) {
    const below = i > 0 ? center[ascending[i - 1]] : undefined;
    const above = i < ascending.length - 1 ? center[ascending[i + 1]] : undefined;
    // The ends of the interval count as neighbours of a lone value only: else the outermost kernels would be wide for ever.
    const lone = below === undefined && above === undefined;
    const toBelow = lone ? center[place] : center[place] - (below ?? center[place]);
    const toAbove = lone ? 1 - center[place] : (above ?? center[place]) - center[place];
    width[place] = Math.max(narrowest, toBelow, toAbove);
  }
  const inside = width.map((w, place) => normalMass(-center[place] / w, (1 - center[place]) / w));
  return {
    places,
    likelihoods(value) {
      const { from, to } = shareOf(domain, value);
      const found = new Float64Array(places.length);
      for (let i = 0; i < places.length; i++) {
        const place = places[i];
        const w = width[place];
        const a = (from - center[place]) / w;
        if (place === last) found[i] = prior?.likelihood(value) ?? (to > from ? to - from : 1);
        else if (to > from) found[i] = normalMass(a, (to - center[place]) / w) / inside[place];
        else found[i] = Math.exp((-a * a) / 2) / (w * Math.sqrt(2 * Math.PI)) / inside[place];
      }
      return found;
    },
    sample(place, draw) {
      const w = width[place];
      if (place === last) return prior ? prior.sample(draw) : valueAt(domain, draw.next());
      return valueAt(domain, drawTruncatedNormal(center[place], w, draw));
    },
  };
}
