import { type Random, random } from '../../base/random';
import { checkWholeNumber } from '../../base/whole-number';
import { contains, type Domain, type HyperParameterValue, type HyperParameterValues } from '../space/domain';
import type { Trial } from '../trial';
import { defineUntried, wasTried } from './duplicates';
import type { Decision, Definition, Oracle, SearchView } from './oracle';
import { ParzenEstimator } from './parzen';
import { type Confidence, checkConfidence, samplePrior } from './prior';
import { RandomOracle } from './random';
import { rankTrials } from './ranking';

/** Configurations that are compared for each trial, as in Hyperopt and Optuna. */
const CANDIDATES = 24;
/** Good trials: a tenth of all, at most 25, as in Optuna. */
const GOOD_SHARE = 0.1;
const MAX_GOOD = 25;
/** Rounds without a new configuration after which one is drawn at random. */
const MAX_ROUNDS = 10;

export interface TpeOptions {
  readonly startupTrials?: number;
  readonly prior?: 'uniform' | 'default';
  readonly confidence?: Confidence;
}

/** A configuration that may be tried. */
interface Candidate {
  readonly values: HyperParameterValues;
  /** Shares of the good trials' components given the values. */
  readonly shares: readonly number[];
  /** Logarithm of how much likelier the values are under the good trials than under the others. */
  readonly logRatio: number;
}

/**
 * Tries what good trials have and others have not: the tree-structured Parzen estimator (TPE: Bergstra, Bardenet, Bengio and
 * Kégl, "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011, section 4), multivariate (Falkner, Klein, Hutter, "BOHB",
 * ICML 2018): of 24 configurations drawn from an estimator of the best tenth of all trials, it tries the one that is likelier
 * under it than under an estimator of the others by the largest factor.
 *
 * - The first trials, until `startupTrials` have a score, are those of a random search with the same seed.
 * - A trial counts by its score (see `rankTrials`). Failed, diverged and running ones are always among the
 *   others, so that neither a configuration that fails nor one that another worker is trying comes again soon
 *   ("constant liar": Ginsbourger, Le Riche and Carraro 2010).
 * - Conditional spaces: only building tells which hyperparameters there are. So a first build finds a branch,
 *   drawn from good trials, the candidates are drawn for what it asked for, and a second build tries the best
 *   of them; a hyperparameter that only the second one asks for is drawn given the values of all others.
 * - No configuration comes twice. Where ten rounds bring nothing new, as in a small space that is nearly used
 *   up, the next one is drawn at random, and the search ends where that finds none either. So a new trial
 *   takes two builds, seldom more, and 220 at the most.
 *
 * The numbers (ten random trials, 24 candidates, a tenth and at most 25 good trials, the kernels' least widths) are those of
 * Optuna's TPESampler. Optuna 5 does otherwise: from 25 others on, older ones weigh less; failed trials do not count; the prior
 * of a number is a Gaussian as wide as its range, not uniform; choices have no order; what only some configurations have is
 * drawn by itself, not given the rest (unless `group=True`); and a configuration can come twice.
 *
 * With `prior: 'default'` it begins with what the user believes, that good values lie near the defaults of the domains (see
 * `samplePrior`). Every other startup trial, drawn by chance, comes from that prior, as in PriorBand's lowest rung; the others
 * remain those of the random search. Then the prior takes the place of the uniform component among the good trials. The others'
 * component remains uniform: what is likely under the user's prior, and no likelier than elsewhere under bad trials, is what to
 * try, as where BOPrO multiplies the estimate of the good trials by the prior and that of the others by its complement (Souza et
 * al., "Bayesian Optimization with a Prior for the Optimum", ECML 2021). Hyperopt has the prior in both, where it partly cancels
 * out in their ratio. All components weigh the same, so the prior's share beside n good trials is 1 / (n + 1): as in PiBO
 * (Hvarfner et al., ICLR 2022), a wrong belief counts for less and less.
 */
export class TpeOracle implements Oracle {
  readonly config: Readonly<Record<string, string | number>>;
  readonly #startupTrials: number;
  /** In the defaults of the domains; undefined where they say nothing. */
  readonly #confidence: Confidence | undefined;
  readonly #random = new RandomOracle();

  /**
   * @param options `startupTrials`: random trials to begin with, from 1, default 10. `prior`: 'default' where good values are
   * believed to lie near the defaults, and the default 'uniform' where nothing is known. `confidence`: how sure that belief is,
   * default 'medium'.
   * @throws RangeError for a `confidence` without the prior 'default'.
   */
  constructor(options: TpeOptions = {}) {
    const { startupTrials = 10, prior = 'uniform', confidence } = options;
    checkWholeNumber('startupTrials', startupTrials, 1);
    if (prior !== 'uniform' && prior !== 'default') {
      throw new RangeError(`prior must be 'uniform' or 'default', but got ${JSON.stringify(prior)}.`);
    }
    if (prior === 'uniform' && confidence !== undefined) {
      throw new RangeError(
        `confidence is how sure the prior is, and a uniform one has none, but got ${JSON.stringify(confidence)}; ` +
          `add prior: 'default', or leave confidence out.`,
      );
    }
    this.#startupTrials = startupTrials;
    this.#confidence = prior === 'default' ? (confidence ?? 'medium') : undefined;
    if (this.#confidence) checkConfidence(this.#confidence);
    // Without a prior as before there was one: a search folder holds a search of one configuration.
    this.config = { name: 'tpe', startupTrials, ...(this.#confidence && { prior, confidence: this.#confidence }) };
  }

  next(view: SearchView): Decision {
    if (!view.mayStart) return { kind: 'finished', spaceExhausted: false };
    const ranked = rankTrials(view.trials, view.objective);
    const definition = ranked.length < this.#startupTrials ? this.#startUp(view) : this.#propose(view, ranked);
    return definition ? { kind: 'start', definition, epochs: view.epochs } : this.#random.next(view);
  }

  /** A configuration from the user's prior, in half of all cases where there is one. */
  #startUp(view: SearchView): Definition | undefined {
    const confidence = this.#confidence;
    const id = view.trials.length + 1;
    if (confidence === undefined || random(view.seed, 'tpe startup', id).next() < 0.5) return undefined;
    return defineUntried(view, (attempt) => (name, domain) => {
      return samplePrior(domain, confidence, random(view.seed, 'tpe startup', id, attempt, name));
    });
  }

  #propose(view: SearchView, ranked: readonly Trial[]): Definition | undefined {
    const good = new Set(ranked.slice(0, Math.min(MAX_GOOD, Math.ceil(GOOD_SHARE * ranked.length))));
    const configurations = (isGood: boolean) =>
      view.trials.filter((trial) => good.has(trial) === isGood).map((trial) => trial.hyperparameters);
    return propose(view, new ParzenEstimator(configurations(true), this.#confidence), new ParzenEstimator(configurations(false)));
  }
}

function propose(view: SearchView, good: ParzenEstimator, others: ParzenEstimator): Definition | undefined {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const draw = random(view.seed, 'tpe', view.trials.length + 1, round);
    const suggested = new Map<string, HyperParameterValue>();
    const branch = define(view, good, { values: {}, shares: good.shares, logRatio: 0 }, draw, suggested);
    if (branch === undefined) continue;
    // What is not as suggested was set by the user.
    const set = Object.entries(branch.hyperparameters).filter(([name, value]) => suggested.get(name) !== value);
    const candidates = Array.from({ length: CANDIDATES }, () =>
      drawCandidate(branch.space, Object.fromEntries(set), good, others, draw),
    ).filter(({ values }) => !wasTried(values, view.trials));
    if (candidates.length === 0) continue;
    const best = candidates.reduce((a, b) => (b.logRatio > a.logRatio ? b : a));
    const definition = define(view, good, best, draw);
    if (definition && !wasTried(definition.hyperparameters, view.trials)) return definition;
  }
  return undefined;
}

/** Builds a configuration with the candidate's values; what it lacks is drawn from the good trials given these. */
function define(
  view: SearchView,
  good: ParzenEstimator,
  { values, shares }: Candidate,
  draw: Random,
  suggested = new Map<string, HyperParameterValue>(),
): Definition | undefined {
  let given = shares;
  return view.define((name, domain) => {
    let value = values[name];
    if (value === undefined || !contains(domain, value)) {
      value = good.sample(given, name, domain, draw);
      given = good.choose(given, name, domain, value).shares;
    }
    suggested.set(name, value);
    return value;
  });
}

/** Draws every hyperparameter that the user has not set from the good trials, each given the ones before it. */
function drawCandidate(
  space: ReadonlyMap<string, Domain>,
  set: HyperParameterValues,
  good: ParzenEstimator,
  others: ParzenEstimator,
  draw: Random,
): Candidate {
  const values: Record<string, HyperParameterValue> = {};
  let shares: number[] = good.shares;
  let sharesOfOthers: number[] = others.shares;
  let logRatio = 0;
  for (const [name, domain] of space) {
    const value = set[name] ?? good.sample(shares, name, domain, draw);
    const underGood = good.choose(shares, name, domain, value);
    const underOthers = others.choose(sharesOfOthers, name, domain, value);
    logRatio += Math.log(underGood.likelihood) - Math.log(underOthers.likelihood);
    shares = underGood.shares;
    sharesOfOthers = underOthers.shares;
    values[name] = value;
  }
  return { values, shares, logRatio };
}
