import { describe, expect, it } from 'vitest';
import type { HyperParameters } from '../../src/tuner/hyperparameters';
import { RandomOracle } from '../../src/tuner/random-oracle';

const space = (hp: HyperParameters) => {
  const layers = hp.int('layers', { min: 1, max: 3 });
  for (let i = 1; i <= layers; i++) hp.choice(`activation ${i}`, ['relu', 'tanh']);
};
const ask = (oracle: RandomOracle, define: (hp: HyperParameters) => void, n: number) =>
  Array.from({ length: n }, () => oracle.ask(define));

describe('RandomOracle', () => {
  it('offers each configuration of a small space once, then none', () => {
    // 2 + 4 + 8: one, two or three layers with two activations each.
    const all = ask(new RandomOracle({ seed: 0 }), space, 15);
    expect(new Set(all.slice(0, 14).map((values) => JSON.stringify(values))).size).toBe(14);
    expect(all[13]).toBeDefined();
    expect(all[14]).toBeUndefined();
  });

  it('holds active hyperparameters only', () => {
    for (const values of ask(new RandomOracle({ seed: 3 }), space, 10)) {
      expect(Object.keys(values ?? {}).length).toBe(1 + Number(values?.layers));
    }
  });

  it('gives the same configurations for the same seed, other ones for another, seed 0 included', () => {
    const wide = (hp: HyperParameters) => void hp.float('rate', { min: 1e-4, max: 1, sampling: 'log' });
    const rates = (seed: number) => ask(new RandomOracle({ seed }), wide, 5);
    expect(rates(0)).toEqual(rates(0));
    expect(rates(0)).not.toEqual(rates(1));
  });

  it('leaves other values as they were when a hyperparameter is added', () => {
    const first = (hp: HyperParameters) => void hp.float('rate', { min: 0, max: 1 });
    const more = (hp: HyperParameters) => {
      hp.boolean('new');
      first(hp);
    };
    const before = ask(new RandomOracle({ seed: 7 }), first, 5).map((values) => values?.rate);
    const after = ask(new RandomOracle({ seed: 7 }), more, 5).map((values) => values?.rate);
    expect(after).toEqual(before);
  });

  it('draws uniformly: 2,000 choices of four, each about 500 times', () => {
    const counts = new Map<unknown, number>();
    const define = (hp: HyperParameters) => {
      hp.choice('c', ['a', 'b', 'c', 'd']);
      hp.float('x', { min: 0, max: 1 });
    };
    for (const values of ask(new RandomOracle({ seed: 0 }), define, 2000)) {
      counts.set(values?.c, (counts.get(values?.c) ?? 0) + 1);
    }
    // Chi-squared with 3 degrees of freedom lies below 16.3 with probability 0.999.
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - 500) ** 2 / 500, 0);
    expect(counts.size).toBe(4);
    expect(chi).toBeLessThan(16.3);
  });
});
