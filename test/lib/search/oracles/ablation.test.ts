import { describe, expect, it } from 'vitest';
import { AblationOracle, type Variations } from '../../../../lib/search/oracles/ablation';
import type { HyperParameters, HyperParameterValues } from '../../../../lib/search/space/hyperparameters';
import { simulate } from '../simulate';

const define = (hp: HyperParameters) => {
  hp.boolean('normalize');
  hp.float('dropout', { min: 0, max: 0.5 });
  const optimizer = hp.choice('optimizer', ['adam', 'sgd', 'rmsprop']);
  hp.float(`${optimizer}Rate`, { min: 1e-3, max: 1e-1, sampling: 'log' });
  if (optimizer === 'sgd') hp.choice('momentum', [0, 0.9]);
};
const BASE = { normalize: true, dropout: 0.2, optimizer: 'adam', adamRate: 0.005 };

function run(vary: Variations, given?: HyperParameterValues, base: HyperParameterValues = BASE) {
  const createOracle = () => new AblationOracle(base, vary, given);
  return simulate({ createOracle, define, score: () => 0 }).trials.map((trial) => trial.hyperparameters);
}

describe('AblationOracle', () => {
  it('tries the base, then changes one thing at a time, and what the base has only once', () => {
    expect(run({ normalize: [true, false], dropout: [0, 0.2, 0, 0.5] })).toEqual([
      BASE,
      { ...BASE, normalize: false },
      { ...BASE, dropout: 0 },
      { ...BASE, dropout: 0.5 },
    ]);
  });

  it('gives what only a variant asks for its value, and leaves out what it does not ask for', () => {
    const { adamRate: _, ...rest } = BASE;
    const [, sgd, rmsprop] = run({ optimizer: ['sgd', 'rmsprop'] }, { rmspropRate: 0.002 });
    // The middle of 0.001 to 0.1 on the log scale, and the first choice.
    expect(sgd).toEqual({ ...rest, optimizer: 'sgd', sgdRate: expect.closeTo(0.01, 12), momentum: 0 });
    expect(rmsprop).toEqual({ ...rest, optimizer: 'rmsprop', rmspropRate: 0.002 });
  });

  it('takes the default where the base has no value', () => {
    const [base] = run({ normalize: [true] }, {}, { optimizer: 'adam', adamRate: 0.01 });
    expect(base).toEqual({ normalize: false, dropout: 0, optimizer: 'adam', adamRate: 0.01 });
  });

  it('refuses values that the builder does not take, and names it does not ask for', () => {
    expect(() => run({ dropout: [0.7] })).toThrow(/"dropout" must be .*0\.5.*, but vary has 0\.7/);
    expect(() => run({ normalize: [false] }, {}, { ...BASE, dropout: 2 })).toThrow(/but the base has 2/);
    expect(() => run({ momentum: [0.9] })).toThrow(/does not ask for "momentum".*adamRate/);
    expect(() => run({ normalize: [true] })).toThrow(/vary must name values that the base does not have/);
  });

  it('plans its trials and says what a search is of', () => {
    const oracle = new AblationOracle(BASE, { normalize: [false], optimizer: ['sgd', 'rmsprop'] });
    expect(oracle.plan({ epochs: 5 })).toEqual({ trials: 4, epochs: 20 });
    expect(oracle.config.variants).toBe('normalize false, optimizer "sgd", optimizer "rmsprop"');
  });
});
