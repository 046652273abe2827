import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { Ablation } from '../../../lib/experiments/ablation';
import type { Search } from '../../../lib/search/search';
import type { SearchOptions } from '../../../lib/search/search-options';
import { Asha, BayesianOptimization, GridSearch, Hyperband, RandomSearch } from '../../../lib/search/searches';
import { HyperParameters } from '../../../lib/search/space/hyperparameters';
import type { Trial } from '../../../lib/search/trial';
import { Journal } from '../../../lib/storage/journal';
import { startSearchProcess } from './searching/run-search-process';
import type { SearchPlan } from './searching/search-process';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-baseline-'));
let folders = 0;
const newFolder = () => join(folder, String(++folders));
afterEach(() => void vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const objective = { name: 'height', direction: 'min' } as const;
const DEFAULT = { depth: 2, x: 0.25 };

function define(hp: HyperParameters): void {
  hp.int('depth', { min: 1, max: 4, default: 2 });
  hp.float('x', { min: -1, max: 1, default: 0.25 });
}

/** Searches to the end with a loop of its own; a trial's score is that of `score`. */
function play(search: Search, score: (trial: number) => number = (trial) => trial, epochs = 9): Trial[] {
  for (let asked = search.ask({ epochs }); asked; asked = search.ask({ epochs })) {
    search.tell(asked.id, score(asked.id));
  }
  return [...search.trials];
}

const configurations = (trials: readonly Trial[]) => trials.map(({ hyperparameters }) => hyperparameters);
const origins = (trials: readonly Trial[]) => trials.map(({ origin }) => origin);

type Define = (hp: HyperParameters) => unknown;

const searches: Readonly<Record<string, (define: Define, options: SearchOptions) => Search>> = {
  random: (define, options) => new RandomSearch(define, options),
  grid: (define, options) => new GridSearch(define, options),
  Hyperband: (define, options) => new Hyperband(define, options),
  ASHA: (define, options) => new Asha(define, options),
  TPE: (define, options) => new BayesianOptimization(define, { startupTrials: 3, ...options }),
};

describe.each(Object.entries(searches))('a %s search', (_name, create) => {
  it("begins with the builder's default, counts it, and does without it if told to", () => {
    const search = create(define, { objective, maxTrials: 6 });
    expect(search.baseline).toBeUndefined();
    const trials = play(search);
    expect(trials).toHaveLength(6);
    expect(trials[0]).toMatchObject({ id: 1, hyperparameters: DEFAULT, origin: 'default' });
    expect(origins(trials).slice(1)).toEqual(Array(5).fill('oracle'));
    expect(search.baseline).toEqual(trials[0]);
    expect(new Set(configurations(trials).map((values) => JSON.stringify(values))).size).toBe(6);

    const without = create(define, { objective, maxTrials: 6, startWithDefault: false });
    expect(origins(play(without))).toEqual(Array(6).fill('oracle'));
    expect(without.baseline).toBeUndefined();
  });

  it('draws the same with the same seed, before and after it is taken up again', () => {
    const options = { objective, maxTrials: 6, seed: 7 };
    const whole = play(create(define, options));
    const directory = newFolder();
    for (let i = 0; i < 8; i++) {
      const asked = create(define, { ...options, directory }).ask({ epochs: 9 });
      // What was never told comes again, in the next process.
      if (asked === undefined) break;
      const search = create(define, { ...options, directory });
      const again = search.ask({ epochs: 9 });
      expect(again?.id).toBe(asked.id);
      search.tell(asked.id, asked.id);
    }
    const search = create(define, { ...options, directory });
    expect(configurations(play(search))).toEqual(configurations(whole));
    expect(origins(search.trials as Trial[])).toEqual(origins(whole));
  });

  it('goes on without a default that has too many weights, and says nothing', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const model = (weights: number) => ({ countParams: () => weights, dispose() {} });
    const heavy = (hp: HyperParameters) => {
      const depth = hp.int('depth', { min: 1, max: 4, default: 4 });
      hp.float('x', { min: -1, max: 1 });
      return model(10 * depth);
    };
    const options = { objective, maxTrials: 4, maxModelWeights: 30 };
    const trials = play(create(heavy, options));
    expect(origins(trials)).toEqual(Array(4).fill('oracle'));
    const without = create(heavy, { ...options, startWithDefault: false });
    expect(configurations(trials)).toEqual(configurations(play(without)));
    expect(warn).not.toHaveBeenCalled();
  });

  it('takes a default that cannot be defined for a failed trial, and does not try it again', () => {
    const broken = (hp: HyperParameters) => {
      if (hp.int('depth', { min: 1, max: 4, default: 2 }) === 2) throw new Error('two is unlucky');
      hp.choice('y', [1, 2]);
    };
    const trials = play(create(broken, { objective, maxTrials: 30 }));
    expect(trials[0]).toMatchObject({
      status: 'failed',
      origin: 'default',
      hyperparameters: { depth: 2 },
      reason: expect.stringMatching(/^two is unlucky/),
    });
    expect(trials.filter(({ hyperparameters }) => hyperparameters.depth === 2)).toHaveLength(1);
    // What is left: three depths with two values of y each.
    expect(trials).toHaveLength(7);
  });
});

describe('startWithDefault', () => {
  it('leaves a random search what it draws: only trial 1 is another', () => {
    const [first, ...others] = play(new RandomSearch(define, { objective, maxTrials: 8, seed: 3 }));
    const plain = play(new RandomSearch(define, { objective, maxTrials: 8, seed: 3, startWithDefault: false }));
    expect(first.hyperparameters).toEqual(DEFAULT);
    expect(configurations(others)).toEqual(configurations(plain.slice(1)));
    expect(others.map(({ seed }) => seed)).toEqual(plain.slice(1).map(({ seed }) => seed));
  });

  it('is no second trial where the oracle comes to the default by itself', () => {
    const few = (hp: HyperParameters) => {
      hp.choice('a', ['x', 'y'], { default: 'y' });
      hp.boolean('b', { default: true });
    };
    const grid = play(new GridSearch(few, { objective }));
    expect(configurations(grid).map(({ a, b }) => `${a} ${b}`)).toEqual([...['y true', 'x false', 'x true', 'y false']]);
    const random = new RandomSearch(few, { objective, maxTrials: 30 });
    expect(play(random)).toHaveLength(4);
    expect(random.exhausted).toBe(true);
  });

  it('goes before what was enqueued, which is left out where it is the default', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const search = new RandomSearch(define, { objective, maxTrials: 4 });
    search.enqueue({ depth: 4 });
    search.enqueue(DEFAULT);
    search.enqueue({ depth: 1, x: 0 });
    const trials = play(search);
    expect(origins(trials)).toEqual(['default', 'user', 'user', 'oracle']);
    expect(trials[0].hyperparameters).toEqual(DEFAULT);
    expect(trials[1].hyperparameters.depth).toBe(4);
    expect(trials[2].hyperparameters).toEqual({ depth: 1, x: 0 });
    expect(warn.mock.calls).toEqual([['The enqueued configuration {"depth":2,"x":0.25} is left out: it was tried before.']]);
  });

  it('is the default of the space that was given from outside', () => {
    const hyperparameters = new HyperParameters();
    hyperparameters.int('depth', { min: 3, max: 4, default: 4 });
    const search = new RandomSearch(define, { objective, maxTrials: 2, hyperparameters });
    expect(play(search)[0].hyperparameters).toEqual({ depth: 4, x: 0.25 });
  });

  it('is the only trial where there is nothing to choose', () => {
    const search = new RandomSearch((hp) => hp.fixed('x', 1), { objective });
    expect(origins(play(search))).toEqual(['default']);
    expect(search.exhausted).toBe(true);
  });

  it("is a member of Hyperband's first bracket, and no bracket grows for it", () => {
    const search = new Hyperband(define, { objective, factor: 3 });
    // The lower the id, the lower the score: the default is taken on to the end.
    const trials = play(search);
    expect(trials[0]).toMatchObject({ origin: 'default', status: 'completed', epochs: 9 });
    expect(trials).toHaveLength(9 + 5 + 3);
    const pruned = play(new Hyperband(define, { objective, factor: 3 }), (trial) => -trial);
    expect(pruned[0]).toMatchObject({ origin: 'default', status: 'pruned', epochs: 1 });
  });

  it('does not belong to an ablation, which begins with its base', () => {
    const ablation = new Ablation(define as never, { base: { depth: 3, x: 0 }, vary: { depth: [1] } });
    expect(configurations(play(ablation))).toEqual([
      { depth: 3, x: 0 },
      { depth: 1, x: 0 },
    ]);
    expect(ablation.baseline).toBeUndefined();
  });
});

describe('a folder', () => {
  it('refuses a search that begins otherwise, or begins anew', () => {
    const directory = newFolder();
    const begun = play(new RandomSearch(define, { objective, maxTrials: 2, directory }));
    const without = { objective, maxTrials: 2, directory, startWithDefault: false };
    expect(() => new RandomSearch(define, without)).toThrow(
      /holds a search with other settings: startWithDefault was true and is false\. Choose another/,
    );
    const anew = new RandomSearch(define, { ...without, overwrite: 'ifChanged' });
    expect(anew.trials).toEqual([]);
    expect(new RandomSearch(define, { objective, directory: `${directory}.1` }).trials).toEqual(begun);
  });

  it('of version 0.6 holds a search without the default, and goes on as one', () => {
    const [directory, old] = [newFolder(), newFolder()];
    const options = { objective, maxTrials: 3, seed: 5 };
    const search = new RandomSearch(define, { ...options, directory, startWithDefault: false });
    search.enqueue({ depth: 3 });
    play(search);
    const { events } = Journal.open<{ kind: string; config: object }>(join(directory, 'journal.jsonl'));
    mkdirSync(old);
    const { journal } = Journal.open(join(old, 'journal.jsonl'));
    for (const event of events) {
      const { startWithDefault, ...config } = (event.config ?? {}) as { startWithDefault?: boolean };
      if (event.kind === 'search') expect(startWithDefault).toBe(false);
      journal.append(event.kind === 'search' ? { ...event, config } : event);
    }
    expect(readFileSync(join(old, 'journal.jsonl'), 'utf8')).not.toContain('startWithDefault');

    const resumed = new RandomSearch(define, { ...options, maxTrials: 5, directory: old, startWithDefault: false });
    expect(resumed.trials).toEqual(search.trials);
    expect(origins(play(resumed))).toEqual(['user', ...Array(4).fill('oracle')]);
    expect(() => new RandomSearch(define, { ...options, directory: old })).toThrow(
      'other settings: startWithDefault was false and is true.',
    );
    const anew = new RandomSearch(define, { ...options, directory: old, overwrite: 'ifChanged' });
    expect(origins(play(anew))).toEqual(['default', 'oracle', 'oracle']);
    expect(existsSync(join(`${old}.1`, 'journal.jsonl'))).toBe(true);
  });

  it('has no default after the first trial', () => {
    const directory = newFolder();
    play(new RandomSearch(define, { objective, maxTrials: 1, directory }));
    const file = join(directory, 'journal.jsonl');
    const { events, journal } = Journal.open<{ kind: string; trial: number }>(file);
    const begun = events.find(({ kind }) => kind === 'begun') as { kind: string; trial: number };
    journal.append({ ...begun, trial: 2 });
    expect(() => new RandomSearch(define, { objective, directory })).toThrow(
      /origin must be "oracle" or "user" after the first trial, but is "default" in trial 2/,
    );
  });
});

describe('a search that is killed in its first trial', () => {
  it('ends with the same trials, the default first', async () => {
    const plan: SearchPlan = {
      method: 'random',
      options: { maxTrials: 3, folds: 2, seed: 1 },
      images: 240,
      run: { epochs: 8, batchSize: 8 },
    };
    const essence = (trials: readonly Trial[]) =>
      JSON.parse(JSON.stringify(trials, (key, value) => (['seconds', 'versions'].includes(key) ? undefined : value)));
    const unbroken = (await startSearchProcess(plan).ended).found?.trials as Trial[];
    const directory = newFolder();
    const start = () => startSearchProcess({ ...plan, options: { ...plan.options, directory } });
    const journal = join(directory, 'journal.jsonl');
    const killed = start();
    while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('"kind":"epoch"')) await sleep(2);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const { events } = Journal.open<{ kind: string }>(journal);
    expect(events.filter(({ kind }) => kind === 'begun')).toMatchObject([{ origin: 'default' }]);
    expect(events.some(({ kind }) => kind === 'settled')).toBe(false);
    const trials = (await start().ended).found?.trials as Trial[];
    expect(essence(trials)).toEqual(essence(unbroken));
    expect(origins(trials)).toEqual(['default', 'oracle', 'oracle']);
  });
});
