import { checkWholeNumber } from '../../base/whole-number';
import { isBetter } from '../objective';
import type { Pruner } from './pruner';

/**
 * The median stopping rule: a training ends if the best value of all its epochs so far is worse than the
 * median of what earlier trials had after the same epoch.
 *
 * Golovin et al., "Google Vizier: A Service for Black-Box Optimization", KDD 2017, section 3.2.2, with the
 * change that Optuna's `MedianPruner` made: the median is that of the other trainings' values after the
 * epoch, not of their means up to it, which with rising accuracies lag behind. Unlike in Optuna, trainings
 * that were pruned count for the epochs that they have: otherwise ever better ones would be compared with
 * each other alone. Values that are no number do not count; a training that has no other ones ends.
 *
 * @param options.startupTrials other trainings that must have a value for the epoch before anything is pruned
 *   there, from 1, default 5.
 * @param options.warmupEpochs epochs of a training after which it is not judged yet, from 0, default 1.
 */
export function medianPruner({ startupTrials = 5, warmupEpochs = 1 } = {}): Pruner {
  checkWholeNumber('startupTrials', startupTrials, 1);
  checkWholeNumber('warmupEpochs', warmupEpochs, 0);
  return {
    config: { name: 'median', startupTrials, warmupEpochs },
    judge({ values, peers, objective }) {
      const epoch = values.length;
      if (epoch <= warmupEpochs) return undefined;
      const others = peers.map((peer) => peer[epoch - 1]).filter((value) => Number.isFinite(value));
      if (others.length < startupTrials) return undefined;
      const middle = median(others);
      const best = values.reduce((a, b) => (isBetter(b, a, objective) ? b : a));
      if (!isBetter(middle, best, objective)) return undefined;
      return (
        `its best ${objective.name} after epoch ${epoch}, ${best.toPrecision(4)}, is worse than ` +
        `${middle.toPrecision(4)}, the median of ${others.length} others`
      );
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
