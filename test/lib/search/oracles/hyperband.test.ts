import { describe, expect, it } from 'vitest';
import { HyperbandOracle, hyperbandBrackets } from '../../../../lib/search/oracles/hyperband';
import type { HyperParameters, HyperParameterValues } from '../../../../lib/search/space/hyperparameters';
import { makeUpTrial, type Simulation, simulate } from '../simulate';

const define = (hp: HyperParameters) => void hp.float('x', { min: 0, max: 1 });
const x = (values: HyperParameterValues) => Number(values.x);
const search = (options: Partial<Simulation> = {}, settings: { factor?: number; iterations?: number } = {}) =>
  simulate({ createOracle: () => new HyperbandOracle(settings), define, score: x, epochs: 9, ...options });
/** What became of each trial: the epochs that it was asked to come to, and the reason for which it was pruned. */
const fates = (...args: Parameters<typeof search>) =>
  search(...args).trials.map(({ id, status, epochs, score, reason, hyperparameters }) => {
    return { id, status, epochs, score, reason, hyperparameters };
  });
/** The ids of the trials that were asked to come to at least so many epochs. */
const came = (trials: readonly { id: number; epochs: number }[], epochs: number) =>
  trials.filter((trial) => trial.epochs >= epochs).map(({ id }) => id);

/** Losses of the nine trials of the first bracket for 9 epochs: from the best, trials 2, 6, 4, 8, 3, 9, 5, 7 and 1. */
const NINE = [0.9, 0.1, 0.5, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6].map((loss) => ({ x: loss }));

describe('hyperbandBrackets', () => {
  const brackets = (epochs: number, factor: number) =>
    hyperbandBrackets(epochs, factor).map((rungs) => rungs.map((rung) => `${rung.trials}@${rung.epochs}`).join(' '));

  it('is the table of Li et al. 2018 for R = 81 and eta = 3', () => {
    expect(brackets(81, 3)).toEqual([
      ...['81@1 27@3 9@9 3@27 1@81', '34@3 11@9 3@27 1@81', '15@9 5@27 1@81', '8@27 2@81', '5@81'],
    ]);
  });

  it('rounds epochs up and never has two rungs at the same ones', () => {
    expect(brackets(9, 3)).toEqual(['9@1 3@3 1@9', '5@3 1@9', '3@9']);
    expect(brackets(8, 2)).toEqual(['8@1 4@2 2@4 1@8', '6@2 3@4 1@8', '4@4 2@8', '4@8']);
    // ceil(10 / 9) = 2, ceil(10 / 3) = 4.
    expect(brackets(10, 3)).toEqual(['9@2 3@4 1@10', '5@4 1@10', '3@10']);
    for (let epochs = 1; epochs <= 200; epochs++) {
      for (const rungs of hyperbandBrackets(epochs, 2)) {
        expect(new Set(rungs.map((rung) => rung.epochs)).size).toBe(rungs.length);
        expect(rungs.at(-1)).toMatchObject({ epochs });
        expect(Math.min(...rungs.map((rung) => rung.trials))).toBeGreaterThan(0);
      }
    }
  });
});

describe('HyperbandOracle', () => {
  it('promotes the best third of a rung, by the scores they have there', () => {
    // Trial 6 overtakes trial 2 at 3 epochs.
    const score = (values: HyperParameterValues, epochs: number) => (epochs >= 3 && values.x === 0.2 ? 0 : x(values));
    const { trials, decisions } = search({ enqueued: NINE, score, maxTrials: 9 });
    expect(came(trials, 3)).toEqual([2, 4, 6]);
    expect(came(trials, 9)).toEqual([6]);
    expect(trials[5]).toMatchObject({ status: 'completed', score: 0 });
    expect(trials[0].reason).toBe('not promoted: rank 9 of 9 after 1 of 9 epochs');
    expect(trials[7].reason).toBe('not promoted: rank 4 of 9 after 1 of 9 epochs');
    expect(trials[3].reason).toBe('not promoted: rank 3 of 3 after 3 of 9 epochs');
    expect(trials[1].reason).toBe('not promoted: rank 2 of 3 after 3 of 9 epochs');
    const asked = decisions.filter(({ kind }) => kind !== 'start').map((decision) => Object.values(decision));
    expect(asked.map(([kind, trial]) => `${kind} ${trial}`)).toEqual([
      ...['prune 1', 'prune 3', 'prune 5', 'prune 7', 'prune 8', 'prune 9'],
      ...['continue 2', 'continue 6', 'continue 4', 'prune 2', 'prune 4', 'continue 6', 'finished false'],
    ]);
  });

  it('runs all brackets, and all of them again with new configurations', () => {
    const once = search();
    expect(once.trials).toHaveLength(9 + 5 + 3);
    expect(
      once.trials
        .slice(9)
        .map(({ epochs }) => epochs)
        .sort(),
    ).toEqual([3, 3, 3, 3, 9, 9, 9, 9]);
    expect(once.spaceExhausted).toBe(false);
    expect(once.builds).toBe(17);
    const twice = search({}, { iterations: 2 });
    expect(twice.trials).toHaveLength(34);
    expect(twice.trials.slice(0, 17)).toEqual(once.trials);
    expect(new Set(twice.trials.map(({ hyperparameters }) => hyperparameters.x)).size).toBe(34);
    expect(came(twice.trials.slice(17), 9)).toHaveLength(1 + 1 + 3);
  });

  it('comes to the same trials and promotions however many run at a time and whichever is done first', () => {
    const options = {
      score: (values: HyperParameterValues, epochs: number) => Math.sin(40 * x(values) + epochs),
      fails: (id: number) => id % 6 === 0,
      stopsAt: (id: number) => (id % 4 === 0 ? 2 : 100),
    };
    for (let seed = 0; seed < 20; seed++) {
      const one = fates({ ...options, seed }, { iterations: 2 });
      for (const slots of [2, 5, 40]) {
        expect(fates({ ...options, seed, slots }, { iterations: 2 })).toEqual(one);
      }
    }
  });

  it('begins the next bracket while trials of this one run', () => {
    const { decisions } = search({ slots: 12 });
    const first = decisions.slice(0, 12).map((decision) => decision.kind === 'start' && decision.epochs);
    expect(first).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3]);
  });

  it('loses no promotion to a trial that failed or has no score', () => {
    const failing = search({ enqueued: NINE, maxTrials: 9, fails: (id) => id === 2 }).trials;
    expect(came(failing, 3)).toEqual([4, 6, 8]);
    const score = (values: HyperParameterValues) => (values.x === 0.2 ? Number.NaN : x(values));
    const lost = search({ enqueued: NINE, maxTrials: 9, score }).trials;
    expect(came(lost, 3)).toEqual([2, 4, 8]);
    expect(lost[5].reason).toBe('not promoted: no score after 1 of 9 epochs');
    // Fewer with a score than places: all of them go on.
    const few = search({ enqueued: NINE, maxTrials: 9, fails: (id, epochs) => epochs === 1 && id > 2 }).trials;
    expect(came(few, 3)).toEqual([1, 2]);
    expect(came(few, 9)).toEqual([2]);
  });

  it('goes on with the next best after a promoted trial failed', () => {
    const { trials } = search({ enqueued: NINE, maxTrials: 9, fails: (id, epochs) => id === 2 && epochs === 3 });
    expect(came(trials, 3)).toEqual([2, 4, 6]);
    expect(came(trials, 9)).toEqual([6]);
  });

  it('loses no promotion to a trial whose model could not be built, which was begun for all epochs', () => {
    const trials = NINE.map((hyperparameters, i) => {
      const parts = { id: i + 1, hyperparameters, score: hyperparameters.x, status: 'paused' } as const;
      return makeUpTrial(i === 1 ? { ...parts, status: 'failed', epochs: 9, score: Number.NaN } : parts);
    });
    const promoted = [];
    for (;;) {
      const decision = new HyperbandOracle().next({
        trials,
        epochs: 9,
        seed: 0,
        mayStart: false,
        objective: { name: 'loss', direction: 'min' },
        space: new Map(),
        define: () => undefined,
      });
      if (decision.kind === 'wait') break;
      if (decision.kind === 'finished' || decision.kind === 'start') throw new Error(decision.kind);
      const trial = { ...trials[decision.trial - 1] };
      if (decision.kind === 'prune') {
        trials[trial.id - 1] = { ...trial, status: 'pruned' };
      } else {
        promoted.push(trial.id);
        trials[trial.id - 1] = { ...trial, status: 'running', epochs: decision.epochs };
      }
    }
    expect(promoted).toEqual([6, 4, 8]);
  });

  it('lets a trial that stopped early keep its place, and no more than that', () => {
    // 16@1 8@2 4@4 2@8 1@16. Trials 1, 2, 3 and 4, from the best, come to 4 epochs, where one of them stops at 3.
    const enqueued = Array.from({ length: 16 }, (_, i) => ({ x: i / 16 }));
    const stop = (stopped: number, score: Simulation['score'] = x) => {
      const stopsAt = (id: number) => (id === stopped ? 3 : 16);
      return search({ enqueued, epochs: 16, maxTrials: 16, stopsAt, score }, { factor: 2 }).trials;
    };
    const best = stop(1);
    expect(best[0]).toMatchObject({ status: 'completed', epochs: 4, score: 0 });
    expect(came(best, 8)).toEqual([2]);
    expect(best[1].reason).toBe('not promoted: rank 2 of 2 after 8 of 16 epochs');
    expect(best[2].reason).toBe('not promoted: rank 3 of 4 after 4 of 16 epochs');
    // The second has one of the two places at 8 epochs, not the one at 16.
    expect(came(stop(2), 8)).toEqual([1]);
    expect(came(stop(2), 16)).toEqual([1]);
    // The last of the four is out, though the others are worse than it was when they come to 8 epochs.
    const last = stop(4, (values, epochs) => x(values) + (epochs >= 8 ? 1 : 0));
    expect(came(last, 8)).toEqual([1, 2]);
    expect(came(last, 16)).toEqual([1]);
  });

  it('ranks by a larger score where larger is better, and by id where scores are equal', () => {
    const objective = { name: 'valAccuracy', direction: 'max' } as const;
    const options = { enqueued: NINE, maxTrials: 9, objective };
    expect(came(search(options).trials, 3)).toEqual([1, 5, 7]);
    expect(came(search({ ...options, score: () => 0.5, slots: 9 }).trials, 3)).toEqual([1, 2, 3]);
  });

  it('finishes a bracket that maxTrials cuts short as a smaller one', () => {
    // 4@1 1@3 1@9.
    const four = search({ enqueued: NINE, maxTrials: 4, slots: 3 }).trials;
    expect(four.map(({ status }) => status)).toEqual(['pruned', 'completed', 'pruned', 'pruned']);
    expect(came(four, 3)).toEqual([2]);
    // The second bracket has 2 of its 5: 2@3 1@9.
    const eleven = search({ maxTrials: 11 }).trials;
    expect(came(eleven, 9)).toHaveLength(2);
    expect(came(eleven.slice(9), 3)).toEqual([10, 11]);
  });

  it('goes on with the bracket after an enqueued configuration that was tried before', () => {
    const enqueued = [...NINE.slice(0, 4), NINE[1], ...NINE.slice(4)];
    expect(fates({ enqueued })).toEqual(fates({ enqueued: NINE }));
  });

  it('fills a bracket up when maxTrials was raised', () => {
    const trials = search({ enqueued: NINE, maxTrials: 4 }).trials;
    const more = search({ trials, enqueued: NINE.slice(4), maxTrials: 9 }).trials;
    expect(came(more, 3)).toEqual([2, 6, 8]);
    expect(more[6].reason).toBe('not promoted: rank 8 of 9 after 1 of 9 epochs');
    expect(came(more, 9)).toEqual([2]);
  });

  it('finishes an exhausted space and says so', () => {
    const small = (hp: HyperParameters) => void hp.choice('x', [0.3, 0.1, 0.4, 0.2]);
    const oracle = new HyperbandOracle();
    const { trials, spaceExhausted, builds } = search({ define: small, createOracle: () => oracle, slots: 2 });
    expect(trials).toHaveLength(4);
    expect(spaceExhausted).toBe(true);
    expect(trials.filter(({ status }) => status === 'completed').map((trial) => trial.score)).toEqual([0.1]);
    expect(builds).toBeLessThan(250);
  });

  it('refuses settings that it cannot work with', () => {
    expect(() => new HyperbandOracle({ factor: 1 })).toThrow('factor must be a whole number from 2, but got 1.');
    expect(() => new HyperbandOracle({ iterations: 0.5 })).toThrow('iterations must be a whole number from 1, but got 0.5.');
    expect(() => new HyperbandOracle().checkEpochs(2)).toThrow(/epochs must be at least .* 3.* but got 2/);
    new HyperbandOracle().checkEpochs(3);
  });
});

describe('plan', () => {
  it.each([
    // 9 at 1, 3 on to 3, 1 on to 9; 5 at 3, 1 on to 9; 3 at 9: 9 + 6 + 6, 15 + 6 and 27.
    [9, Number.POSITIVE_INFINITY, 1, { trials: 17, epochs: 69 }],
    [9, Number.POSITIVE_INFINITY, 2, { trials: 34, epochs: 138 }],
    // The second bracket has 3 of its 5 trials, of which one goes on.
    [9, 12, 1, { trials: 12, epochs: 21 + 9 + 6 }],
    // 4 at 1, 1 on to 3, the same on to 9.
    [9, 4, 1, { trials: 4, epochs: 4 + 2 + 6 }],
  ])('of %d epochs and at most %d trials, %d times', (epochs, maxTrials, iterations, plan) => {
    const oracle = new HyperbandOracle({ iterations });
    expect(oracle.plan({ epochs, maxTrials })).toEqual(plan);
    const { trials } = simulate({
      createOracle: () => new HyperbandOracle({ iterations }),
      define: (hp) => void hp.float('x', { min: 0, max: 1 }),
      score: ({ x }) => Number(x),
      epochs,
      maxTrials,
    });
    expect(trials.length).toBe(plan.trials);
    expect(trials.reduce((sum, trial) => sum + trial.epochs, 0)).toBe(plan.epochs);
  });
});

describe('brackets', () => {
  const begun = (count: number) => Array.from({ length: count }, (_, i) => makeUpTrial({ id: i + 1 }));
  const brackets = (count: number, epochs = 9) => new HyperbandOracle().brackets(begun(count), epochs);

  it('takes the trials in the order begun, as far as there are any', () => {
    // 9, 5 and 3 trials at 9 epochs.
    expect(brackets(17).map(({ trials }) => [trials[0], trials.at(-1)])).toEqual([
      [1, 9],
      [10, 14],
      [15, 17],
    ]);
    expect(brackets(17).map(({ rungs }) => rungs)).toEqual([[1, 3, 9], [3, 9], [9]]);
    expect(brackets(11).map(({ trials }) => trials.length)).toEqual([9, 2]);
    expect(brackets(9)).toHaveLength(1);
    expect(brackets(0)).toEqual([]);
  });
});
