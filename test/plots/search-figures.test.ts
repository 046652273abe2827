import { describe, expect, it } from 'vitest';
import { effect, parallelCoordinates, searchHistory } from '../../src/plots';
import { varyingNames } from '../../src/plots/parallel-coordinates';
import { bestSoFar } from '../../src/plots/search-history';
import { makeTrial } from './fixtures';

const trials = [
  makeTrial(1, 0.7, { optimizer: 'adam', adamLearningRate: 1e-3, units: 64, epochs: 2 }),
  makeTrial(2, Number.NaN, { optimizer: 'sgd', units: 512, epochs: 2 }),
  makeTrial(3, 0.9, { optimizer: 'sgd', units: 128, epochs: 2 }),
  makeTrial(4, 0.8, { optimizer: 'adam', adamLearningRate: 1e-2, units: 64, epochs: 2 }),
];
const search = { trials, objective: 'valAccuracy' as const };

describe('searchHistory', () => {
  it('follows the best score, highest for accuracy and lowest for loss, without failed trials', () => {
    expect(bestSoFar(search)).toEqual([0.7, 0.9, 0.9]);
    expect(bestSoFar({ trials, objective: 'valLoss' })).toEqual([0.7, 0.7, 0.7]);
    expect(searchHistory(search).data[1]).toMatchObject({ x: [1, 3, 4], y: [0.7, 0.9, 0.8] });
  });

  it('shows the spread where there are folds', () => {
    const folded = { ...trials[0], scores: [0.6, 0.8], spread: 0.14 };
    const { data } = searchHistory({ trials: [folded], objective: 'valAccuracy' });
    expect(data[1]).toMatchObject({ error_y: { array: [0.14], visible: true } });
  });
});

describe('parallelCoordinates', () => {
  type Dimension = { label: string; values: number[]; tickvals: number[]; ticktext: string[] };
  const dimensions = (names?: string[]) =>
    (parallelCoordinates(search, { names }).data[0] as unknown as { dimensions: Dimension[] }).dimensions;

  it('shows what varies among completed trials, the most common first, and the score last', () => {
    expect(varyingNames(trials.filter((trial) => trial.status === 'completed'))).toEqual([
      'optimizer',
      'units',
      'adamLearningRate',
    ]);
    expect(dimensions().map((dimension) => dimension.label)).toEqual([
      'optimizer',
      'units',
      'adamLearningRate',
      'valAccuracy',
    ]);
    expect(varyingNames(trials.slice(0, 1))).toHaveLength(4);
    expect(dimensions()[3].values).toEqual([0.7, 0.9, 0.8]);
  });

  it('leads trials that lack a hyperparameter through a tick of their own', () => {
    const [rate] = dimensions(['adamLearningRate']);
    expect(rate.ticktext).toEqual(['none', '0.001', '0.01']);
    expect(rate.values[0]).toBeCloseTo(-3, 12);
    expect(rate.values[1]).toBe(rate.tickvals[0]);
    expect(rate.values[1]).toBeLessThan(-3);
    expect(rate.values[2]).toBeCloseTo(-2, 12);
  });

  it('refuses names that no trial has, and searches without a completed trial', () => {
    expect(() => dimensions(['momentum'])).toThrow(
      'but got "momentum". They have optimizer, adamLearningRate',
    );
    const failed = { trials: [trials[1]], objective: 'valAccuracy' as const };
    expect(() => parallelCoordinates(failed)).toThrow('none of its 1 trials is');
  });
});

describe('effect', () => {
  it('gives each category its mean', () => {
    const { data, layout } = effect(search, 'optimizer');
    expect(data[0]).toMatchObject({ x: [0, 1, 0], y: [0.7, 0.9, 0.8] });
    expect(data[1]).toMatchObject({ x: [0, 1], y: [0.75, 0.9] });
    expect(layout.xaxis?.ticktext).toEqual(['adam', 'sgd']);
  });

  it('draws learning rates on a log scale, without means', () => {
    const { data } = effect(search, 'adamLearningRate');
    expect(data).toHaveLength(1);
    expect((data[0] as { x: number[] }).x[0]).toBeCloseTo(-3, 12);
  });

  it('refuses a hyperparameter that no completed trial has', () => {
    expect(() => effect(search, 'momentum')).toThrow('none has "momentum"');
  });
});
