import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Ablation, type AblationOptions, type AblationResults, readAblation } from '../../../lib/experiments/ablation';
import { compileModel } from '../../../lib/recipe/compile';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { Stack } from '../../../src/models/stack';
import { buildSmall } from '../search/searching/builders';
import { stripedImages } from '../training/striped-images';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-ablation-test-'));
let folders = 0;
const newFolder = () => join(folder, String(++folders));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const images = stripedImages(120);
const BASE = { units: 12, batchNormalization: true, dropout: 0, optimizer: 'adam', learningRate: 0.01 };
const OPTIONS: AblationOptions = {
  base: BASE,
  vary: { batchNormalization: [false], dropout: [0.25], optimizer: ['sgd'] },
  folds: 3,
  seed: 1,
};
const RUN = { epochs: 2, batchSize: 16, title: null };

/** What does not depend on the clock. */
const essence = (results: AblationResults) =>
  JSON.parse(
    JSON.stringify(results, (key, value) => (['seconds', 'versions'].includes(key) ? undefined : value)),
  ) as AblationResults;

describe('Ablation', () => {
  it('compares each change with the base fold by fold, and goes on where it was broken off', async () => {
    const whole = new Ablation(buildSmall, { ...OPTIONS, directory: newFolder() });
    expect([whole.base, whole.effects]).toEqual([undefined, []]);
    await whole.run(images, RUN);
    const [base, first] = whole.trials;
    expect(readAblation(whole.directory)).toEqual(whole.toJSON());
    expect(whole.effects.map(({ name, value }) => `${name} ${value}`)).toEqual([
      ...['batchNormalization false', 'dropout 0.25', 'optimizer sgd'],
    ]);
    const [effect] = whole.effects;
    expect(effect.differences).toEqual(first.scores.map((score, fold) => score - base.scores[fold]));
    expect(effect.difference).toBeCloseTo(first.score - base.score, 12);
    // The same folds, weights and orders.
    expect(whole.trials.map(({ seed }) => seed)).toEqual(whole.trials.map(() => base.seed));
    const plain = JSON.parse(JSON.stringify(whole)) as AblationResults;
    expect(plain.effects).toEqual(whole.effects);
    expect(plain.base?.hyperparameters).toEqual(BASE);

    const directory = newFolder();
    let ended = 0;
    const broken = new Ablation(buildSmall, { ...OPTIONS, directory });
    const onTrialEnd = () => {
      if (++ended === 3) throw new Error('a power cut');
    };
    await expect(broken.run(images, { ...RUN, onTrialEnd })).rejects.toThrow('a power cut');
    const resumed = new Ablation(buildSmall, { ...OPTIONS, directory });
    expect(resumed.effects).toHaveLength(2);
    await resumed.run(images, RUN);
    expect(essence(resumed)).toEqual(essence(whole));
  });

  it('averages the executions of a fold, which say nothing about other images', async () => {
    const vary = { dropout: [0.25] };
    const ablation = new Ablation(buildSmall, { ...OPTIONS, vary, folds: 2, executionsPerTrial: 2 });
    await ablation.run(images, { ...RUN, epochs: 1 });
    const [base, variant] = ablation.trials.map(({ scores }) => scores);
    const [{ differences, interval }] = ablation.effects;
    const expected = [0, 1].map((f) => (variant[f] + variant[f + 2] - base[f] - base[f + 2]) / 2);
    expect(differences).toHaveLength(2);
    for (const fold of [0, 1]) expect(differences[fold]).toBeCloseTo(expected[fold], 12);
    // Two folds: t with 1 degree of freedom, and the correction of Nadeau and Bengio, sqrt(1/2 + 1).
    const half = (12.706205 * Math.abs(expected[0] - expected[1])) / Math.SQRT2;
    expect((interval.high - interval.low) / 2).toBeCloseTo(half * Math.sqrt(1.5), 6);
  });

  it('says why a variant has no score, and compares the others', async () => {
    const build: ModelBuilder = (hp, { classNames, seed }) => {
      if (hp.boolean('broken')) throw new Error('This cannot be built.');
      const learningRate = hp.choice('rate', [0.01, 0.001]);
      return compileModel(new Stack(seed).input([784]).output(classNames.length), { optimizer: { kind: 'adam', learningRate } });
    };
    const vary = { broken: [true], rate: [0.001] };
    const ablation = new Ablation(build, { ...OPTIONS, base: { broken: false, rate: 0.01 }, vary });
    await ablation.run(images, { ...RUN, epochs: 1 });
    const [broken, rate] = ablation.effects;
    expect(broken).toMatchObject({ name: 'broken', differences: [], difference: Number.NaN });
    expect(broken.reason).toMatch(/^This cannot be built\./);
    expect(rate.differences).toHaveLength(3);
    expect(rate.reason).toBeUndefined();
  });

  it('takes another base for another study', async () => {
    const directory = newFolder();
    const vary = { dropout: [0.25] };
    await new Ablation(buildSmall, { ...OPTIONS, vary, directory }).run(images, { ...RUN, epochs: 1 });
    const base = { ...BASE, units: 8 };
    expect(() => new Ablation(buildSmall, { ...OPTIONS, vary, directory, base })).toThrow(
      /holds a search with other settings: oracle\.base was .*12.* and is .*8/,
    );
    const anew = new Ablation(buildSmall, { ...OPTIONS, vary, directory, base, overwrite: 'ifChanged' });
    expect(anew.effects).toEqual([]);
  });

  it('needs two folds', () => {
    expect(() => new Ablation(buildSmall, { ...OPTIONS, folds: 1 })).toThrow('folds must be a whole number from 2, but got 1.');
  });
});
