import { type Random, random } from '../../base/random';
import { rankByScore } from '../objective';
import {
  contains,
  type Domain,
  type HyperParameterValue,
  type HyperParameterValues,
  isOrdered,
  valueAt,
  valuesOf,
} from '../space/domain';
import { type Trial, trainedEpochs } from '../trial';
import { defineUntried } from './duplicates';
import { HyperbandOracle, hyperbandBrackets } from './hyperband';
import type { SearchView } from './oracle';
import { type Confidence, checkConfidence, priorLikelihood, sampleNear, samplePrior, sampleWeighted } from './prior';
import type { Drawn } from './random';
import { scoreAt } from './ranking';

/** The probability with which a hyperparameter of the incumbent is drawn anew, and how far a number then goes, as in NePS. */
const MUTATION_RATE = 0.5;
const MUTATION_DEVIATION = 0.25;

/** Where a configuration comes from: from anywhere, from the user's prior, or from near the incumbent, which is given. */
type Source = 'random' | 'prior' | HyperParameterValues;

/**
 * PriorBand (Mallik, Bergman, Hvarfner, Stoll, Janowski, Lindauer, Nardi and Hutter, "PriorBand: Practical
 * Hyperparameter Optimization in the Age of Deep Learning", NeurIPS 2023): Hyperband that knows where its user
 * believes good values to lie, near the defaults of the domains (see `samplePrior`). Brackets, promotions and
 * prunings are those of `HyperbandOracle`; a new configuration, in a bracket that begins at rung r, is drawn
 *
 * - at random with probability 1 / (1 + `factor` ** r), for factor 3 in half of all cases in the lowest rung,
 *   1 / 4, 1 / 10 and 1 / 28 in the next: where a training is long, less is risked;
 * - else from the user's prior or near the incumbent, the best trial that was trained wholly. Of the highest rung with `factor`
 *   scores, the best 1 / `factor` are taken, the n-th best of k with weight k + 1 - n: prior and incumbent get shares as the sums
 *   of the likelihoods of these under Gaussians around the one and the other. Before one trial has been trained wholly, as many
 *   epochs were trained as the first bracket takes, and a rung has so many scores, the prior has all.
 *
 * Near the incumbent: each of its hyperparameters is kept in half of all cases. Else a number or an ordered choice is drawn from
 * a Gaussian around it with standard deviation 0.25, cut off at the ends of its unit interval, and any other choice from all n
 * values, its own with probability (n + 1) / 2n. What it lacks, in a conditional space, comes from the prior. Hyperparameters
 * that only one of a trial and the incumbent has say nothing about whether the trial is near the incumbent or the prior.
 *
 * No configuration comes twice: after ten that were tried or are no candidates comes one of the random search.
 * A new trial takes one build, two where the incumbent counts, since only a build tells its domains.
 *
 * Unlike Hyperband's, its trials depend on which have ended before, so with several workers two searches of
 * the same seed may differ.
 *
 * It differs from NePS 0.17 in four things. There the incumbent may be a trial of few epochs, and counts before a
 * trial was trained wholly, once each trial's rung times its epochs comes to a bracket (both conditions are in the
 * paper and in NePS up to 0.12); another choice than the incumbent's is taken wherever one is drawn anew; and a
 * configuration can come twice. NePS up to 0.12 has at least `factor` trials among the best ones.
 */
export class PriorBandOracle extends HyperbandOracle {
  declare readonly config: HyperbandOracle['config'] & { readonly confidence: Confidence };

  /**
   * @param options `factor`, a whole number from 2, default 3, and `iterations`, one from 1, default 1: those of
   * Hyperband. `confidence`: how sure the user is of the defaults, default 'medium'.
   */
  constructor(options: { factor?: number; iterations?: number; confidence?: Confidence } = {}) {
    const { confidence = 'medium', ...others } = options;
    super(others);
    checkConfidence(confidence);
    this.config = { ...this.config, name: 'priorband', confidence };
  }

  protected override draw(view: SearchView, rung: number): Drawn {
    const { confidence } = this.config;
    const id = view.trials.length + 1;
    const source = this.#source(view, rung, random(view.seed, 'priorband', id));
    const definition = defineUntried(view, (attempt) => (name, domain) => {
      const draw = random(view.seed, 'priorband', id, attempt, name);
      if (source === 'random') return valueAt(domain, draw.next());
      const value = source === 'prior' ? undefined : source[name];
      if (value !== undefined && contains(domain, value)) return mutate(domain, value, draw);
      return samplePrior(domain, confidence, draw);
    });
    return definition ?? super.draw(view, rung);
  }

  #source(view: SearchView, rung: number, draw: Random): Source {
    const { factor, confidence } = this.config;
    if (draw.next() < randomShare(factor, rung)) return 'random';
    const standing = findStanding(view, factor);
    if (standing === undefined) return 'prior';
    const { incumbent, best } = standing;
    const share = incumbentShare(best, incumbent, findDomains(view, incumbent), confidence);
    return draw.next() < share ? incumbent : 'prior';
  }
}

/** The probability with which a configuration of a bracket that begins at this rung, from 0, is drawn at random. */
export function randomShare(factor: number, rung: number): number {
  return 1 / (1 + factor ** rung);
}

/**
 * The best trial that was trained wholly, and the best of the highest rung that has enough; undefined while there are too few.
 */
function findStanding(
  { trials, epochs, objective }: SearchView,
  factor: number,
): { incumbent: HyperParameterValues; best: readonly HyperParameterValues[] } | undefined {
  const rungs = hyperbandBrackets(epochs, factor)[0];
  const cost = rungs.reduce((sum, rung, i) => sum + rung.trials * (rung.epochs - (rungs[i - 1]?.epochs ?? 0)), 0);
  const spent = trials.reduce((sum, trial) => sum + spentEpochs(trial), 0);
  const whole = trials.filter(({ status }) => status === 'completed');
  const [incumbent] = rankByScore(whole, objective);
  if (incumbent === undefined || spent < cost) return undefined;
  for (const rung of [...rungs].reverse()) {
    const reached = trials
      .filter((trial) => hasReached(trial, rung.epochs))
      .map(({ id, ...trial }) => ({ id, score: scoreAt({ id, ...trial }, rung.epochs, objective), trial }));
    const ranked = rankByScore(reached, objective);
    if (ranked.length < factor) continue;
    const best = ranked.slice(0, Math.floor(ranked.length / factor));
    return { incumbent: incumbent.hyperparameters, best: best.map(({ trial }) => trial.hyperparameters) };
  }
  return undefined;
}

function spentEpochs(trial: Trial): number {
  const hasEnded = trial.status !== 'running' && trial.status !== 'failed';
  // A trial that a user's own loop trained has no history.
  return trial.histories.length === 0 && hasEnded ? trial.epochs : trainedEpochs(trial);
}

/** Whether the trial may have a score of so many epochs. */
function hasReached({ status, epochs: asked }: Trial, epochs: number): boolean {
  // What a callback ended is as whole as what came to the last epoch.
  if (status === 'completed') return true;
  return status !== 'failed' && (status === 'running' ? asked > epochs : asked >= epochs);
}

/** The domains that the model builder asks for with these values. */
function findDomains(view: SearchView, values: HyperParameterValues): ReadonlyMap<string, Domain> {
  const domains = new Map<string, Domain>();
  const definition = view.define((name, domain) => {
    domains.set(name, domain);
    const value = values[name];
    return value !== undefined && contains(domain, value) ? value : valueAt(domain, 0.5);
  });
  // What the user set was not asked for above.
  return definition?.space ?? domains;
}

/**
 * The share of what is not drawn at random that comes from near the incumbent, 0 to 1; the rest is the prior's.
 *
 * `best`: configurations, the best first. `domains`: of the incumbent's hyperparameters; of others nothing counts. With one
 * value, an incumbent at 0.5, a default of 0 and a deviation of 0.25, a best configuration of 0.25 is as far from both, but the
 * Gaussian around 0 is cut off in its middle: its density is 1.91 times that around 0.5, so the share is 1 / (1 + 1.91).
 */
export function incumbentShare(
  best: readonly HyperParameterValues[],
  incumbent: HyperParameterValues,
  domains: ReadonlyMap<string, Domain>,
  confidence: Confidence,
): number {
  // Logarithms, since a product of many densities far from its center can be too small for a number.
  const scores = best.map((values, place) => {
    const score = { incumbent: Math.log(best.length - place), prior: Math.log(best.length - place) };
    for (const [name, domain] of domains) {
      const [value, center] = [values[name], incumbent[name]];
      if (value === undefined || !contains(domain, value)) continue;
      if (center === undefined || !contains(domain, center)) continue;
      score.incumbent += Math.log(priorLikelihood(domain, value, confidence, center));
      score.prior += Math.log(priorLikelihood(domain, value, confidence));
    }
    return score;
  });
  const largest = Math.max(...scores.flatMap(({ incumbent, prior }) => [incumbent, prior]));
  const sum = (of: 'incumbent' | 'prior') => scores.reduce((total, score) => total + Math.exp(score[of] - largest), 0);
  return sum('incumbent') / (sum('incumbent') + sum('prior'));
}

/** The incumbent's value, or one near it. */
function mutate(domain: Domain, value: HyperParameterValue, draw: Random): HyperParameterValue {
  if (draw.next() >= MUTATION_RATE) return value;
  if (isOrdered(domain)) return sampleNear(domain, value, MUTATION_DEVIATION, draw);
  return sampleWeighted(domain, value, valuesOf(domain).length + 1, draw);
}
