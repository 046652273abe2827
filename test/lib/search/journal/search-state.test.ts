import { describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../../../lib/search/journal/search-event';
import { SearchState } from '../../../../lib/search/journal/search-state';

/** A trial of two trainings: the first with accuracies 0.1, 0.2 and 0.3, the second with 0.4. */
function begin(): SearchState {
  const state = new SearchState();
  const objective = { name: 'valAccuracy', direction: 'max' } as const;
  const common = { folds: 2, executionsPerTrial: 1, validationSplit: 0.2, seed: 0, given: null };
  const epoch = (training: number, number: number, valAccuracy: number): SearchEvent => ({
    kind: 'epoch',
    trial: 1,
    training,
    checkpoint: `${training}-${number}`,
    trainSize: 8,
    validationSize: 2,
    record: { epoch: number, loss: 1, accuracy: 0, valAccuracy, learningRate: 0.1, seconds: 2 },
    elapsedMs: 0,
  });
  const events: SearchEvent[] = [
    { kind: 'search', config: { objective, oracle: {}, pruners: [], racing: false, ...common } },
    {
      kind: 'begun',
      trial: 1,
      hyperparameters: {},
      space: {},
      origin: 'oracle',
      epochs: 4,
      trainings: 2,
      parameters: 1,
      seed: 1,
    },
    ...[0.1, 0.2, 0.3].map((value, i) => epoch(0, i + 1, value)),
    epoch(1, 1, 0.4),
  ];
  for (const event of events) state.apply(event);
  return state;
}

describe('SearchState', () => {
  it('forgets what a training did after the epoch at which it was pruned, its end and failures included', () => {
    const state = begin();
    const pruned: SearchEvent = { kind: 'settled', trial: 1, status: 'pruned', kept: [3, null], cut: 0, reason: 'worse' };
    // One worker prunes at once; with several, verdicts wait for earlier trials.
    state.apply(pruned);
    const atOnce = state.result(1);
    expect(atOnce).toMatchObject({ status: 'pruned', scores: [0.3], attempts: 0, reason: 'worse' });

    const late = begin();
    late.apply({ kind: 'attempt', trial: 1, training: 0, reason: 'out of luck', final: false });
    late.apply({ kind: 'attempt', trial: 1, training: 1, reason: 'out of luck', final: false });
    late.apply({ kind: 'trained', trial: 1, training: 0, end: { kind: 'stopped', reason: 'enough', bestEpoch: 1 } });
    late.apply(pruned);
    expect(late.result(1)).toEqual(atOnce);
  });

  it('keeps the failures before the epochs that count', () => {
    const state = begin();
    state.apply({ kind: 'attempt', trial: 1, training: 1, reason: 'out of luck', final: false });
    expect(state.result(1).attempts).toBe(1);
    state.apply({ kind: 'attempt', trial: 1, training: 1, reason: 'out of luck again', final: true });
    state.apply({ kind: 'settled', trial: 1, status: 'failed', kept: [3, 1], reason: 'out of luck again' });
    expect(state.result(1)).toMatchObject({ status: 'failed', attempts: 2, scores: [], score: Number.NaN });
  });

  it('knows what each worker did when, from the journals that say so', () => {
    const state = begin();
    expect(state.activity).toEqual([]);
    const record = { epoch: 2, loss: 1, accuracy: 0, valAccuracy: 0.5, learningRate: 0.1, seconds: 2 };
    state.apply({
      kind: 'epoch',
      trial: 1,
      training: 1,
      record,
      checkpoint: '1-2',
      trainSize: 8,
      validationSize: 2,
      elapsedMs: 9500,
      worker: 2,
    });
    state.apply({
      kind: 'attempt',
      trial: 1,
      training: 1,
      reason: 'out of luck',
      final: false,
      work: { worker: 2, elapsedMs: 9750, seconds: 0.25 },
    });
    const span = { worker: 2, trial: 1, training: 1 };
    expect(state.activity).toEqual([
      { ...span, epoch: 2, failed: false, from: 7.5, to: 9.5 },
      { ...span, epoch: 3, failed: true, from: 9.5, to: 9.75 },
    ]);
    expect(state.elapsedMs).toBe(9750);
    // A verdict takes epochs back, but not the time that they took.
    state.apply({ kind: 'settled', trial: 1, status: 'pruned', kept: [1, null], cut: 0, reason: 'worse' });
    expect(state.activity).toHaveLength(2);
  });

  it('shows a trial as it was when asked for', () => {
    const state = begin();
    const before = state.result(1);
    expect(state.result(1)).toBe(before);
    state.apply({ kind: 'trained', trial: 1, training: 0, end: { kind: 'reached' } });
    expect(before.scores).toEqual([]);
    expect(state.result(1).scores).toEqual([0.3]);
    expect(state.results()).toEqual([state.result(1)]);
  });

  it('lets a configuration that was left out be enqueued again', () => {
    const state = begin();
    state.apply({ kind: 'enqueued', hyperparameters: { x: 1 } });
    state.apply({ kind: 'enqueued', hyperparameters: { x: 2 } });
    state.apply({ kind: 'dequeued', reason: 'x must be below 1' });
    expect(state.enqueued).toEqual([{ x: 2 }]);
    expect(state.queue).toEqual([{ x: 2 }]);
  });

  it('names the trials it has where another is asked for', () => {
    expect(() => begin().result(2)).toThrow('The search has no trial 2; it has 1.');
  });

  it('knows which trials run, by id, and which are paused', () => {
    const state = new SearchState();
    const objective = { name: 'valAccuracy', direction: 'max' } as const;
    const common = { folds: 1, executionsPerTrial: 1, validationSplit: 0.2, seed: 0, given: null };
    state.apply({ kind: 'search', config: { objective, oracle: {}, pruners: [], racing: false, ...common } });
    const now = () => [state.running.map(({ id }) => id), [...state.paused].map(({ id }) => id)];
    const settle = (trial: number, status: 'paused' | 'completed' | 'pruned') =>
      state.apply({ kind: 'settled', trial, status, kept: [0] });
    for (const trial of [1, 2, 3, 4]) {
      state.apply({
        kind: 'begun',
        trial,
        hyperparameters: {},
        space: {},
        origin: 'oracle',
        epochs: 1,
        trainings: 1,
        parameters: 1,
        seed: 1,
      });
    }
    expect(now()).toEqual([[1, 2, 3, 4], []]);
    settle(2, 'paused');
    settle(1, 'paused');
    settle(3, 'completed');
    expect(now()).toEqual([[4], [2, 1]]);
    // Of the running ones it comes before those that were begun after it.
    state.apply({ kind: 'continued', trial: 1, epochs: 2 });
    expect(now()).toEqual([[1, 4], [2]]);
    // As an oracle does with what it will not continue.
    settle(2, 'pruned');
    expect(now()).toEqual([[1, 4], []]);
    expect(state.results().map(({ status }) => status)).toEqual(['running', 'pruned', 'completed', 'running']);
  });
});
