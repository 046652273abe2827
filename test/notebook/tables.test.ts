import { describe, expect, it } from 'vitest';
import { classificationReport, confusionMatrix } from '../../src/evaluation';
import * as tables from '../../src/notebook/tables';
import * as tf from '../../src/tensorflow';
import { HyperParameters } from '../../src/tuner/hyperparameters';
import { makeDataset, makePredictions, makeTrial } from '../plots/fixtures';

/** A frame's rows by column name. */
function rows(frame: ReturnType<typeof tables.history>): Record<string, unknown>[] {
  return (frame.values as unknown[][]).map((row) =>
    Object.fromEntries(frame.columns.map((column, c) => [column, row[c]])),
  );
}

describe('data tables', () => {
  it('list the files', () => {
    const train = makeDataset([0]);
    const files = [
      { path: 'data/x.gz', bytes: 1_234_567, part: 'train' as const, content: 'images' as const, count: 1 },
    ];
    const frame = tables.datasetFiles({ ...train, train, test: train, files });
    expect(rows(frame)).toEqual([
      { file: 'data/x.gz', part: 'train', content: 'images', count: 1, MB: 1.235 },
    ]);
  });

  it('show the first images, and no more than there are', () => {
    const frame = tables.firstRows(makeDataset([2, 0]), 5);
    expect(rows(frame)).toHaveLength(2);
    expect(rows(frame)[1]).toMatchObject({ label: 0, class: 'a', 'pixel 402': 1, 'pixel 409': 1 });
  });

  it('summarise pixels by part', () => {
    // Images 0, 1 and 2 are filled with their index: mean 1, variance 2/3, ink in two of three.
    const frame = tables.pixelSummary({ training: makeDataset([0, 0, 1]), test: makeDataset([0]) });
    expect(rows(frame)).toEqual([
      { part: 'training', images: 3, mean: 1, std: 0.82, min: 0, max: 2, 'ink share': 0.6667 },
      { part: 'test', images: 1, mean: 0, std: 0, min: 0, max: 0, 'ink share': 0 },
    ]);
  });

  it('count classes by part', () => {
    const frame = tables.classCounts({ training: makeDataset([0, 0, 1]), test: makeDataset([2]) });
    expect(rows(frame)).toEqual([
      { class: 'a', training: 2, test: 0 },
      { class: 'b', training: 1, test: 0 },
      { class: 'c', training: 0, test: 1 },
    ]);
  });
});

describe('search tables', () => {
  const search = {
    trials: [
      makeTrial(1, 0.7, { optimizer: 'adam', adamLearningRate: 0.00123456 }),
      makeTrial(2, Number.NaN, { optimizer: 'sgd' }),
      makeTrial(3, 0.9, { optimizer: 'sgd' }),
      makeTrial(4, 0.8, { optimizer: 'adam', adamLearningRate: 0.01 }),
    ],
    objective: 'valAccuracy' as const,
  };

  it('rank the trials, failed ones last, and leave inactive hyperparameters blank', () => {
    const ranked = rows(tables.trials(search));
    expect(ranked.map((row) => row.trial)).toEqual([3, 4, 1, 2]);
    expect(ranked[0]).toMatchObject({
      rank: 1,
      valAccuracy: 0.9,
      seconds: 1.3,
      adamLearningRate: null,
      error: null,
    });
    expect(ranked[2]).toMatchObject({ rank: 3, adamLearningRate: 0.00123 });
    expect(ranked[3]).toMatchObject({ rank: null, valAccuracy: null, error: 'the loss is NaN' });
  });

  it('rank the lowest loss first', () => {
    const ranked = rows(tables.trials({ ...search, objective: 'valLoss' }));
    expect(ranked.map((row) => row.trial)).toEqual([1, 4, 3, 2]);
  });

  it('show the hyperparameters asked for, and the spread where there are folds', () => {
    const folded = { ...search.trials[0], scores: [0.6, 0.8], spread: 0.14142 };
    const frame = tables.trials({ trials: [folded], objective: 'valAccuracy' }, { names: ['optimizer'] });
    expect(frame.columns).toEqual([
      'rank',
      'trial',
      'valAccuracy',
      'spread',
      'seconds',
      'parameters',
      'optimizer',
    ]);
    expect(rows(frame)[0].spread).toBe(0.1414);
  });

  it('roll scores up by a hyperparameter', () => {
    const table = tables.effect(search, 'optimizer');
    expect(table.objects()).toEqual([
      { optimizer: 'sgd', trials: 1, mean: 0.9, std: null, best: 0.9 },
      { optimizer: 'adam', trials: 2, mean: 0.75, std: 0.0707, best: 0.8 },
    ]);
    const losses = tables.effect({ ...search, objective: 'valLoss' }, 'optimizer').objects();
    expect(losses).toMatchObject([{ optimizer: 'adam', best: 0.7 }, { optimizer: 'sgd' }]);
    expect(() => tables.effect(search, 'momentum')).toThrow('none has "momentum"');
  });

  it('rank failed trials whose NaN became null in a file', () => {
    const saved = JSON.parse(JSON.stringify(search)) as typeof search;
    expect(rows(tables.trials(saved))[3]).toMatchObject({ trial: 2, rank: null, valAccuracy: null });
  });

  it('describe the space', () => {
    const hp = new HyperParameters();
    hp.int('units', { min: 32, max: 512, step: 32 });
    hp.boolean('batchNormalization');
    expect(rows(tables.searchSpace(hp.space))).toEqual([
      { hyperparameter: 'units', domain: 'a whole number from 32 to 512 in steps of 32' },
      { hyperparameter: 'batchNormalization', domain: 'true or false' },
    ]);
  });

  it('list one configuration', () => {
    expect(rows(tables.hyperparameters({ units: 64, batchNormalization: false, l2: 1.23456e-5 }))).toEqual([
      { hyperparameter: 'units', value: '64' },
      { hyperparameter: 'batchNormalization', value: 'false' },
      { hyperparameter: 'l2', value: '0.0000123' },
    ]);
  });

  it('list the epochs of a run', () => {
    const record = { epoch: 1, loss: 0.51234, accuracy: 0.8, learningRate: 0.001, seconds: 2.04 };
    const run = { epochs: [record], seconds: 2, trainSize: 9, validationSize: 0, batchSize: 3, seed: 0 };
    expect(rows(tables.history(run))).toEqual([
      { epoch: 1, loss: 0.5123, accuracy: 0.8, learningRate: 0.001, seconds: 2 },
    ]);
    const saved = { name: 'mlp', hyperparameters: {}, history: run, dataset: 'mnist', classNames: [] };
    expect(rows(tables.trainingRecords([saved]))).toEqual([
      {
        model: 'mlp',
        'trained on': 'mnist',
        profile: null,
        images: 9,
        epochs: 1,
        'batch size': 3,
        accuracy: 0.8,
        valAccuracy: null,
        seconds: 2,
      },
    ]);
    const validated = { ...run, epochs: [{ ...record, valLoss: 0.6, valAccuracy: 0.75 }] };
    expect(rows(tables.history(validated))[0]).toMatchObject({ valLoss: 0.6, valAccuracy: 0.75 });
  });
});

describe('evaluation tables', () => {
  const predictions = makePredictions([0, 0, 1, 2], [0, 1, 1, 2]);

  it('end the report with accuracy and averages', () => {
    const report = rows(tables.classificationReport(classificationReport(predictions)));
    expect(report[0]).toEqual({ class: 'a', precision: 1, recall: 0.5, f1: 0.6667, support: 2 });
    expect(report.slice(3)).toEqual([
      { class: 'accuracy', precision: null, recall: null, f1: 0.75, support: 4 },
      { class: 'macro avg', precision: 0.8333, recall: 0.8333, f1: 0.7778, support: 4 },
      { class: 'weighted avg', precision: 0.875, recall: 0.75, f1: 0.75, support: 4 },
    ]);
  });

  it('list the most frequent mistakes', () => {
    expect(rows(tables.mostConfused(confusionMatrix(predictions)))).toEqual([
      { true: 'a', predicted: 'b', images: 1, share: 0.5 },
    ]);
  });

  it('compare models', () => {
    expect(rows(tables.modelComparison([{ name: 'MLP', predictions }]))).toMatchObject([
      { model: 'MLP', accuracy: 0.75, 'from (95 %)': 0.3006, 'to (95 %)': 0.9544, mistakes: 1, loss: 0.5 },
    ]);
  });

  it('count where two models agree', () => {
    // Truth 0 0 1 2; the first is wrong on the second image, the other on the second and the last.
    const other = makePredictions([0, 0, 1, 2], [0, 1, 1, 0]);
    const frame = tables.agreement([
      { name: 'MLP', predictions },
      { name: 'CNN', predictions: other },
    ]);
    expect(rows(frame)).toEqual([
      { '': 'MLP right', 'CNN right': 2, 'CNN wrong': 1 },
      { '': 'MLP wrong', 'CNN right': 0, 'CNN wrong': 1 },
    ]);
    const fewer = makePredictions([0], [0]);
    const pair = [
      { name: 'MLP', predictions },
      { name: 'CNN', predictions: fewer },
    ] as const;
    expect(() => tables.agreement(pair)).toThrow('must be evaluated on the same images');
  });
});

it('tensors: shape, type and range, and they stay alive', () => {
  const tensor = tf.tensor2d([[0.25, 1, -2]]);
  const before = tf.memory().numTensors;
  expect(rows(tables.tensors({ images: tensor }))).toEqual([
    { what: 'images', shape: '[1, 3]', type: 'float32', min: -2, max: 1 },
  ]);
  expect(tf.memory().numTensors).toBe(before);
  tensor.dispose();
});

it('searchResults: what a search and its winner came to', () => {
  const best = { ...makeTrial(1, 0.912345), spread: 0.00123 };
  const search = { best, trials: [best, makeTrial(2, Number.NaN)], objective: 'valAccuracy', seconds: 12.4 };
  const run = { epochs: [{ valAccuracy: 0.95 }], seconds: 30.6 };
  const table = tables.searchResults(search as never, run as never);
  expect(rows(table).map(({ value }) => value)).toEqual([
    '2 (1 failed)',
    '0.9123 ± 0.0012',
    '0.95',
    '100',
    '12',
    '31',
  ]);
});
