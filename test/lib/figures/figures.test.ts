import { describe, expect, it } from 'vitest';
import { classificationReport } from '../../../lib/evaluation/classification-report';
import { wilsonInterval } from '../../../lib/evaluation/model-comparison';
import {
  classCounts,
  confusionMatrix,
  f1ByClass,
  learningCurves,
  learningRateSchedules,
  modelComparison,
  perClassScores,
  pixelHistogram,
} from '../../../lib/figures';
import { cellValues } from '../../../lib/figures/confusion-matrix';
import { averageRuns } from '../../../lib/figures/learning-curves';
import { colors, createFigure, palette } from '../../../lib/figures/template';
import { makeDataset, makeHistory, makePredictions } from './fixtures';

describe('classCounts', () => {
  it('counts the images of each class, of empty ones too', () => {
    expect(classCounts(makeDataset([0, 0, 1])).data).toMatchObject([{ x: ['a', 'b', 'c'], y: [2, 1, 0] }]);
  });

  it('leaves letters upright, and lets Plotly turn longer names', () => {
    expect(classCounts(makeDataset([0])).layout.xaxis).toMatchObject({ tickangle: 0 });
    expect(classCounts(makeDataset([0], ['T-shirt'])).layout.xaxis).not.toHaveProperty('tickangle');
  });
});

describe('pixelHistogram', () => {
  it('gives each grey level its share of all pixels', () => {
    const { y } = pixelHistogram(makeDataset([0, 0, 1, 1])).data[0] as { y: (number | null)[] };
    expect(y).toHaveLength(256);
    // A logarithm of 0 is none: a gap.
    expect(y.slice(0, 5)).toEqual([0.25, 0.25, 0.25, 0.25, null]);
  });
});

describe('learningCurves', () => {
  const record = { epoch: 1, loss: 0.5, accuracy: 0.8, learningRate: 1e-3, seconds: 1 };
  const history = { epochs: [record], seconds: 1, trainSize: 9, validationSize: 0, batchSize: 3, seed: 0 };

  it('draws training alone where nothing was held out', () => {
    const { data } = learningCurves(history);
    expect(data).toMatchObject([
      { name: 'training', x: [1], y: [0.8], yaxis: 'y' },
      { name: 'training', x: [1], y: [0.5], yaxis: 'y2' },
    ]);
  });

  it('draws validation beside it, told apart by colour, line and point', () => {
    const validated = { ...history, validationSize: 3, epochs: [{ ...record, valLoss: 0.6, valAccuracy: 0.7 }] };
    const { data } = learningCurves(validated);
    expect(data.slice(2)).toMatchObject([
      { name: 'validation', y: [0.7], line: { color: colors.validation, dash: 'dash' } },
      { name: 'validation', y: [0.6], marker: { symbol: 'square' } },
    ]);
    expect(data[0]).toMatchObject({ line: { dash: 'solid' }, marker: { symbol: 'circle' } });
  });

  it('rings the epoch whose weights were kept, on the curves that were watched', () => {
    const epochs = [1, 2, 3].map((epoch) => ({ ...record, epoch, valLoss: epoch / 10, valAccuracy: 0.1 }));
    const { data } = learningCurves({ ...history, epochs, validationSize: 3, bestEpoch: 2 });
    expect(data.slice(4)).toMatchObject([
      { name: 'weights kept: epoch 2', x: [2], y: [0.1], yaxis: 'y' },
      { x: [2], y: [0.2], yaxis: 'y2' },
    ]);
    expect(learningCurves({ ...history, bestEpoch: 1 }).data.slice(2)).toMatchObject([
      { x: [1], y: [0.8] },
      { x: [1], y: [0.5] },
    ]);
  });

  it('averages several runs and keeps their range, over those that trained the epoch', () => {
    const accuracies = (...values: number[]) => ({
      ...history,
      epochs: values.map((accuracy, e) => ({ ...record, epoch: e + 1, accuracy })),
    });
    const runs = [accuracies(0.25, 0.5, 0.75), accuracies(0.75, 1), accuracies(0.5, Number.NaN)];
    expect(averageRuns(runs, 'accuracy')).toEqual([
      { epoch: 1, mean: 0.5, low: 0.25, high: 0.75, runs: 3 },
      { epoch: 2, mean: 0.75, low: 0.5, high: 1, runs: 2 },
      { epoch: 3, mean: 0.75, low: 0.75, high: 0.75, runs: 1 },
    ]);
    const { data } = learningCurves(runs);
    expect(data[0]).toMatchObject({ fill: 'toself', x: [1, 2, 3, 3, 2, 1], y: [0.75, 1, 0.75, 0.75, 0.5, 0.25] });
    expect(data[2]).toMatchObject({ name: 'training: mean and range of 3 runs', y: [0.5, 0.75, 0.75] });
  });

  it('draws runs with names beside each other: a colour for each run, dashes for what was held out', () => {
    const validated = { ...history, epochs: [{ ...record, valLoss: 0.6, valAccuracy: 0.7 }] };
    const { data } = learningCurves({ winner: validated, default: history });
    expect(data).toMatchObject([
      { name: 'winner, training', y: [0.8], yaxis: 'y', line: { color: palette[0], dash: 'solid' } },
      { name: 'winner, training', y: [0.5], yaxis: 'y2', showlegend: false },
      { name: 'winner, validation', y: [0.7], yaxis: 'y', line: { color: palette[0], dash: 'dash' } },
      { name: 'winner, validation', y: [0.6], yaxis: 'y2' },
      { name: 'default, training', y: [0.8], yaxis: 'y', line: { color: palette[1], dash: 'solid' } },
      { name: 'default, training', y: [0.5], yaxis: 'y2' },
    ]);
    expect(() => learningCurves({})).toThrow('at least one run with an epoch, but got 0 runs');
  });

  it('draws a long run without points, which would run into each other', () => {
    expect(learningCurves(makeHistory(30)).data[0]).toMatchObject({ mode: 'lines+markers' });
    expect(learningCurves(makeHistory(31)).data[0]).toMatchObject({ mode: 'lines' });
  });

  it('refuses no run and runs without an epoch', () => {
    expect(() => learningCurves([])).toThrow('at least one run with an epoch, but got 0 runs');
    expect(() => learningCurves(makeHistory(0))).toThrow('but got 1 run without any');
  });
});

describe('learningRateSchedules', () => {
  it('holds each rate for its epoch, or spreads the rates over the epochs of the run', () => {
    const schedules = [{ name: 'halved', rates: [0.1, 0.05] }];
    const { data, layout } = learningRateSchedules(schedules);
    expect(data).toMatchObject([{ name: 'halved', x: [0, 1, 2], y: [0.1, 0.05, 0.05] }]);
    expect(layout.xaxis?.title).toEqual({ text: 'Epochs trained' });
    expect(learningRateSchedules(schedules, { epochs: 5 }).data).toMatchObject([{ x: [0, 2.5, 5] }]);
  });
});

describe('confusionMatrix', () => {
  const matrix = {
    counts: [
      [3, 1, 0],
      [0, 2, 0],
      [0, 0, 0],
    ],
    classNames: ['0', 'O', 'Q'],
  };

  it('has true classes in rows, from the top, and predicted ones in columns', () => {
    const { data, layout } = confusionMatrix(matrix);
    expect(data[0]).toMatchObject({ x: ['0', 'O', 'Q'], y: ['0', 'O', 'Q'], z: matrix.counts });
    expect(layout.yaxis).toMatchObject({ title: { text: 'True class' }, autorange: 'reversed' });
    // Digits as names are names, not numbers.
    expect(layout.xaxis?.type).toBe('category');
  });

  it('gives shares of each row, 0 for a class without images, and can leave the diagonal out', () => {
    expect(cellValues(matrix.counts, true, false)).toEqual([
      [0.75, 0.25, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(cellValues(matrix.counts, false, true)).toEqual([
      [null, 1, 0],
      [0, null, 0],
      [0, 0, null],
    ]);
  });

  it('tells the count and the share of each cell, whichever of them it is coloured by', () => {
    const shares = cellValues(matrix.counts, true, false);
    expect(confusionMatrix(matrix).data[0]).toMatchObject({ z: matrix.counts, customdata: shares });
    expect(confusionMatrix(matrix, { normalize: 'rows' }).data[0]).toMatchObject({
      z: shares,
      customdata: matrix.counts,
      colorbar: { title: { text: 'Share of the true class' } },
    });
  });

  it('writes numbers into the cells of a few classes, not of many', () => {
    const many = Array.from({ length: 47 }, (_, i) => String(i));
    const large = confusionMatrix({ counts: many.map(() => many.map(() => 1)), classNames: many });
    // Plotly takes a cell's text from `text`; other arrays of two dimensions it writes as "-".
    expect(confusionMatrix(matrix, { normalize: 'rows' }).data[0]).toMatchObject({
      texttemplate: '%{text}',
      text: matrix.counts.map((row) => row.map(String)),
    });
    expect(large.data[0]).not.toHaveProperty('texttemplate');
    expect(large.layout).toMatchObject({ xaxis: { dtick: 1 }, yaxis: { dtick: 1 } });
    expect(JSON.stringify(large).length).toBeLessThan(30_000);
  });
});

describe('scores', () => {
  const predictions = makePredictions([0, 0, 1, 2], [0, 1, 1, 2]);

  it('perClassScores begins with the class of the lowest F1', () => {
    const { data } = perClassScores(classificationReport(predictions));
    // a: precision 1, recall 1/2, F1 2/3; b: precision 1/2, recall 1, F1 2/3; c: all 1.
    expect(data.slice(1)).toMatchObject([
      { name: 'precision', x: ['a', 'b', 'c'], y: [1, 0.5, 1] },
      { name: 'recall', y: [0.5, 1, 1] },
      { name: 'F1', y: [2 / 3, 2 / 3, 1] },
    ]);
  });

  it('f1ByClass keeps the order of the first model for all', () => {
    const perfect = makePredictions([0, 0, 1, 2], [0, 0, 1, 2]);
    const poor = makePredictions([0, 0, 1, 2], [0, 0, 1, 1]);
    const { data } = f1ByClass([
      { name: 'MLP', predictions: poor },
      { name: 'CNN', predictions: perfect },
    ]);
    expect(data).toMatchObject([
      { y: [0, 1, null, 2 / 3, 1, null, 1, 1, null], hoverinfo: 'skip' },
      { name: 'MLP', x: ['c', 'b', 'a'], y: [0, 2 / 3, 1], marker: { color: colors.mlp, symbol: 'square' } },
      { name: 'CNN', x: ['c', 'b', 'a'], y: [1, 1, 1], marker: { color: colors.cnn, symbol: 'circle' } },
    ]);
    expect(() => f1ByClass([])).toThrow('models must hold at least one model, but got none');
  });

  it('modelComparison draws the interval around the accuracy', () => {
    const [trace] = modelComparison([{ name: 'MLP', predictions }]).data;
    const { low, high } = wilsonInterval(3, 4);
    expect(trace).toMatchObject({ x: [0.75], text: ['75.00 %'], error_x: { array: [high - 0.75], arrayminus: [0.75 - low] } });
  });
});

it('createFigure sends nothing to a cloud and survives JSON', () => {
  const figure = createFigure([{ type: 'bar', y: [1] }], { height: 100 });
  expect(figure.config).toMatchObject({ showSendToCloud: false, displaylogo: false });
  expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
});
