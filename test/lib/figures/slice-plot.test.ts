import { describe, expect, it } from 'vitest';
import { slicePlot } from '../../../lib/figures';
import { gatherSlice } from '../../../lib/figures/slice-plot';
import { makePruned, makeTrial, valAccuracy } from './fixtures';

const trials = [
  makeTrial(1, 0.7, { optimizer: 'adam', adamLearningRate: 1e-3, units: 64 }),
  makeTrial(2, Number.NaN, { optimizer: 'sgd', units: 500 }),
  makeTrial(3, 0.9, { optimizer: 'sgd', units: 128 }),
  makeTrial(4, 0.8, { optimizer: 'adam', adamLearningRate: 1e-2, units: 64 }),
];
const search = { trials, objective: valAccuracy };

describe('gatherSlice', () => {
  it('gives each value the mean of its completed trials', () => {
    const { positions, means, ticks } = gatherSlice(search, 'optimizer');
    expect(ticks.map(({ text }) => text)).toEqual(['adam', 'sgd']);
    expect([...positions]).toEqual([
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 0],
    ]);
    expect(means).toEqual([
      { position: 0, mean: 0.75, trials: 2 },
      { position: 1, mean: 0.9, trials: 1 },
    ]);
  });

  it('has no means where no two trials share a value', () => {
    expect(gatherSlice(search, 'adamLearningRate').means).toEqual([]);
  });

  it("has no means of more than six numbers, which would be one another's noise", () => {
    const means = (values: number) => {
      const many = Array.from({ length: 20 }, (_, i) => makeTrial(i + 1, 0.5, { x: i % values }));
      return gatherSlice({ trials: many, objective: valAccuracy }, 'x').means.length;
    };
    expect([means(6), means(7)]).toEqual([6, 0]);
  });

  it('counts pruned trials in no mean, but gives them a place', () => {
    const pruned = [makePruned(5, 0.2, { optimizer: 'adam' }), makePruned(6, 0.1, { optimizer: 'rmsprop' })];
    const { positions, means } = gatherSlice({ trials: [...trials, ...pruned], objective: valAccuracy }, 'optimizer');
    expect([positions.get(5), positions.get(6)]).toEqual([0, 1]);
    expect(means.map(({ position, mean }) => [position, mean])).toEqual([
      [0, 0.75],
      [2, 0.9],
    ]);
  });
});

describe('slicePlot', () => {
  it("draws a panel for each hyperparameter that varies, all on the first one's scale", () => {
    const { layout, data } = slicePlot(search);
    expect([layout.xaxis, layout.xaxis2, layout.xaxis3].map((axis) => axis?.title?.text)).toEqual([
      ...['optimizer', 'units', 'adamLearningRate'],
    ]);
    expect(data.filter(({ name }) => name === 'completed')).toMatchObject([
      { x: [0, 1, 0], y: [0.7, 0.9, 0.8], xaxis: 'x', yaxis: 'y', showlegend: true },
      { x: [64, 128, 64], xaxis: 'x2', yaxis: 'y', showlegend: false },
      { y: [0.7, 0.8], xaxis: 'x3', yaxis: 'y', showlegend: false },
    ]);
    expect(data.filter(({ name }) => name === 'failed')).toMatchObject([
      { x: [1], yaxis: 'y2' },
      { x: [500], yaxis: 'y2' },
    ]);
  });

  it("marks the builder's own default in each panel, once in the legend", () => {
    const marked = [{ ...trials[0], origin: 'default' as const }, ...trials.slice(1)];
    const traces = slicePlot({ trials: marked, objective: valAccuracy }).data.filter(({ name }) => name === 'default');
    expect(traces.map((trace) => (trace as { showlegend?: boolean }).showlegend)).toEqual([true, false, false]);
    expect(traces[0]).toMatchObject({ y: [0.7], marker: { symbol: 'triangle-down' } });
    expect(JSON.stringify(traces)).toContain('trial 1 (default), completed, units 64');
  });

  it('begins a second row after three panels, with the same range', () => {
    const wide = trials.map((trial) => ({ ...trial, hyperparameters: { ...trial.hyperparameters, depth: trial.id } }));
    const { layout } = slicePlot({ trials: wide, objective: valAccuracy });
    expect(layout.xaxis4?.anchor).toBe('y2');
    expect(layout.yaxis2?.matches).toBe('y');
    const [lower] = layout.yaxis?.domain ?? [];
    expect(layout.yaxis2?.domain?.[1]).toBeLessThan(lower);
  });

  it('shows text of trials as text', () => {
    const odd = trials.map((trial) => ({ ...trial, hyperparameters: { '<b>x</b>': `<script>${trial.id}` } }));
    const json = JSON.stringify(slicePlot({ trials: odd, objective: valAccuracy }));
    expect(json).toContain('&lt;script&gt;1');
    expect(json).not.toMatch(/<script|<b>/);
  });

  it('refuses names that no completed trial has, no names, and no completed trial', () => {
    expect(() => slicePlot(search, { names: ['momentum'] })).toThrow(
      'none has "momentum". They have optimizer, adamLearningRate, units.',
    );
    expect(() => slicePlot(search, { names: [] })).toThrow('names must hold at least one');
    expect(() => slicePlot({ trials: [trials[1]], objective: valAccuracy })).toThrow('none of its 1 trials is');
  });
});
