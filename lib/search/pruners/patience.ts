import { checkWholeNumber } from '../../base/whole-number';
import { isBetter } from '../objective';
import type { Pruner } from './pruner';

/**
 * Ends a trial once a training has gone `patience` epochs in a row without an improvement. An improvement is
 * a value that is better than the last improvement, or the first epoch's value, by more than `minDelta`, as
 * in Keras's `EarlyStopping`. A value that is no number is none.
 *
 * The trial counts as pruned and its other folds are skipped; to count what such a training reached, give the
 * search an `EarlyStopping` callback instead.
 *
 * @param options.patience from 1.
 * @param options.minDelta from 0, default 0.
 */
export function patiencePruner({ patience, minDelta = 0 }: { patience: number; minDelta?: number }): Pruner {
  checkWholeNumber('patience', patience, 1);
  if (!(minDelta >= 0 && minDelta < Infinity)) {
    throw new RangeError(`minDelta must be a number from 0, but got ${minDelta}.`);
  }
  return {
    config: { name: 'patience', patience, minDelta },
    judge({ values, objective }) {
      const margin = objective.direction === 'min' ? minDelta : -minDelta;
      let best = values[0];
      let improved = 1;
      for (const [i, value] of values.entries()) {
        if (i > 0 && isBetter(value + margin, best, objective)) {
          best = value;
          improved = i + 1;
        }
      }
      const since = values.length - improved;
      if (since < patience) return undefined;
      return `no better ${objective.name} than the ${best.toPrecision(4)} of epoch ${improved} in the ` + `${since} epochs since`;
    },
  };
}
