import { describe, expect, it } from 'vitest';
import { RandomOracle } from '../../../../lib/search/oracles/random';
import type { Suggest } from '../../../../lib/search/space/domain';
import type { HyperParameters } from '../../../../lib/search/space/hyperparameters';
import { type Simulation, simulate } from '../simulate';

const layersAndActivations = (hp: HyperParameters) => {
  const layers = hp.int('layers', { min: 1, max: 3 });
  for (let i = 1; i <= layers; i++) hp.choice(`activation ${i}`, ['relu', 'tanh']);
};
const rate = (hp: HyperParameters) => void hp.float('rate', { min: 1e-4, max: 1, sampling: 'log' });
const search = (define: Simulation['define'], options: Partial<Simulation> = {}) =>
  simulate({ createOracle: () => new RandomOracle(), define, score: () => 0, ...options });
const values = (...args: Parameters<typeof search>) => search(...args).trials.map(({ hyperparameters }) => hyperparameters);

describe('RandomOracle', () => {
  it('tries each configuration of a small space once, then the space is exhausted', () => {
    // 2 + 4 + 8: one, two or three layers with two activations each.
    const { trials, spaceExhausted } = search(layersAndActivations);
    expect(new Set(trials.map(({ hyperparameters }) => JSON.stringify(hyperparameters))).size).toBe(14);
    expect(trials).toHaveLength(14);
    expect(spaceExhausted).toBe(true);
    for (const { hyperparameters } of trials) {
      expect(Object.keys(hyperparameters)).toHaveLength(1 + Number(hyperparameters.layers));
    }
  });

  it('ends after maxTrials, which exhausts nothing', () => {
    const { trials, spaceExhausted } = search(layersAndActivations, { maxTrials: 5 });
    expect(trials).toHaveLength(5);
    expect(spaceExhausted).toBe(false);
  });

  it('gives the same configurations for the same seed and any number of slots, others for another seed', () => {
    const zero = values(rate, { maxTrials: 8, seed: 0 });
    expect(values(rate, { maxTrials: 8, seed: 0, slots: 5 })).toEqual(zero);
    expect(values(rate, { maxTrials: 8, seed: 1 })).not.toEqual(zero);
  });

  it('leaves other values as they were when a hyperparameter is added', () => {
    const more = (hp: HyperParameters) => {
      hp.boolean('new');
      rate(hp);
    };
    const before = values(rate, { maxTrials: 5, seed: 7 }).map((trial) => trial.rate);
    expect(values(more, { maxTrials: 5, seed: 7 }).map((trial) => trial.rate)).toEqual(before);
  });

  it('draws uniformly: 1,000 choices of four, each about 250 times', () => {
    const counts = new Map<unknown, number>();
    const oracle = new RandomOracle();
    for (let id = 1; id <= 1000; id++) {
      const drawn: Record<string, unknown> = {};
      oracle.next({
        trials: Array(id - 1).fill({ hyperparameters: {} }),
        epochs: 1,
        seed: 0,
        mayStart: true,
        objective: { name: 'loss', direction: 'min' },
        space: new Map(),
        define(suggest) {
          drawn.c = suggest('c', { kind: 'choice', values: ['a', 'b', 'c', 'd'] });
          return { hyperparameters: { c: String(drawn.c) }, space: new Map() };
        },
      });
      counts.set(drawn.c, (counts.get(drawn.c) ?? 0) + 1);
    }
    // Chi-squared with 3 degrees of freedom lies below 16.3 with probability 0.999.
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - 250) ** 2 / 250, 0);
    expect(counts.size).toBe(4);
    expect(chi).toBeLessThan(16.3);
  });

  it('redraws what is no candidate', () => {
    const tried = values(layersAndActivations, { isCandidate: ({ layers }) => layers !== 3 });
    expect(tried).toHaveLength(6);
  });

  it('fills up what the user enqueued, and tries none of it again', () => {
    const tried = values(layersAndActivations, { enqueued: [{ layers: 1, 'activation 1': 'tanh' }, { layers: 2 }] });
    expect(tried[0]).toEqual({ layers: 1, 'activation 1': 'tanh' });
    expect(tried[1].layers).toBe(2);
    expect(new Set(tried.map((trial) => JSON.stringify(trial))).size).toBe(14);
  });

  it('builds a model once for an enqueued configuration that was tried, and once to know that a space is exhausted', () => {
    const enqueued = [{ layers: 1, 'activation 1': 'relu' }];
    const twice = search(layersAndActivations, { enqueued: [...enqueued, ...enqueued], maxTrials: 2 });
    expect(twice.trials).toHaveLength(2);
    expect(twice.builds).toBe(3);
    const only = (hp: HyperParameters) => void hp.choice('c', ['a']);
    expect(search(only).builds).toBe(1 + 1);
    // One oracle remembers that its draws were vain.
    const oracle = new RandomOracle();
    const { trials } = simulate({ createOracle: () => oracle, define: only, score: () => 0 });
    let builds = 0;
    const view = {
      trials,
      epochs: 1,
      seed: 0,
      mayStart: true,
      objective: { name: 'loss', direction: 'min' } as const,
      space: new Map(),
      define(suggest: Suggest) {
        builds++;
        const c = suggest('c', { kind: 'choice', values: ['a'] });
        return { hyperparameters: { c }, space: new Map() };
      },
    };
    expect(oracle.next(view)).toEqual({ kind: 'finished', spaceExhausted: true });
    expect(builds).toBe(1);
  });

  it('finds the last configurations of a large space, in few builds, and no other order of the first ones', () => {
    const many = (hp: HyperParameters) => void hp.int('x', { min: 1, max: 500 });
    const { trials, builds, spaceExhausted } = search(many, { maxTrials: 501 });
    expect(new Set(trials.map(({ hyperparameters }) => hyperparameters.x)).size).toBe(500);
    expect(spaceExhausted).toBe(true);
    expect(builds).toBeLessThan(1000);
    const log = (hp: HyperParameters) => void hp.int('x', { min: 1, max: 40, sampling: 'log' });
    expect(search(log).trials).toHaveLength(40);
  });

  it('is not exhausted where 200 draws brought no candidate, and is where those left are none', () => {
    const open = search(rate, { isCandidate: () => false });
    expect([open.builds, open.spaceExhausted]).toEqual([200, false]);
    const most = (hp: HyperParameters) => void hp.int('x', { min: 1, max: 300 });
    const few = search(most, { isCandidate: ({ x }) => Number(x) <= 150 });
    expect([few.trials.length, few.spaceExhausted]).toEqual([150, true]);
  });
});
