import type { Data } from 'plotly.js';
import { describe, expect, it } from 'vitest';
import type { AblationEffect, AblationResults } from '../../../lib/experiments/ablation';
import type { RobustnessPoint } from '../../../lib/experiments/robustness';
import type { TrainSizePoint } from '../../../lib/experiments/train-size-curve';
import { ablation, corruptedExamples, robustness, trainSizeCurve } from '../../../lib/figures';
import { makeDataset, makeTrial, valAccuracy } from './fixtures';

type Series = Data & {
  name: string;
  x: (number | string)[];
  y: (number | string)[];
  error_x: { array: number[]; arrayminus: number[] };
  error_y: { array: number[]; arrayminus: number[] };
};
const series = (data: readonly Data[], name: string) => data.find((each) => (each as Series).name === name) as Series;

const effect = (
  name: string,
  value: string | boolean,
  difference: number,
  half: number,
  rest: Partial<AblationEffect> = {},
): AblationEffect => ({
  name,
  value,
  trial: 2,
  score: 0.7 + difference,
  difference,
  differences: [difference - 0.01, difference + 0.01],
  interval: { low: difference - half, high: difference + half },
  ...rest,
});
const none = { score: Number.NaN, difference: Number.NaN, differences: [], reason: 'the loss is <NaN>' };
const study: AblationResults = {
  objective: valAccuracy,
  folds: 2,
  executionsPerTrial: 1,
  base: makeTrial(1, 0.7, { batchNormalization: true, optimizer: 'adam' }),
  effects: [
    effect('batchNormalization', false, -0.03, 0.02),
    effect('optimizer', 'sgd', 0.04, 0.03),
    effect('optimizer', 'adadelta', 0.01, 0.02),
    effect('optimizer', '<b>', Number.NaN, 0, none),
  ],
};

describe('ablation', () => {
  const { data, layout } = ablation(study);

  it('sorts differences by what their intervals say, in percentage points', () => {
    const worse = series(data, 'worse');
    expect(worse.y).toEqual(['batchNormalization: true → false']);
    expect(worse.x[0]).toBeCloseTo(-3, 9);
    expect(worse.error_x.array[0]).toBeCloseTo(2, 9);
    expect(worse.error_x.arrayminus[0]).toBeCloseTo(2, 9);
    expect(series(data, 'better than the base').y).toEqual(['optimizer: adam → sgd']);
    expect(series(data, 'may be chance').y).toEqual(['optimizer: adam → adadelta']);
    expect(series(data, 'one fold').x).toHaveLength(6);
  });

  it('gives a variant without a score a row and its reason, as text', () => {
    expect(layout.yaxis?.categoryarray).toHaveLength(4);
    expect(layout.yaxis?.categoryarray?.[3]).toBe('optimizer: adam → &lt;b&gt;');
    expect(layout.annotations).toEqual([expect.objectContaining({ y: 3, text: 'no score: the loss is &lt;NaN&gt;' })]);
  });

  it('calls a lower loss better, and shows it in its own unit', () => {
    const loss = { ...study, objective: { name: 'valLoss', direction: 'min' } as const };
    const figure = ablation(loss);
    expect(series(figure.data, 'better than the base').x[0]).toBeCloseTo(-0.03, 9);
    expect(figure.layout.xaxis?.title).toMatchObject({ text: expect.not.stringContaining('percentage') });
  });

  it('says that two equal differences give no interval, and may be chance', () => {
    const equal = { ...effect('optimizer', 'sgd', 0.02, Number.NaN), differences: [0.02, 0.02] };
    const figure = ablation({ ...study, effects: [equal] });
    const chance = series(figure.data, 'may be chance') as Series & { customdata: unknown[][] };
    expect(chance.y).toEqual(['optimizer: adam → sgd']);
    expect(chance.customdata[0][1]).toMatch(/^no interval: two equal differences/);
    const known = series(ablation(study).data, 'worse') as Series & { customdata: unknown[][] };
    expect(known.customdata[0][1]).toBe('interval −5.00 to −1.00');
  });

  it('needs a result', () => {
    expect(() => ablation({ ...study, effects: [] })).toThrow('run it first');
    expect(() => ablation({ ...study, base: undefined })).toThrow('run it first');
  });
});

describe('robustness', () => {
  const point = (name: string, corruption: 'shift' | 'noise', strength: number, accuracy: number) =>
    ({
      name,
      corruption,
      strength,
      accuracy,
      interval: { low: accuracy - 0.1, high: accuracy + 0.05 },
    }) satisfies RobustnessPoint;

  it('has a panel for each corruption and a line for each model', () => {
    const { data, layout } = robustness([
      ...[point('MLP', 'shift', 2, 0.5), point('CNN', 'shift', 2, 0.7), point('MLP', 'shift', 0, 0.8)],
      ...[point('<i>', 'noise', 0.1, 0.6)],
    ]);
    const shown = (data as Series[]).filter(({ x }) => x.length > 0);
    expect(shown.map(({ name, x, y }) => [name, x, y])).toEqual([
      ['MLP', [0, 2], [0.8, 0.5]],
      ['CNN', [2], [0.7]],
      ['&lt;i&gt;', [0.1], [0.6]],
    ]);
    expect(shown[0].error_y.array[0]).toBeCloseTo(0.05, 9);
    expect(shown[0].error_y.arrayminus[0]).toBeCloseTo(0.1, 9);
    expect([layout.xaxis?.title, layout.xaxis2?.title]).toEqual([
      { text: 'Shift (pixels)' },
      { text: 'Noise (standard deviation)' },
    ]);
  });

  it('needs points', () => {
    expect(() => robustness([])).toThrow('points must hold at least one measurement');
  });
});

describe('corruptedExamples', () => {
  it('shows a row for each corruption under its strengths, framed', () => {
    const { data, layout } = corruptedExamples(makeDataset([0, 1, 2]), { strengths: { shift: [2], thickness: [-0.5, 1] } });
    expect((data[0] as unknown as { text: string[] }).text).toEqual([
      ...['unchanged', 'shift 2 px', 'pen −0.5 px', 'unchanged', 'pen +1 px'],
    ]);
    expect(layout.shapes).toHaveLength(5);
    expect(layout.shapes?.map(({ x0, x1 }) => Number(x1) - Number(x0))).toEqual(Array(5).fill(28));
  });
});

describe('trainSizeCurve', () => {
  const points: TrainSizePoint[] = [
    { trainSize: 100, epochs: 10, accuracies: [0.5, 0.6], mean: 0.55, interval: { low: 0.4, high: 0.7 } },
    { trainSize: 1000, epochs: 1, accuracies: [0.8, 0.9], mean: 0.85, interval: { low: 0.75, high: 0.95 } },
  ];

  it('has the mean with its interval, and each training', () => {
    const { data, layout } = trainSizeCurve({ MLP: points, '<b>CNN': points.slice(1) });
    const mlp = series(data, 'MLP');
    expect([mlp.x, mlp.y]).toEqual([
      [100, 1000],
      [0.55, 0.85],
    ]);
    expect(mlp.error_y.array[0]).toBeCloseTo(0.15, 9);
    expect((data[0] as Series).y).toEqual([0.5, 0.6, 0.8, 0.9]);
    expect(series(data, '&lt;b&gt;CNN').x).toEqual([1000]);
    expect(layout.xaxis).toMatchObject({ type: 'log', tickvals: [100, 1000], ticktext: ['100', '1,000'] });
  });

  it('needs points', () => {
    expect(() => trainSizeCurve({ MLP: [] })).toThrow('curves must hold at least one point');
  });
});
