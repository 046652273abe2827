import { describe, expect, it } from 'vitest';
import { rankTrials } from '../../../../lib/search/oracles/ranking';
import type { History } from '../../../../lib/training/history';
import { makeUpTrial } from '../simulate';

const history = (length: number, stopped?: string): History => ({
  epochs: Array.from({ length }, (_, i) => ({ epoch: i + 1, loss: 1, accuracy: 0, learningRate: 1, seconds: 1 })),
  seconds: length,
  trainSize: 1,
  validationSize: 1,
  batchSize: 1,
  seed: 0,
  ...(stopped === undefined ? {} : { stopped }),
});

describe('rankTrials', () => {
  const trials = [
    makeUpTrial({ id: 1, status: 'completed', epochs: 9, score: 0.7, histories: [history(9), history(9)] }),
    makeUpTrial({ id: 2, status: 'pruned', epochs: 9, score: 0.95, histories: [history(9), history(2)] }),
    makeUpTrial({ id: 3, status: 'completed', epochs: 9, score: 0.8, histories: [history(4, 'early stopping')] }),
    makeUpTrial({ id: 4, status: 'pruned', epochs: 9, score: 0.75, histories: [history(9)] }),
    makeUpTrial({ id: 5, status: 'pruned', epochs: 9, score: Number.NaN, histories: [history(3)] }),
    makeUpTrial({ id: 6, status: 'failed', epochs: 9, histories: [] }),
    makeUpTrial({ id: 7, status: 'running', epochs: 9, score: 0.99, histories: [history(8)] }),
    makeUpTrial({ id: 8, status: 'paused', epochs: 3, score: 0.9, histories: [history(3)] }),
    makeUpTrial({ id: 9, status: 'paused', epochs: 3, score: 0.92, histories: [history(3)] }),
    makeUpTrial({ id: 10, status: 'pruned', epochs: 9, score: 0.77, histories: [history(5, 'early stopping')] }),
  ];
  const ids = (direction: 'min' | 'max') => rankTrials(trials, { direction }).map(({ id }) => id);

  it('puts whole trainings first, by score, then the further trained ones', () => {
    // 3, 10, 4 and 1 were trained to an end of their own (10 and 4 lost the race), 8 and 9 for three epochs,
    // 2 pruned in the second epoch of its second fold.
    expect(ids('max')).toEqual([3, 10, 4, 1, 9, 8, 2]);
    expect(ids('min')).toEqual([1, 4, 10, 3, 8, 9, 2]);
  });

  it('takes trials without a record by the epochs they were asked for', () => {
    const told = [
      makeUpTrial({ id: 1, status: 'paused', epochs: 1, score: 5 }),
      makeUpTrial({ id: 2, status: 'paused', epochs: 3, score: 4 }),
      makeUpTrial({ id: 3, status: 'completed', epochs: 9, score: 3 }),
    ];
    expect(rankTrials(told, { direction: 'max' }).map(({ id }) => id)).toEqual([3, 2, 1]);
  });
});
