import { describe, expect, it } from 'vitest';
import { GivenOracle } from '../../../../lib/search/oracles/given';
import type { HyperParameters, HyperParameterValues } from '../../../../lib/search/space/hyperparameters';
import { simulate } from '../simulate';

const define = (hp: HyperParameters) => {
  hp.float('dropout', { min: 0, max: 0.5 });
  if (hp.choice('optimizer', ['adam', 'sgd']) === 'sgd') hp.choice('momentum', [0, 0.9]);
};
const ADAM = { dropout: 0.2, optimizer: 'adam' };
const SGD = { dropout: 0.1, optimizer: 'sgd', momentum: 0.9 };

function run(configurations: readonly HyperParameterValues[]) {
  return simulate({ createOracle: () => new GivenOracle(configurations), define, score: () => 0 }).trials;
}

describe('GivenOracle', () => {
  it('tries what it is given, in that order, with the same seeds', () => {
    const trials = run([SGD, ADAM]);
    expect(trials.map(({ hyperparameters }) => hyperparameters)).toEqual([SGD, ADAM]);
    expect(trials[0].seed).toBe(trials[1].seed);
  });

  it('refuses a configuration that the builder does not take, or that lacks what it asks for', () => {
    expect(() => run([{ ...ADAM, dropout: 0.7 }])).toThrow(/"dropout" must be .*0\.5.*, but the configuration has 0\.7/);
    expect(() => run([{ dropout: 0, optimizer: 'sgd' }])).toThrow(/"momentum" must be .*but the configuration has no such value/);
  });

  it('is another search for other configurations', () => {
    expect(new GivenOracle([ADAM]).config).not.toEqual(new GivenOracle([SGD]).config);
    expect(new GivenOracle([ADAM]).config).toEqual(new GivenOracle([{ ...ADAM }]).config);
  });
});
