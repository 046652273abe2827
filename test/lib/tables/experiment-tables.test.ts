import { expect, it } from 'vitest';
import type { AblationResults } from '../../../lib/experiments/ablation';
import { ablation, robustness, trainSizeCurve } from '../../../lib/tables/experiment-tables';
import { makeTrial, valAccuracy } from '../figures/fixtures';

const rows = (frame: { columns: unknown[]; values: unknown }) => [frame.columns, ...(frame.values as unknown[][])];
const interval = { low: -0.01, high: 0.0512345 };

it('ablation has the base, and each change with its interval or its reason', () => {
  const study: AblationResults = {
    objective: valAccuracy,
    folds: 2,
    executionsPerTrial: 1,
    base: makeTrial(1, 0.7, { dropout: 0.1 }),
    effects: [{ name: 'dropout', value: 1 / 3, trial: 2, score: 0.72, differences: [0.02], difference: 0.02, interval }],
  };
  expect(rows(ablation(study))).toEqual([
    ['change', 'valAccuracy', 'difference', 'low', 'high'],
    ['base', 0.7, null, null, null],
    ['dropout: 0.1 → 0.333', 0.72, 0.02, -0.01, 0.0512],
  ]);
  const [effect] = study.effects;
  const unknown = { ...effect, interval: { low: Number.NaN, high: Number.NaN } };
  expect(rows(ablation({ ...study, effects: [unknown] }))[2]).toEqual([...['dropout: 0.1 → 0.333', 0.72, 0.02, null, null]]);
  const failed = { ...effect, name: 'l1', score: Number.NaN, difference: Number.NaN, reason: 'it broke' };
  expect(rows(ablation({ ...study, base: undefined, effects: [failed] }))).toEqual([
    ['change', 'valAccuracy', 'difference', 'low', 'high', 'reason'],
    ['base', null, null, null, null, null],
    ['l1: 0.333', null, null, null, null, 'it broke'],
  ]);
});

it('trainSizeCurve has a row for each size and leaves blank what was not trained', () => {
  const point = { epochs: 1, accuracies: [], mean: 0.5, interval };
  const curves = {
    MLP: [{ ...point, trainSize: 300 }],
    CNN: [
      { ...point, trainSize: 100, mean: 0.6 },
      { ...point, trainSize: 300 },
    ],
  };
  expect(rows(trainSizeCurve(curves))).toEqual([
    ['training images', 'MLP', 'MLP low', 'MLP high', 'CNN', 'CNN low', 'CNN high'],
    [100, null, null, null, 0.6, -0.01, 0.0512],
    [300, 0.5, -0.01, 0.0512, 0.5, -0.01, 0.0512],
  ]);
});

it('robustness has a row for each strength and a column for each model', () => {
  const point = { corruption: 'shift', interval } as const;
  const points = [
    { ...point, name: 'MLP', strength: 0, accuracy: 0.8 },
    { ...point, name: 'strength', strength: 0, accuracy: 0.9 },
    { ...point, name: 'MLP', strength: 2, accuracy: 0.51234 },
    { ...point, name: 'strength', strength: 2, accuracy: 0.6 },
  ];
  expect(rows(robustness(points))).toEqual([
    ['corruption', 'strength', 'MLP', 'strength (model)'],
    ['shift', 0, 0.8, 0.9],
    ['shift', 2, 0.5123, 0.6],
  ]);
});
