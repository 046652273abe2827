import { describe, expect, it } from 'vitest';
import { anytimeFigure } from '../../bench/anytime-figure';
import {
  type AnytimeRow,
  accuracyAt,
  anytimeCurves,
  findWinners,
  mergeAnytime,
  type SearchEvent,
  writeAnytime,
} from '../../bench/anytime-results';
import { findSearch } from '../../bench/anytime-searches';
import { buildMlp } from '../../src';

const event = (
  seconds: number,
  trial: number,
  score: number | null,
  status: SearchEvent['status'] = 'completed',
): SearchEvent => ({ seconds, trial, status, score, hyperparameters: { units: trial } });

const row = (seed: number, seconds: number, accuracy: number, others: Partial<AnytimeRow> = {}): AnytimeRow => ({
  dataset: 'emnist47',
  images: 3000,
  epochs: 4,
  limit: 120,
  trainImages: 112_800,
  trainEpochs: 5,
  model: 'cnn',
  system: 'inkwell',
  tuner: 'RandomSearch',
  seed,
  trials: 10,
  seconds,
  score: 0.7,
  retrainingSeconds: 60,
  accuracy,
  machine: 'processor',
  ...others,
});

describe('findWinners', () => {
  it('gives each configuration from when it was the best, the earlier of equal ones', () => {
    const events = [event(1, 1, 0.5), event(2, 2, 0.4), event(3, 3, 0.6), event(4, 4, 0.6), event(9, 5, 0.9)];
    expect(findWinners(events, 5).map(({ seconds, hyperparameters }) => [seconds, hyperparameters.units])).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  it('prefers trials that were trained to the end, as soon as there is one', () => {
    const events = [event(1, 1, 0.5, 'paused'), event(2, 2, 0.6, 'paused'), event(3, 1, 0.55), event(4, 3, 0.8, 'pruned')];
    expect(findWinners(events).map(({ seconds, score }) => [seconds, score])).toEqual([
      [1, 0.5],
      [2, 0.6],
      [3, 0.55],
    ]);
  });

  it('passes over trials without a score, and counts one configuration once, whatever the order of its names', () => {
    const promoted = { ...event(3, 3, 0.6), hyperparameters: { layers: 1, units: 2 } };
    const first = { ...event(2, 2, 0.5), hyperparameters: { units: 2, layers: 1 } };
    const winners = findWinners([event(1, 1, null, 'failed'), first, promoted]);
    expect(winners).toEqual([{ seconds: 2, score: 0.5, hyperparameters: { units: 2, layers: 1 } }]);
    expect(findWinners([])).toEqual([]);
  });
});

describe('writeAnytime', () => {
  it('tabulates mean and deviation at each moment, and when the goal was reached', () => {
    const rows = [row(0, 10, 0.86), row(0, 50, 0.9), row(1, 40, 0.88), { ...row(1, 45, 0.88), system: 'optuna' as const }];
    const report = writeAnytime(rows);
    expect(report).toContain('| search | 30 s | 60 s | 120 s | until 89 % | trials | seeds |');
    // Mean and sample deviation of 90 and 88.
    expect(report).toContain(
      '| Inkwell RandomSearch | 86.00 % (1 of 2) | 89.00 ± 1.41 % | 89.00 ± 1.41 % | never (1 of 2) | 10 | 0, 1 |',
    );
    expect(report).toContain('| Optuna RandomSearch | – | 88.00 % | 88.00 % | never | 10 | 1 |');
    const none = row(1, 120, 0, { accuracy: null, score: null });
    expect(writeAnytime([row(0, 20, 0.9), none])).toContain(
      '| 90.00 % (1 of 2) | 90.00 % (1 of 2) | 90.00 % (1 of 2) | never (1 of 2) | 10 | 0, 1 |',
    );
    expect(anytimeCurves([row(0, 20, 0.9), none])[0].points).toEqual([]);
    expect(writeAnytime([row(0, 20, 0.9), row(1, 40, 0.91)])).toContain('| 30 s | 10 |');
  });
});

describe('anytimeCurves', () => {
  it('begins when every seed has a winner, and holds each value to the next change and to the limit', () => {
    const rows = [row(0, 10, 0.8), row(0, 50, 0.9), row(1, 40, 0.84), row(1, 5, 0.5)];
    const [{ points, seeds }] = anytimeCurves(rows);
    expect(seeds).toEqual([0, 1]);
    expect(points.map(({ seconds }) => seconds)).toEqual([10, 40, 50, 120]);
    expect(points.map(({ mean }) => Number(mean.toFixed(4)))).toEqual([0.65, 0.82, 0.87, 0.87]);
    expect(points[3].deviation).toBeCloseTo(0.06 / Math.SQRT2, 12);
    expect(accuracyAt([rows[0], rows[1]], 49)).toBe(0.8);
  });

  it('are drawn as a step line each, in a band, and a panel a model', () => {
    const rows = [row(0, 10, 0.8), row(1, 40, 0.84), row(0, 10, 0.7, { model: 'mlp' })];
    const { data, layout } = anytimeFigure(anytimeCurves(rows));
    expect(data).toHaveLength(4);
    expect(data[1]).toMatchObject({ x: [40, 120], line: { shape: 'hv', dash: 'solid' }, name: 'Inkwell RandomSearch' });
    expect((data[0] as { x: number[] }).x).toEqual([40, 120, 120, 120, 120, 40]);
    expect(layout).toHaveProperty('xaxis2');
    expect(data[3]).toMatchObject({ xaxis: 'x2', yaxis: 'y2' });
  });
});

describe('mergeAnytime', () => {
  it('replaces the same search and seed, and drops what was measured under other settings', () => {
    const earlier = [
      row(0, 10, 0.1),
      row(1, 10, 0.2),
      row(2, 10, 0.3, { images: 500 }),
      row(0, 10, 0.4, { model: 'mlp', images: 500 }),
    ];
    const merged = mergeAnytime(earlier, [row(0, 20, 0.6), row(0, 5, 0.5)]);
    expect(merged.map(({ accuracy }) => accuracy)).toEqual([0.4, 0.5, 0.6, 0.2]);
  });
});

describe('findSearch', () => {
  it('makes a search by its name, and none where there is none', () => {
    const search = findSearch('Hyperband')?.(buildMlp, { seed: 3 });
    expect(search?.seed).toBe(3);
    expect(findSearch('NoSuchSearch')).toBeUndefined();
  });
});
