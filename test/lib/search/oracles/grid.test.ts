import { describe, expect, it } from 'vitest';
import { GridOracle } from '../../../../lib/search/oracles/grid';
import type { HyperParameters, HyperParameterValues } from '../../../../lib/search/space/hyperparameters';
import { type Simulation, simulate } from '../simulate';

const search = (define: Simulation['define'], options: Partial<Simulation> = {}) =>
  simulate({ createOracle: () => new GridOracle(), define, score: () => 0, ...options });
const rows = (...args: Parameters<typeof search>) =>
  search(...args).trials.map(({ hyperparameters }) => Object.values(hyperparameters).join(' '));

const conditional = (hp: HyperParameters) => {
  const optimizer = hp.choice('optimizer', ['sgd', 'adam']);
  if (optimizer === 'sgd') hp.choice('momentum', [0, 0.9]);
  const layers = hp.int('layers', { min: 1, max: 2 });
  if (layers === 2) hp.boolean('dropout');
};
const ALL = [
  ...['sgd 0 1', 'sgd 0 2 false', 'sgd 0 2 true'],
  ...['sgd 0.9 1', 'sgd 0.9 2 false', 'sgd 0.9 2 true'],
  ...['adam 1', 'adam 2 false', 'adam 2 true'],
];

describe('GridOracle', () => {
  it('enumerates a conditional space like an odometer, each configuration once', () => {
    expect(rows(conditional)).toEqual(ALL);
    expect(search(conditional).spaceExhausted).toBe(true);
    expect(rows(conditional, { slots: 4 })).toEqual(ALL);
  });

  it('takes 10 values of a continuous hyperparameter, both ends included', () => {
    const { trials } = search((hp) => {
      hp.float('rate', { min: 1e-4, max: 1e5, sampling: 'log' });
      hp.fixed('epochs', 3);
    });
    const rates = trials.map(({ hyperparameters }) => Number(hyperparameters.rate));
    expect(rates).toHaveLength(10);
    for (const [i, rate] of rates.entries()) expect(rate / 10 ** (i - 4)).toBeCloseTo(1, 9);
  });

  it('stops at maxTrials and skips what is no candidate, with all its values', () => {
    const options = { isCandidate: (values: HyperParameterValues) => values.momentum !== 0 };
    expect(rows(conditional, options)).toEqual(ALL.slice(3));
    const few = search(conditional, { ...options, maxTrials: 2 });
    expect(few.trials).toHaveLength(2);
    expect(few.spaceExhausted).toBe(false);
  });

  it('goes on behind a candidate that is rejected though others with its first values are not', () => {
    const define = (hp: HyperParameters) => {
      hp.int('layers', { min: 1, max: 3 });
      hp.choice('units', [512, 64]);
    };
    const isCandidate = ({ layers, units }: HyperParameterValues) => Number(layers) * Number(units) <= 1000;
    expect(rows(define, { isCandidate })).toEqual(['1 512', '1 64', '2 64', '3 64']);
  });

  it('tries first what the user enqueued, filled up with the values it has come to, and that only once', () => {
    const enqueued: HyperParameterValues[] = [{ optimizer: 'adam', layers: 1 }, { layers: 2 }];
    const found = rows(conditional, { enqueued });
    expect(found.slice(0, 2)).toEqual(['adam 1', 'sgd 0 2 false']);
    expect([...found].sort()).toEqual([...ALL].sort());
  });

  it('goes on after a trial whose model could not be built', () => {
    const define = (hp: HyperParameters) => {
      hp.int('layers', { min: 1, max: 2 });
      hp.boolean('flag');
    };
    const trial = { ...search(define, { maxTrials: 1 }).trials[0], hyperparameters: { layers: 1 } };
    const decision = new GridOracle().next({
      trials: [{ ...trial, status: 'failed' }],
      epochs: 1,
      seed: 0,
      mayStart: true,
      objective: { name: 'loss', direction: 'min' },
      space: new Map(),
      define(suggest) {
        const layers = suggest('layers', { kind: 'int', min: 1, max: 2, sampling: 'linear' });
        // What has failed so is no candidate.
        if (layers === 1) return undefined;
        return { hyperparameters: { layers }, space: new Map() };
      },
    });
    expect(decision).toMatchObject({ kind: 'start', definition: { hyperparameters: { layers: 2 } } });
  });

  it('builds a configuration and its predecessor for each trial, and gives up after 1,000 that are none', () => {
    const wide = (hp: HyperParameters) => void hp.int('units', { min: 1, max: 1200 });
    expect(search(wide, { maxTrials: 4 }).builds).toBe(1 + 3 * 2);
    const none = search(wide, { isCandidate: () => false });
    expect(none.builds).toBe(1000);
    expect(none.spaceExhausted).toBe(false);
  });
});
