import { op } from 'arquero';
import { describe, expect, it } from 'vitest';
import { classificationReport } from '../../../lib/evaluation/classification-report';
import { confusionMatrix } from '../../../lib/evaluation/confusion-matrix';
import type { SearchSpace, SearchSpaceEntry } from '../../../lib/search/space/search-space';
import * as tables from '../../../lib/tables/tables';
import * as tf from '../../../lib/tensorflow';
import { makeDataset, makeHistory, makePredictions, makePruned, makeTrial, valAccuracy } from '../figures/fixtures';

/** A frame's rows by column name. */
function rows(frame: ReturnType<typeof tables.history>): Record<string, unknown>[] {
  return (frame.values as unknown[][]).map((row) => Object.fromEntries(frame.columns.map((column, c) => [column, row[c]])));
}

describe('data tables', () => {
  it('list the files', () => {
    const train = makeDataset([0]);
    const files = [{ path: 'data/x.gz', bytes: 1_234_567, part: 'train' as const, content: 'images' as const, count: 1 }];
    const frame = tables.datasetFiles({ ...train, train, test: train, files });
    expect(rows(frame)).toEqual([{ file: 'data/x.gz', part: 'train', content: 'images', count: 1, MB: 1.235 }]);
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
    objective: valAccuracy,
  };
  const valLoss = { name: 'valLoss', direction: 'min' } as const;
  /** Two completed trials of three trainings, and a pruned one whose first training alone is better than both. */
  const pruning = {
    trials: [
      makePruned(1, 0.99),
      ...[0.7, 0.8].map((score, i) =>
        makeTrial(
          i + 2,
          score,
          {},
          {
            trainings: 3,
            scores: [score - 0.01, score, score + 0.01],
            spread: 0.01,
            histories: [makeHistory(4), makeHistory(4), makeHistory(4)],
          },
        ),
      ),
    ],
    objective: valAccuracy,
  };

  it('rank the trials, failed ones last, and leave inactive hyperparameters blank', () => {
    const ranked = rows(tables.trials(search));
    expect(ranked.map((row) => row.trial)).toEqual([3, 4, 1, 2]);
    expect(ranked[0]).toMatchObject({
      rank: 1,
      status: 'completed',
      valAccuracy: 0.9,
      seconds: 1.3,
      adamLearningRate: null,
      reason: null,
    });
    expect(ranked[2]).toMatchObject({ rank: 3, adamLearningRate: 0.00123 });
    expect(ranked[3]).toMatchObject({ rank: null, status: 'failed', valAccuracy: null, reason: 'the shapes do not fit' });
  });

  it('put hyperparameters that belong to one value of another each into one column', () => {
    const made = [
      makeTrial(1, 0.9, { optimizer: 'adam', adamLearningRate: 0.001, units1: 32, units2: 64 }),
      makeTrial(2, 0.8, { optimizer: 'sgd', sgdLearningRate: 0.1, units1: 32 }),
      makeTrial(3, 0.7, { optimizer: 'sgd', sgdLearningRate: 0.2, units1: 64, sgdMomentum: 0.9 }),
    ];
    const frame = tables.trials({ trials: made, objective: valAccuracy });
    expect(frame.columns.slice(5)).toEqual(['optimizer', 'learningRate', 'units1', 'units2', 'sgdMomentum']);
    expect(rows(frame).map(({ learningRate }) => learningRate)).toEqual([0.001, 0.1, 0.2]);
    const named = tables.trials({ trials: made, objective: valAccuracy }, { names: ['sgdLearningRate'] });
    expect(rows(named).map(({ sgdLearningRate }) => sgdLearningRate)).toEqual([null, 0.1, 0.2]);
    // Where one trial has such a name without the value, or the search has a hyperparameter called like the column, none share.
    const odd = [...made, makeTrial(4, 0.6, { optimizer: 'rmsprop', adamLearningRate: 0.01 })];
    expect(tables.trials({ trials: odd, objective: valAccuracy }).columns).toContain('adamLearningRate');
    const both = [...made, makeTrial(4, 0.6, { optimizer: 'adam', second: 'sgd', adamLearningRate: 0.01, sgdLearningRate: 0.1 })];
    expect(tables.trials({ trials: both, objective: valAccuracy }).columns).toContain('sgdLearningRate');
    // `seconds` is a column of every trial, and `values` a member of danfo.js's frame.
    const clashing = ['Seconds', 'Values'].map((word) =>
      tables.trials({
        trials: ['adam', 'sgd'].map((kind, i) => makeTrial(i + 1, 0.6, { optimizer: kind, [`${kind}${word}`]: i })),
        objective: valAccuracy,
      }),
    );
    expect(clashing.map(({ columns }) => columns.at(-1))).toEqual(['seconds (hyperparameter)', 'values (hyperparameter)']);
    const taken = [...made, makeTrial(4, 0.6, { optimizer: 'adam', adamLearningRate: 0.01, learningRate: 1 })];
    expect(tables.trials({ trials: taken, objective: valAccuracy }).columns).toContain('sgdLearningRate');
  });

  it('rank the lowest loss first', () => {
    const ranked = rows(tables.trials({ ...search, objective: valLoss }));
    expect(ranked.map((row) => row.trial)).toEqual([1, 4, 3, 2]);
  });

  it('show the hyperparameters asked for, and only columns that say something', () => {
    const completed = [search.trials[0], search.trials[2]];
    const plain = tables.trials({ trials: completed, objective: valAccuracy }, { names: ['optimizer'] });
    expect(plain.columns).toEqual(['rank', 'trial', 'valAccuracy', 'seconds', 'parameters', 'optimizer']);
    const folded = { ...search.trials[0], scores: [0.6, 0.8], trainings: 2, spread: 0.14142 };
    const frame = tables.trials({ trials: [folded], objective: valAccuracy }, { names: ['optimizer'] });
    expect(frame.columns).toEqual(['rank', 'trial', 'valAccuracy', 'spread', 'seconds', 'parameters', 'optimizer']);
    expect(rows(frame)[0].spread).toBe(0.1414);
  });

  it('keep the scores of pruned trials apart, so that none can pass for the best', () => {
    const frame = tables.trials(pruning);
    expect(rows(frame).map((row) => [row.rank, row.trial, row.status])).toEqual([
      [1, 3, 'completed'],
      [2, 2, 'completed'],
      [null, 1, 'pruned'],
    ]);
    expect(rows(frame)[0]).toMatchObject({ valAccuracy: 0.8, spread: 0.01, 'valAccuracy so far': null });
    expect(rows(frame)[0]).toMatchObject({ trainings: '3 of 3', epochs: 4 });
    expect(rows(frame)[2]).toMatchObject({ valAccuracy: null, spread: null, 'valAccuracy so far': 0.99 });
    expect(rows(frame)[2]).toMatchObject({ trainings: '1 of 3', epochs: 2, reason: 'cannot win any more' });
  });

  it('put pruned trials that were trained further before others, and running ones behind', () => {
    const trials = [
      { ...makePruned(1, 0.99), status: 'running' as const },
      makePruned(2, 0.6, {}, 1),
      makePruned(3, 0.5, {}, 2),
      makePruned(4, 0.7, {}, 1),
      ...pruning.trials.slice(1, 2).map((trial) => ({ ...trial, id: 5 })),
      makeTrial(6, Number.NaN, {}, { status: 'running' }),
    ];
    const ordered = rows(tables.trials({ trials, objective: valAccuracy }));
    expect(ordered.map((row) => row.trial)).toEqual([5, 3, 4, 2, 1, 6]);
    expect(ordered.map((row) => row['valAccuracy so far'])).toEqual([null, 0.5, 0.7, 0.6, 0.99, null]);
  });

  it('cut a long reason to one short line', () => {
    const failed = makeTrial(1, Number.NaN, {}, { reason: `Error: no\n    at build (${'x'.repeat(500)})` });
    const [row] = rows(tables.trials({ trials: [failed], objective: valAccuracy }));
    expect(row.reason).toMatch(/^Error: no at build \(x+…$/);
    expect(row.reason).toHaveLength(80);
  });

  it("mark the builder's own default, and what was enqueued beside it", () => {
    const trials = [makeTrial(1, 0.7, {}, { origin: 'default' }), makeTrial(2, 0.9, {}, { origin: 'user' }), makeTrial(3, 0.8)];
    const frame = tables.trials({ trials, objective: valAccuracy });
    expect(frame.columns.slice(0, 3)).toEqual(['rank', 'trial', 'origin']);
    expect(rows(frame).map(({ trial, origin }) => [trial, origin])).toEqual([
      [2, 'user'],
      [3, null],
      [1, 'default'],
    ]);
    expect(tables.trials({ trials: trials.slice(1), objective: valAccuracy }).columns).not.toContain('origin');
  });

  it('rename hyperparameters and objectives that stand for something else', () => {
    // A column called `values`, `columns` or `index` breaks a danfo.js frame.
    const trial = makeTrial(1, 0.5, { values: 2, columns: 3, index: 4, mean: 5, epochs: 6, units: 7 });
    const frame = tables.trials({ trials: [trial], objective: { name: 'seconds', direction: 'min' } });
    expect(rows(frame)[0]).toEqual({
      rank: 1,
      trial: 1,
      'seconds (objective)': 0.5,
      seconds: 1.3,
      parameters: 100,
      'values (hyperparameter)': 2,
      'columns (hyperparameter)': 3,
      'index (hyperparameter)': 4,
      'mean (hyperparameter)': 5,
      'epochs (hyperparameter)': 6,
      units: 7,
    });
    const named = makeTrial(1, 0.5, { mean: 5 });
    expect(tables.effect({ trials: [named], objective: valAccuracy }, 'mean').objects()).toEqual([
      { 'mean (hyperparameter)': 5, trials: 1, mean: 0.5, std: null, best: 0.5 },
    ]);
  });

  it('rank failed trials whose NaN became null in a file', () => {
    const saved = JSON.parse(JSON.stringify(search)) as typeof search;
    expect(rows(tables.trials(saved))[3]).toMatchObject({ trial: 2, rank: null, valAccuracy: null });
  });

  it('show a search that has no trial yet', () => {
    expect(tables.trials({ trials: [], objective: valAccuracy }).shape[0]).toBe(0);
    expect(tables.trialsTable({ trials: [], objective: valAccuracy }).numRows()).toBe(0);
  });

  it('give all of it as an arquero table, not rounded, to group and join', () => {
    const table = tables.trialsTable({ ...pruning, trials: [...pruning.trials, ...search.trials.slice(1, 2)] });
    expect(table.objects()[0]).toEqual({
      rank: 1,
      trial: 3,
      origin: 'oracle',
      status: 'completed',
      valAccuracy: 0.8,
      spread: 0.01,
      'valAccuracy so far': null,
      trainings: 3,
      planned: 3,
      epochs: 4,
      seconds: 1.26,
      parameters: 100,
      optimizer: null,
      reason: null,
    });
    // As a frame, too.
    for (const json of [table.toJSON(), JSON.stringify(tables.trials(pruning).toJSON())]) {
      expect(JSON.parse(json)[0]).toMatchObject({ trial: 3, status: 'completed' });
    }
    const groups = table.groupby('status').rollup({ mean: op.mean('valAccuracy'), sofar: op.max('valAccuracy so far') });
    expect(groups.objects()).toEqual([
      { status: 'completed', mean: 0.75, sofar: undefined },
      { status: 'pruned', mean: undefined, sofar: 0.99 },
      { status: 'failed', mean: undefined, sofar: undefined },
    ]);
  });

  it('roll scores up by a hyperparameter, without pruned trials', () => {
    const trials = [...search.trials, makePruned(5, 0.1, { optimizer: 'adam' })];
    expect(tables.effect({ ...search, trials }, 'optimizer').objects()).toEqual([
      { optimizer: 'sgd', trials: 1, mean: 0.9, std: null, best: 0.9 },
      { optimizer: 'adam', trials: 2, mean: 0.75, std: 0.0707, best: 0.8 },
    ]);
    const losses = tables.effect({ ...search, objective: valLoss }, 'optimizer').objects();
    expect(losses).toMatchObject([{ optimizer: 'adam', best: 0.7 }, { optimizer: 'sgd' }]);
    expect(() => tables.effect(search, 'momentum')).toThrow('none has "momentum"');
  });

  it('order importances', () => {
    const importances = [
      { name: 'units', importance: 0.25, trials: 20 },
      { name: 'learningRate', importance: 0.751234, trials: 12 },
    ];
    expect(rows(tables.importance(importances))).toEqual([
      { hyperparameter: 'learningRate', importance: 0.7512, trials: 12 },
      { hyperparameter: 'units', importance: 0.25, trials: 20 },
    ]);
  });

  it('set searches side by side, with the time each took to what the worst of them found', () => {
    const entry = (trial: number, seconds: number, score: number, status: 'completed' | 'pruned') => ({
      trial,
      seconds,
      score,
      status,
      epochs: 4 * trial,
    });
    const first = {
      ...pruning,
      timeline: [entry(1, 5, 0.99, 'pruned'), entry(2, 20, 0.7, 'completed'), entry(3, 40.04, 0.8, 'completed')],
    };
    const second = {
      trials: [makeTrial(1, 0.85), makeTrial(2, 0.9)],
      objective: valAccuracy,
      timeline: [entry(1, 10, 0.85, 'completed'), entry(2, 30, 0.9, 'completed')],
    };
    const none = { trials: [makePruned(1, 0.3)], objective: valAccuracy, timeline: [entry(1, 3, 0.3, 'pruned')] };
    // The worst of the bests is 0.8: the second search has it with its first trial.
    expect(rows(tables.searchComparison({ first, second, none }))).toEqual([
      {
        search: 'first',
        trials: 3,
        completed: 2,
        pruned: 1,
        'best valAccuracy': 0.8,
        spread: 0.01,
        epochs: 12,
        seconds: 40,
        'seconds to 0.8': 40,
      },
      {
        search: 'second',
        trials: 2,
        completed: 2,
        pruned: 0,
        'best valAccuracy': 0.9,
        spread: null,
        epochs: 8,
        seconds: 30,
        'seconds to 0.8': 10,
      },
      {
        search: 'none',
        trials: 1,
        completed: 0,
        pruned: 1,
        'best valAccuracy': null,
        spread: null,
        epochs: 4,
        seconds: 3,
        'seconds to 0.8': null,
      },
    ]);
    expect(() => tables.searchComparison({})).toThrow('at least one search');
  });

  it('describe the space: domain, condition and default', () => {
    const always = { domain: { kind: 'choice', values: ['adam', 'sgd'], default: 'sgd' } as const, conditions: [] };
    const units = { kind: 'int', min: 32, max: 512, step: 32, sampling: 'linear' } as const;
    const space: SearchSpace = new Map<string, SearchSpaceEntry>([
      ['optimizer', always],
      ['momentum', { domain: { kind: 'boolean' }, conditions: [{ parent: 'optimizer', values: ['sgd'] }] }],
      ['units', { domain: units, conditions: [] }],
    ]);
    expect(rows(tables.searchSpace(space))).toEqual([
      { hyperparameter: 'optimizer', domain: 'one of "adam", "sgd"', 'only if': null, default: 'sgd' },
      { hyperparameter: 'momentum', domain: 'true or false', default: 'false', 'only if': 'optimizer is "sgd"' },
      { hyperparameter: 'units', domain: 'a whole number from 32 to 512 in steps of 32', 'only if': null, default: '32' },
    ]);
    expect(tables.searchSpace(new Map([['units', { domain: units, conditions: [] }]])).columns).toEqual([
      'hyperparameter',
      'domain',
      'default',
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
    expect(rows(tables.history(run))).toEqual([{ epoch: 1, loss: 0.5123, accuracy: 0.8, learningRate: 0.001, seconds: 2 }]);
    const saved = { name: 'mlp', hyperparameters: {}, history: run, dataset: 'mnist', classNames: [] };
    expect(rows(tables.trainingRecords([saved]))).toEqual([
      {
        model: 'mlp',
        'trained on': 'mnist',
        profile: null,
        images: 9,
        epochs: 1,
        'batch size': 3,
        'training accuracy': 0.8,
        valAccuracy: null,
        seconds: 2,
      },
    ]);
    const validated = { ...run, epochs: [{ ...record, valLoss: 0.6, valAccuracy: 0.75 }] };
    expect(rows(tables.history(validated))[0]).toMatchObject({ valLoss: 0.6, valAccuracy: 0.75 });
    const measured = { ...run, epochs: [{ ...record, metrics: { macroF1: 0.71234, loss: 3 } }, record] };
    expect(rows(tables.history(measured))).toMatchObject([
      { loss: 0.5123, macroF1: 0.7123, 'loss (metric)': 3 },
      { loss: 0.5123, macroF1: null, 'loss (metric)': null },
    ]);
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

it('searchResults: what searches and the training of their winner came to', () => {
  const best = makeTrial(1, 0.912345, {}, { scores: [0.91, 0.914], spread: 0.00123 });
  const trials = [best, makeTrial(2, Number.NaN), makePruned(3, 0.95), makePruned(4, 0.5)];
  const run = { ...makeHistory(1), seconds: 30.6 };
  const values = (searches: Parameters<typeof tables.searchResults>[0]) =>
    rows(tables.searchResults(searches, { ...run, epochs: [{ ...run.epochs[0], valAccuracy: 0.95 }] })).map(({ value }) => value);
  const single = { trials: [makeTrial(1, 0.9)], objective: valAccuracy, seconds: 1 };
  expect(values({ TPE: single, Random: { trials, objective: valAccuracy, seconds: 12.4 } })).toEqual([
    '5 (2 pruned, 1 failed)',
    '0.9123 ± 0.0012',
    'Random, trial 1',
    '0.95',
    '100',
    '13',
    '31',
  ]);
  expect(values({ TPE: single })).toEqual(['1', '0.9', 'TPE, trial 1', '0.95', '100', '1', '31']);
});
