/**
 * `npm run bench`: how fast Inkwell is beside tfjs-node, Keras, JAX, PyTorch, KerasTuner and pandas, what its presets come to,
 * and how good its searches are.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PRESETS } from '../src';
import { benchAccuracy } from './accuracy';
import { type AccuracyResult, mergeAccuracy } from './accuracy-results';
import type { Bench } from './bench';
import { benchCell } from './cell';
import { benchData } from './data';
import { loadImages } from './images';
import { reportAnytime, reportRace, reportRank } from './long-parts';
import { describeRun } from './machine';
import { benchMemory } from './memory';
import { parseSeeds, parseWhole, splitLists, writeLines } from './options';
import { setUpPython } from './python';
import { GOALS } from './race';
import { writeAccuracy, writeReport } from './report';
import type { Result } from './results';
import { reportScans } from './scan';
import { benchSearch } from './search';
import { reportSoak } from './soak';
import { benchStep } from './step';

const PARTS: Readonly<Record<Result['what'], (bench: Bench) => Promise<Result[]>>> = {
  step: benchStep,
  search: benchSearch,
  data: benchData,
  cell: benchCell,
  memory: benchMemory,
};
/** Those that go alone. */
const LONG_PARTS = { race: reportRace, anytime: reportAnytime, rank: reportRank };
const ROOT = join(__dirname, '..');
const RESULTS = join(__dirname, 'results.json');
const ACCURACY = join(__dirname, 'accuracy.json');
const ACCURACY_FOLDER = join(ROOT, 'runs', 'bench-accuracy');

const HELP = `npm run bench -- [options]

Times Inkwell beside tfjs-node, Keras (on TensorFlow and on JAX), JAX, PyTorch (also with torch.compile), KerasTuner and
pandas, prints tables and, after a whole full run, writes bench/results.json. Let nothing else run meanwhile.

  --quick        fewer batch sizes, rounds and images: nine minutes for the steps on two cores
  --only PART    ${Object.keys(PARTS).join(', ')}; may be repeated. Or one of race, anytime and rank, which take longer: see below
  --out FILE     write the results as JSON to this file instead
  --help         this text

  --soak         instead prints what a process holds (memory, tensors, files, processes) along many short trials of which
                 some fail: with and without workers, about two minutes each
  --trials N     with --soak: default 300

  --scan         instead measures how well pages are read that are rendered from test images: characters found, and accuracy
                 beside that on the images themselves; trains quickCnn before. --pages N of each kind, default 8

  --accuracy     instead trains the presets and evaluates them on the test images: hours; prints a table and writes
                 bench/accuracy.json. A run that was stopped goes on after its last finished epoch. What was measured is in
                 runs/bench-accuracy; without that folder all begins anew
  --preset NAME  with --accuracy: ${PRESETS.map(({ name }) => name).join(', ')}; may be repeated; default all
  --dataset NAME with --accuracy: for instance emnist47, mnist; may be repeated
  --seeds LIST   with --accuracy: default 0,1,2
  --epochs N     with --accuracy: a trial with another number of epochs, which is not written to bench/accuracy.json

  --only race    the time from images in memory to a test accuracy, beside PyTorch with the same recipe; half an hour, most of
                 it for emnist47-91. Prints a table and writes bench/race.json; --seeds LIST, default 0,1,2; --goals LIST of
                 ${GOALS.map(({ name }) => name).join(', ')}
  --only anytime compares searches: how good the winner is by wall time, for Inkwell's searches with two workers,
                 KerasTuner's and Optuna's over the same space. Every winner is then trained by Inkwell on all training
                 images. Prints a table, writes bench/anytime.json and the figure docs/anytime.png with its numbers,
                 docs/anytime.json
  --only rank    says how well a search's scores order configurations, for the quick profile and that of version 0.6: rank
                 correlation with the test accuracy after a full training. Prints a table and writes bench/rank.json

  Both keep what they measured in runs/bench-anytime and runs/bench-rank, and go on there when they were stopped. They take
  --models LIST    mlp, cnn; default both
  --seeds LIST     default 0,1,2; rank has one seed, default 0
  --images N       of the search; --epochs N of a whole trial; default the quick profile's
  --train-images N of the winner's training, default all; --train-epochs N, default the quick profile's
  --dataset NAME   one
  --out FILE       for the JSON, instead of those in bench/ and docs/; the figure then lies beside it
  anytime also     --seconds N, wall time of each search, default 300; --systems LIST of inkwell, keras-tuner, optuna
  rank also        --configurations N, default 24; --budget NAME:IMAGES:FOLDS:EPOCHS instead of the two, may be repeated

Lists may have commas. The images are emnist47's from data/, the folder DATA_DIR or ../shared/data where one holds them, else
the built-in MNIST.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      soak: { type: 'boolean' },
      scan: { type: 'boolean' },
      pages: { type: 'string' },
      trials: { type: 'string' },
      accuracy: { type: 'boolean' },
      preset: { type: 'string', multiple: true },
      dataset: { type: 'string', multiple: true },
      seeds: { type: 'string' },
      epochs: { type: 'string' },
      models: { type: 'string' },
      systems: { type: 'string' },
      seconds: { type: 'string' },
      images: { type: 'string' },
      'train-images': { type: 'string' },
      'train-epochs': { type: 'string' },
      configurations: { type: 'string' },
      budget: { type: 'string', multiple: true },
      goals: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.soak) {
    await reportSoak(parseWhole('--trials', values.trials ?? '300', 1));
    return;
  }
  if (values.trials !== undefined) throw new Error('--trials goes with --soak alone; add --soak.');
  if (values.pages !== undefined && !values.scan) throw new Error('--pages goes with --scan alone; add --scan.');
  const started = performance.now();
  const say = (line: string) => console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  if (values.scan) {
    await reportScans(parseWhole('--pages', values.pages ?? '8', 1), say);
    return;
  }
  if (values.accuracy) {
    await reportAccuracy(values, say);
    return;
  }
  const long = values.only?.find((part) => part in LONG_PARTS);
  if (long) {
    if (values.only?.length !== 1) throw new Error(`--only ${long} takes long and goes alone; run the others before.`);
    await LONG_PARTS[long as keyof typeof LONG_PARTS](values, say);
    return;
  }
  const strays = {
    '--accuracy': ['preset'],
    '--accuracy, --only anytime or --only rank': ['dataset', 'epochs'],
    '--accuracy or --only race, anytime or rank': ['seeds'],
    '--only race': ['goals'],
    '--only anytime or --only rank': ['models', 'images', 'train-images', 'train-epochs'],
    '--only anytime': ['systems', 'seconds'],
    '--only rank': ['configurations', 'budget'],
  };
  for (const [owner, names] of Object.entries(strays)) {
    const stray = names.find((name) => values[name as keyof typeof values] !== undefined);
    if (stray) throw new Error(`--${stray} goes with ${owner} alone.`);
  }
  const parts = (values.only ?? Object.keys(PARTS)) as Result['what'][];
  const unknown = parts.find((part) => !(part in PARTS));
  if (unknown) throw new Error(`--only must be one of ${Object.keys(PARTS).join(', ')}, but got "${unknown}".`);
  const python = await setUpPython();
  const { train } = await loadImages();
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-bench-'));
  const bench: Bench = { quick: values.quick ?? false, folder, train, python, versions: new Set(), say };
  const results: Result[] = [];
  try {
    for (const part of parts) results.push(...(await PARTS[part](bench)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const pythonVersion = execFileSync(python, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`\n${describeRun(bench.versions, train, pythonVersion).join('\n')}\n\n${writeReport(results)}`);
  const whole = !values.quick && values.only === undefined;
  const out = values.out ?? (whole ? RESULTS : undefined);
  if (out !== undefined) {
    writeLines(out, results);
  }
}

interface AccuracyValues {
  readonly preset?: readonly string[];
  readonly dataset?: readonly string[];
  readonly seeds?: string;
  readonly epochs?: string;
}

async function reportAccuracy(values: AccuracyValues, say: (line: string) => void): Promise<void> {
  const names = PRESETS.map(({ name }) => name);
  const wanted = splitLists(values.preset) ?? names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--preset must be one of ${names.join(', ')}, but got "${unknown}".`);
  const results = await benchAccuracy({
    presets: PRESETS.filter(({ name }) => wanted.includes(name)),
    datasets: splitLists(values.dataset) ?? [undefined],
    seeds: parseSeeds(values.seeds ?? '0,1,2'),
    epochs: values.epochs === undefined ? undefined : parseWhole('--epochs', values.epochs, 1),
    folder: ACCURACY_FOLDER,
    say,
  });
  if (values.epochs !== undefined) {
    console.log(`\nA trial of ${values.epochs} epochs, not what the presets reach:\n\n${writeAccuracy(results)}`);
    return;
  }
  const earlier: AccuracyResult[] = existsSync(ACCURACY) ? JSON.parse(readFileSync(ACCURACY, 'utf8')) : [];
  const all = mergeAccuracy(earlier, results, names);
  console.log(`\n${writeAccuracy(all)}`);
  writeLines(ACCURACY, all);
}

main().catch((error: Error & { cure?: string }) => {
  console.error(`\n${error.message}${error.cure ? `\nCure: ${error.cure}` : ''}`);
  process.exitCode = 1;
});
