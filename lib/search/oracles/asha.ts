import { checkWholeNumber } from '../../base/whole-number';
import { rankByScore } from '../objective';
import type { Trial } from '../trial';
import type { Bracket, Decision, Oracle, SearchView } from './oracle';
import { RandomOracle } from './random';
import { scoreAt } from './ranking';

/** Better paused trials of its rung behind which a trial is given up. */
const MAX_PAUSED = 10;

/**
 * ASHA, asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020,
 * algorithm 2): whenever there is room, a trial that is among the best 1 / `factor` of those that came to its rung goes on to the
 * next; where there is none, a new one begins, drawn as in random search. Nothing waits for the end of a rung, so no worker is
 * idle while trials may begin, but which trials go on depends on which ended first.
 *
 * Rungs are at `minEpochs`, `factor` times as many and so on, and at the whole training. Two things differ
 * from the paper, whose search never ends. So that the disk does not fill up with weights, a paused trial
 * behind 10 better paused ones of its rung is given up: it would take about 10 * `factor` worse trials in a
 * row to get to it. And when no further trial may begin and none is running, a rung of fewer than `factor`
 * trials promotes its best, so that at least one trial is trained wholly; then those still paused are pruned.
 *
 * `factor` is a whole number from 2, default 3; `minEpochs` one from 1, default 1.
 */
export class AshaOracle implements Oracle {
  readonly config: { readonly name: string; readonly factor: number; readonly minEpochs: number };
  readonly #random = new RandomOracle();

  constructor({ factor = 3, minEpochs = 1 }: { factor?: number; minEpochs?: number } = {}) {
    checkWholeNumber('factor', factor, 2);
    checkWholeNumber('minEpochs', minEpochs, 1);
    this.config = { name: 'asha', factor, minEpochs };
  }

  checkEpochs(epochs: number): void {
    const { minEpochs } = this.config;
    if (epochs <= minEpochs) {
      throw new RangeError(
        `epochs must be above minEpochs, ${minEpochs}, since no training could be cut short otherwise, ` +
          `but got ${epochs}; take more epochs, or a random search.`,
      );
    }
  }

  /** As many promotions as there are places; with several workers there may be more. */
  plan({ maxTrials, epochs }: { maxTrials: number; epochs: number }): { trials: number; epochs: number } {
    const levels = this.#levels(epochs);
    const total = levels.reduce((sum, level, k) => {
      const trials = Math.max(1, Math.floor(maxTrials / this.config.factor ** k));
      return sum + trials * (level - (levels[k - 1] ?? 0));
    }, 0);
    return { trials: maxTrials, epochs: total };
  }

  brackets(trials: readonly Trial[], epochs: number): Bracket[] {
    if (trials.length === 0) return [];
    return [{ trials: trials.map(({ id }) => id), rungs: this.#levels(epochs) }];
  }

  next(view: SearchView): Decision {
    const { trials, mayStart } = view;
    const rungs = this.#rungs(view);
    const promotion = promote(rungs, ({ length }) => Math.floor(length / this.config.factor));
    if (promotion) return promotion;

    for (const { epochs, paused } of rungs) {
      if (paused.length > MAX_PAUSED) {
        const better = `${paused.length - 1} better trials are paused`;
        const reason = `given up: ${better} after ${epochs} of ${view.epochs} epochs`;
        return { kind: 'prune', trial: paused[paused.length - 1].id, reason };
      }
    }

    const definition = mayStart ? this.#random.draw(view) : undefined;
    if (typeof definition === 'object') return { kind: 'start', definition, epochs: rungs[0].epochs };
    if (mayStart && view.enqueued) return { kind: 'finished', spaceExhausted: false };
    if (trials.some(({ status }) => status === 'running')) return { kind: 'wait' };

    const last = promote(rungs, ({ length }) => Math.max(1, Math.floor(length / this.config.factor)));
    if (last) return last;
    for (const { epochs, reached, paused } of rungs) {
      const loser = paused.at(-1);
      if (loser) {
        const rank = reached.findIndex(({ id }) => id === loser.id) + 1;
        const place = rank === 0 ? 'no score' : `rank ${rank} of ${reached.length}`;
        const reason = `not promoted: ${place} after ${epochs} of ${view.epochs} epochs`;
        return { kind: 'prune', trial: loser.id, reason };
      }
    }
    return { kind: 'finished', spaceExhausted: definition === 'exhausted' };
  }

  /** All rungs, the lowest first, as far as trials have come. */
  #rungs({ trials, epochs: most, objective }: SearchView): [Rung, ...Rung[]] {
    const rungs = this.#levels(most).map((epochs): Rung => {
      const here = trials.filter((trial) => trial.epochs === epochs && trial.status === 'paused');
      const ranked = rankByScore(here, objective);
      return {
        epochs,
        reached: rankByScore(
          trials
            .filter((trial) => hasReached(trial, epochs))
            .map((trial) => ({ id: trial.id, score: scoreAt(trial, epochs, objective) })),
          objective,
        ),
        paused: [...ranked, ...here.filter((trial) => !ranked.includes(trial))],
      };
    });
    return rungs as [Rung, ...Rung[]];
  }

  /** The epochs of the rungs. */
  #levels(most: number): number[] {
    const { factor, minEpochs } = this.config;
    const levels = [];
    for (let epochs = minEpochs; epochs < most; epochs *= factor) levels.push(epochs);
    return [...levels, most];
  }
}

interface Rung {
  readonly epochs: number;
  /** All trials that came so far and have a score, best first, with the score that they had here. */
  readonly reached: readonly { readonly id: number; readonly score: number }[];
  /** Those that came no further yet, best first; the last may have no score. */
  readonly paused: readonly Trial[];
}

/** From the highest rung down, the best paused trial among the best `quota` of its rung. */
function promote(rungs: readonly Rung[], quota: (reached: Rung['reached']) => number): Decision | undefined {
  for (let k = rungs.length - 2; k >= 0; k--) {
    const { reached, paused } = rungs[k];
    const best = reached.slice(0, quota(reached)).find(({ id }) => paused.some((trial) => trial.id === id));
    if (best) return { kind: 'continue', trial: best.id, epochs: rungs[k + 1].epochs };
  }
  return undefined;
}

/** A pruned trial counts for the rung that it was on the way to: it lost there. */
function hasReached({ epochs: asked, status, histories }: Trial, epochs: number): boolean {
  if (asked === epochs) return status === 'paused' || status === 'completed' || status === 'pruned';
  // A model that could not be built came to no rung, whatever it was to be trained to.
  return asked > epochs && !(status === 'failed' && histories.length === 0);
}
