import { describe, expect, it } from 'vitest';
import type { SearchEvent, TrainingEnd } from '../../../../lib/search/journal/search-event';
import { SearchState } from '../../../../lib/search/journal/search-state';
import type { Pruner } from '../../../../lib/search/pruners/pruner';
import { judge, type Rules } from '../../../../lib/search/pruners/verdict';
import type { EpochRecord } from '../../../../lib/training/history';

const objective = { name: 'valAccuracy', direction: 'max' } as const;
const rules: Rules = { objective, pruners: [], racing: false, epochs: 3 };
const reached: TrainingEnd = { kind: 'reached' };

function record(epoch: number, valAccuracy: number): EpochRecord {
  return { epoch, loss: 1, accuracy: 0, valLoss: 1, valAccuracy, learningRate: 0.1, seconds: 2 };
}

/** A search of which each trial is a list of trainings, each a list of accuracies by epoch and, unless it runs, an end. */
function makeState(trials: { values: number[]; end?: TrainingEnd }[][], epochs = 3): SearchState {
  const state = new SearchState();
  const config = { objective, oracle: {}, pruners: [], racing: false, folds: 1, executionsPerTrial: 1 };
  state.apply({ kind: 'search', config: { ...config, validationSplit: 0.2, seed: 0, given: null } });
  for (const [index, trainings] of trials.entries()) {
    const trial = index + 1;
    state.apply({
      kind: 'begun',
      trial,
      hyperparameters: { x: trial },
      space: {},
      origin: 'oracle',
      epochs,
      trainings: trainings.length,
      parameters: 10,
      seed: trial,
    });
    for (const [training, { values, end }] of trainings.entries()) {
      for (const [i, value] of values.entries()) {
        state.apply({
          kind: 'epoch',
          trial,
          training,
          record: record(i + 1, value),
          checkpoint: `${i + 1}`,
          trainSize: 8,
          validationSize: 2,
          elapsedMs: 0,
        });
      }
      if (end) state.apply({ kind: 'trained', trial, training, end });
    }
  }
  return state;
}

/** Settles as a run does: in the order of the ids, until one is open. */
function settleAll(state: SearchState, by: Rules): void {
  for (const trial of state.trials) {
    if (trial.status !== 'running') continue;
    const verdict = judge(trial, state.trials.slice(0, trial.id - 1), by);
    if (verdict === undefined) return;
    state.apply(verdict);
  }
}

/** The trainings of a trial that came out well. */
const good = [1, 2, 3].map(() => ({ values: [0, 0, 0.9], end: reached }));

const belowHalf: Pruner = {
  config: { name: 'below half' },
  judge: ({ values }) => (values[values.length - 1] < 0.5 ? 'below half' : undefined),
};

describe('judge', () => {
  it('leaves a trial open while a training runs, and completes it with the mean of its trainings', () => {
    const open = makeState([[{ values: [0.1, 0.2, 0.6], end: reached }, { values: [0.3] }]]);
    settleAll(open, rules);
    expect(open.results()[0]).toMatchObject({ status: 'running', scores: [0.6] });

    const done = makeState([
      [
        { values: [0.1, 0.2, 0.6], end: reached },
        { values: [0.3, 0.3, 0.8], end: reached },
      ],
    ]);
    settleAll(done, rules);
    expect(done.results()[0]).toMatchObject({ status: 'completed', scores: [0.6, 0.8], score: 0.7, seconds: 12 });
    expect(done.results()[0].spread).toBeCloseTo(Math.SQRT2 / 10, 12);
  });

  it('pauses a trial that came to fewer epochs than a whole training has, unless it ended by itself', () => {
    const state = makeState(
      [[{ values: [0.4], end: reached }], [{ values: [0.4], end: { kind: 'stopped', reason: 'enough' } }]],
      1,
    );
    settleAll(state, rules);
    expect(state.results().map(({ status, reason }) => [status, reason])).toEqual([
      ['paused', undefined],
      ['completed', 'enough'],
    ]);
  });

  it('takes the epoch whose weights early stopping restored', () => {
    const state = makeState([[{ values: [0.4, 0.9, 0.5], end: { kind: 'reached', bestEpoch: 2 } }]]);
    settleAll(state, rules);
    expect(state.results()[0].score).toBe(0.9);
  });

  it('prunes at the first epoch that a pruner objects to, whatever was trained beyond it', () => {
    const short = makeState([[{ values: [0.6, 0.4] }, { values: [] }]]);
    const long = makeState([
      [
        { values: [0.6, 0.4, 0.7], end: reached },
        { values: [0.8, 0.8], end: { kind: 'diverged', reason: 'NaN' } },
      ],
    ]);
    for (const state of [short, long]) {
      settleAll(state, { ...rules, pruners: [belowHalf] });
      expect(state.results()[0]).toMatchObject({ status: 'pruned', reason: 'below half', scores: [0.4], score: 0.4 });
      expect(state.results()[0].histories.map(({ epochs }) => epochs.length)).toEqual([2]);
    }
  });

  it('does not ask a pruner after the last epoch, where nothing is left to save', () => {
    const state = makeState([[{ values: [0.6, 0.6, 0.4], end: reached }]]);
    settleAll(state, { ...rules, pruners: [belowHalf] });
    expect(state.results()[0].status).toBe('completed');
  });

  it('shows a pruner the same training of earlier trials, pruned ones as far as they count', () => {
    const seen: (readonly (readonly number[])[])[] = [];
    const spy: Pruner = {
      config: {},
      judge: ({ values, peers }) => {
        if (values.length === 1) seen.push(peers);
        return values[0] < 0.5 ? 'low' : undefined;
      },
    };
    const state = makeState([[{ values: [0.6, 0.7, 0.8], end: reached }], [{ values: [0.2, 0.9] }], [{ values: [0.7] }]]);
    settleAll(state, { ...rules, pruners: [spy] });
    expect(seen).toEqual([[], [[0.6, 0.7, 0.8]], [[0.6, 0.7, 0.8], [0.2]]]);
  });

  it('prunes a trial whose loss is no number, without a score', () => {
    const state = makeState([[{ values: [0.6], end: { kind: 'diverged', reason: 'The loss became NaN' } }]]);
    settleAll(state, rules);
    expect(state.results()[0]).toMatchObject({ status: 'pruned', reason: 'The loss became NaN', score: Number.NaN });
  });

  it('waits for the trials with smaller ids, so that several workers come to the same verdicts', () => {
    const racing = { ...rules, racing: true };
    const running = good.map(({ values }) => ({ values }));
    const bad = [0.2, 0.3, 0.2].map((value) => ({ values: [0, 0, value], end: reached }));
    const late = makeState([good, good, running, bad]);
    settleAll(late, racing);
    const statuses = () => late.results().map(({ status }) => status);
    expect(statuses()).toEqual(['completed', 'completed', 'running', 'running']);
    for (const training of [0, 1, 2]) late.apply({ kind: 'trained', trial: 3, training, end: reached } satisfies SearchEvent);
    settleAll(late, racing);
    // Its second and third fold were trained while the third trial was open; they do not count.
    expect(statuses()).toEqual(['completed', 'completed', 'completed', 'pruned']);
    expect(late.results()[3]).toMatchObject({ scores: [0.2], trainings: 3 });
    expect(late.results()[3].reason).toContain('1 of 3');
  });

  it.each([
    [3, 'pruned'],
    [1, 'running'],
  ])('races a trial that is trained for as many epochs as its rivals alone: %i of 3', (epochs, status) => {
    const state = makeState([good, good, good]);
    settleAll(state, { ...rules, racing: true });
    state.apply({
      kind: 'begun',
      trial: 4,
      hyperparameters: { x: 4 },
      space: {},
      origin: 'oracle',
      epochs,
      trainings: 3,
      parameters: 10,
      seed: 4,
    });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      state.apply({
        kind: 'epoch',
        trial: 4,
        training: 0,
        record: record(epoch, 0.1),
        checkpoint: `${epoch}`,
        trainSize: 8,
        validationSize: 2,
        elapsedMs: 0,
      });
    }
    state.apply({ kind: 'trained', trial: 4, training: 0, end: reached });
    settleAll(state, { ...rules, racing: true });
    expect(state.results()[3].status).toBe(status);
  });

  it('fails a trial that failed for good, with its last error', () => {
    const state = makeState([[{ values: [0.5] }]]);
    state.apply({ kind: 'attempt', trial: 1, training: 0, reason: 'first', final: false });
    settleAll(state, rules);
    expect(state.results()[0].status).toBe('running');
    state.apply({ kind: 'attempt', trial: 1, training: 0, reason: 'second', final: true });
    settleAll(state, rules);
    expect(state.results()[0]).toMatchObject({ status: 'failed', reason: 'second', attempts: 2, scores: [] });
  });
});
