import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { random } from '../../../lib/base/random';
import type { Dataset } from '../../../lib/data/dataset';
import { compileModel } from '../../../lib/recipe/compile';
import { FatalError } from '../../../lib/search/fatal-error';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { medianPruner } from '../../../lib/search/pruners/median';
import type { Search } from '../../../lib/search/search';
import { type SearchProgress, searchProgress } from '../../../lib/search/search-progress';
import { Asha, BayesianOptimization, GridSearch, Hyperband, RandomSearch } from '../../../lib/search/searches';
import { HyperParameters } from '../../../lib/search/space/hyperparameters';
import * as tf from '../../../lib/tensorflow';
import { EarlyStopping } from '../../../lib/training/early-stopping';
import { evaluate } from '../../../lib/training/evaluate';
import { Stack } from '../../../src/models/stack';

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

const folder = mkdtempSync(join(tmpdir(), 'inkwell-search-test-'));
let folders = 0;
const newFolder = () => join(folder, String(++folders));

afterEach(() => searchProgress.showWith());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What does not depend on the clock. */
const essence = (of: Search) =>
  of.trials.map(({ id, status, hyperparameters, scores, histories, reason }) => ({
    id,
    status,
    hyperparameters,
    scores,
    reason,
    losses: histories.map(({ epochs }) => epochs.map(({ loss }) => loss)),
  }));

describe('run', () => {
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
    expect(search.bestHyperparameters(2).map(({ values }) => values)).toEqual([{ rate: 0.01 }, { rate: 1e-9 }]);
    expect(search.history(2)).toEqual(search.trials[1].histories);
    expect(() => search.history(3)).toThrow('trialId must be from 1 to 2, but got 3');
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
      return essence(search);
    };
    const first = await run(0);
    expect(await run(0)).toEqual(first);
    expect(await run(1)).not.toEqual(first);
  });

  it('trains executions with weights of their own, each on every fold', async () => {
    const search = new RandomSearch(wide, { maxTrials: 1, folds: 2, executionsPerTrial: 2 });
    await search.run(data, { epochs: 1, batchSize: 8 });
    const { histories, scores, trainings } = search.trials[0];
    expect([histories.length, scores.length, trainings]).toEqual([4, 4, 4]);
    expect(new Set(histories.map(({ epochs }) => epochs[0].loss)).size).toBe(4);
  });

  it('ends and says so when every configuration was tried', async () => {
    const search = new RandomSearch(build, { maxTrials: 10 });
    await search.run(data, { epochs: 1 });
    expect(search.trials.length).toBe(2);
    expect(search.exhausted).toBe(true);
  });

  it('takes a custom metric of a callback as the objective, and names those there are for one that is not', async () => {
    const objective = { name: 'margin', direction: 'max' } as const;
    const search = new RandomSearch(build, { objective, maxTrials: 2 });
    const callbacks = () => [{ onEpochEnd: ({ valLoss = 0 }) => ({ margin: 10 - valLoss }) }];
    await search.run(data, { epochs: 2, batchSize: 8, callbacks });
    const [{ epochs }] = search.best.histories;
    expect(search.best.score).toBe(10 - (epochs[1].valLoss as number));
    expect(search.best.hyperparameters).toEqual({ rate: 0.01 });

    const lost = new RandomSearch(build, { objective: { name: 'f1', direction: 'max' }, maxTrials: 1 });
    await expect(lost.run(data, { epochs: 1 })).rejects.toThrow(/valAccuracy.*is "f1"/);
  });

  it('scores a training by the epoch whose weights early stopping restored', async () => {
    const search = new RandomSearch(build, { maxTrials: 2, objective: 'valLoss' });
    // With the rate 1e-9 nothing improves by the least that counts.
    const callbacks = () => [new EarlyStopping({ monitor: 'valLoss', patience: 1, minDelta: 0.01 })];
    await search.run(data, { epochs: 5, batchSize: 8, callbacks });
    const still = search.trials.find(({ hyperparameters }) => hyperparameters.rate === 1e-9);
    expect(still?.status).toBe('completed');
    expect(still?.histories[0].epochs).toHaveLength(2);
    expect(still?.score).toBe(still?.histories[0].epochs[0].valLoss);
    expect(still?.reason).toMatch(/valLoss/);
  });
});

it('refuses a builder whose file the kernel has loaded anew: its trials would be those of the former version', async () => {
  const search = new RandomSearch(build, { maxTrials: 1 });
  vi.stubGlobal(
    Symbol.for('inkwell.formerExports') as unknown as string,
    new WeakMap([[build, join(process.cwd(), 'src/mlp.ts')]]),
  );
  const run = search.run(data, { epochs: 1 });
  vi.unstubAllGlobals();
  await expect(run).rejects.toThrow(/build was loaded anew, since src\/mlp\.ts or .* the cell that makes the search again/);
  expect(search.trials).toEqual([]);
});

describe('what ends a trial', () => {
  it('records a failed trial with its cause and goes on; three in a row end the search', async () => {
    let calls = 0;
    const failing: ModelBuilder = (hp, shape) => {
      const bad = hp.boolean('bad');
      // The space is described by building with no seed; only the training fails.
      if (bad && shape.seed !== undefined) {
        calls++;
        throw new Error('out of luck');
      }
      return wide(hp, shape);
    };
    const search = new RandomSearch(failing, { maxTrials: 4, seed: 2 });
    await search.run(data, { epochs: 1 });
    const failed = search.trials.filter((trial) => trial.hyperparameters.bad);
    expect(failed.length).toBeGreaterThan(0);
    for (const trial of search.trials) {
      expect(trial.status).toBe(trial.hyperparameters.bad ? 'failed' : 'completed');
      expect(trial.attempts).toBe(trial.hyperparameters.bad ? 2 : 0);
      if (trial.hyperparameters.bad) expect(trial.reason).toMatch(/^out of luck/);
    }
    expect(calls).toBe(2 * failed.length);

    const hopeless: ModelBuilder = (hp, shape) => {
      const model = wide(hp, shape);
      if (shape.seed === undefined) return model;
      model.dispose();
      throw new Error(`rate ${hp.values.rate} is bad`);
    };
    const broken = new RandomSearch(hopeless, { maxTrials: 10, maxRetriesPerTrial: 0 });
    await expect(broken.run(data, { epochs: 1 })).rejects.toThrow(
      /^3 trials failed in a row, so the search stopped; the first of them \(trial 1\): rate .* is bad/,
    );
    expect(broken.trials.length).toBe(3);
    expect(() => broken.best).toThrow(/^All 3 trials failed; the first of them: rate .* is bad/);
  });

  it('takes a configuration that cannot be built for a failed trial, with what it had asked for', async () => {
    const picky: ModelBuilder = (hp, shape) => {
      if (hp.boolean('impossible')) throw new Error('such a model cannot be');
      return wide(hp, shape);
    };
    const search = new RandomSearch(picky, { maxTrials: 6, seed: 1 });
    await search.run(data, { epochs: 1 });
    const failed = search.trials.filter(({ status }) => status === 'failed');
    // And is not drawn again.
    expect(failed.map(({ hyperparameters }) => hyperparameters)).toEqual([{ impossible: true }]);
    expect(failed[0].reason).toMatch(/^such a model cannot be \(at picky .*test\/lib\/search\/search\.test\.ts:\d+:\d+/);
  });

  it('ends at once at a FatalError, and goes on with that trial when run again', async () => {
    let cured = false;
    const fatal: ModelBuilder = (hp, shape) => {
      if (shape.seed !== undefined && !cured) throw new FatalError('no such file');
      return wide(hp, shape);
    };
    const search = new RandomSearch(fatal, { maxTrials: 2 });
    await expect(search.run(data, { epochs: 1 })).rejects.toThrow(/^no such file/);
    expect(search.trials.map(({ status }) => status)).toEqual(['running']);
    cured = true;
    await search.run(data, { epochs: 1 });
    expect(search.trials.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('prunes a trial whose loss is no number, without trying it again or counting it as a failure', async () => {
    const exploding: ModelBuilder = (hp, { classNames, seed }) =>
      compileModel(new Stack(seed).input([784]).dense(8, 'relu').dense(8, 'relu').output(classNames.length), {
        optimizer: { kind: 'sgd', learningRate: hp.choice('rate', [1e30, 1e31, 1e32, 1e33]) },
      });
    const search = new RandomSearch(exploding, { maxTrials: 4, folds: 2 });
    await search.run(data, { epochs: 2 });
    expect(search.trials.map(({ status }) => status)).toEqual(Array(4).fill('pruned'));
    expect(search.trials[0].reason).toMatch(/^The loss became/);
    expect(search.trials[0].attempts).toBe(0);
  });

  it('prunes by the median and says at which epoch and why', async () => {
    const pruners = [medianPruner({ startupTrials: 1, warmupEpochs: 1 })];
    const search = new RandomSearch(build, {
      maxTrials: 2,
      folds: 2,
      pruners,
      seed: 1,
      objective: 'valLoss',
      startWithDefault: false,
    });
    search.enqueue({ rate: 0.01 });
    await search.run(data, { epochs: 4, batchSize: 8 });
    expect(search.trials[1]).toMatchObject({ status: 'pruned', hyperparameters: { rate: 1e-9 } });
    expect(search.trials[1].histories.map(({ epochs }) => epochs.length)).toEqual([2]);
    expect(search.trials[1].reason).toMatch(/median/);
    expect(search.best.id).toBe(1);
  });

  it('skips the folds of a trial that can no longer win', async () => {
    const good = [0.01, 0.011, 0.012];
    const rated: ModelBuilder = (hp, { classNames, seed }) =>
      compileModel(new Stack(seed).input([784]).output(classNames.length), {
        optimizer: { kind: 'adam', learningRate: hp.choice('rate', [...good, 1e-9]) },
      });
    const search = new RandomSearch(rated, { maxTrials: 4, folds: 4, racing: true, startWithDefault: false });
    for (const rate of good) search.enqueue({ rate });
    await search.run(data, { epochs: 3, batchSize: 8 });
    expect(search.trials.map(({ status }) => status)).toEqual([...Array(3).fill('completed'), 'pruned']);
    expect(search.trials[3].trainings).toBe(4);
    expect(search.trials[3].scores.length).toBeLessThan(4);
    expect(search.trials[3].reason).toMatch(/of 4/);
  });
});

describe('limits', () => {
  it('counts enqueued trials as trials and begins with them, filling in what they leave out', async () => {
    const two: ModelBuilder = (hp, shape) => {
      hp.int('depth', { min: 1, max: 3 });
      return wide(hp, shape);
    };
    const search = new RandomSearch(two, { maxTrials: 3, startWithDefault: false });
    search.enqueue({ depth: 2 });
    search.enqueue({ depth: 2 });
    search.enqueue({ depth: 3, rate: 0.001 });
    await search.run(data, { epochs: 1 });
    expect(search.trials.map(({ origin }) => origin)).toEqual(['user', 'user', 'oracle']);
    expect(search.trials[0].hyperparameters.depth).toBe(2);
    expect(search.trials[1].hyperparameters).toEqual({ depth: 3, rate: 0.001 });
  });

  it('refuses an enqueued value outside its domain, and goes on without it', async () => {
    const search = new RandomSearch(build, { maxTrials: 1, startWithDefault: false });
    search.enqueue({ rate: 5 });
    await expect(search.run(data, { epochs: 1 })).rejects.toThrow(/rate 5.*must be one of 1e-9, 0.01/);
    await search.run(data, { epochs: 1 });
    expect(search.trials).toHaveLength(1);
  });

  it('leaves out an enqueued configuration that was tried, and warns', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const search = new RandomSearch(build, { maxTrials: 3 });
    await search.run(data, { epochs: 1 });
    expect(search.trials).toHaveLength(2);
    search.enqueue({ rate: 0.01 });
    await search.run(data, { epochs: 1 });
    expect(search.trials).toHaveLength(2);
    expect(warn.mock.calls[0][0]).toMatch(/\{"rate":0.01\} is left out/);
    warn.mockRestore();
  });

  it('tries no model with more weights than maxModelWeights', async () => {
    const sized: ModelBuilder = (hp, { classNames, seed }) => {
      const units = hp.int('units', { min: 1, max: 40 });
      return compileModel(new Stack(seed).input([784]).dense(units, 'relu').output(classNames.length), {
        optimizer: { kind: 'adam', learningRate: 0.01 },
      });
    };
    const search = new RandomSearch(sized, { maxTrials: 5, maxModelWeights: 10_000 });
    await search.run(data, { epochs: 1 });
    expect(search.trials).toHaveLength(5);
    for (const { parameters, hyperparameters } of search.trials) {
      expect(parameters).toBe(785 * Number(hyperparameters.units) + 2 * (Number(hyperparameters.units) + 1));
      expect(parameters).toBeLessThanOrEqual(10_000);
    }
  });

  it('asks for no more epochs than maxEpochs', async () => {
    const search = new RandomSearch(wide, { maxTrials: 10, folds: 2, maxEpochs: 13 });
    await search.run(data, { epochs: 3 });
    // A trial takes 6 epochs.
    expect(search.trials.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('stops after the epoch in which maxTimeMs ends, and at stop()', async () => {
    const timed = new RandomSearch(wide, { maxTrials: 1000, maxTimeMs: 300 });
    await timed.run(data, { epochs: 2, batchSize: 8 });
    const trials = timed.trials.length;
    expect(trials).toBeLessThan(1000);
    await timed.run(data, { epochs: 2, batchSize: 8 });
    expect(timed.trials).toHaveLength(trials);

    const stopped = new RandomSearch(wide, { maxTrials: 10 });
    const onTrialEnd = ({ id }: { id: number }) => {
      if (id === 3) stopped.stop();
    };
    await stopped.run(data, { epochs: 1, onTrialEnd });
    expect(stopped.trials.map(({ status }) => status)).toEqual(Array(3).fill('completed'));
    await stopped.run(data, { epochs: 1 });
    expect(stopped.trials).toHaveLength(10);
  });

  it('takes a space from outside', async () => {
    const hyperparameters = new HyperParameters();
    hyperparameters.float('rate', { min: 0.1, max: 0.2 });
    const search = new RandomSearch(wide, { maxTrials: 3, hyperparameters });
    await search.run(data, { epochs: 1 });
    for (const trial of search.trials) expect(trial.hyperparameters.rate).toBeGreaterThanOrEqual(0.1);
    expect(search.space.get('rate')).toMatchObject({ min: 0.1, max: 0.2 });
  });
});

describe('going on', () => {
  it('stops at an interrupt and, run again, ends as an unbroken search does', async () => {
    const unbroken = new RandomSearch(wide, { maxTrials: 3, folds: 2 });
    await unbroken.run(data, { epochs: 2, batchSize: 8 });

    const interrupts = new EventEmitter();
    Object.assign(globalThis, { [Symbol.for('inkwell.interrupts')]: interrupts });
    const outcomes: string[] = [];
    searchProgress.showWith((read) => ({
      update() {
        // Once only: a second trial is under way.
        if (outcomes.length === 0 && read().trials.some(({ status }) => status === 'completed')) interrupts.emit('interrupt');
      },
      end: async (outcome) => void outcomes.push(outcome),
    }));
    const search = new RandomSearch(wide, { maxTrials: 3, folds: 2 });
    await expect(search.run(data, { epochs: 2, batchSize: 8 })).rejects.toThrow('Interrupted');
    expect(search.trials.filter(({ status }) => status === 'completed')).toHaveLength(1);
    await search.run(data, { epochs: 2, batchSize: 8 });
    expect(outcomes).toEqual(['interrupted', 'done']);
    expect(essence(search)).toEqual(essence(unbroken));
  });

  it('finds its trials again in the folder, and adds to them when maxTrials grows', async () => {
    const directory = newFolder();
    const first = new RandomSearch(wide, { maxTrials: 2, directory });
    await first.run(data, { epochs: 1 });
    const again = new RandomSearch(wide, { maxTrials: 4, directory });
    expect(essence(again)).toEqual(essence(first));
    expect(again.best).toEqual(first.best);
    await again.run(data, { epochs: 1 });
    const whole = new RandomSearch(wide, { maxTrials: 4 });
    await whole.run(data, { epochs: 1 });
    expect(essence(again)).toEqual(essence(whole));
  });

  it('refuses a folder with another search, naming what differs; overwrite moves it aside', async () => {
    const directory = newFolder();
    await new RandomSearch(wide, { maxTrials: 1, directory }).run(data, { epochs: 1 });
    expect(() => new RandomSearch(wide, { maxTrials: 1, folds: 3, seed: 5, directory })).toThrow(
      /holds a search with other settings: folds was 1 and is 3; seed was 0 and is 5\./,
    );
    await expect(new RandomSearch(wide, { directory }).run(data, { epochs: 2 })).rejects.toThrow('epochs was 1 and is 2');
    await expect(new RandomSearch(wide, { directory }).run(halves(62), { epochs: 1 })).rejects.toThrow(
      /dataset\.size was 60 and is 62; dataset\.checksum was/,
    );
    const anew = new RandomSearch(wide, { maxTrials: 1, folds: 3, directory, overwrite: true });
    expect(anew.trials).toEqual([]);
    await anew.run(data, { epochs: 1 });
    expect(readdirSync(`${directory}.1`)).toContain('journal.jsonl');
  });

  it('refuses a builder whose domains are not those of the earlier trials', async () => {
    const directory = newFolder();
    await new RandomSearch(wide, { maxTrials: 1, directory }).run(data, { epochs: 1 });
    const edited: ModelBuilder = (hp, { classNames, seed }) =>
      compileModel(new Stack(seed).input([784]).output(classNames.length), {
        optimizer: { kind: 'adam', learningRate: hp.float('rate', { min: 1e-3, max: 1e-2, sampling: 'log' }) },
      });
    await expect(new RandomSearch(edited, { maxTrials: 2, directory }).run(data, { epochs: 1 })).rejects.toThrow(
      /rate was a number from 0.0001 to 0.01 on a log scale and is a number from 0.001 to 0.01/,
    );
  });

  it('begins anew where something differs, if asked to, and keeps what there was', async () => {
    const directory = newFolder();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const options = { maxTrials: 1, directory, overwrite: 'ifChanged' } as const;
    const run = async (builder: ModelBuilder, epochs: number, seed = 0) => {
      const search = new RandomSearch(builder, { ...options, seed });
      await search.run(data, { epochs });
      return search;
    };
    const first = await run(wide, 1);
    expect((await run(wide, 1)).trials).toEqual(first.trials);
    expect(existsSync(`${directory}.1`)).toBe(false);
    // Another number of epochs, another seed, another space.
    expect((await run(wide, 2)).trials[0].histories[0].epochs).toHaveLength(2);
    expect(warn.mock.calls[0][0]).toMatch(/epochs was 1 and is 2\. What it had found is in .*\.1\./);
    expect((await run(wide, 2, 1)).trials).toHaveLength(1);
    expect([1e-9, 0.01]).toContain((await run(build, 2, 1)).trials[0].hyperparameters.rate);
    const aside = [1, 2, 3].map((n) => new RandomSearch(wide, { seed: n === 3 ? 1 : 0, directory: `${directory}.${n}` }));
    expect(aside[0].trials).toEqual(first.trials);
    expect(aside.map(({ trials }) => trials.length)).toEqual([1, 1, 1]);
    warn.mockRestore();
  });

  it('refuses a second run on its folder while one goes on', async () => {
    const directory = newFolder();
    const first = new RandomSearch(wide, { maxTrials: 2, directory });
    const running = first.run(data, { epochs: 1 });
    const second = new RandomSearch(wide, { maxTrials: 2, directory });
    await expect(second.run(data, { epochs: 1 })).rejects.toThrow(String(process.pid));
    await running;
    await second.run(data, { epochs: 1 });
    expect(essence(second)).toEqual(essence(first));
  });

  it('refuses to run twice at once, and the first run goes on', async () => {
    const search = new RandomSearch(wide, { maxTrials: 2, directory: newFolder() });
    const running = search.run(data, { epochs: 1 });
    await expect(search.run(data, { epochs: 1 })).rejects.toThrow('in use by this very process');
    await running;
    expect(search.trials.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('takes a configuration that a callback enqueues while it runs', async () => {
    const search = new RandomSearch(wide, { maxTrials: 3, startWithDefault: false });
    const onTrialEnd = ({ id }: { id: number }) => {
      if (id === 1) search.enqueue({ rate: 0.005 });
    };
    await search.run(data, { epochs: 1, onTrialEnd });
    expect(search.trials.map(({ origin }) => origin)).toEqual(['oracle', 'user', 'oracle']);
    expect(search.trials[1].hyperparameters).toEqual({ rate: 0.005 });
  });

  it('blames no trial for a disk that takes no checkpoint, and goes on when it does', async () => {
    const directory = newFolder();
    const search = new RandomSearch(wide, { maxTrials: 1, directory });
    mkdirSync(join(directory, 'checkpoints'), { recursive: true });
    // A file where the folder of the trial belongs.
    const inTheWay = join(directory, 'checkpoints', 'trial-1');
    const onTrialEnd = () => {};
    const blocked = new RandomSearch(
      (hp, shape) => {
        writeFileSync(inTheWay, '');
        return wide(hp, shape);
      },
      { maxTrials: 1, directory },
    );
    await expect(blocked.run(data, { epochs: 1, onTrialEnd })).rejects.toThrow(
      /^The checkpoint .* cannot be written: E.*What was written before is kept/,
    );
    expect(blocked.trials).toMatchObject([{ status: 'running', attempts: 0 }]);
    rmSync(inTheWay);
    await search.run(data, { epochs: 1 });
    expect(search.trials).toMatchObject([{ status: 'completed', attempts: 0 }]);
  });

  it('begins no trial where the images cannot be split into the folds', async () => {
    const search = new RandomSearch(wide, { folds: 61 });
    await expect(search.run(data, { epochs: 1 })).rejects.toThrow(/k must not exceed.*k = 61/);
    expect(search.trials).toEqual([]);
  });

  it('keeps what was enqueued where it begins anew', async () => {
    const directory = newFolder();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const options = { maxTrials: 1, startWithDefault: false, directory, overwrite: 'ifChanged' } as const;
    for (const epochs of [1, 2]) {
      const search = new RandomSearch(wide, options);
      search.enqueue({ rate: 0.002 });
      await search.run(data, { epochs });
      expect(search.trials.map(({ hyperparameters }) => hyperparameters)).toEqual([{ rate: 0.002 }]);
    }
    warn.mockRestore();
  });

  it('says which weights it has where more are asked for, or they are gone', async () => {
    const directory = newFolder();
    const search = new RandomSearch(wide, { maxTrials: 2, directory });
    await expect(search.bestModels()).rejects.toThrow('There is no model yet');
    await expect(search.bestModels(0)).rejects.toThrow('count must be a whole number from 1, but got 0');
    await search.run(data, { epochs: 1 });
    const before = tf.memory().numTensors;
    const greedy = new RandomSearch(wide, { maxTrials: 2, directory, keepModels: 2 });
    await expect(greedy.bestModels(2)).rejects.toThrow(
      /^The weights of trial \d cannot be had\. A search keeps those of the best keepModels trials/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps the weights of the best trials alone', async () => {
    const directory = newFolder();
    const search = new RandomSearch(wide, { maxTrials: 5, folds: 2, directory, keepModels: 2 });
    await search.run(data, { epochs: 2, batchSize: 8 });
    const files = readdirSync(join(directory, 'checkpoints'), { recursive: true }).map(String);
    expect(files.filter((file) => file.endsWith('.checkpoint'))).toHaveLength(2);

    const models = await search.bestModels(2);
    const { train, validation } = { train: data, validation: data };
    expect(train).toBe(validation);
    for (const model of models) expect((await evaluate(model, data)).accuracy).toBeGreaterThan(0.5);
    for (const model of models) model.dispose();
    await expect(search.bestModels(3)).rejects.toThrow('count must be at most keepModels');
  });

  it('cleans up its temporary folder', () => {
    const search = new RandomSearch(wide);
    expect(existsSync(search.directory)).toBe(true);
  });
});

describe('other oracles', () => {
  it('tries a grid in full', async () => {
    const grid: ModelBuilder = (hp, shape) => {
      hp.int('depth', { min: 1, max: 2 });
      return build(hp, shape);
    };
    const search = new GridSearch(grid, {});
    await search.run(data, { epochs: 1 });
    expect(search.trials.map(({ hyperparameters }) => Object.values(hyperparameters))).toEqual([
      [1, 1e-9],
      [1, 0.01],
      [2, 1e-9],
      [2, 0.01],
    ]);
    expect(search.exhausted).toBe(true);
  });

  it('takes the trials that Hyperband promotes on from their weights: they end as if trained in one go', async () => {
    const search = new Hyperband(wide, { factor: 2, seed: 1, folds: 2 });
    await search.run(data, { epochs: 4, batchSize: 8 });
    const completed = search.trials.filter(({ status }) => status === 'completed');
    expect(completed.length).toBeGreaterThan(1);
    expect(search.trials.every(({ status }) => status === 'completed' || status === 'pruned')).toBe(true);
    // Brackets of 4, 3 (two rungs: 2 epochs, then 4) and 3 trials, as worked out by hand: s = 2, 1, 0.
    expect(search.trials.map(({ epochs }) => epochs).filter((epochs) => epochs === 4).length).toBe(completed.length);

    const promoted = search.trials[search.trials.findIndex(({ status }) => status === 'completed')];
    const alone = new RandomSearch(wide, { maxTrials: promoted.id, seed: 1, folds: 2 });
    await alone.run(data, { epochs: 4, batchSize: 8 });
    expect(alone.trials[promoted.id - 1].hyperparameters).toEqual(promoted.hyperparameters);
    expect(alone.trials[promoted.id - 1].scores).toEqual(promoted.scores);
  });

  it('lets ASHA take the better trials on, and train one wholly at least', async () => {
    const search = new Asha(wide, { factor: 2, maxTrials: 8, folds: 2 });
    await search.run(data, { epochs: 4, batchSize: 8 });
    const epochs = search.trials.map(({ histories }) => histories.map((history) => history.epochs.length));
    expect(epochs.every(([first, second]) => first === second && [1, 2, 4].includes(first))).toBe(true);
    const statuses = search.trials.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'completed').length).toBeGreaterThan(0);
    expect(statuses.map((status) => status === 'completed')).toEqual(epochs.map(([first]) => first === 4));
    expect(statuses.filter((status) => status === 'pruned').length).toBeGreaterThan(3);
  });

  it('begins Bayesian optimization like random search', async () => {
    const bayes = new BayesianOptimization(wide, { maxTrials: 3, startupTrials: 3 });
    await bayes.run(data, { epochs: 1 });
    const randomly = new RandomSearch(wide, { maxTrials: 3 });
    await randomly.run(data, { epochs: 1 });
    expect(essence(bayes)).toEqual(essence(randomly));
  });
});

describe('ask and tell', () => {
  const square = (hp: HyperParameters) => {
    hp.float('x', { min: -1, max: 1 });
  };
  const objective = { name: 'height', direction: 'min' } as const;

  it('searches with a loop of the user', () => {
    const search = new BayesianOptimization(square, { objective, maxTrials: 40 });
    for (let trial = search.ask(); trial; trial = search.ask()) {
      search.tell(trial.id, trial.hyperparameters.float('x', { min: -1, max: 1 }) ** 2);
    }
    expect(search.trials).toHaveLength(40);
    expect(search.best.score).toBeLessThan(0.01);
    expect(search.best.score).toBe(Math.min(...search.trials.map(({ score }) => score)));
  });

  it('gives configurations that were never told again first, in a new process', () => {
    const directory = newFolder();
    const search = new RandomSearch(square, { objective, directory, maxTrials: 3 });
    const asked = search.ask();
    search.tell(asked?.id ?? 0, 0.5);
    const lost = search.ask();
    const next = new RandomSearch(square, { objective, directory, maxTrials: 3 });
    expect(next.ask()?.id).toBe(lost?.id);
    next.tell(2, new Error('too hot'));
    next.tell(next.ask()?.id ?? 0, Number.NaN);
    expect(next.ask()).toBeUndefined();
    expect(next.trials.map(({ status, score, reason }) => [status, score, reason])).toEqual([
      ['completed', 0.5, undefined],
      ['failed', Number.NaN, 'too hot'],
      ['completed', Number.NaN, undefined],
    ]);
    expect(() => next.tell(1, 3)).toThrow('trialId must be one that ask gave and that was not told yet (none), but got 1');
  });

  it('takes a definition that throws for a failed trial, and gives up after three in a row', () => {
    const picky = (hp: HyperParameters) => {
      if (hp.float('x', { min: 0, max: 1 }) > 0.5) throw new Error('too far');
    };
    const search = new RandomSearch(picky, { objective, maxTrials: 8 });
    const asked: number[] = [];
    for (let trial = search.ask(); trial; trial = search.ask()) {
      asked.push(trial.id);
      search.tell(trial.id, 1);
    }
    const failed = search.trials.filter(({ status }) => status === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.map(({ reason }) => reason)).toEqual(failed.map(() => expect.stringMatching(/^too far/)));
    expect(asked.length + failed.length).toBe(8);

    const hopeless = new RandomSearch(
      () => {
        throw new Error('never');
      },
      { objective },
    );
    expect(() => hopeless.ask()).toThrow('3 configurations in a row could not be defined, the first because: never');
  });

  it('does not mix with run', async () => {
    const asked = new RandomSearch(wide, { directory: newFolder() });
    asked.ask({ data });
    await expect(asked.run(data, { epochs: 1 })).rejects.toThrow('trials of a loop with ask and tell');
    const run = new RandomSearch(wide, { maxTrials: 1 });
    await run.run(data, { epochs: 1 });
    expect(() => run.ask()).toThrow('holds trials of run');
  });

  it('refuses what is no outcome and no number of epochs', () => {
    const search = new RandomSearch(square, { objective });
    expect(() => search.ask({ epochs: 0 })).toThrow('epochs must be a whole number from 1, but got 0');
    const asked = search.ask();
    expect(() => search.tell(asked?.id ?? 0, '0.5' as unknown as number)).toThrow(
      'outcome must be a number or an Error, but got "0.5"',
    );
  });

  it('takes a trial of Hyperband on to more epochs', () => {
    const search = new Hyperband(square, { objective, factor: 3 });
    const asked: [number, number][] = [];
    for (let trial = search.ask({ epochs: 3 }); trial; trial = search.ask({ epochs: 3 })) {
      asked.push([trial.id, trial.epochs]);
      search.tell(trial.id, trial.id);
    }
    // Bracket s = 1: 3 trials at 1 epoch, the best goes on to 3; bracket s = 0: 2 trials at 3.
    expect(asked).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [1, 3],
      [4, 3],
      [5, 3],
    ]);
  });
});

describe('progress and memory', () => {
  /** All that a search reports, the last at its end. */
  const follow = async (run: () => Promise<void>) => {
    const seen: SearchProgress[] = [];
    searchProgress.showWith((read) => {
      seen.push(read());
      return { update: () => void seen.push(read()), end: async () => void seen.push(read()) };
    });
    await run();
    return seen;
  };

  it('reports progress in epochs of all trainings, ending at the total', async () => {
    const search = new RandomSearch(wide, { maxTrials: 2, folds: 2 });
    const seen = await follow(() => search.run(data, { epochs: 3, batchSize: 8, title: 'Random' }));
    expect(seen[0]).toMatchObject({ title: 'Random', trials: [], epochs: 0, slots: 1, workers: [] });
    const done = seen.map(({ epochs }) => epochs);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({
      plannedTrials: 2,
      foundTrials: 0,
      epochs: 12,
      plannedEpochs: 12,
      workers: [],
      trials: search.trials,
    });
    expect(seen.flatMap(({ workers }) => workers)).toContainEqual({
      worker: 1,
      trial: 2,
      training: 2,
      trainings: 2,
      epoch: 3,
      epochs: 3,
      step: expect.any(Number),
      steps: expect.any(Number),
      loss: expect.any(Number),
      imagesPerSecond: expect.any(Number),
    });

    const again = await follow(() => search.run(data, { epochs: 3, batchSize: 8 }));
    expect(again[0]).toMatchObject({ title: 'Search', foundTrials: 2, epochs: 12, plannedEpochs: 12 });
    expect(await follow(() => search.run(data, { epochs: 3, batchSize: 8, title: null }))).toEqual([]);
  });

  it('knows how far Hyperband goes, and says no total where none is known', async () => {
    // 4 trials at 1 epoch, 2 at 2, 1 at 4; 3 at 2, 1 at 4; 3 at 4: 4 + 2 + 2, 6 + 2 and 12 epochs, on 2 folds.
    const hyperband = new Hyperband(wide, { factor: 2, folds: 2 });
    const seen = await follow(() => hyperband.run(data, { epochs: 4, batchSize: 60 }));
    expect(new Set(seen.map(({ plannedEpochs }) => plannedEpochs))).toEqual(new Set([56]));
    expect(seen.at(-1)).toMatchObject({ epochs: 56, plannedTrials: 10 });
    expect(seen.flatMap(({ workers }) => workers)).toContainEqual(
      expect.objectContaining({ trial: 7, training: 2, trainings: 2 }),
    );

    const grid = await follow(() => new GridSearch(build).run(data, { epochs: 4, batchSize: 60 }));
    expect(grid.at(-1)).toMatchObject({ epochs: 8, plannedEpochs: Number.POSITIVE_INFINITY });
    expect(grid.at(-1)?.plannedTrials).toBeUndefined();
  });

  it('leaves no tensor of a model that could not be built', async () => {
    const unfinished: ModelBuilder = (hp, shape) => {
      const model = wide(hp, shape);
      if (hp.boolean('bad')) throw new Error('no such layer');
      return model;
    };
    const search = new RandomSearch(unfinished, { maxTrials: 6, seed: 1 });
    await new RandomSearch(wide, { maxTrials: 1 }).run(data, { epochs: 1 });
    const before = tf.memory().numTensors;
    await search.run(data, { epochs: 1 });
    expect(search.trials.some(({ status }) => status === 'failed')).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves no tensor behind, whatever ends its trials', async () => {
    await new RandomSearch(wide, { maxTrials: 1 }).run(data, { epochs: 1 });
    const before = tf.memory().numTensors;
    await new RandomSearch(wide, { maxTrials: 5, folds: 2, seed: 1 }).run(data, { epochs: 2 });
    await new Hyperband(wide, { factor: 2 }).run(data, { epochs: 2 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('writes a journal that a person can read', async () => {
    const directory = newFolder();
    await new RandomSearch(wide, { maxTrials: 1, directory }).run(data, { epochs: 1 });
    const text = readFileSync(join(directory, 'journal.jsonl'), 'utf8');
    for (const kind of ['search', 'run', 'session', 'begun', 'epoch', 'trained', 'settled', 'ended']) {
      expect(text).toContain(`"kind":"${kind}"`);
    }
  });
});
