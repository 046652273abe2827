import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canRateImportance, hyperparameterImportance } from '../../../lib/search/importance';
import type { Domain, HyperParameterValues } from '../../../lib/search/space/domain';
import type { Trial } from '../../../lib/search/trial';
import { makeUpTrial } from './simulate';

const MIN = { direction: 'min' } as const;

function completed(configurations: readonly (readonly [HyperParameterValues, number])[]): Trial[] {
  return configurations.map(([hyperparameters, score], i) =>
    makeUpTrial({ id: i + 1, status: 'completed', hyperparameters, score, scores: [score] }),
  );
}

const float = (min: number, max: number, parts = {}): Domain => ({ kind: 'float', min, max, sampling: 'linear', ...parts });
const int = (min: number, max: number, parts = {}): Domain => ({ kind: 'int', min, max, sampling: 'linear', ...parts });
const choice = (...values: string[]): Domain => ({ kind: 'choice', values });

describe('hyperparameterImportance beside Optuna', () => {
  // Made by importance-optuna.py beside it; cells of a line: hyperparameters, empty where inactive, and the
  // score.
  const golden: {
    columns: string[];
    studies: { conditional: boolean; trials: string[]; importances: Record<string, number> }[];
  } = JSON.parse(readFileSync(join(__dirname, 'importance-optuna.json'), 'utf8'));
  const space = new Map<string, Domain>([
    ['optimizer', choice('rmsprop', 'adam', 'sgd')],
    ['rate', float(1e-5, 1, { sampling: 'log' })],
    ['momentum', float(0, 0.99)],
    ['decay', { kind: 'boolean' }],
    ['decayFactor', float(0.1, 1, { step: 0.05 })],
    ['width', int(32, 512, { step: 32 })],
    ['units', int(8, 1024, { sampling: 'log' })],
    ['size', int(1, 200)],
  ]);
  const parse = (line: string): readonly [HyperParameterValues, number] => {
    const cells = line.split(',').map((cell, i) => {
      if (cell === 'true' || cell === 'false') return [golden.columns[i], cell === 'true'];
      return [golden.columns[i], Number.isNaN(Number(cell)) ? cell : Number(cell)];
    });
    const { score, ...values } = Object.fromEntries(cells.filter((_, i) => line.split(',')[i] !== '')) as Record<string, number>;
    return [values, score];
  };

  it.each(golden.studies)('agrees with its PedAnovaImportanceEvaluator (conditional: $conditional)', (study) => {
    const found = hyperparameterImportance(completed(study.trials.map(parse)), MIN, space);
    expect(found.map(({ name }) => name)).toEqual(
      Object.entries(study.importances)
        .sort(([, a], [, b]) => b - a)
        .map(([name]) => name),
    );
    for (const { name, importance } of found) expect(importance).toBeCloseTo(study.importances[name], 8);
    const active = study.trials.filter((line) => line.split(',')[golden.columns.indexOf('momentum')] !== '');
    expect(found.find(({ name }) => name === 'momentum')?.trials).toBe(active.length);
  });
});

describe('hyperparameterImportance', () => {
  // Ten trials, so the best five. All of these have `a` and half have `c`; of all ten, half have `a` and half
  // `c`.
  const trials = completed(
    Array.from({ length: 10 }, (_, i) => [
      { which: i < 5 ? 'a' : 'b', other: [0, 1, 5, 6, 7].includes(i) ? 'c' : 'd', seed: 3, alone: 7 },
      i,
    ]),
  );
  const space = new Map<string, Domain>([
    ['seed', { kind: 'fixed', value: 3 }],
    ['alone', int(7, 7)],
    ['unmet', float(0, 1)],
    ['other', choice('c', 'd')],
    ['which', choice('a', 'b')],
  ]);

  it('is the divergence of the best from all, worked by hand', () => {
    // `which`: five of a: one occupied cell, so the kernel of a is (1.5, 0.5) / 2, with the prior (5 * 0.75 +
    // 0.5) / 6 = 17/24 and 7/24. Of all: two occupied, (4/3, 1/3) / (5/3), and by symmetry 1/2 each. `other`:
    // of the best 2 of c and 3 of d: (2 * 0.8 + 3 * 0.2 + 0.5) / 6 = 0.45 and 0.55.
    const which = 0.5 * ((17 / 12 - 1) ** 2 + (7 / 12 - 1) ** 2);
    const other = 0.5 * ((0.9 - 1) ** 2 + (1.1 - 1) ** 2);
    const found = hyperparameterImportance(trials, MIN, space);
    expect(found.map(({ name }) => name)).toEqual(['which', 'other']);
    expect(found[0].importance).toBeCloseTo(which / (which + other), 12);
    expect(found[1].importance).toBeCloseTo(other / (which + other), 12);
    expect(found.map(({ trials: count }) => count)).toEqual([10, 10]);
  });

  it('follows the direction of the objective', () => {
    const uneven = completed(trials.map(({ hyperparameters: { which } }, i) => [{ which, first: i < 1 ? 'c' : 'd' }, i]));
    const both = new Map([
      ['which', choice('a', 'b')],
      ['first', choice('c', 'd')],
    ]);
    const negated = uneven.map((trial) => ({ ...trial, score: -trial.score }));
    const greatest = hyperparameterImportance(uneven, { direction: 'max' }, both);
    expect(greatest).toEqual(hyperparameterImportance(negated, MIN, both));
    expect(greatest).not.toEqual(hyperparameterImportance(uneven, MIN, both));
  });

  it('gives a hyperparameter of a rare branch less than one that all have', () => {
    const configurations = Array.from({ length: 40 }, (_, i): [HyperParameterValues, number] => {
      const x = (i % 20) / 20;
      return [i < 10 ? { x, rare: x } : { x }, x];
    });
    const found = hyperparameterImportance(
      completed(configurations),
      MIN,
      new Map([
        ['x', float(0, 1)],
        ['rare', float(0, 1)],
      ]),
    );
    expect(found.map(({ name, trials: count }) => [name, count])).toEqual([
      ['x', 40],
      ['rare', 10],
    ]);
    expect(found[1].importance).toBeLessThan(0.4);
  });

  it('finds nothing important where all scores are equal: ties belong together', () => {
    const equal = completed(trials.map(({ hyperparameters }) => [hyperparameters, 0.5]));
    expect(hyperparameterImportance(equal, MIN, space).map(({ importance }) => importance)).toEqual([0, 0]);
  });

  it('counts diverged trials as bad ones, and neither failed nor running ones', () => {
    const good = completed(Array.from({ length: 12 }, (_, i) => [{ rate: 0.05 * (i % 6) }, i % 3]));
    const space = new Map([
      ['rate', float(0, 1)],
      ['noise', choice('a', 'b', 'c')],
    ]);
    const more = (status: Trial['status']) =>
      [12, 13, 14, 15].map((id) => makeUpTrial({ id: id + 1, status, hyperparameters: { rate: 0.9, noise: 'a' } }));
    const of = (some: Trial[]) => hyperparameterImportance(some, MIN, space);
    expect(of([...good, ...more('failed')])).toEqual(of(good));
    expect(of([...good, ...more('running')])).toEqual(of(good));
    expect(of([...good, ...more('pruned')]).find(({ name }) => name === 'rate')?.trials).toBe(16);
  });

  it('leaves out what fewer than ten trials have', () => {
    const some = (count: number) =>
      completed(
        trials.map(({ hyperparameters, score }, i) => [{ ...hyperparameters, ...(i < count ? { rare: i / 20 } : {}) }, score]),
      );
    const wider = new Map([...space, ['rare', float(0, 1)] as const]);
    const namesOf = (count: number) => hyperparameterImportance(some(count), MIN, wider).map(({ name }) => name);
    expect(namesOf(9)).not.toContain('rare');
    expect(namesOf(10)).toContain('rare');
  });

  it('refuses fewer than ten trials with a score', () => {
    const few = [...trials.slice(0, 9), makeUpTrial({ id: 10, status: 'failed' })];
    expect(() => hyperparameterImportance(few, MIN, space)).toThrow(
      'Importances need at least 10 trials with a score, but there are 9: raise maxTrials and run the search again.',
    );
    expect(canRateImportance({ trials: few, objective: MIN })).toBe(false);
    expect(canRateImportance({ trials: trials.slice(0, 10), objective: MIN })).toBe(true);
  });
});
