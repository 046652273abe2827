import { describe, expect, it } from 'vitest';
import { intermediateValues } from '../../../lib/figures';
import { gatherIntermediateValues } from '../../../lib/figures/intermediate-values';
import type { Trial } from '../../../lib/search/trial';
import { makeHistory, makeTrial, valAccuracy } from './fixtures';

/** A trial whose trainings had these validation accuracies, epoch by epoch. */
function makeCurves(id: number, curves: number[][], rest: Partial<Trial> = {}): Trial {
  const histories = curves.map((values) => ({
    ...makeHistory(values.length),
    epochs: makeHistory(values.length).epochs.map((record, i) => ({ ...record, valAccuracy: values[i] })),
  }));
  return makeTrial(id, curves[0]?.at(-1) ?? Number.NaN, {}, { histories, ...rest });
}
const objective = valAccuracy;

describe('gatherIntermediateValues', () => {
  it('is the mean over trainings, as far as all of them have come', () => {
    const trial = makeCurves(1, [
      [0.25, 0.5, 0.75],
      [0.75, 1],
    ]);
    expect(gatherIntermediateValues(trial, { trials: [], objective })).toEqual([0.5, 0.75]);
    expect(gatherIntermediateValues(makeTrial(1, 0.5), { trials: [], objective })).toEqual([]);
  });

  it('is no number where an epoch has no such value', () => {
    const other = { name: 'f1', direction: 'max' } as const;
    expect(gatherIntermediateValues(makeCurves(1, [[0.5]]), { trials: [], objective: other })).toEqual([Number.NaN]);
  });
});

describe('intermediateValues', () => {
  const search = {
    trials: [
      makeCurves(1, [[0.5, 0.6, 0.7]]),
      makeCurves(2, [[0.6, 0.8, 0.9]]),
      makeCurves(3, [[0.1]], { status: 'pruned', reason: 'worse than <script>alert(1)</script>' }),
      makeCurves(4, [[0.2, 0.3]], { status: 'pruned' }),
      makeCurves(5, [[0.4]], { status: 'running' }),
      makeCurves(6, [[0.4]], { status: 'failed', reason: 'no memory' }),
      makeTrial(7, Number.NaN),
    ],
    objective,
  };

  it('draws the lines of each status together, with a mark at the end of each, and the best one apart', () => {
    const { data } = intermediateValues(search);
    const named = (name: string) => data.filter((trace) => (trace as { legendgroup?: string }).legendgroup === name);
    expect(named('pruned')).toMatchObject([
      { mode: 'lines', x: [1, null, 1, 2, null], y: [0.1, null, 0.2, 0.3, null], line: { dash: 'dot' } },
      { mode: 'markers', x: [1, 2], y: [0.1, 0.3], marker: { symbol: 'circle-open' } },
    ]);
    expect(named('running')[1]).toMatchObject({ x: [1], marker: { symbol: 'diamond-open' } });
    expect(named('failed')[1]).toMatchObject({ x: [1], y: [0.4], marker: { symbol: 'x' } });
    expect(named('completed')[1]).toMatchObject({ x: [3], y: [0.7] });
    expect(named('best: trial 2')).toMatchObject([{ y: [0.6, 0.8, 0.9, null] }, { marker: { symbol: 'star' } }]);
    expect(JSON.stringify(data)).toContain('worse than &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(JSON.stringify(data)).not.toContain('<script');
  });

  it("draws the builder's own default apart, unless it is the best", () => {
    const baseline = (parts: Partial<Trial>) =>
      intermediateValues({
        trials: [makeCurves(1, [[0.5, 0.6]], { origin: 'default', ...parts }), ...search.trials.slice(1)],
        objective,
      }).data.filter(({ name }) => name?.includes('default'));
    expect(baseline({})).toMatchObject([
      { name: 'default', legendgroup: 'default', x: [2], y: [0.6], marker: { symbol: 'triangle-down' } },
    ]);
    expect(baseline({ status: 'pruned' })).toMatchObject([{ name: 'default, pruned', marker: { symbol: 'triangle-down-open' } }]);
    expect(baseline({ score: 1 })).toMatchObject([{ name: 'best: trial 1 (default)', marker: { symbol: 'star' } }]);
  });

  it('takes the lowest loss for the best', () => {
    const lowest = { ...search, objective: { name: 'valAccuracy', direction: 'min' } as const };
    expect(intermediateValues(lowest).data.at(-1)).toMatchObject({ name: 'best: trial 1' });
  });

  it('has no best line while none is completed, and refuses a search without an epoch', () => {
    const names = intermediateValues({ ...search, trials: search.trials.slice(2) }).data.map(({ name }) => name);
    expect(names.filter(Boolean)).toEqual(['pruned', 'running', 'failed']);
    expect(() => intermediateValues({ trials: [makeTrial(1, Number.NaN)], objective })).toThrow('none of its 1 trials has');
  });
});
