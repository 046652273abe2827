import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data';
import { compileModel, type ModelBuilder, Stack } from '../../src/models';
import { random } from '../../src/random';
import * as tf from '../../src/tensorflow';
import { type Progress, reportProgressTo } from '../../src/training/progress';
import { meanAndSpread, RandomSearch } from '../../src/tuner/random-search';
import { describeSpace } from '../../src/tuner/search-space';

/** Images of two classes that differ in which half is bright: easy to learn, quick to train on. */
function halves(size: number): Dataset {
  const draw = random(0, 'halves');
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 2);
  const images = new Uint8Array(size * 784);
  for (let i = 0; i < size; i++) {
    for (let p = 0; p < 784; p++) {
      images[i * 784 + p] = draw.integer(100) + (p < 392 === (labels[i] === 0) ? 100 : 0);
    }
  }
  return { name: 'halves', source: 'made up', images, labels, classNames: ['top', 'bottom'], size };
}

const data = halves(60);

/** A model that learns with the rate 0.01 and stands still with 1e-9. */
const build: ModelBuilder = (hp, { classNames, seed }) =>
  compileModel(new Stack(seed).input([784]).output(classNames.length), {
    optimizer: { kind: 'adam', learningRate: hp.choice('rate', [1e-9, 0.01]) },
  });

const wide: ModelBuilder = (hp, { classNames, seed }) =>
  compileModel(new Stack(seed).input([784]).output(classNames.length), {
    optimizer: { kind: 'adam', learningRate: hp.float('rate', { min: 1e-4, max: 1e-2, sampling: 'log' }) },
  });

afterEach(() => reportProgressTo());

describe('RandomSearch', () => {
  it('scores each configuration by the mean over the folds and finds the better one', async () => {
    const search = new RandomSearch(build, { maxTrials: 2, folds: 3 });
    await search.run(data, { epochs: 3, batchSize: 8 });
    expect(search.trials.map((trial) => trial.id)).toEqual([1, 2]);
    for (const trial of search.trials) {
      expect(trial.status).toBe('completed');
      expect(trial.histories.map((h) => [h.trainSize, h.validationSize, h.epochs.length])).toEqual([
        [40, 20, 3],
        [40, 20, 3],
        [40, 20, 3],
      ]);
      expect(trial.scores).toEqual(trial.histories.map((h) => h.epochs[2].valAccuracy));
      expect(trial.score).toBeCloseTo(trial.scores.reduce((a, b) => a + b) / 3, 12);
      expect(trial.parameters).toBe(784 * 2 + 2);
    }
    expect(search.best.hyperparameters).toEqual({ rate: 0.01 });
    expect(search.best.score).toBeGreaterThan(0.95);
    expect(search.bestHyperparameters().choice('rate', [1e-9, 0.01])).toBe(0.01);
  });

  it('minimizes the validation loss when asked to', async () => {
    const search = new RandomSearch(build, { objective: 'valLoss', maxTrials: 2, validationSplit: 0.5 });
    await search.run(data, { epochs: 3, batchSize: 8 });
    expect(search.best.score).toBe(Math.min(...search.trials.map((trial) => trial.score)));
    expect(search.best.hyperparameters).toEqual({ rate: 0.01 });
    expect(search.trials[0].histories[0]).toMatchObject({ trainSize: 30, validationSize: 30 });
  });

  it('gives the same trials and scores for the same seed, other ones for another', async () => {
    const run = async (seed: number) => {
      const search = new RandomSearch(wide, { maxTrials: 3, folds: 2, seed });
      await search.run(data, { epochs: 1, batchSize: 8 });
      return search.trials.map((trial) => [
        trial.hyperparameters.rate,
        ...trial.histories.map((h) => h.epochs[0].loss),
      ]);
    };
    const first = await run(0);
    expect(await run(0)).toEqual(first);
    expect(await run(1)).not.toEqual(first);
  });

  it('ends and says so when every configuration was tried', async () => {
    const search = new RandomSearch(build, { maxTrials: 10 });
    await search.run(data, { epochs: 1 });
    expect(search.trials.length).toBe(2);
    expect(search.exhausted).toBe(true);
  });

  it('records a failed trial with its cause and goes on; three in a row end the search', async () => {
    const failing: ModelBuilder = (hp, shape) => {
      const bad = hp.boolean('bad');
      // The space is described by building with no seed; only the training fails.
      if (bad && shape.seed !== undefined) throw new Error('out of luck');
      return wide(hp, shape);
    };
    const search = new RandomSearch(failing, { maxTrials: 4, seed: 2 });
    await search.run(data, { epochs: 1 });
    const failed = search.trials.filter((trial) => trial.hyperparameters.bad);
    expect(failed.length).toBeGreaterThan(0);
    for (const trial of search.trials) {
      expect(trial.status).toBe(trial.hyperparameters.bad ? 'failed' : 'completed');
      expect(trial.error).toBe(trial.hyperparameters.bad ? 'out of luck' : undefined);
    }
    const hopeless: ModelBuilder = (hp, shape) => {
      const model = wide(hp, shape);
      if (shape.seed === undefined) return model;
      model.dispose();
      throw new Error(`rate ${hp.values.rate} is bad`);
    };
    const broken = new RandomSearch(hopeless, { maxTrials: 10 });
    await expect(broken.run(data, { epochs: 1 })).rejects.toThrow(
      /^3 trials failed in a row, so the search stopped; the first of them \(trial 1\): rate .* is bad$/,
    );
    expect(broken.trials.length).toBe(3);
    expect(() => broken.best).toThrow('No trial has completed yet');
  });

  it('stops at an interrupt and, run again, ends as an unbroken search does', async () => {
    const unbroken = new RandomSearch(wide, { maxTrials: 3, folds: 2 });
    await unbroken.run(data, { epochs: 2, batchSize: 8 });

    const interrupts = new EventEmitter();
    Object.assign(globalThis, { [Symbol.for('inkwell.interrupts')]: interrupts });
    const outcomes: string[] = [];
    let updates = 0;
    reportProgressTo(() => ({
      update() {
        // In the second trial's first fold.
        if (++updates === 8) interrupts.emit('interrupt');
      },
      end: (outcome) => outcomes.push(outcome),
    }));
    const search = new RandomSearch(wide, { maxTrials: 3, folds: 2 });
    await expect(search.run(data, { epochs: 2, batchSize: 8 })).rejects.toThrow('Interrupted');
    expect(search.trials.length).toBe(1);
    await search.run(data, { epochs: 2, batchSize: 8 });
    expect(outcomes).toEqual(['interrupted', 'done']);
    const essence = (of: RandomSearch) =>
      of.trials.map((trial) => [trial.id, trial.hyperparameters, trial.scores]);
    expect(essence(search)).toEqual(essence(unbroken));
  });

  it('reports progress in epochs of all trainings, ending at the total', async () => {
    const seen: Progress[] = [];
    reportProgressTo(() => ({ update: (progress) => seen.push(progress), end() {} }));
    await new RandomSearch(wide, { maxTrials: 2, folds: 2 }).run(data, { epochs: 3 });
    const done = seen.map((progress) => progress.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ done: 12, total: 12 });
    expect(seen.at(-2)?.details).toEqual(['trial 2 of 2', 'fold 2 of 2', expect.stringMatching(/^best /)]);
    expect(seen.at(-1)?.details).toEqual(['2 trials', expect.stringMatching(/^best valAccuracy 0\.\d{4}$/)]);
  });

  it('leaves no tensor behind', async () => {
    await new RandomSearch(wide, { maxTrials: 1 }).run(data, { epochs: 1 });
    const before = tf.memory().numTensors;
    await new RandomSearch(wide, { maxTrials: 5, folds: 2, seed: 1 }).run(data, { epochs: 2 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ maxTrials: 0 }, 'maxTrials must be a whole number from 1, but got 0'],
    [{ folds: 1.5 }, 'folds must be 1 (hold-out) or a whole number from 2, but got 1.5'],
    [{ validationSplit: 1 }, 'validationSplit must lie above 0 and below 1, but got 1'],
  ])('refuses %o', (options, message) => {
    expect(() => new RandomSearch(build, options)).toThrow(message);
  });
});

it('meanAndSpread: 1, 2, 3, 6 have mean 3 and sample standard deviation sqrt(14 / 3)', () => {
  const { score, spread } = meanAndSpread([1, 2, 3, 6]);
  expect(score).toBe(3);
  expect(spread).toBeCloseTo(Math.sqrt(14 / 3), 12);
  expect(meanAndSpread([0.5])).toEqual({ score: 0.5, spread: 0 });
});

it('describeSpace finds hyperparameters that only some configurations have', () => {
  const layered: ModelBuilder = (hp, shape) => {
    if (hp.int('layers', { min: 1, max: 3 }) === 3) hp.boolean('deep');
    return wide(hp, shape);
  };
  const before = tf.memory().numTensors;
  expect([...describeSpace(layered, data).keys()].sort()).toEqual(['deep', 'layers', 'rate']);
  expect(tf.memory().numTensors).toBe(before);
});
