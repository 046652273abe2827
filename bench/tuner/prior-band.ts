/**
 * Prints how close PriorBand and Hyperband come to the least value of functions of several fidelities, with good and
 * bad priors, beside NePS's PriorBand:
 *
 *     npx tsx bench/tuner/prior-band.ts                      (ours alone, some seconds)
 *     npx tsx bench/tuner/prior-band.ts <python> [seeds]     (NePS's, too, 10 to 30 s a seed)
 *
 * `<python>` is a Python that has NePS, for instance `.../bin/python` after `python3 -m venv ... &&
 * .../bin/pip install neural-pipeline-search==0.17.0`. Seeds are 0, 1, ..., 20 of them by default.
 *
 * The priors are as wide in both: standard deviation 0.25, which NePS 0.17 calls a high confidence. Neither begins with
 * the prior's center. A training that goes on costs the epochs that are new. Regrets are those of the best whole
 * training so far. Of the 12 trials that begin Hyperband's second bracket NePS has 9, so brackets end at other epochs.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HyperbandOracle } from '../../lib/search/oracles/hyperband';
import type { Oracle } from '../../lib/search/oracles/oracle';
import { PriorBandOracle } from '../../lib/search/oracles/prior-band';
import { simulate } from '../../test/lib/search/simulate';
import { defineHartmann, EPOCHS, evaluateHartmann, type Hartmann, hartmanns } from './hartmann';
import { mannWhitney, mean, quantile } from './statistics';

/** Epochs in all after which the regret is taken: 4, 12 and 24 whole trainings. */
const CHECKPOINTS = [4, 12, 24].map((trainings) => trainings * EPOCHS);
const FIRST = 'Inkwell PriorBand';
const OURS: Readonly<Record<string, () => Oracle>> = {
  [FIRST]: () => new PriorBandOracle({ iterations: 2 }),
  'Inkwell Hyperband': () => new HyperbandOracle({ iterations: 2 }),
};

interface Run {
  readonly function: string;
  readonly prior: string;
  readonly searcher: string;
  readonly seed: number;
  /** Best value of a whole training so far less the least one there is, at each checkpoint. */
  readonly regrets: readonly number[];
}

function search(f: Hartmann, prior: string, searcher: string, seed: number): Run {
  const { trials, decisions } = simulate({
    createOracle: OURS[searcher],
    define: (hp) => defineHartmann(hp, f.priors[prior]),
    score: (values, epochs) => evaluateHartmann(f, values, epochs),
    epochs: EPOCHS,
    seed,
  });
  const regrets: number[] = CHECKPOINTS.map(() => Number.POSITIVE_INFINITY);
  const trained = new Map<number, number>();
  let begun = 0;
  let spent = 0;
  for (const decision of decisions) {
    if (decision.kind !== 'start' && decision.kind !== 'continue') continue;
    const id = decision.kind === 'start' ? ++begun : decision.trial;
    spent += decision.epochs - (trained.get(id) ?? 0);
    trained.set(id, decision.epochs);
    if (decision.epochs < EPOCHS) continue;
    for (const [i, checkpoint] of CHECKPOINTS.entries()) {
      if (spent <= checkpoint) regrets[i] = Math.min(regrets[i], trials[id - 1].score - f.minimum);
    }
  }
  return { function: f.name, prior, searcher, seed, regrets };
}

const [python, seeds = '20'] = process.argv.slice(2);
const started = performance.now();
const runs: Run[] = hartmanns.flatMap((f) =>
  Object.keys(f.priors).flatMap((prior) =>
    Object.keys(OURS).flatMap((searcher) => Array.from({ length: Number(seeds) }, (_, seed) => search(f, prior, searcher, seed))),
  ),
);
console.log(`${runs.length} searches of ours in ${((performance.now() - started) / 1000).toFixed(0)} s`);
if (python === undefined) {
  console.log('Without NePS; see the head of this file for how to compare with it.');
} else {
  const script = join(__dirname, 'prior-band.py');
  const task = JSON.stringify({ seeds: Number(seeds), checkpoints: CHECKPOINTS, epochs: EPOCHS, functions: hartmanns });
  const begun = performance.now();
  const output = execFileSync(python, [script], { input: task, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const neps: { version: string; runs: Run[] } = JSON.parse(output);
  console.log(`NePS ${neps.version}, ${neps.runs.length} searches in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  runs.push(...neps.runs);
}
console.log(`Regret over ${seeds} seeds; p: Mann-Whitney against ${FIRST}, two-sided\n`);
console.log('| function | prior | epochs | search | mean | median | quartiles | p |');
console.log('|---|---|---|---|---|---|---|---|');
for (const f of hartmanns) {
  for (const prior of Object.keys(f.priors)) {
    for (const [i, epochs] of CHECKPOINTS.entries()) {
      const regretsOf = (searcher: string) =>
        runs
          .filter((run) => run.function === f.name && run.prior === prior && run.searcher === searcher)
          .map((run) => run.regrets[i]);
      for (const searcher of new Set(runs.map((run) => run.searcher))) {
        const regrets = regretsOf(searcher);
        const [low, median, high] = [0.25, 0.5, 0.75].map((q) => quantile(regrets, q).toFixed(3));
        const p = searcher === FIRST ? '' : mannWhitney(regretsOf(FIRST), regrets).toPrecision(2);
        const row = [f.name, prior, epochs, searcher, mean(regrets).toFixed(3), median, `${low} to ${high}`, p];
        console.log(`| ${row.join(' | ')} |`);
      }
    }
  }
}
