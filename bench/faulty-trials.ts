/** Trials of which some fail, for the soak; in a file of their own, from which workers load them. */

import type { CallbackFactory } from '../lib/search/executors/training-job';
import { compileModel, type ModelBuilder, Stack } from '../src';

/** One trial in so many fails in each of the ways. */
const ONE_IN = 48;

/** Faults by the value of the hyperparameter `fault`; every other value is none. */
const FAULTS = { build: 1, loss: 2, callback: 3, death: 4 };

export const buildFaulty: ModelBuilder = (hp, { classNames, seed }) => {
  const fault = hp.int('fault', { min: 1, max: ONE_IN });
  const stack = new Stack(seed).input([28, 28, 1]).flatten();
  stack.dense(hp.choice('units', [8, 16]), 'relu', true);
  if (fault === FAULTS.build) throw new Error('A builder that fails half way.');
  const learningRate = fault === FAULTS.loss ? 1e30 : hp.float('learningRate', { min: 1e-4, max: 1e-2 });
  return compileModel(stack.output(classNames.length), {
    optimizer: { kind: fault === FAULTS.loss ? 'sgd' : 'adam', learningRate } as never,
  });
};

export const failingCallbacks: CallbackFactory = ({ hyperparameters: { fault } }) => [
  {
    onEpochEnd() {
      if (fault === FAULTS.callback) throw new Error('A callback that fails.');
      // Without workers it would be this very process.
      if (fault === FAULTS.death && process.send) process.kill(process.pid, 'SIGKILL');
    },
  },
];
