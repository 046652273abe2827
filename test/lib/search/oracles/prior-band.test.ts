import { describe, expect, it } from 'vitest';
import { functions } from '../../../../bench/tuner/functions';
import { defineHartmann, EPOCHS, evaluateHartmann, hartmanns } from '../../../../bench/tuner/hartmann';
import { HyperbandOracle } from '../../../../lib/search/oracles/hyperband';
import type { Oracle, SearchView } from '../../../../lib/search/oracles/oracle';
import type { Confidence } from '../../../../lib/search/oracles/prior';
import { incumbentShare, PriorBandOracle, randomShare } from '../../../../lib/search/oracles/prior-band';
import type { Domain, HyperParameterValue } from '../../../../lib/search/space/domain';
import { HyperParameters } from '../../../../lib/search/space/hyperparameters';
import type { Trial } from '../../../../lib/search/trial';
import { makeUpTrial, type Simulation, simulate } from '../simulate';

const high = () => new PriorBandOracle({ confidence: 'high' });
const define = (hp: HyperParameters) => void hp.float('x', { min: 0, max: 1, default: 0.2 });
const search = (options: Partial<Simulation> = {}) =>
  simulate({
    createOracle: () => new PriorBandOracle(),
    define,
    epochs: 9,
    score: ({ x }) => Math.abs(Number(x) - 0.7),
    ...options,
  });

function view(trials: readonly Trial[], define: (hp: HyperParameters) => void, seed = 0): SearchView {
  return {
    trials,
    space: new Map(),
    epochs: 9,
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

/** What the next trial has, for each of some seeds. */
function offers(trials: readonly Trial[], define: (hp: HyperParameters) => void, seeds: number) {
  return Array.from({ length: seeds }, (_, seed) => {
    const decision = high().next(view(trials, define, seed));
    if (decision.kind !== 'start') throw new Error(decision.kind);
    return decision.definition.hyperparameters;
  });
}
const shareOf = (values: readonly { c?: HyperParameterValue }[], wanted: HyperParameterValue) =>
  values.filter(({ c }) => c === wanted).length / values.length;

const LETTERS = [...'abcdefghij'];
const defineLetter = (hp: HyperParameters) => void hp.choice('c', LETTERS, { default: 'a' });

/**
 * The first bracket for 9 epochs, as it ends: 6 trials of 1 epoch, 2 of 3 and the last of 9, which is the incumbent, with 'j'.
 * 21 epochs in all. Those of few epochs have the better scores. `old` keeps all configurations apart from those asked for now.
 */
function firstBracket(change: (trial: Trial) => Partial<Trial> = () => ({})): Trial[] {
  return Array.from({ length: 9 }, (_, i) => {
    const trial = makeUpTrial({
      id: i + 1,
      epochs: i < 6 ? 1 : i < 8 ? 3 : 9,
      status: i < 8 ? 'pruned' : 'completed',
      hyperparameters: { c: i < 8 ? 'e' : 'j', old: i },
      score: i < 6 ? 0.1 : i < 8 ? 0.2 : 0.5,
    });
    return { ...trial, ...change(trial) };
  });
}

describe('randomShare', () => {
  it('is 1/2, 1/4, 1/10 and 1/28 of the first rungs for factor 3', () => {
    expect([0, 1, 2, 3].map((rung) => randomShare(3, rung))).toEqual([1 / 2, 1 / 4, 1 / 10, 1 / 28]);
    expect([0, 1, 2].map((rung) => randomShare(2, rung))).toEqual([1 / 2, 1 / 3, 1 / 5]);
  });
});

describe('incumbentShare', () => {
  const c: Domain = { kind: 'choice', values: ['a', 'b', 'c'], default: 'b' };
  const x: Domain = { kind: 'float', min: 0, max: 1, sampling: 'linear', default: 0 };

  it('weighs likelihoods of the best configurations by their rank, worked by hand', () => {
    // Around 'a' and around the default 'b': 4/6 for its own, 1/6 for another. 2 * 4/6 + 1 * 1/6 against 2 * 1/6 + 1 * 4/6.
    const domains = new Map([['c', c]]);
    expect(incumbentShare([{ c: 'a' }, { c: 'b' }], { c: 'a' }, domains, 'medium')).toBeCloseTo(9 / 15, 12);
    expect(incumbentShare([{ c: 'b' }, { c: 'a' }], { c: 'a' }, domains, 'medium')).toBeCloseTo(6 / 15, 12);
    // 3 * 1/8 + 2 * 6/8 + 1 * 1/8 against 3 * 6/8 + 2 * 1/8 + 1 * 1/8.
    const best = [{ c: 'b' }, { c: 'a' }, { c: 'c' }];
    expect(incumbentShare(best, { c: 'a' }, domains, 'high')).toBeCloseTo(16 / 37, 12);
  });

  it('multiplies the likelihoods of several hyperparameters', () => {
    const domains = new Map<string, Domain>([
      ['c', c],
      ['x', x],
    ]);
    // At 0.25 both bells of 0.25 are as high, but that around 0 is cut off in its middle: 0.9545 / 0.49997 = 1.9091.
    expect(incumbentShare([{ x: 0.25 }], { x: 0.5 }, domains, 'medium')).toBeCloseTo(1 / 2.9091, 4);
    expect(incumbentShare([{ c: 'a', x: 0.25 }], { c: 'a', x: 0.5 }, domains, 'medium')).toBeCloseTo(4 / (4 + 1.9091), 4);
  });

  it('leaves out what only one of the two has, and values that the domain has no longer', () => {
    const domains = new Map<string, Domain>([
      ['c', c],
      ['x', x],
    ]);
    expect(incumbentShare([{ c: 'a', x: 0.9 }], { c: 'a' }, domains, 'medium')).toBeCloseTo(4 / 5, 12);
    expect(incumbentShare([{ c: 'a' }], { c: 'a', x: 0.9 }, domains, 'medium')).toBeCloseTo(4 / 5, 12);
    expect(incumbentShare([{ c: 'a', x: 7 }], { c: 'a', x: 0.9 }, domains, 'medium')).toBeCloseTo(4 / 5, 12);
    expect(incumbentShare([{ other: 1 }], { c: 'a', x: 0.9 }, domains, 'medium')).toBe(0.5);
  });

  it('is a number for hundreds of hyperparameters far from both', () => {
    const names = Array.from({ length: 500 }, (_, i) => `x${i}`);
    const all = (value: number) => Object.fromEntries(names.map((name) => [name, value]));
    const domains = new Map(names.map((name) => [name, x]));
    expect(incumbentShare([all(1)], all(0.1), domains, 'high')).toBeCloseTo(1, 10);
    expect(incumbentShare([all(0.4)], all(1), domains, 'high')).toBeCloseTo(0, 10);
  });
});

describe('PriorBandOracle', () => {
  it.each([
    // (9, 5 and 3 trials begin at 1, 3 and 9 epochs, then all over again): 1/2, 3/4 and 9/10 come from the prior.
    [0, 1 / 2],
    [8, 1 / 2],
    [9, 3 / 4],
    [14, 9 / 10],
    [17, 1 / 2],
  ])('draws trial %d + 1 from the prior with probability %d', (count, prior) => {
    const trials = Array.from({ length: count }, (_, i) => makeUpTrial({ id: i + 1 }));
    const oracle = new PriorBandOracle({ confidence: 'high', iterations: 2 });
    let met = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const decision = oracle.next(view(trials, (hp) => void hp.boolean('c', { default: true }), seed));
      if (decision.kind === 'start' && decision.definition.hyperparameters.c === true) met++;
    }
    const expected = (prior * 6) / 7 + (1 - prior) / 2;
    // Four standard deviations.
    expect(Math.abs(met / 2000 - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 2000));
  });

  const near = (share: number, expected: number) =>
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 2000));

  it('draws near the best whole training once the first bracket is done, worked by hand', () => {
    const values = offers(firstBracket(), defineLetter, 2000);
    // A quarter is random. The best third of the three at 3 epochs is the incumbent itself: 6/15 to 1/15, so 6/7 of the rest
    // come from it. It keeps 'j' in half of all cases, and else with probability 11/20.
    near(shareOf(values, 'j'), 0.25 / 10 + 0.75 * ((6 / 7) * (0.5 + 0.5 * (11 / 20)) + (1 / 7) * (1 / 15)));
    near(shareOf(values, 'a'), 0.25 / 10 + 0.75 * ((6 / 7) * 0.5 * (1 / 20) + (1 / 7) * (6 / 15)));
    near(shareOf(values, 'e'), 0.25 / 10 + 0.75 * ((6 / 7) * 0.5 * (1 / 20) + (1 / 7) * (1 / 15)));
  });

  it.each([
    ['no trial was trained wholly', firstBracket(({ id }) => (id === 9 ? { status: 'paused' } : {}))],
    ['fewer epochs were trained than the bracket takes', firstBracket(({ id }) => (id === 1 ? { status: 'failed' } : {}))],
    [
      'no rung has enough scores',
      // Two whole trainings, and three epochs of others that diverged: 21.
      firstBracket(({ id }) =>
        id >= 8 ? { status: 'completed', epochs: 9 } : id > 4 ? { score: Number.NaN, epochs: 1 } : { status: 'failed' },
      ),
    ],
  ])('has the prior alone where %s', (_, trials) => {
    const values = offers(trials, defineLetter, 2000);
    near(shareOf(values, 'j'), 0.25 / 10 + 0.75 * (1 / 15));
    near(shareOf(values, 'a'), 0.25 / 10 + 0.75 * (6 / 15));
  });

  it('draws a choice of two anew with probability 1/2, and the other then with 1/4', () => {
    const defineTwo = (hp: HyperParameters) => void hp.choice('c', ['a', 'j']);
    const share = shareOf(offers(firstBracket(), defineTwo, 8000), 'j');
    // 6/7 to 1/7 for the incumbent.
    const expected = 0.25 / 2 + 0.75 * ((6 / 7) * (1 - 1 / 8) + (1 / 7) * (1 / 7));
    expect(Math.abs(share - expected)).toBeLessThan(0.02);
  });

  it('compares the trials of a rung by the scores that they had there', () => {
    const withLossAt3 = (loss: number) =>
      firstBracket(({ id }) => {
        if (id < 9) return {};
        const epochs = Array.from({ length: 9 }, (_, i) => ({
          epoch: i + 1,
          loss: 0,
          accuracy: 0,
          learningRate: 0.1,
          seconds: 1,
          valLoss: i < 3 ? loss : 0.5,
        }));
        return { histories: [{ epochs, seconds: 9, trainSize: 1, validationSize: 1, batchSize: 1, seed: 0 }] };
      });
    // The incumbent itself is the best of the three at 3 epochs, though its loss of 0.5 is larger than theirs of 0.2.
    const best = shareOf(offers(withLossAt3(0.05), defineLetter, 2000), 'j');
    near(best, 0.25 / 10 + 0.75 * ((6 / 7) * (31 / 40) + (1 / 7) * (1 / 15)));
    // Another is, with 'e', which is as far from the incumbent as from the prior.
    const second = shareOf(offers(withLossAt3(0.9), defineLetter, 2000), 'j');
    near(second, 0.25 / 10 + 0.75 * ((1 / 2) * (31 / 40) + (1 / 2) * (1 / 15)));
  });

  it('moves a number of the incumbent in half of all cases, by a bell of 0.25', () => {
    // The prior, around 0.05, has nothing to do with what is good.
    const defineX = (hp: HyperParameters) => void hp.float('c', { min: 0, max: 1, default: 0.05 });
    const trials = firstBracket(({ id }) => ({ hyperparameters: { c: id === 9 ? 0.75 : 0.5, old: id } }));
    const values = offers(trials, defineX, 2000).map(({ c }) => Number(c));
    // A quarter is random; all others are the incumbent's, and half of these are the incumbent's own.
    near(values.filter((c) => c === 0.75).length / 2000, 0.75 / 2);
    // Of the bell around 0.75, cut off at both ends, (0.2604 - 0.0013) / (0.8413 - 0.0013) lie below 0.5895.
    near(values.filter((c) => c < 0.5895).length / 2000, 0.25 * 0.5895 + 0.375 * 0.3084);
  });

  it('takes what the incumbent lacks from the prior', () => {
    const defineBranch = (hp: HyperParameters) => {
      if (hp.choice('c', ['adam', 'sgd']) === 'sgd') hp.float('momentum', { min: 0, max: 1, default: 0.9 });
    };
    const trials = firstBracket(({ id }) => ({ hyperparameters: { c: 'adam', old: id } }));
    const values = offers(trials, defineBranch, 2000);
    const momenta = values.filter(({ c }) => c === 'sgd').map(({ momentum }) => Number(momentum));
    expect(values.filter(({ c }) => c === 'adam').every(({ momentum }) => momentum === undefined)).toBe(true);
    // Of all trials 1/4 * 1/2 are random with sgd, 3/8 * 1/7 the prior's and 3/8 * 1/8 the incumbent's, who never had a momentum.
    // 0.4 of the first lie above 0.6, 0.99 of the others: 0.66 in all, and 0.54 if the incumbent's were drawn from anywhere.
    expect(momenta.length).toBeGreaterThan(300);
    expect(Math.abs(momenta.filter((m) => m > 0.6).length / momenta.length - 0.663)).toBeLessThan(0.06);
  });

  it('builds a model once, and twice where the incumbent counts', () => {
    expect(search({ maxTrials: 9 }).builds).toBe(9);
    const { builds, trials } = search();
    expect(trials).toHaveLength(17);
    // One more for each of the others whose source is not random, and some for an incumbent that was left as it is.
    expect(builds).toBeGreaterThan(17 + 3);
    expect(builds).toBeLessThan(17 + 2 * 8);
  });

  it('has the brackets, the plan and the limits of Hyperband', () => {
    const [ours, theirs] = [new PriorBandOracle({ iterations: 2 }), new HyperbandOracle({ iterations: 2 })];
    for (const epochs of [3, 9, 10, 27]) {
      expect(ours.plan({ maxTrials: 30, epochs })).toEqual(theirs.plan({ maxTrials: 30, epochs }));
      const begun = Array.from({ length: 23 }, (_, i) => makeUpTrial({ id: i + 1 }));
      expect(ours.brackets(begun, epochs)).toEqual(theirs.brackets(begun, epochs));
    }
    const epochs = (createOracle: () => Oracle) =>
      [
        [0, 9],
        [9, 14],
        [14, 17],
      ].map(([from, to]) =>
        search({ createOracle })
          .trials.slice(from, to)
          .map((trial) => trial.epochs)
          .sort(),
      );
    expect(epochs(() => new PriorBandOracle())).toEqual(epochs(() => new HyperbandOracle()));
    expect(() => ours.checkEpochs(2)).toThrow(/epochs must be at least .* 3.* but got 2/);
  });

  it('decides the same for the same trials and seed, after a restart, too', () => {
    const one = high();
    const revive = (key: string, value: unknown) => (key === 'score' && value === null ? Number.NaN : value);
    const restarted: Oracle = {
      config: one.config,
      next(view) {
        const trials: Trial[] = JSON.parse(JSON.stringify(view.trials), revive);
        const decision = high().next({ ...view, trials });
        expect(one.next(view)).toEqual(decision);
        return decision;
      },
    };
    const values = (seed: number, createOracle = high as () => Oracle) =>
      search({ seed, createOracle, slots: 2 }).trials.map(({ hyperparameters }) => hyperparameters.x);
    const zero = values(0, () => restarted);
    expect(values(0)).toEqual(zero);
    expect(values(1)).not.toEqual(zero);
    expect(new Set(zero).size).toBe(17);
  });

  it('leaves other values as they were when a hyperparameter is added, until the incumbent counts', () => {
    const more = (hp: HyperParameters) => {
      hp.boolean('new');
      define(hp);
    };
    const x = (define: Simulation['define']) =>
      search({ define })
        .trials.slice(0, 9)
        .map((t) => t.hyperparameters.x);
    expect(x(more)).toEqual(x(define));
  });

  it('tries each configuration of a small conditional space once, then the space is exhausted', () => {
    const small = (hp: HyperParameters) => {
      const layers = hp.int('layers', { min: 1, max: 3, default: 2 });
      for (let i = 1; i <= layers; i++) hp.choice(`activation ${i}`, ['relu', 'tanh'], { default: 'relu' });
    };
    const oracle = new PriorBandOracle({ iterations: 2 });
    const { trials, spaceExhausted, builds } = search({
      define: small,
      createOracle: () => oracle,
      score: ({ layers }) => Number(layers),
    });
    // 2 + 4 + 8: one, two or three layers with two activations each.
    expect(new Set(trials.map(({ hyperparameters }) => JSON.stringify(hyperparameters))).size).toBe(14);
    expect(trials).toHaveLength(14);
    expect(spaceExhausted).toBe(true);
    expect(trials.some(({ status }) => status === 'paused' || status === 'running')).toBe(false);
    expect(builds).toBeLessThan(1000);
  });

  it('gives complete configurations of active hyperparameters, several at a time, too', () => {
    const network = functions[2];
    const { trials } = search({
      define: (hp) => void network.evaluate(hp),
      slots: 4,
      createOracle: () => new PriorBandOracle({ iterations: 3 }),
      score: (values) => network.evaluate(HyperParameters.from(values)),
    });
    expect(trials).toHaveLength(51);
    for (const { hyperparameters } of trials) {
      expect('momentum' in hyperparameters).toBe(hyperparameters.optimizer === 'sgd');
      expect('units4' in hyperparameters).toBe(hyperparameters.layers === 4);
    }
  });

  it('leaves what the user set as it is, and goes on after an enqueued configuration that was tried', () => {
    const { trials } = search({ enqueued: [{ x: 0.7 }, { x: 0.7 }, { x: 0.1 }] });
    expect(trials.slice(0, 2).map(({ hyperparameters }) => hyperparameters.x)).toEqual([0.7, 0.1]);
    expect(trials).toHaveLength(17);
  });

  it('goes round configurations that are no candidates', () => {
    const { trials } = search({ isCandidate: ({ x }) => Number(x) > 0.5 });
    expect(trials).toHaveLength(17);
    expect(trials.every(({ hyperparameters }) => Number(hyperparameters.x) > 0.5)).toBe(true);
  });

  it('comes nearer than Hyperband where the prior is good', () => {
    const f = hartmanns[0];
    const regret = (createOracle: () => Oracle) => {
      const best = [0, 1, 2, 3, 4, 5].map((seed) => {
        const { trials } = simulate({
          createOracle,
          seed,
          epochs: EPOCHS,
          define: (hp) => defineHartmann(hp, f.priors.good),
          score: (values, epochs) => evaluateHartmann(f, values, epochs),
        });
        const whole = trials.filter(({ status }) => status === 'completed').map(({ score }) => score);
        return Math.min(...whole) - f.minimum;
      });
      return best.reduce((sum, value) => sum + value, 0) / best.length;
    };
    const settings = { iterations: 2 };
    expect(regret(() => new PriorBandOracle(settings))).toBeLessThan(0.7 * regret(() => new HyperbandOracle(settings)));
  });

  it('refuses settings that it cannot work with, and names the others in its config', () => {
    expect(new PriorBandOracle().config).toEqual({ name: 'priorband', factor: 3, iterations: 1, confidence: 'medium' });
    expect(new PriorBandOracle({ factor: 2, iterations: 4, confidence: 'low' }).config).toEqual({
      name: 'priorband',
      factor: 2,
      iterations: 4,
      confidence: 'low',
    });
    expect(() => new PriorBandOracle({ factor: 1 })).toThrow('factor must be a whole number from 2, but got 1.');
    expect(() => new PriorBandOracle({ confidence: 'sure' as Confidence })).toThrow(
      'confidence must be one of low, medium, high, but got "sure".',
    );
  });
});
