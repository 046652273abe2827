import { describe, expect, it } from 'vitest';
import { random } from '../../../../lib/base/random';
import { normalCdf } from '../../../../lib/search/oracles/normal';
import { ParzenEstimator } from '../../../../lib/search/oracles/parzen';
import { type Domain, type HyperParameterValue, type HyperParameterValues, valuesOf } from '../../../../lib/search/space/domain';

const float: Domain = { kind: 'float', min: 0, max: 1, sampling: 'linear' };
const choice: Domain = { kind: 'choice', values: ['a', 'b', 'c'] };

/** Likelihood of some values, chosen in this order. */
function likelihood(estimator: ParzenEstimator, chosen: readonly (readonly [string, Domain, HyperParameterValue])[]): number {
  let shares: number[] = estimator.shares;
  let product = 1;
  for (const [name, domain, value] of chosen) {
    const next = estimator.choose(shares, name, domain, value);
    product *= next.likelihood;
    shares = next.shares;
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  }
  return product;
}

/** Density of a Gaussian cut off at 0 and 1. */
const gaussian = (x: number, center: number, width: number) =>
  Math.exp(-(((x - center) / width) ** 2) / 2) /
  (width * Math.sqrt(2 * Math.PI)) /
  (normalCdf((1 - center) / width) - normalCdf(-center / width));

describe('ParzenEstimator', () => {
  it('has one kernel for each value and a uniform prior, worked by hand', () => {
    // A lone value is as wide as the longer way to an end; of several, as the longer way to a neighbour, but
    // 1 / 5 at least for three values: 0.5, 0.5 and 0.2 for 0.1, 0.6 and 0.7.
    expect(likelihood(new ParzenEstimator([{ x: 0.25 }]), [['x', float, 0.5]])).toBeCloseTo(
      (gaussian(0.5, 0.25, 0.75) + 1) / 2,
      10,
    );
    const three = new ParzenEstimator([{ x: 0.6 }, { x: 0.1 }, { x: 0.7 }]);
    expect(likelihood(three, [['x', float, 0.3]])).toBeCloseTo(
      (gaussian(0.3, 0.1, 0.5) + gaussian(0.3, 0.6, 0.5) + gaussian(0.3, 0.7, 0.2) + 1) / 4,
      10,
    );
    // Two values of three choices: kernels of (4, 1, 1) / 6.
    const two = new ParzenEstimator([{ c: 'a' }, { c: 'a' }]);
    expect(likelihood(two, [['c', choice, 'a']])).toBeCloseTo((4 / 6 + 4 / 6 + 1 / 3) / 3, 12);
    expect(likelihood(two, [['c', choice, 'b']])).toBeCloseTo((1 / 6 + 1 / 6 + 1 / 3) / 3, 12);
  });

  it('knows which values go together: a sum of products, whatever the order', () => {
    const estimator = new ParzenEstimator([
      { c: 'a', x: 0.1 },
      { c: 'b', x: 0.9 },
    ]);
    const kernel = (c: string, own: string) => (c === own ? 4 / 6 : 1 / 6);
    const joint = (c: string, x: number) =>
      (kernel(c, 'a') * gaussian(x, 0.1, 0.8) + kernel(c, 'b') * gaussian(x, 0.9, 0.8) + 1 / 3) / 3;
    for (const [c, x] of [
      ['a', 0.2],
      ['b', 0.2],
    ] as const) {
      const chosen = [['c', choice, c] as const, ['x', float, x] as const];
      expect(likelihood(estimator, chosen)).toBeCloseTo(joint(c, x), 10);
      expect(likelihood(estimator, chosen.reverse())).toBeCloseTo(joint(c, x), 10);
    }
    expect(joint('a', 0.2)).toBeGreaterThan(joint('b', 0.2));
  });

  it('learns nothing of a hyperparameter from configurations that lack it', () => {
    const estimator = new ParzenEstimator([{ c: 'a' }, { c: 'b', momentum: 0.9 }, { c: 'a' }]);
    const { likelihood: p, shares } = estimator.choose(estimator.shares, 'momentum', float, 0.9);
    expect(p).toBeCloseTo((gaussian(0.9, 0.9, 0.9) + 1) / 2, 10);
    // Those that lack it keep their shares; the others share theirs out by their kernels.
    expect([shares[0], shares[2]]).toEqual([0.25, 0.25]);
    expect(shares[1]).toBeCloseTo((0.5 * gaussian(0.9, 0.9, 0.9)) / (gaussian(0.9, 0.9, 0.9) + 1), 10);
    expect(likelihood(estimator, [['unknown', choice, 'b']])).toBeCloseTo(1 / 3, 12);
  });

  it('takes no notice of values that the domain has no longer', () => {
    const estimator = new ParzenEstimator([{ x: 7 }, { x: 'a' }]);
    expect(likelihood(estimator, [['x', float, 0.5]])).toBe(1);
  });

  const domains: readonly Domain[] = [
    { kind: 'boolean' },
    { kind: 'fixed', value: 3 },
    choice,
    { kind: 'choice', values: ['small', 'medium', 'large', 'huge'], ordered: true },
    { kind: 'int', min: 1, max: 4, sampling: 'linear' },
    { kind: 'int', min: 32, max: 512, step: 32, sampling: 'linear' },
    { kind: 'int', min: 1, max: 30, sampling: 'log' },
    { kind: 'int', min: 8, max: 1024, step: 2, sampling: 'log' },
    { kind: 'float', min: 0, max: 0.5, step: 0.05, sampling: 'linear' },
  ];
  it.each(domains)('draws each value as often as it is likely: %j', (domain) => {
    const values: HyperParameterValue[] =
      domain.kind === 'int' && domain.step === undefined
        ? Array.from({ length: domain.max - domain.min + 1 }, (_, i) => domain.min + i)
        : valuesOf(domain);
    const last = values[values.length - 1];
    const estimator = new ParzenEstimator([{ v: values[0] }, { v: last }, { v: last }, { other: 1 }]);
    const { shares } = estimator;
    const likely = values.map((value) => estimator.choose(shares, 'v', domain, value).likelihood);
    expect(likely.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    const draw = random(0, 'parzen test');
    const n = 4000;
    const counts = new Map<HyperParameterValue, number>();
    for (let i = 0; i < n; i++) {
      const value = estimator.sample(shares, 'v', domain, draw);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const chi = values.reduce<number>(
      (sum, value, i) => sum + ((counts.get(value) ?? 0) - n * likely[i]) ** 2 / (n * likely[i]),
      0,
    );
    // The mean of chi-squared is its degrees of freedom, its variance twice that; four standard deviations
    // above.
    const freedom = values.length - 1;
    expect(chi).toBeLessThanOrEqual(freedom + 4 * Math.sqrt(2 * freedom) + 1);
  });

  it('has densities that integrate to 1 over the unit interval, on a log scale, too', () => {
    const log: Domain = { kind: 'float', min: 1e-4, max: 1, sampling: 'log' };
    const estimator = new ParzenEstimator([{ x: 1e-3 }, { x: 0.5 }, { x: 0.01 }]);
    const cells = 2000;
    const integral = Array.from({ length: cells }, (_, i) =>
      likelihood(estimator, [['x', log, 1e-4 ** (1 - (i + 0.5) / cells)]]),
    ).reduce((sum, density) => sum + density / cells, 0);
    expect(integral).toBeCloseTo(1, 5);
  });

  it("has the user's prior in place of the uniform one where a confidence is given, worked by hand", () => {
    const preset: Domain = { ...float, default: 0.8 };
    const letters: Domain = { kind: 'choice', values: ['a', 'b', 'c'], default: 'b' };
    const configurations: HyperParameterValues[] = [{ x: 0.25, c: 'a' }, { c: 'a' }];
    const sure = new ParzenEstimator(configurations, 'medium');
    expect(likelihood(sure, [['x', preset, 0.5]])).toBeCloseTo((gaussian(0.5, 0.25, 0.75) + gaussian(0.5, 0.8, 0.25)) / 2, 10);
    // Kernels of (4, 1, 1) / 6 for 'a', a prior of (1, 4, 1) / 6.
    expect(likelihood(sure, [['c', letters, 'b']])).toBeCloseTo((1 / 6 + 1 / 6 + 4 / 6) / 3, 12);
    // Without a default, and without a confidence, uniform.
    expect(likelihood(sure, [['x', float, 0.5]])).toBeCloseTo((gaussian(0.5, 0.25, 0.75) + 1) / 2, 10);
    const unsure = new ParzenEstimator(configurations);
    expect(likelihood(unsure, [['x', preset, 0.5]])).toBeCloseTo((gaussian(0.5, 0.25, 0.75) + 1) / 2, 10);
    // Of no configurations the prior is all there is.
    const alone = new ParzenEstimator([], 'high');
    const draw = random(0, 'alone');
    const drawn = Array.from({ length: 1000 }, () => alone.sample(alone.shares, 'c', letters, draw));
    expect(Math.abs(drawn.filter((value) => value === 'b').length / 1000 - 6 / 8)).toBeLessThan(0.055);
    const numbers = Array.from({ length: 1000 }, () => Number(alone.sample(alone.shares, 'x', preset, draw)));
    expect(numbers.filter((value) => Math.abs(value - 0.8) < 0.25).length).toBeGreaterThan(900);
  });
});
