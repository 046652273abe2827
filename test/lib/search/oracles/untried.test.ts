import { describe, expect, it } from 'vitest';
import { random } from '../../../../lib/base/random';
import { Untried } from '../../../../lib/search/oracles/untried';
import type { Domain } from '../../../../lib/search/space/domain';
import { HyperParameters } from '../../../../lib/search/space/hyperparameters';

const kinds: Domain = { kind: 'choice', values: ['a', 'b'] };
const sizes: Domain = { kind: 'int', min: 1, max: 2, sampling: 'linear' };
const domains = new Map<string, Domain>([
  ['kind', kinds],
  ['size', sizes],
]);

describe('Untried', () => {
  it('leads to what is left alone, and is empty once all was tried', () => {
    // 2 * (1 + 2 + 3) of them, in a space where what is asked for depends on what was answered.
    const define = (hp: HyperParameters) => {
      hp.boolean('first');
      const n = hp.int('n', { min: 1, max: 3 });
      hp.int(`of ${n}`, { min: 1, max: n });
    };
    const untried = new Untried(new Map());
    const draw = random(0, 'untried');
    const found = [];
    while (!untried.isEmpty) {
      const walk = untried.walk();
      const hp = new HyperParameters((name, domain) => walk(name, domain, draw.next()));
      define(hp);
      found.push(JSON.stringify(hp.values));
      untried.add(hp.values);
    }
    expect(new Set(found).size).toBe(12);
    expect(found).toHaveLength(12);
  });

  it('gives the value at u as long as something is left behind it', () => {
    const untried = new Untried(domains);
    untried.add({ kind: 'a', size: 1 });
    expect(untried.walk()('kind', kinds, 0)).toBe('a');
    untried.add({ kind: 'a', size: 2 });
    expect(untried.walk()('kind', kinds, 0)).toBe('b');
  });

  it('takes what a builder came no further than for all that begins so', () => {
    const untried = new Untried(domains);
    untried.add({ kind: 'a' });
    untried.add({ kind: 'b', size: 1 });
    expect(untried.isEmpty).toBe(false);
    untried.add({ kind: 'b', size: 2 });
    expect(untried.isEmpty).toBe(true);
  });

  it('is never empty of numbers that cannot be counted', () => {
    const rate: Domain = { kind: 'float', min: 0, max: 1, sampling: 'linear' };
    const untried = new Untried(new Map([['rate', rate]]));
    untried.add({ rate: 0.5 });
    expect(untried.isEmpty).toBe(false);
    const one: Domain = { kind: 'float', min: 1, max: 1, sampling: 'linear' };
    const single = new Untried(new Map([['rate', one]]));
    single.add({ rate: 1 });
    expect(single.isEmpty).toBe(true);
  });
});
