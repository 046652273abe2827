import { describe, expect, it } from 'vitest';
import { AshaOracle } from '../../../../lib/search/oracles/asha';
import type { HyperParameters, HyperParameterValues } from '../../../../lib/search/space/hyperparameters';
import type { Trial } from '../../../../lib/search/trial';
import { makeUpTrial, type Simulation, simulate } from '../simulate';

const define = (hp: HyperParameters) => void hp.float('x', { min: 0, max: 1 });
const x = (values: HyperParameterValues) => Number(values.x);
const losses = (...values: number[]) => values.map((loss) => ({ x: loss }));
const search = (options: Partial<Simulation> = {}, settings: { factor?: number; minEpochs?: number } = {}) =>
  simulate({ createOracle: () => new AshaOracle(settings), define, score: x, epochs: 9, ...options });
/** The decisions in short: `start@1`, `2@3` for trial 2 continued to 3 epochs, `prune 1`. */
const steps = (...args: Parameters<typeof search>) =>
  search(...args).decisions.map((decision) => {
    if (decision.kind === 'start') return `start@${decision.epochs}`;
    if (decision.kind === 'continue') return `${decision.trial}@${decision.epochs}`;
    return decision.kind === 'prune' ? `prune ${decision.trial}` : decision.kind;
  });

describe('AshaOracle', () => {
  it('promotes whatever is among the best third of its rung so far, from the highest rung down', () => {
    const six = losses(0.5, 0.3, 0.4, 0.2, 0.9, 0.1);
    expect(steps({ enqueued: six, maxTrials: 6 })).toEqual([
      ...['start@1', 'start@1', 'start@1', '2@3'],
      // One of four may go on: trial 4 is better than trial 2 was.
      ...['start@1', '4@3', 'start@1', 'start@1'],
      // Two of six may, and one of the three that came to 3 epochs.
      ...['6@3', '6@9'],
      ...['prune 5', 'prune 1', 'prune 3', 'prune 2', 'prune 4', 'finished'],
    ]);
    const { trials } = search({ enqueued: six, maxTrials: 6 });
    expect(trials[5]).toMatchObject({ status: 'completed', epochs: 9 });
    expect(trials[0].reason).toBe('not promoted: rank 5 of 6 after 1 of 9 epochs');
    expect(trials[1].reason).toBe('not promoted: rank 3 of 3 after 3 of 9 epochs');
  });

  it('ranks a promoted trial by the score that it had in the rung, not by the one it has now', () => {
    // Trial 2 is bad at 3 epochs; at 1 epoch it stays better than trial 4.
    const score = (values: HyperParameterValues, epochs: number) => x(values) + (epochs >= 3 ? 10 : 0);
    const four = losses(0.5, 0.3, 0.4, 0.35);
    expect(steps({ enqueued: four, score, maxTrials: 4 })).not.toContain('4@3');
    const better = losses(0.5, 0.3, 0.4, 0.25);
    expect(steps({ enqueued: better, score, maxTrials: 4 })).toContain('4@3');
  });

  it('prunes nothing for an enqueued configuration that was tried before', () => {
    const twice = steps({ enqueued: losses(0.5, 0.3, 0.3, 0.4, 0.2), maxTrials: 4 });
    expect(twice).toEqual([
      ...['start@1', 'start@1', 'finished', 'start@1', '2@3', 'start@1', '4@3', '4@9'],
      ...['prune 1', 'prune 3', 'prune 2', 'finished'],
    ]);
  });

  it('trains at least one trial wholly', () => {
    expect(steps({ enqueued: losses(0.2, 0.1), maxTrials: 2 })).toEqual([
      ...['start@1', 'start@1', '2@3', '2@9', 'prune 1', 'finished'],
    ]);
  });

  it('has rungs from minEpochs by the factor, and one at the whole training', () => {
    expect(steps({ epochs: 20, maxTrials: 1 }, { factor: 2, minEpochs: 4 })).toEqual([
      ...['start@4', '1@8', '1@16', '1@20', 'finished'],
    ]);
  });

  it('does not count trials that failed, and prunes those without a score', () => {
    const options = { enqueued: losses(0.3, 0.1, 0.2), maxTrials: 3 };
    // Two with a score: none is promoted before the end, then the better one.
    expect(steps({ ...options, fails: (id) => id === 2 })).toEqual([
      ...['start@1', 'start@1', 'start@1', '3@3', '3@9', 'prune 1', 'finished'],
    ]);
    const score = (values: HyperParameterValues) => (values.x === 0.1 ? Number.NaN : x(values));
    const { trials } = search({ ...options, score });
    expect(trials[1].reason).toBe('not promoted: no score after 1 of 9 epochs');
    expect(trials[2].status).toBe('completed');
  });

  describe('next', () => {
    const paused = (id: number, score: number, epochs = 1) => makeUpTrial({ id, score, epochs, status: 'paused' });
    const next = (...trials: Trial[]) =>
      new AshaOracle().next({
        trials: [...trials, makeUpTrial({ id: trials.length + 1 })],
        epochs: 9,
        seed: 0,
        mayStart: false,
        objective: { name: 'loss', direction: 'min' },
        space: new Map(),
        define: () => undefined,
      });
    const three = [paused(1, 0.3), paused(2, 0.2), paused(3, 0.25)];

    it('counts no trial whose model could not be built, which was begun for all epochs', () => {
      expect(next(...three)).toEqual({ kind: 'continue', trial: 2, epochs: 3 });
      expect(next(...three, makeUpTrial({ id: 4, status: 'failed', epochs: 9 }))).toMatchObject({ trial: 2 });
    });

    it('takes a promoted trial without a history, which a loop of the user trained, for the better one', () => {
      expect(next(...three, paused(4, 0.9, 3))).toEqual({ kind: 'wait' });
    });

    it('promotes in the highest rung that it can', () => {
      const low = [4, 5, 6, 7, 8, 9, 10, 11, 12].map((id) => paused(id, id));
      expect(next(...three, ...low)).toMatchObject({ trial: 2, epochs: 3 });
      const high = [paused(1, 0.3, 3), paused(2, 0.2, 3), paused(3, 0.25, 3)];
      expect(next(...high, ...low)).toMatchObject({ trial: 2, epochs: 9 });
    });
  });

  it('gives up trials behind ten better ones, so that what is paused stays bounded', () => {
    // Ever worse: each rung promotes its first ones and keeps the ten best that are left.
    let n = 0;
    const worse = (hp: HyperParameters) => void hp.fixed('x', n++);
    const { trials, mostPaused } = search({ define: worse, epochs: 27, maxTrials: 300 });
    expect(trials).toHaveLength(300);
    expect(mostPaused).toBeLessThanOrEqual(3 * 11);
    const reasons = trials.filter(({ reason }) => reason?.startsWith('given up')).map(({ reason }) => reason);
    expect(reasons.length).toBeGreaterThan(100);
    expect(reasons[0]).toBe('given up: 10 better trials are paused after 1 of 27 epochs');
    const random = search({ epochs: 27, maxTrials: 300, slots: 4, seed: 3 });
    expect(random.mostPaused).toBeLessThanOrEqual(3 * 11 + 4);
    const completed = random.trials.filter(({ status }) => status === 'completed');
    expect(completed.length).toBeGreaterThanOrEqual(Math.floor(300 / 27) - 1);
    const best = [...random.trials].sort((a, b) => x(a.hyperparameters) - x(b.hyperparameters))[0];
    expect(best.status).toBe('completed');
  });

  it('ends an exhausted space, and every trial of it', () => {
    const small = (hp: HyperParameters) => void hp.int('x', { min: 1, max: 12 });
    const oracle = new AshaOracle();
    const { trials, spaceExhausted, builds } = search({ define: small, createOracle: () => oracle });
    expect(trials).toHaveLength(12);
    expect(spaceExhausted).toBe(true);
    expect(trials.every(({ status }) => status === 'pruned' || status === 'completed')).toBe(true);
    expect(trials.find(({ score }) => score === 1)?.status).toBe('completed');
    expect(builds).toBeLessThan(500);
  });

  it('refuses settings that it cannot work with', () => {
    expect(() => new AshaOracle({ factor: 1 })).toThrow('factor must be a whole number from 2, but got 1.');
    expect(() => new AshaOracle({ minEpochs: 0 })).toThrow('minEpochs must be a whole number from 1, but got 0.');
    expect(() => new AshaOracle({ minEpochs: 3 }).checkEpochs(3)).toThrow(/above minEpochs, 3, .*but got 3/);
    new AshaOracle().checkEpochs(2);
  });
});

describe('plan', () => {
  it('counts the promotions that there are places for', () => {
    // 20 at 1 epoch, 6 on to 3, 2 on to 9, 1 on to 10.
    expect(new AshaOracle().plan({ maxTrials: 20, epochs: 10 })).toEqual({ trials: 20, epochs: 20 + 12 + 12 + 1 });
    expect(new AshaOracle().plan({ maxTrials: Infinity, epochs: 10 }).epochs).toBe(Infinity);
  });

  it('has one bracket, of all trials', () => {
    const { trials } = search({ enqueued: losses(0.2, 0.1), maxTrials: 2 });
    expect(new AshaOracle({ minEpochs: 2 }).brackets(trials, 9)).toEqual([{ trials: [1, 2], rungs: [2, 6, 9] }]);
    expect(new AshaOracle().brackets([], 9)).toEqual([]);
  });
});
