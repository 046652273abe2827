import { describe, expect, it } from 'vitest';
import { describeEffect } from '../../src/notebook/sentences';
import type { HyperParameterValues } from '../../src/tuner';
import type { Trial } from '../../src/tuner/trial';

function trial(id: number, score: number, hyperparameters: HyperParameterValues): Trial {
  const status = Number.isNaN(score) ? 'failed' : 'completed';
  return {
    id,
    status,
    hyperparameters,
    score,
    spread: 0,
    scores: [],
    histories: [],
    parameters: 1,
    seconds: 1,
  };
}

const search = {
  objective: 'valAccuracy' as const,
  trials: [
    trial(1, 0.9, { optimizer: 'adam', layers: 1 }),
    trial(2, 0.8, { optimizer: 'adam', layers: 1 }),
    trial(3, 0.8, { optimizer: 'sgd', layers: 1 }),
    trial(4, Number.NaN, { optimizer: 'rmsprop', layers: 1, deep: true }),
  ],
};

describe('describeEffect', () => {
  it('names the values, best mean first, and the distance from best to worst', () => {
    expect(describeEffect(search, 'optimizer')).toBe(
      '**adam** 85.0 % (2 trials), **sgd** 80.0 % (1 trial): 5.0 points between the best mean and the worst',
    );
  });

  it('puts the lowest loss first', () => {
    expect(describeEffect({ ...search, objective: 'valLoss' }, 'optimizer')).toBe(
      '**sgd** 0.800 (1 trial), **adam** 0.850 (2 trials): 0.050 between the best mean and the worst',
    );
  });

  it('says when there is nothing to compare', () => {
    expect(describeEffect(search, 'layers')).toBe('**1** 83.3 % (3 trials); all trials had the same value');
    expect(describeEffect(search, 'deep')).toBe('no completed trial has `deep`');
  });
});
