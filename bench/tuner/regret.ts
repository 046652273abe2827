/**
 * Prints how close to the least value of some functions TPE, random search and Optuna come:
 *
 *     npx tsx bench/tuner/regret.ts                      (ours alone, half a minute)
 *     npx tsx bench/tuner/regret.ts <python> [seeds]     (Optuna's, too, 4 s a seed)
 *
 * `<python>` is a Python that has Optuna, for instance `.../bin/python` after
 * `python3 -m venv ... && .../bin/pip install optuna==5.0.0`. Seeds are 0, 1, ..., 20 of them by default.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Oracle } from '../../lib/search/oracles/oracle';
import { RandomOracle } from '../../lib/search/oracles/random';
import { TpeOracle } from '../../lib/search/oracles/tpe';
import { HyperParameters } from '../../lib/search/space/hyperparameters';
import { simulate } from '../../test/lib/search/simulate';
import { functions, type TestFunction } from './functions';
import { mannWhitney, mean, quantile } from './statistics';

/** Numbers of trials after which the regret is taken. */
const CHECKPOINTS = [50, 100];
const OURS: Readonly<Record<string, () => Oracle>> = {
  'Inkwell TPE': () => new TpeOracle(),
  'Inkwell random': () => new RandomOracle(),
};

interface Run {
  readonly function: string;
  readonly searcher: string;
  readonly seed: number;
  /** Best value so far less the least one there is, at each checkpoint. */
  readonly regrets: readonly number[];
}

function search(f: TestFunction, searcher: string, seed: number): Run {
  const { trials } = simulate({
    createOracle: OURS[searcher],
    define: (hp) => void f.evaluate(hp),
    score: (values) => f.evaluate(HyperParameters.from(values)),
    maxTrials: Math.max(...CHECKPOINTS),
    seed,
  });
  const regrets = CHECKPOINTS.map((n) => Math.min(...trials.slice(0, n).map(({ score }) => score)) - f.minimum);
  return { function: f.name, searcher, seed, regrets };
}

const [python, seeds = '20'] = process.argv.slice(2);
const started = performance.now();
const runs: Run[] = functions.flatMap((f) =>
  Object.keys(OURS).flatMap((searcher) => Array.from({ length: Number(seeds) }, (_, seed) => search(f, searcher, seed))),
);
console.log(`${runs.length} searches of ours in ${((performance.now() - started) / 1000).toFixed(0)} s`);
if (python === undefined) {
  console.log('Without Optuna; see the head of this file for how to compare with it.');
} else {
  const script = join(__dirname, 'regret.py');
  const output = execFileSync(python, [script, seeds, CHECKPOINTS.join()], { encoding: 'utf8' });
  const optuna: { version: string; runs: Run[] } = JSON.parse(output);
  console.log(`Optuna ${optuna.version}`);
  runs.push(...optuna.runs);
}
console.log(`Regret over ${seeds} seeds; p: Mann-Whitney against Inkwell TPE, two-sided\n`);
console.log('| function | trials | search | median | quartiles | mean | p |');
console.log('|---|---|---|---|---|---|---|');
for (const f of functions) {
  for (const [i, trials] of CHECKPOINTS.entries()) {
    const regretsOf = (searcher: string) =>
      runs.filter((run) => run.function === f.name && run.searcher === searcher).map((run) => run.regrets[i]);
    for (const searcher of new Set(runs.map((run) => run.searcher))) {
      const regrets = regretsOf(searcher);
      const [low, median, high] = [0.25, 0.5, 0.75].map((q) => quantile(regrets, q).toFixed(3));
      const p = searcher === 'Inkwell TPE' ? '' : mannWhitney(regretsOf('Inkwell TPE'), regrets).toPrecision(2);
      console.log(`| ${f.name} | ${trials} | ${searcher} | ${median} | ${low} to ${high} | ${mean(regrets).toFixed(3)} | ${p} |`);
    }
  }
}
