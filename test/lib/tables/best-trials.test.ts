import * as dfd from 'danfojs-node';
import { describe, expect, it } from 'vitest';
import type { HyperParameterValues } from '../../../lib/search/space/domain';
import type { Trial } from '../../../lib/search/trial';
import { bestTrials } from '../../../lib/tables/best-trials';
import { configurations } from '../../../lib/tables/search-tables';
import { makeTrial, valAccuracy } from '../figures/fixtures';

const rows = (frame: dfd.DataFrame) => dfd.toJSON(frame) as Record<string, unknown>[];
const best = (trials: readonly Trial[], count?: number) => rows(bestTrials({ trials, objective: valAccuracy }, count));

describe('bestTrials', () => {
  const deep: HyperParameterValues = {
    units1: 64,
    units2: 32,
    activation1: 'relu',
    optimizer: 'adam',
    adamLearningRate: 0.001,
    l1: 1,
  };
  const flat: HyperParameterValues = { units1: 96, activation1: 'relu', optimizer: 'sgd', sgdLearningRate: 0.1, dropout: 0.2 };

  it('shows the best first, what is numbered by layer as a list, and what tells the trials apart alone', () => {
    const trials = [
      makeTrial(1, 0.5, { ...flat, batchNormalization: true }, { origin: 'default' }),
      makeTrial(2, 0.9, { ...deep, batchNormalization: true }),
      makeTrial(3, Number.NaN, deep),
    ];
    // All have one activation and batch normalization; no more than half have dropout or l1.
    expect(best(trials)).toEqual([
      { trial: 2, origin: null, valAccuracy: 0.9, parameters: 100, units: '64,\u00a032', optimizer: 'adam', learningRate: 0.001 },
      { trial: 1, origin: 'default', valAccuracy: 0.5, parameters: 100, units: '96', optimizer: 'sgd', learningRate: 0.1 },
    ]);
  });

  it('leaves out what one of three has', () => {
    const trials = [makeTrial(1, 0.3, { a: 1 }), makeTrial(2, 0.2, { a: 2 }), makeTrial(3, 0.1, { a: 3, rare: 1 })];
    expect(best(trials).map((row) => Object.keys(row))).toEqual(Array(3).fill(['trial', 'valAccuracy', 'parameters', 'a']));
    expect(best(trials, 2)).toHaveLength(2);
  });

  it('shows all of one trial, and nothing of none', () => {
    expect(best([makeTrial(1, 0.3, { a: 1, b: 2 })])).toEqual([{ trial: 1, valAccuracy: 0.3, parameters: 100, a: 1, b: 2 }]);
    expect(bestTrials({ trials: [makeTrial(1, Number.NaN)], objective: valAccuracy }).shape[0]).toBe(0);
  });

  it.each([0, 1.5, Number.NaN])('refuses a count of %s', (count) => {
    expect(() => best([], count)).toThrow(`count must be a whole number from 1, but got ${count}; 10 fit on a page.`);
  });
});

it('configurations stand side by side, blank where one lacks a hyperparameter', () => {
  const named = { winner: { units: 64, l2: 1.23456e-5 }, hyperparameter: { units: 32, activation: 'relu' } };
  expect(rows(configurations(named))).toEqual([
    { hyperparameter: 'units', winner: '64', 'hyperparameter (configuration)': '32' },
    { hyperparameter: 'l2', winner: '0.0000123', 'hyperparameter (configuration)': null },
    { hyperparameter: 'activation', winner: null, 'hyperparameter (configuration)': 'relu' },
  ]);
});
