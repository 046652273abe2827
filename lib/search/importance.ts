import type { Objective } from './objective';
import { normalMass } from './oracles/normal';
import { rankTrials } from './oracles/ranking';
import { contains, type Domain, type HyperParameterValue, isOrdered, positionOf, valueAt } from './space/domain';
import type { Trial } from './trial';

/** How much one hyperparameter matters. */
export interface HyperparameterImportance {
  readonly name: string;
  /** Its part of the whole, 0 to 1. */
  readonly importance: number;
  /** In how many of the trials it was active. */
  readonly trials: number;
}

/** Trials that importances need, in all and with a hyperparameter: what fewer show cannot be told from chance. */
export const MIN_IMPORTANCE_TRIALS = 10;
/** The best trials: a tenth, as the paper has it, but at least five, as Optuna advises. */
const BEST_SHARE = 0.1;
const MIN_BEST = 5;
/** Cells that a continuous domain is cut into. */
const MAX_CELLS = 50;

/** Whether a search has trials enough for `hyperparameterImportance`: 10 with a score. */
export function canRateImportance(search: {
  readonly trials: readonly Trial[];
  readonly objective: Pick<Objective, 'direction'>;
}): boolean {
  return rankTrials(search.trials, search.objective).length >= MIN_IMPORTANCE_TRIALS;
}

/**
 * How much each hyperparameter mattered for being among the best trials, most important first; the importances sum to 1.
 *
 * PED-ANOVA (Watanabe, Bansal and Hutter, IJCAI 2023): where the best tenth of the trials (at least five) has other values of a
 * hyperparameter than all trials have, it matters, and as much as the two distributions differ (Pearson's divergence between
 * their Parzen estimators). Each hyperparameter is looked at alone: one that matters only together with another gets little. It
 * tells what mattered among the values that were tried, so one that was searched in a narrow range, or that the search had
 * settled early, gets little as well.
 *
 * Conditional hyperparameters are compared over the trials that have them, and weigh by how many these are: a share `b` of all
 * and `a` of the best trials gives a divergence the weight `a² / b` (conditional PED-ANOVA, arXiv 2601.20800, as in Optuna 5).
 * That their branch is chosen at all counts for its parent. Fixed ones, ones with a single value and ones that fewer than 10
 * trials have are left out: from a handful of values the divergence is chance, and may be so large that it hides all others.
 *
 * All trials with a score count, ranked as `rankTrials` does, and diverged ones below them; failed and
 * running ones do not. Where all scores are equal nothing mattered, and all importances are 0.
 *
 * @param space the domain of each hyperparameter; a trial's value outside it counts as none.
 * @throws RangeError for fewer than 10 such trials.
 */
export function hyperparameterImportance(
  trials: readonly Trial[],
  objective: Pick<Objective, 'direction'>,
  space: ReadonlyMap<string, Domain>,
): HyperparameterImportance[] {
  const ranked = rankTrials(trials, objective);
  if (ranked.length < MIN_IMPORTANCE_TRIALS) {
    throw new RangeError(
      `Importances need at least ${MIN_IMPORTANCE_TRIALS} trials with a score, but there are ${ranked.length}: ` +
        'raise maxTrials and run the search again.',
    );
  }
  const diverged = trials.filter(({ status, score }) => status === 'pruned' && Number.isNaN(score));
  const all = [...ranked, ...diverged];
  const best = takeBest(ranked);
  const found = [...space].flatMap(([name, domain]) => {
    if (countCells(domain) < 2) return [];
    const cellsOf = (some: readonly Trial[]) =>
      some
        .map(({ hyperparameters }) => hyperparameters[name])
        .filter((value) => value !== undefined && contains(domain, value))
        .map((value) => cellOf(domain, value));
    const [among, amongBest] = [cellsOf(all), cellsOf(best)];
    if (among.length < MIN_IMPORTANCE_TRIALS) return [];
    const weight = (amongBest.length / best.length) ** 2 / (among.length / all.length);
    const divergence =
      amongBest.length === 0 ? 0 : pearsonDivergence(estimateCells(domain, amongBest), estimateCells(domain, among));
    return [{ name, importance: weight * divergence, trials: among.length }];
  });
  const sum = found.reduce((total, { importance }) => total + importance, 0);
  return found
    .map((entry) => ({ ...entry, importance: sum > 0 ? entry.importance / sum : 0 }))
    .sort((a, b) => b.importance - a.importance);
}

/** The best trials, with all whose score equals the last one's: ties are not broken by chance. */
function takeBest(ranked: readonly Trial[]): readonly Trial[] {
  const count = Math.max(MIN_BEST, Math.ceil(BEST_SHARE * ranked.length));
  const last = ranked[count - 1];
  return ranked.filter((trial, i) => i < count || (trial.score === last.score && trial.status === last.status));
}

/** How many cells a domain is cut into: one for each value where there are few. */
function countCells(domain: Domain): number {
  if (domain.kind === 'fixed') return 1;
  if (domain.kind === 'choice') return domain.values.length;
  if (domain.kind === 'boolean') return 2;
  const { kind, min, max, step, sampling } = domain;
  if (min === max) return 1;
  if (step === undefined && kind === 'float') return MAX_CELLS;
  // Under log, one cell for every doubling of the range, as in Optuna: of 1, 2, 3, ... few lie in the lower cells.
  if (step === undefined && sampling !== 'linear') {
    return Math.min(MAX_CELLS, Math.ceil(Math.log2(max - min + 1)) + 1);
  }
  // Values that can be counted have equal shares of the unit interval, the first one from 0 to twice its middle.
  return Math.min(MAX_CELLS, Math.round(1 / (2 * positionOf(domain, valueAt(domain, 0)))));
}

/** The cell of a value, from 0. The lowest value lies in the middle of the first cell, the highest in that of the last. */
function cellOf(domain: Domain, value: HyperParameterValue): number {
  const cells = countCells(domain);
  const position = (x: HyperParameterValue) =>
    domain.kind === 'int' || domain.kind === 'float'
      ? positionOf({ kind: 'float', min: domain.min, max: domain.max, sampling: domain.sampling }, x)
      : positionOf(domain, x);
  const [lowest, highest] = [position(valueAt(domain, 0)), position(valueAt(domain, 1))];
  // A value in the middle between two cells belongs to the lower one, as in Optuna; the slack absorbs rounding.
  return Math.max(0, Math.ceil(((position(value) - lowest) / (highest - lowest)) * (cells - 1) - 0.5 - 1e-9));
}

/**
 * Parzen estimate of the probability of each cell: one kernel for each trial and one for a wide prior.
 *
 * Kernels over ordered values are Gaussians cut off at the ends. Their width is Scott's (1992), but never so
 * small that more than 90 % of one lies within its cell. Those over other values are one count for the own
 * value and one count shared out among the kernels for every value. Both as in Optuna.
 */
function estimateCells(domain: Domain, observed: readonly number[]): number[] {
  const cells = countCells(domain);
  const counts = Array.from({ length: cells }, () => 0);
  for (const cell of observed) counts[cell]++;
  const occupied = [...counts.keys()].filter((cell) => counts[cell] > 0);
  const gaussian = (center: number, width: number, cell: number) =>
    normalMass((cell - 0.5 - center) / width, (cell + 0.5 - center) / width) /
    normalMass((-0.5 - center) / width, (cells - 0.5 - center) / width);
  const ordered = isOrdered(domain);
  const width = Math.max(scottWidth(observed), 0.5 / 1.64);
  const smoothing = 1 / (occupied.length + 1);
  return counts.map((_, cell) => {
    let mass = ordered ? gaussian((cells - 1) / 2, cells, cell) : 1 / cells;
    for (const center of occupied) {
      const kernel = ordered ? gaussian(center, width, cell) : (smoothing + (cell === center ? 1 : 0)) / (1 + cells * smoothing);
      mass += counts[center] * kernel;
    }
    return mass / (observed.length + 1);
  });
}

/** 1.059 n^(-1/5) times the standard deviation, or the quartiles' distance over 1.34 where that is less. */
function scottWidth(observed: readonly number[]): number {
  const n = observed.length;
  const sorted = [...observed].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const deviation = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, n - 1));
  const lower = sorted[Math.max(0, Math.floor(n / 4) - 1)];
  const upper = sorted[Math.min(n - 1, Math.floor((n * 3) / 4))];
  return 1.059 * Math.min((upper - lower) / 1.34, deviation) * n ** -0.2;
}

function pearsonDivergence(best: readonly number[], all: readonly number[]): number {
  return all.reduce((sum, mass, cell) => sum + mass * (best[cell] / mass - 1) ** 2, 0);
}
