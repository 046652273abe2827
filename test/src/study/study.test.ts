import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compileConfigOf } from '../../../lib/recipe/compile';
import * as tf from '../../../lib/tensorflow';
import { AUGMENTATION } from '../../../src/study/profiles';
import { openTiny } from './builders';
import type { StudyFacts } from './study-process';

describe('Study', () => {
  const home = process.cwd();
  let folder: string;
  // Its trainings leave their progress below the working directory.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inkwell-study-'));
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives every search the same folds, seed and epochs in all, and a folder of its own', () => {
    const study = openTiny();
    expect(study.searchOptions('random')).toEqual({
      folds: 2,
      seed: 4,
      maxEpochs: 3 * 2 * 2,
      overwrite: 'ifChanged',
      directory: join('runs', 'stripes-small', 'mlp-search', 'random'),
    });
    expect(study.searchOptions('tpe').directory).toBe(join('runs', 'stripes-small', 'mlp-search', 'tpe'));
    expect(openTiny({ overwrite: true }).searchOptions('random').overwrite).toBe(true);
    expect(study.runOptions).toEqual({ epochs: 2, workers: 1 });
    expect(openTiny({ workers: null }).runOptions.workers).toBeGreaterThan(0);
    expect(study.sample).toMatchObject({ size: 60, name: 'stripes' });
    expect(study.train.size).toBe(120);
    expect(study.baseline).toEqual({ activation: 'relu', batchNormalization: true, dropout: 0, learningRate: 0.01 });
  });

  it('needs images that judge its final trainings', () => {
    for (const validationSplit of [0, 1, -0.1, Number.NaN]) {
      expect(() => openTiny({ validationSplit })).toThrow(
        `validationSplit must be above 0 and below 1, but got ${validationSplit}; 0.05 holds out`,
      );
    }
    expect(() => openTiny({ validationSplit: 0.001 })).toThrow(/0\.001 of 120 images leaves no image for validation/);
  });

  it('refuses a builder whose file the kernel has loaded anew, rather than train the former version', async () => {
    const study = openTiny();
    const values = study.baseline;
    const former = new WeakMap([[study.builder, join(process.cwd(), 'src/models/mlp.ts')]]);
    vi.stubGlobal(Symbol.for('inkwell.formerExports') as unknown as string, former);
    const message = /loaded anew, since src\/models\/mlp\.ts .* the cell that imports it and the cell that opens the study again/;
    expect(() => study.space).toThrow(message);
    await expect(study.trainAlike(values)).rejects.toThrow(message);
    vi.unstubAllGlobals();
  });

  it('trains winner and default alike, as in the search', async () => {
    const study = openTiny();
    const values = { ...study.baseline, batchNormalization: false };
    const before = tf.memory().numTensors;
    const { winner, baseline } = await study.trainAlike(values);
    expect(winner.hyperparameters).toEqual(values);
    expect(baseline.hyperparameters).toEqual(study.baseline);
    expect([winner, baseline].map(({ evaluated }) => evaluated.name)).toEqual(['winner', 'default']);
    for (const { model, history, evaluated } of [winner, baseline]) {
      expect(compileConfigOf(model)).toEqual({
        schedule: { kind: 'cosineAnnealing' },
        optimizer: { kind: 'adam', learningRate: 0.01 },
        batchSize: 64,
      });
      expect(history).toMatchObject({ trainSize: 90, validationSize: 30, batchSize: 64, seed: winner.history.seed });
      expect(history.epochs).toHaveLength(3);
      expect(evaluated.predictions.size).toBe(30);
    }
    expect(winner.evaluated.predictions.labels).toEqual(baseline.evaluated.predictions.labels);
    // With the same seed again the same model, here trained alone and in another folder.
    const again = await study.trainAlike(study.baseline);
    const probabilities = [again.winner, baseline].map(({ evaluated }) => evaluated.predictions.probabilities);
    expect(probabilities[0]).toEqual(probabilities[1]);
    for (const { model } of [winner, baseline, again.winner]) model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('varies the images of both where the profile says so', async () => {
    const study = openTiny({ profile: 'full' });
    const { winner, baseline } = await study.trainAlike({ ...study.baseline, dropout: 0.1 });
    for (const { model } of [winner, baseline]) {
      expect(compileConfigOf(model)).toMatchObject({ augmentation: AUGMENTATION, batchSize: 64 });
      model.dispose();
    }
  });

  it('trains once where the default won, whatever the order of its values', async () => {
    const study = openTiny();
    const reversed = Object.fromEntries(Object.entries(study.baseline).reverse());
    const trained = await study.trainAlike(reversed);
    expect(trained.baseline).toBe(trained.winner);
    trained.winner.model.dispose();
  });
});

/** Workers load a builder that `require` knows, so a process makes the study. */
async function makeStudy(folder: string): Promise<StudyFacts> {
  const script = ['--require', require.resolve('tsx/cjs'), join(__dirname, 'study-process.ts')];
  const child = spawn(process.execPath, script, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const last = output.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`The study printed no facts:\n${output}\n${errors}`);
  return JSON.parse(last);
}

describe('a study from search to saved models', () => {
  let folder: string;
  let facts: StudyFacts;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inkwell-study-'));
    facts = await makeStudy(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const common = { dataset: 'stripes', profile: 'small', classNames: ['band 0', 'band 1', 'band 2', 'band 3'] };

  it('saves the winner, and leaves search and ablation where notebook 4 reads them', () => {
    const { winner, weights, searchSeconds, records } = facts;
    expect(facts.folder).toBe(join('runs', 'stripes-small', 'mlp'));
    expect(records[0]).toMatchObject({ ...common, name: 'MLP', hyperparameters: winner });
    expect(weights).toBe(784 * 4 + 4 * 4 + 4 * 4 + 4);
    expect(records[0].seconds).toBeCloseTo(searchSeconds + records[0].history.seconds, 6);
    expect(facts.read).toEqual(facts.trials[0]);
    expect(facts.readChanges).toEqual([
      ['batchNormalization', false],
      ['dropout', 0],
    ]);
  });

  it('saves the default beside it, with its training alone', () => {
    const [, { history, ...record }] = facts.records;
    expect(record).toEqual({ ...common, name: 'MLP default', hyperparameters: facts.baseline, seconds: history.seconds });
    expect(history).toMatchObject({ trainSize: 90, validationSize: 30 });
  });

  it('saves the default twice where it won', () => {
    const [winner, baseline] = facts.alone;
    expect([winner.name, baseline.name]).toEqual(['MLP', 'MLP default']);
    expect(winner.hyperparameters).toEqual(facts.baseline);
    expect(winner.history).toEqual(baseline.history);
  });

  it('disposes both models', () => {
    expect(facts.tensors).toEqual([0, 0, 0]);
  });

  it('takes search and ablation from disk the second time, the seconds of their trials included', () => {
    expect(facts.trials.map(({ length }) => length)).toEqual([3, 3]);
    expect(facts.resumed).toEqual(facts.trials);
  });

  it('is read as a whole, by the names of its searches', () => {
    expect(facts.studied).toEqual({ searches: { 'Random search': 3 }, changes: 2 });
  });

  it('stands beside models that no search touched, of which the preset is trained once for each seed', () => {
    const [first, again, other] = facts.references;
    expect(first.map(({ name }) => name)).toEqual(['3 nearest of 120 images', 'preset quickCnn']);
    expect(first[0].accuracy).toBeGreaterThan(0.9);
    expect(again).toEqual(first);
    expect(other[1].seconds).not.toBe(first[1].seconds);
  });

  it('trains winner and default at the same time to what they come to one after the other, and finds them again', () => {
    const [together, again, alone] = facts.alike;
    expect(again).toEqual(together);
    expect(alone.map(({ accuracy }) => accuracy)).toEqual(together.map(({ accuracy }) => accuracy));
    expect(alone[0].seconds).not.toBe(together[0].seconds);
  });

  it('leaves out of the ablation what its base does not have', () => {
    expect(facts.changes).toEqual([
      ['dropout', 0],
      ['dropout', 0.3],
    ]);
  });
});
