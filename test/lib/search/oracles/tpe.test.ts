import { describe, expect, it } from 'vitest';
import { functions, type TestFunction } from '../../../../bench/tuner/functions';
import type { Decision, Oracle, SearchView } from '../../../../lib/search/oracles/oracle';
import { RandomOracle } from '../../../../lib/search/oracles/random';
import { TpeOracle } from '../../../../lib/search/oracles/tpe';
import { HyperParameters } from '../../../../lib/search/space/hyperparameters';
import type { Trial } from '../../../../lib/search/trial';
import { makeUpTrial, type Simulation, simulate } from '../simulate';

function search(f: TestFunction, createOracle: () => Oracle, parts: Partial<Simulation> = {}) {
  return simulate({
    createOracle,
    define: (hp: HyperParameters) => void f.evaluate(hp),
    maxTrials: 50,
    score: (values) => f.evaluate(HyperParameters.from(values)),
    ...parts,
  });
}
const createTpe = () => new TpeOracle();
const [branin, hartmann6, network] = functions;

const defineX = (hp: HyperParameters) => void hp.float('x', { min: 0, max: 1 });
/** Twenty trials of x from 0 to 0.95, the best of them near 0.3. */
const trialsOfX = Array.from({ length: 20 }, (_, i) =>
  makeUpTrial({ id: i + 1, status: 'completed', hyperparameters: { x: i / 20 }, score: Math.abs(i / 20 - 0.3) }),
);
function view(trials: readonly Trial[], define: (hp: HyperParameters) => void, seed = 0): SearchView {
  return {
    trials,
    space: new Map(),
    epochs: 1,
    objective: { name: 'valLoss', direction: 'min' },
    seed,
    mayStart: true,
    define(suggest) {
      const hp = new HyperParameters(suggest);
      define(hp);
      return { hyperparameters: hp.values, space: hp.space };
    },
  };
}
const startOf = (decision: Decision) => (decision.kind === 'start' ? decision.definition.hyperparameters : undefined);

describe('TpeOracle', () => {
  it.each(functions.map((f) => [f.name, f] as const))('beats random search on %s', (_, f) => {
    const regrets = (createOracle: () => Oracle) =>
      [0, 1, 2, 3, 4].map((seed) => {
        const { trials } = search(f, createOracle, { seed });
        return Math.min(...trials.map(({ score }) => score)) - f.minimum;
      });
    const [tpe, randomly] = [regrets(createTpe), regrets(() => new RandomOracle())];
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(tpe)).toBeLessThan(0.7 * mean(randomly));
    expect(Math.min(...tpe)).toBeGreaterThanOrEqual(0);
  });

  it('begins as random search does', () => {
    const configurations = (createOracle: () => Oracle) =>
      search(network, createOracle, { maxTrials: 12 }).trials.map(({ hyperparameters }) => hyperparameters);
    const [tpe, randomly] = [configurations(createTpe), configurations(() => new RandomOracle())];
    expect(tpe.slice(0, 10)).toEqual(randomly.slice(0, 10));
    expect(tpe[10]).not.toEqual(randomly[10]);
    const early = configurations(() => new TpeOracle({ startupTrials: 3 }));
    expect(early.slice(0, 3)).toEqual(randomly.slice(0, 3));
    expect(early[3]).not.toEqual(randomly[3]);
  });

  it('builds each configuration once while random, then twice', () => {
    expect(search(hartmann6, createTpe).builds).toBe(10 + 2 * 40);
  });

  it('offers the same for the same trials and seed, and another for another seed', () => {
    const offer = (seed: number) => startOf(new TpeOracle().next(view(trialsOfX, defineX, seed)));
    expect(offer(0)).toEqual(offer(0));
    expect(offer(1)).not.toEqual(offer(0));
    const oracle = new TpeOracle();
    oracle.next(view(trialsOfX, defineX, 1));
    expect(startOf(oracle.next(view(trialsOfX, defineX, 0)))).toEqual(offer(0));
  });

  it('makes the objective large where that is its direction', () => {
    const near = (objective: SearchView['objective']) => {
      const offers = Array.from({ length: 20 }, (_, seed) =>
        Number(startOf(new TpeOracle().next({ ...view(trialsOfX, defineX, seed), objective }))?.x),
      );
      return offers.reduce((sum, x) => sum + x, 0) / offers.length;
    };
    // The least score is at 0.3, the greatest at 0.95.
    expect(Math.abs(near({ name: 'valLoss', direction: 'min' }) - 0.3)).toBeLessThan(0.1);
    expect(near({ name: 'valAccuracy', direction: 'max' })).toBeGreaterThan(0.75);
  });

  it('keeps away from trials that run, failed or diverged', () => {
    const distance = (more: readonly Trial[]) => {
      const offers = Array.from({ length: 40 }, (_, seed) =>
        Math.abs(Number(startOf(new TpeOracle().next(view([...trialsOfX, ...more], defineX, seed)))?.x) - 0.3),
      );
      return offers.reduce((sum, x) => sum + x, 0) / offers.length;
    };
    const at = (status: Trial['status']) =>
      [0.28, 0.29, 0.31, 0.32].map((x, i) => makeUpTrial({ id: 21 + i, status, hyperparameters: { x } }));
    const alone = distance([]);
    for (const status of ['running', 'failed', 'pruned'] as const) {
      expect(distance(at(status)), status).toBeGreaterThan(1.3 * alone);
    }
  });

  it('goes on at random while failed trials leave too few scores', () => {
    const { trials } = search(branin, createTpe, { maxTrials: 15, fails: () => true });
    const randomly = search(branin, () => new RandomOracle(), { maxTrials: 15 }).trials;
    expect(trials.map(({ hyperparameters }) => hyperparameters)).toEqual(randomly.map(({ hyperparameters }) => hyperparameters));
  });

  it('offers each configuration of a small conditional space once, then ends', () => {
    const define = (hp: HyperParameters) => {
      const layers = hp.int('layers', { min: 1, max: 3 });
      for (let i = 1; i <= layers; i++) hp.choice(`activation ${i}`, ['relu', 'tanh']);
    };
    const { trials, spaceExhausted } = simulate({ createOracle: createTpe, define, score: ({ layers }) => Number(layers) });
    // 2 + 4 + 8: one, two or three layers with two activations each.
    expect(new Set(trials.map(({ hyperparameters }) => JSON.stringify(hyperparameters))).size).toBe(14);
    expect(trials.length).toBe(14);
    expect(spaceExhausted).toBe(true);
  });

  it('gives complete configurations of active hyperparameters, several at a time, too', () => {
    const { trials } = search(network, createTpe, { slots: 4, maxTrials: 60 });
    expect(trials.length).toBe(60);
    for (const { hyperparameters } of trials) {
      expect('momentum' in hyperparameters).toBe(hyperparameters.optimizer === 'sgd');
      expect('dropoutRate' in hyperparameters).toBe(hyperparameters.dropout);
      expect('units4' in hyperparameters).toBe(hyperparameters.layers === 4);
    }
  });

  it('leaves what the user set as it is, and fits the rest to it', () => {
    // The best y is x: a user who sets x far from the good trials' gets a y near it.
    const trials = Array.from({ length: 60 }, (_, i) => {
      const [x, y] = [(i % 10) / 10 + 0.02, (i % 7) / 7 + 0.05];
      return makeUpTrial({ id: i + 1, status: 'completed', hyperparameters: { x, y }, score: Math.abs(x - y) });
    });
    const define = (hp: HyperParameters) => {
      hp.float('x', { min: 0, max: 1 });
      hp.float('y', { min: 0, max: 1 });
    };
    const meanOfY = (x: number) => {
      const ys = Array.from({ length: 30 }, (_, seed) => {
        const free = view(trials, define, seed);
        const decision = new TpeOracle().next({
          ...free,
          define: (suggest) => free.define((name, domain) => (name === 'x' ? x : suggest(name, domain))),
        });
        expect(startOf(decision)?.x).toBe(x);
        return Number(startOf(decision)?.y);
      });
      return ys.reduce((sum, y) => sum + y, 0) / ys.length;
    };
    expect(meanOfY(0.9) - meanOfY(0.1)).toBeGreaterThan(0.2);
  });

  it('goes round configurations that are no candidates, and values that a narrowed domain has no longer', () => {
    const { trials } = search(branin, createTpe, { isCandidate: ({ x }) => Number(x) < 2 });
    expect(trials.length).toBe(50);
    const narrow = (hp: HyperParameters) => void hp.float('x', { min: 0.5, max: 1 });
    const x = Number(startOf(new TpeOracle().next(view(trialsOfX, narrow)))?.x);
    expect(x).toBeGreaterThanOrEqual(0.5);
  });

  describe('with the prior of the defaults', () => {
    const definePreset = (hp: HyperParameters) => void hp.float('x', { min: 0, max: 1, default: 0.8 });
    const sure = () => new TpeOracle({ prior: 'default', confidence: 'high' });
    const offers = (createOracle: () => Oracle, trials: readonly Trial[], seeds: number) =>
      Array.from({ length: seeds }, (_, seed) => Number(startOf(createOracle().next(view(trials, definePreset, seed)))?.x));

    it('draws half of the startup trials from it, and the others as random search does', () => {
      const [ours, randomly] = [offers(sure, [], 1000), offers(() => new RandomOracle(), [], 1000)];
      const others = ours.filter((x, seed) => x !== randomly[seed]);
      expect(Math.abs(others.length - 500)).toBeLessThan(64);
      // 0.68 of a bell lie within a standard deviation, and 0.055 of it above 1 are cut off.
      const near = others.filter((x) => Math.abs(x - 0.8) < 0.125).length / others.length;
      expect(Math.abs(near - 0.683 / 0.945)).toBeLessThan(0.08);
    });

    it('offers what is nearer to the defaults while there are few good trials', () => {
      const distance = (createOracle: () => Oracle) =>
        offers(createOracle, trialsOfX.slice(0, 10), 60).reduce((sum, x) => sum + Math.abs(x - 0.8), 0) / 60;
      expect(distance(sure)).toBeLessThan(0.8 * distance(createTpe));
    });

    it('changes nothing where it is uniform, which it is by default', () => {
      const uniform = () => new TpeOracle({ prior: 'uniform' });
      expect(uniform().config).toEqual({ name: 'tpe', startupTrials: 10 });
      expect(createTpe().config).toEqual({ name: 'tpe', startupTrials: 10 });
      expect(offers(uniform, trialsOfX, 10)).toEqual(offers(createTpe, trialsOfX, 10));
      // From before there was a prior.
      expect(offers(createTpe, trialsOfX, 2)).toEqual([0.29540924056390044, 0.2945761037396655]);
    });

    it('tries each configuration of a small space once, then ends', () => {
      const define = (hp: HyperParameters) => {
        hp.choice('c', ['a', 'b', 'c'], { default: 'b' });
        hp.int('n', { min: 1, max: 4, default: 3 });
      };
      const { trials, spaceExhausted } = simulate({ createOracle: sure, define, score: ({ n }) => Number(n) });
      expect(new Set(trials.map(({ hyperparameters }) => JSON.stringify(hyperparameters))).size).toBe(12);
      expect(trials.length).toBe(12);
      expect(spaceExhausted).toBe(true);
    });

    it('is named in the config, and refuses what it cannot work with', () => {
      expect(new TpeOracle({ prior: 'default' }).config).toEqual({
        name: 'tpe',
        startupTrials: 10,
        prior: 'default',
        confidence: 'medium',
      });
      expect(() => new TpeOracle({ confidence: 'high' })).toThrow("add prior: 'default'");
      expect(() => new TpeOracle({ prior: 'default', confidence: 'sure' as 'high' })).toThrow(
        'confidence must be one of low, medium, high, but got "sure".',
      );
      expect(() => new TpeOracle({ prior: 'mine' as 'default' })).toThrow(
        "prior must be 'uniform' or 'default', but got \"mine\".",
      );
    });
  });

  it('finishes where no trial may start', () => {
    expect(new TpeOracle().next({ ...view(trialsOfX, defineX), mayStart: false })).toEqual({
      kind: 'finished',
      spaceExhausted: false,
    });
  });

  it.each([0, -1, 2.5, Number.NaN])('refuses startupTrials of %d', (startupTrials) => {
    expect(() => new TpeOracle({ startupTrials })).toThrow(
      `startupTrials must be a whole number from 1, but got ${startupTrials}.`,
    );
  });
});
