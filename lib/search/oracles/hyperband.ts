import { checkWholeNumber } from '../../base/whole-number';
import { rankByScore } from '../objective';
import type { Trial } from '../trial';
import type { Bracket, Decision, Oracle, SearchView } from './oracle';
import { type Drawn, RandomOracle } from './random';

/** A stage of a bracket: so many trials are trained until they have so many epochs. */
export interface Rung {
  readonly trials: number;
  readonly epochs: number;
}

/**
 * The brackets of one iteration of Hyperband, each a list of rungs: Li et al. 2018, algorithm 1 with R =
 * `epochs` and eta = `factor`. Epochs are rounded up. For 9 epochs and factor 3:
 *
 *     9 trials at 1 epoch, 3 at 3, 1 at 9;  5 trials at 3 epochs, 1 at 9;  3 trials at 9 epochs
 */
export function hyperbandBrackets(epochs: number, factor: number): Rung[][] {
  let most = 0;
  while (factor ** (most + 1) <= epochs) most++;
  return Array.from({ length: most + 1 }, (_, bracket) => {
    const s = most - bracket;
    const trials = Math.ceil(((most + 1) * factor ** s) / (s + 1));
    return Array.from({ length: s + 1 }, (_, i) => ({
      trials: Math.floor(trials / factor ** i),
      epochs: Math.ceil(epochs / factor ** (s - i)),
    }));
  });
}

interface HyperbandConfig {
  readonly name: string;
  readonly factor: number;
  readonly iterations: number;
}

/**
 * Hyperband (Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18(185), 2018): trains
 * many configurations for few epochs, the better ones for `factor` times as many, and so on, in brackets that begin with fewer
 * trials and more epochs each. Configurations are drawn as in random search.
 *
 * A promoted trial goes on from its weights; the others are pruned once all trials of their rung are in. Trials that failed, were
 * pruned by other rules or have no score cost no promotion: the next best takes their place. A trial that ended early, with early
 * stopping for instance, keeps its place in later rungs with the score it has.
 *
 * The first trials, by id, are the first bracket, the next ones the second, and so on, enqueued ones included. While a bracket
 * waits for running trials, those of the next begin. Same seed, same trials and promotions for any number of workers. Where the
 * trials end in the middle of a bracket, because of `maxTrials` or as the space is exhausted, it is finished as a bracket of the
 * trials that it has: of n, n / `factor` go on (rounded down, at least one), and so on.
 *
 * `factor` is a whole number from 2, default 3; `iterations`, how often all brackets are gone through, each
 * time with new configurations, from 1, default 1.
 */
export class HyperbandOracle implements Oracle {
  readonly config: Readonly<Record<string, string | number>> & HyperbandConfig;
  readonly #random = new RandomOracle();

  constructor({ factor = 3, iterations = 1 }: { factor?: number; iterations?: number } = {}) {
    checkWholeNumber('factor', factor, 2);
    checkWholeNumber('iterations', iterations, 1);
    this.config = { name: 'hyperband', factor, iterations };
  }

  checkEpochs(epochs: number): void {
    const { factor } = this.config;
    if (epochs < factor) {
      throw new RangeError(
        `epochs must be at least Hyperband's factor, ${factor}, since no training could be cut short otherwise, ` +
          `but got ${epochs}; take ${factor ** 2} or more, or a random search.`,
      );
    }
  }

  plan({ maxTrials, epochs }: { maxTrials: number; epochs: number }): { trials: number; epochs: number } {
    const plan = { trials: 0, epochs: 0 };
    for (const rungs of this.#brackets(epochs)) {
      const begun = Math.min(rungs[0].trials, maxTrials - plan.trials);
      if (begun === 0) break;
      plan.trials += begun;
      for (const [i, { trials, epochs }] of this.#shrink(rungs, begun).entries()) {
        plan.epochs += trials * (epochs - (i > 0 ? rungs[i - 1].epochs : 0));
      }
    }
    return plan;
  }

  brackets(trials: readonly Trial[], epochs: number): Bracket[] {
    const brackets: Bracket[] = [];
    let begun = 0;
    for (const rungs of this.#brackets(epochs)) {
      if (begun >= trials.length) break;
      const members = trials.slice(begun, begun + rungs[0].trials);
      begun += members.length;
      brackets.push({ trials: members.map(({ id }) => id), rungs: rungs.map((rung) => rung.epochs) });
    }
    return brackets;
  }

  next(view: SearchView): Decision {
    const { trials, mayStart } = view;
    let begun = 0;
    const brackets = this.#brackets(view.epochs);
    for (const [i, rungs] of brackets.entries()) {
      const members = trials.slice(begun, begun + rungs[0].trials);
      begun += rungs[0].trials;
      if (members.length < rungs[0].trials) {
        // Every iteration goes through all rungs, beginning with the lowest.
        const lowest = i % (brackets.length / this.config.iterations);
        const definition = mayStart ? this.draw(view, lowest) : undefined;
        if (typeof definition === 'object') return { kind: 'start', definition, epochs: rungs[0].epochs };
        if (mayStart && view.enqueued) return { kind: 'finished', spaceExhausted: false };
        const isExhausted = definition === 'exhausted';
        return advance(this.#shrink(rungs, members.length), members, view) ?? waitOrFinish(trials, isExhausted);
      }
      const decision = advance(rungs, members, view);
      if (decision) return decision;
    }
    return waitOrFinish(trials, false);
  }

  /**
   * A configuration that no trial has had, for the trial to be begun next; see `RandomOracle`. `rung`: the one that the trial
   * begins at, 0 for the lowest of all brackets. Drawn as in random search.
   */
  protected draw(view: SearchView, _rung: number): Drawn {
    return this.#random.draw(view);
  }

  #brackets(epochs: number): Rung[][] {
    const { factor, iterations } = this.config;
    const brackets = hyperbandBrackets(epochs, factor);
    return Array.from({ length: iterations }, () => brackets).flat();
  }

  /** The rungs of a bracket for as many trials as it has, where it is not full. */
  #shrink(rungs: readonly Rung[], trials: number): readonly Rung[] {
    if (trials === rungs[0].trials) return rungs;
    const { factor } = this.config;
    return rungs.map(({ epochs }, i) => ({ trials: Math.max(1, Math.floor(trials / factor ** i)), epochs }));
  }
}

/** Prunes or promotes one of a bracket's trials; undefined where none is left to, or not before a running one has ended. */
function advance(rungs: readonly Rung[], bracket: readonly Trial[], view: SearchView): Decision | undefined {
  let members = bracket;
  for (let i = 0; i + 1 < rungs.length; i++) {
    const { epochs } = rungs[i];
    const next = rungs[i + 1];
    if (members.some((trial) => trial.status === 'running' && trial.epochs <= epochs)) return undefined;
    const promoted = members.filter((trial) => trial.epochs >= next.epochs && !failedAtOnce(trial));
    const left = members.filter(
      (trial) => trial.epochs < next.epochs && (trial.status === 'paused' || trial.status === 'completed'),
    );
    // Those promoted already were better than all that are left, whatever their score is by now.
    const places = Math.max(0, next.trials - promoted.length);
    const chosen = rankByScore(left, view.objective).slice(0, places);
    // Before the promotions, so that their weights take no room meanwhile.
    const loser = left.find((trial) => isPaused(trial) && !chosen.includes(trial));
    if (loser) {
      const behind = members.filter((trial) => !promoted.includes(trial));
      const rank = promoted.length + rankByScore(behind, view.objective).indexOf(loser) + 1;
      const place = Number.isNaN(loser.score) ? 'no score' : `rank ${rank} of ${members.length}`;
      const reason = `not promoted: ${place} after ${epochs} of ${view.epochs} epochs`;
      return { kind: 'prune', trial: loser.id, reason };
    }
    const winner = chosen.find(isPaused);
    if (winner) return { kind: 'continue', trial: winner.id, epochs: next.epochs };
    members = [...promoted, ...chosen];
  }
  return undefined;
}

/** Whether the model could not even be built: such a trial has no rung, whatever it was to be trained to. */
function failedAtOnce({ status, histories }: Trial): boolean {
  return status === 'failed' && histories.length === 0;
}

function isPaused({ status }: Trial): boolean {
  return status === 'paused';
}

function waitOrFinish(trials: readonly Trial[], spaceExhausted: boolean): Decision {
  if (trials.some(({ status }) => status === 'running')) return { kind: 'wait' };
  return { kind: 'finished', spaceExhausted };
}
