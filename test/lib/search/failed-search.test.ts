import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Ablation } from '../../../lib/experiments/ablation';
import { compileModel } from '../../../lib/recipe/compile';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { GridSearch, RandomSearch } from '../../../lib/search/searches';
import { Stack } from '../../../src/models/stack';
import { stripedImages } from '../training/striped-images';

const data = stripedImages(40);
const folder = mkdtempSync(join(tmpdir(), 'inkwell-failed-search-'));
let folders = 0;
const newFolder = () => join(folder, String(++folders));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());

const run = { epochs: 1, title: null };
const good: ModelBuilder = (hp, { classNames, seed }) =>
  compileModel(
    new Stack(seed)
      .input([784])
      .dense(hp.int('units', { min: 1, max: 40 }), 'relu')
      .output(classNames.length),
    { optimizer: { kind: 'adam', learningRate: 0.01 } },
  );
const bad: ModelBuilder = (hp) => {
  // A mended builder may ask for another range.
  hp.int('units', { min: 0, max: 64 });
  throw new Error('my own mistake');
};

describe('a search whose every trial fails', () => {
  it('ends with the first cause and its place', async () => {
    const search = new RandomSearch(bad, { maxTrials: 2 });
    const failure =
      /^All 2 trials failed; the first of them: my own mistake \(at bad \(test\/lib\/search\/failed-search\.test\.ts:\d+/;
    await expect(search.run(data, run)).rejects.toThrow(failure);
    expect(() => search.best).toThrow(failure);
    await expect(new RandomSearch(bad, { maxTrials: 1 }).run(data, run)).rejects.toThrow(
      /^The only trial failed: my own mistake/,
    );
  });

  it('says that the builder returned nothing, or what it returned', async () => {
    const returning = (value: unknown) =>
      new RandomSearch((() => value) as unknown as ModelBuilder, { maxTrials: 2 }).run(data, run);
    await expect(returning(undefined)).rejects.toThrow(
      /must return a compiled model, but it returned nothing; end it with `return/,
    );
    await expect(returning(Promise.resolve(1))).rejects.toThrow(/it returned a promise; take `async` from it/);
    await expect(returning({ a: 1 })).rejects.toThrow(/it returned \{ a: 1 \}; return what compileModel gives/);
  });

  it('begins anew with the builder mended, as if nothing had been, and keeps what was enqueued', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const directory = newFolder();
    const options = { maxTrials: 3, seed: 1 };
    const broken = new RandomSearch(bad, { ...options, directory });
    broken.enqueue({ units: 7 });
    await expect(broken.run(data, run)).rejects.toThrow(/^3 trials failed in a row, so the search stopped; the first of them/);
    const mended = new RandomSearch(good, { ...options, directory });
    mended.enqueue({ units: 7 });
    await mended.run(data, run);
    const whole = new RandomSearch(good, options);
    whole.enqueue({ units: 7 });
    await whole.run(data, run);
    const essence = ({ trials }: RandomSearch) =>
      trials.map(({ id, origin, hyperparameters, score }) => [id, origin, hyperparameters, score]);
    expect(essence(mended)).toEqual(essence(whole));
    expect(mended.trials.map(({ status, origin }) => `${status} ${origin}`)).toEqual([
      'completed default',
      'completed user',
      'completed oracle',
    ]);
    expect(warn.mock.calls).toEqual([
      [`The search begins anew: every trial had failed. What it had found is in ${directory}.1.`],
    ]);
  });

  it('tries no other variant of an ablation whose base fails', async () => {
    const ablation = new Ablation(bad, { base: { units: 8 }, vary: { other: [1, 2] }, folds: 2 });
    await expect(ablation.run(data, run)).rejects.toThrow(/^The base of an ablation must be trained, but failed: my own mistake/);
  });
});

describe('a configuration that failed to build', () => {
  const picky: ModelBuilder = (hp, shape) => {
    if (hp.choice('kind', ['a', 'b', 'c']) === 'b') throw new Error('there is no b');
    return good(hp, shape);
  };

  it.each([
    ['random', new RandomSearch(picky, { maxTrials: 12, seed: 3 })],
    ['grid', new GridSearch(picky, { maxTrials: 43 })],
  ])('is not drawn again by a %s search', async (_, search) => {
    for (let trial = search.ask({ data }); trial; trial = search.ask({ data })) search.tell(trial.id, 1);
    const failed = search.trials.filter(({ status }) => status === 'failed');
    expect(failed.map(({ hyperparameters }) => hyperparameters)).toEqual([{ kind: 'b' }]);
    expect(search.trials).toHaveLength(search.maxTrials);
  });
});

describe('exhausted', () => {
  const play = (search: RandomSearch) => {
    for (let trial = search.ask(); trial; trial = search.ask()) search.tell(trial.id, 1);
    return [search.trials.length, search.exhausted];
  };
  const ten = { min: 1, max: 10 };

  it('is true when nothing is left, and only then', () => {
    const options = { startWithDefault: false };
    expect(play(new RandomSearch((hp) => hp.int('x', ten), { ...options, maxTrials: 9 }))).toEqual([9, false]);
    expect(play(new RandomSearch((hp) => hp.int('x', ten), { ...options, maxTrials: 10 }))).toEqual([10, true]);
    expect(play(new RandomSearch((hp) => hp.int('x', ten), { ...options, maxTrials: 11 }))).toEqual([10, true]);
    // Of x from 1 to 10 those above 5 are too large: what is left was met, and is none.
    const sized = (hp: Parameters<ModelBuilder>[0]) => ({ countParams: () => hp.int('x', ten), dispose() {} });
    expect(play(new RandomSearch(sized, { ...options, maxTrials: 10, maxModelWeights: 5 }))).toEqual([5, true]);
    const open = (hp: Parameters<ModelBuilder>[0]) => ({ countParams: () => 9 + hp.float('x', ten), dispose() {} });
    expect(play(new RandomSearch(open, { ...options, maxTrials: 10, maxModelWeights: 9 }))).toEqual([0, false]);
  });
});
