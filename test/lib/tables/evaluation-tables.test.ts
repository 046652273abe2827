import { describe, expect, it } from 'vitest';
import { scoreIntervals, scorePredictions } from '../../../lib/evaluation/scores';
import * as tables from '../../../lib/tables/tables';
import { makePredictions, makeSure, referenceModels } from '../evaluation/made-predictions';

/** A frame's rows by column name. */
function rows(frame: ReturnType<typeof tables.scores>): Record<string, unknown>[] {
  return (frame.values as unknown[][]).map((row) => Object.fromEntries(frame.columns.map((column, c) => [column, row[c]])));
}

const models = [
  { name: 'MLP', predictions: referenceModels[0] },
  { name: 'CNN', predictions: referenceModels[1] },
] as const;

/** Models that are right on all of 100 images, and on the first `right` alone. */
const perfect = { name: 'CNN', predictions: makeSure(new Array(100).fill(0), new Array(100).fill(0)) };
const right = (count: number) => ({
  name: 'MLP',
  predictions: makeSure(
    new Array(100).fill(0),
    Array.from({ length: 100 }, (_, i) => Number(i >= count)),
  ),
});

describe('scores', () => {
  it('sets the scores of models side by side, with intervals', () => {
    const table = rows(tables.scores(models, { k: 2, resamples: 200 }));
    expect(table).toHaveLength(13);
    // 33 and 43 of 60 images; Wilson's intervals.
    expect(table[0]).toEqual({
      score: 'accuracy',
      MLP: 0.55,
      'MLP, 95 %': '0.4249 to 0.6691',
      CNN: 0.7167,
      'CNN, 95 %': '0.5923 to 0.8149',
    });
    expect(table[1].score).toBe('top-2 accuracy');
    const { macroF1 } = scoreIntervals(referenceModels[0], { resamples: 200 });
    expect(table[5]).toMatchObject({
      score: 'macro F1',
      MLP: 0.374,
      'MLP, 95 %': `${macroF1.low.toFixed(4)} to ${macroF1.high.toFixed(4)}`,
    });
    expect(table[12]).toMatchObject({ score: 'calibration error', CNN: 0.1441, 'CNN, 95 %': null });
  });

  it('names the k that it used, and is blank where a score has no value', () => {
    const table = rows(tables.scores([perfect], { resamples: 100 }));
    expect(table[1].score).toBe('top-2 accuracy');
    expect(table[8]).toEqual({ score: "Cohen's kappa", CNN: null, 'CNN, 95 %': null });
  });

  it("keeps apart a model that is called like the table's own column", () => {
    const [first] = rows(tables.scores([{ ...perfect, name: 'score' }], { resamples: 100 }));
    expect(first).toMatchObject({ score: 'accuracy', 'score (model)': 1 });
  });

  it('refuses models that saw different images', () => {
    expect(() => tables.scores([models[0], perfect])).toThrow('the labels of "CNN" (100 images) differ');
  });
});

describe('calibration', () => {
  it('lists what the probabilities are worth', () => {
    const { logLoss } = scorePredictions(referenceModels[1]);
    expect(rows(tables.calibration(models))[1]).toEqual({
      model: 'CNN',
      'log loss': Number(logLoss.toFixed(4)),
      'Brier score': 0.4584,
      'calibration error': 0.1441,
    });
  });
});

describe('pairedComparison', () => {
  it('tells the difference, its interval and what chance would do', () => {
    const [accuracy, macroF1, logLoss] = rows(tables.pairedComparison([perfect, right(95)]));
    // 5 images that the one alone gets: 2 / 2^5.
    expect(accuracy).toMatchObject({ score: 'accuracy', CNN: 1, MLP: 0.95, difference: 0.05, 'p (McNemar)': '0.063' });
    // The number of the 5 in 100 draws is binomial: 1 to 10.
    expect(Math.abs((accuracy['from (95 %)'] as number) - 0.01)).toBeLessThanOrEqual(0.01);
    expect(Math.abs((accuracy['to (95 %)'] as number) - 0.1)).toBeLessThanOrEqual(0.01);
    expect(macroF1).toMatchObject({ score: 'macro F1', CNN: 0.5, 'p (McNemar)': null });
    // 5 of 100 images lost log(0.75 / 0.25).
    expect(logLoss).toMatchObject({ score: 'log loss', difference: -0.0549 });
    expect(rows(tables.pairedComparison([perfect, right(80)]))[0]['p (McNemar)']).toBe('< 0.001');
  });
});

describe('spreadOverSeeds', () => {
  it('gives the mean and what is known of it', () => {
    expect(rows(tables.spreadOverSeeds({ 'best CNN': [0.91, 0.92, 0.93], 'quick CNN': [0.9] }))).toEqual([
      {
        model: 'best CNN',
        seeds: 3,
        mean: 0.92,
        std: 0.01,
        // 0.92 ± 4.303 * 0.01 / √3.
        'from (95 %)': 0.8952,
        'to (95 %)': 0.9448,
        'degrees of freedom': 2,
      },
      { model: 'quick CNN', seeds: 1, mean: 0.9, std: null, 'from (95 %)': null, 'to (95 %)': null, 'degrees of freedom': 0 },
    ]);
  });

  it('refuses a recipe without scores', () => {
    expect(() => tables.spreadOverSeeds({ CNN: [] })).toThrow('at least one number, but got none');
  });
});

describe('agreement', () => {
  it('counts who was right, the first model in rows', () => {
    const pair = [
      { name: 'MLP', predictions: makeSure([0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1]) },
      { name: 'CNN', predictions: makeSure([0, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0]) },
    ] as const;
    expect(rows(tables.agreement(pair))).toEqual([
      { '': 'MLP right', 'CNN right': 1, 'CNN wrong': 2 },
      { '': 'MLP wrong', 'CNN right': 3, 'CNN wrong': 0 },
    ]);
  });
});

it('a model whose training went astray is refused', () => {
  const diverged = makePredictions([[Number.NaN, 0.5]], [0], ['a', 'b']);
  const model = { name: 'CNN', predictions: { ...diverged, predicted: Uint8Array.of(0) } };
  expect(() => tables.scores([model])).toThrow('image 0 has NaN for class "a"');
  expect(() => tables.agreement([model, model])).toThrow('image 0 has NaN for class "a"');
});
