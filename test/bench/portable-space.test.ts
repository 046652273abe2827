import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listEntries, type PortableEntry, portableSpace } from '../../bench/portable-space';
import { comparableSpace } from '../../bench/search-space';
import { contains } from '../../lib/search/space/domain';
import { buildCnn, buildMlp, HyperParameters, type HyperParameterValues, type SearchSpace } from '../../src';

const ROOT = join(__dirname, '..', '..');
const PROJECT_PYTHON = join(ROOT, '.venv', 'bin', 'python');
const BENCH_PYTHON = join(ROOT, 'bench', '.venv', 'bin', 'python');

/** What a Python program that imports `search_space` prints, as JSON; it gets `space` on its standard input. */
function runPython(python: string, space: readonly PortableEntry[], program: string) {
  const preamble = 'import json, sys\nimport search_space\nspace = json.load(sys.stdin)\n';
  const { stdout, stderr, status } = spawnSync(python, ['-c', preamble + program], {
    cwd: join(ROOT, 'bench', 'systems'),
    input: JSON.stringify(space),
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}

/** A made builder with every kind of domain, a scope in a scope, and a child of a child. */
function build(hp: HyperParameters): void {
  const layers = hp.int('layers', { min: 1, max: 3 });
  for (let layer = 1; layer <= layers; layer++) hp.int(`units${layer}`, { min: 32, max: 96, step: 32 });
  hp.choice('optimizer', ['adam', 'sgd']);
  hp.conditionalScope('optimizer', ['sgd'], () => {
    hp.boolean('nesterov');
    hp.conditionalScope('nesterov', [true], () => hp.float('momentum', { min: 0.5, max: 0.99, sampling: 'log' }));
  });
  hp.conditionalScope('optimizer', ['adam'], () => layers === 3 && hp.int('averaged', { min: 1, max: 4 }));
  hp.fixed('kind', 'plain');
  hp.conditionalScope('kind', ['plain'], () => hp.boolean('bias'));
  hp.float('rate', { min: 1e-4, max: 1e-1, sampling: 'log' });
  hp.int('filters', { min: 8, max: 64, step: 2, sampling: 'log' });
  hp.choice('strength', [0, 0.5, 1]);
  hp.float('dropout', { min: 0, max: 0.5, step: 0.1 });
  hp.fixed('batchSize', 128);
}

const space = portableSpace(build as never, { classNames: [] }, new HyperParameters());

describe('portableSpace', () => {
  it('has names in the order asked, with the conditions of scopes and of plain ifs', () => {
    expect(space.map(({ name }) => name)).toEqual([
      ...['layers', 'units1', 'units2', 'units3', 'optimizer', 'averaged', 'nesterov', 'momentum'],
      ...['kind', 'bias', 'rate', 'filters', 'strength', 'dropout', 'batchSize'],
    ]);
    const conditions = Object.fromEntries(space.map(({ name, conditions }) => [name, conditions]));
    expect(conditions.units1).toEqual([]);
    expect(conditions.units3).toEqual([{ parent: 'layers', values: [3] }]);
    expect(conditions.momentum.map(({ parent }) => parent)).toEqual(['optimizer', 'nesterov']);
    expect(conditions.averaged.map(({ parent }) => parent)).toEqual(['optimizer', 'layers']);
    expect(conditions.bias).toEqual([]);
    expect(space.find(({ name }) => name === 'filters')?.domain).toMatchObject({ values: [8, 16, 32, 64] });
  });

  it('always asks for what depends on nothing that a condition can say, and refuses a parent after its child', () => {
    const domain = { kind: 'boolean' } as const;
    const odd: SearchSpace = new Map([['odd', { domain, conditions: ['not always'] as const }]]);
    expect(listEntries(odd)).toEqual([{ name: 'odd', domain, conditions: [] }]);
    const late: SearchSpace = new Map([
      ['child', { domain, conditions: [{ parent: 'parent', values: [true] }] }],
      ['parent', { domain, conditions: [] }],
    ]);
    expect(() => listEntries(late)).toThrow('"child" depends on "parent"');
  });

  it.each([
    ['MLP', buildMlp],
    ['CNN', buildCnn],
  ])("has conditions that say when the %s's builder asks", (_name, builder) => {
    const entries = portableSpace(builder, { classNames: ['a', 'b'] }, comparableSpace());
    expect(entries.length).toBeGreaterThan(10);
  });
});

/** @throws where the builder does not ask for exactly these, or a value is not its domain's. */
function checkValues(values: HyperParameterValues): void {
  const hp = HyperParameters.from(values);
  build(hp);
  expect(Object.keys(hp.values)).toEqual(Object.keys(values));
  for (const [name, domain] of hp.space) expect(contains(domain, values[name]), name).toBe(true);
}

describe.skipIf(!existsSync(PROJECT_PYTHON))('search_space.py (skipped where .venv is not set up)', () => {
  it('asks in order, and only for what its conditions let be', () => {
    const program = `
first = lambda name, domain: {"layers": 2, "optimizer": "sgd", "nesterov": False}.get(name, name)
print(json.dumps(search_space.choose(space, first)))`;
    expect(Object.keys(runPython(PROJECT_PYTHON, space, program))).toEqual([
      ...['layers', 'units1', 'units2', 'optimizer', 'nesterov', 'kind', 'bias'],
      ...['rate', 'filters', 'strength', 'dropout', 'batchSize'],
    ]);
  });
});

describe.skipIf(!existsSync(BENCH_PYTHON))(
  'KerasTuner and Optuna (skipped where bench/.venv is not there: npm run bench makes it)',
  () => {
    it('suggests with Optuna what our builder asks for', () => {
      const program = `
import optuna
optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
print(json.dumps([search_space.choose_with_optuna(study.ask(), space) for _ in range(40)]))`;
      const all = runPython(BENCH_PYTHON, space, program) as HyperParameterValues[];
      for (const values of all) checkValues(values);
      expect(new Set(all.map(({ filters }) => filters))).toEqual(new Set([8, 16, 32, 64]));
      expect(all.some((values) => 'momentum' in values)).toBe(true);
    });

    it('suggests with KerasTuner what our builder asks for', () => {
      const program = `
import keras_tuner
found = []
objective = keras_tuner.Objective("score", "max")
class Tuner(keras_tuner.RandomSearch):
    def run_trial(self, trial, *args, **options):
        found.append(search_space.choose_with_keras_tuner(trial.hyperparameters, space))
        return {"score": 0.0}
class Model(keras_tuner.HyperModel):
    def build(self, hp):
        search_space.choose_with_keras_tuner(hp, space)
import tempfile
with tempfile.TemporaryDirectory() as folder:
    tuner = Tuner(Model(), objective, max_trials=40, seed=1, directory=folder)
    tuner.search(verbose=0)
print(json.dumps(found))`;
      const all = runPython(BENCH_PYTHON, space, program) as HyperParameterValues[];
      for (const values of all) checkValues(values);
      expect(all.some((values) => 'momentum' in values)).toBe(true);
      expect(all).toHaveLength(40);
      for (const name of ['units3', 'averaged']) expect(all.some((values) => name in values)).toBe(true);
      // TensorFlow is long in coming where the processor is busy.
    }, 300_000);
  },
);
