/** `npm run bench`: how fast Inkwell is beside tfjs-node, Keras, PyTorch, KerasTuner and pandas, and what its presets come to. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { PRESETS } from '../src';
import { benchAccuracy } from './accuracy';
import { type AccuracyResult, mergeAccuracy } from './accuracy-results';
import type { Bench } from './bench';
import { benchCell } from './cell';
import { benchData } from './data';
import { loadImages } from './images';
import { describeRun } from './machine';
import { benchMemory } from './memory';
import { setUpPython } from './python';
import { writeAccuracy, writeReport } from './report';
import type { Result } from './results';
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
const ROOT = join(__dirname, '..');
const RESULTS = join(__dirname, 'results.json');
const ACCURACY = join(__dirname, 'accuracy.json');
const ACCURACY_FOLDER = join(ROOT, 'runs', 'bench-accuracy');

const HELP = `npm run bench -- [options]

Times Inkwell beside tfjs-node, Keras, PyTorch, KerasTuner and pandas, prints tables and, after a whole full run, writes
bench/results.json. About 20 minutes on two cores; let nothing else run meanwhile.

  --quick        a few minutes: fewer batch sizes, rounds and images
  --only PART    ${Object.keys(PARTS).join(', ')}; may be repeated
  --out FILE     write the results as JSON to this file instead
  --help         this text

  --soak         instead prints what a process holds (memory, tensors, files, processes) along many short trials of which
                 some fail: with and without workers, about two minutes each
  --trials N     with --soak: default 300

  --accuracy     instead trains the presets and evaluates them on the test images: hours; prints a table and writes
                 bench/accuracy.json. A run that was stopped goes on after its last finished epoch. What was measured is in
                 runs/bench-accuracy; without that folder all begins anew
  --preset NAME  with --accuracy: ${PRESETS.map(({ name }) => name).join(', ')}; may be repeated; default all
  --dataset NAME with --accuracy: for instance emnist47, mnist; may be repeated
  --seeds LIST   with --accuracy: default 0,1,2
  --epochs N     with --accuracy: a trial with another number of epochs, which is not written to bench/accuracy.json

Lists may have commas. The images are emnist47's from data/, the folder DATA_DIR or ../shared/data where one holds them, else the built-in MNIST.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      soak: { type: 'boolean' },
      trials: { type: 'string' },
      accuracy: { type: 'boolean' },
      preset: { type: 'string', multiple: true },
      dataset: { type: 'string', multiple: true },
      seeds: { type: 'string' },
      epochs: { type: 'string' },
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
  const started = performance.now();
  const say = (line: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  if (values.accuracy) {
    await reportAccuracy(values, say);
    return;
  }
  const stray = (['preset', 'dataset', 'seeds', 'epochs'] as const).find(
    (name) => values[name] !== undefined,
  );
  if (stray) throw new Error(`--${stray} goes with --accuracy alone; add --accuracy.`);
  const parts = (values.only ?? Object.keys(PARTS)) as Result['what'][];
  const unknown = parts.find((part) => !(part in PARTS));
  if (unknown)
    throw new Error(`--only must be one of ${Object.keys(PARTS).join(', ')}, but got "${unknown}".`);
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
  if (unknown !== undefined)
    throw new Error(`--preset must be one of ${names.join(', ')}, but got "${unknown}".`);
  const results = await benchAccuracy({
    presets: PRESETS.filter(({ name }) => wanted.includes(name)),
    datasets: splitLists(values.dataset) ?? [undefined],
    seeds: parseSeeds(values.seeds ?? '0,1,2'),
    epochs: values.epochs === undefined ? undefined : parseWhole('--epochs', values.epochs, 1),
    folder: ACCURACY_FOLDER,
    say,
  });
  if (values.epochs !== undefined) {
    console.log(
      `\nA trial of ${values.epochs} epochs, not what the presets reach:\n\n${writeAccuracy(results)}`,
    );
    return;
  }
  const earlier: AccuracyResult[] = existsSync(ACCURACY) ? JSON.parse(readFileSync(ACCURACY, 'utf8')) : [];
  const all = mergeAccuracy(earlier, results, names);
  console.log(`\n${writeAccuracy(all)}`);
  writeLines(ACCURACY, all);
}

function splitLists(lists?: readonly string[]): string[] | undefined {
  return lists && [...new Set(lists.flatMap((list) => list.split(',')).map((name) => name.trim()))];
}

function parseSeeds(list: string): number[] {
  return [...new Set(list.split(',').map((seed) => parseWhole('--seeds', seed, 0)))];
}

function parseWhole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
    throw new Error(`${option} must have whole numbers, ${least} or more, but got "${text}".`);
  }
  return value;
}

/** A JSON list with a line for each result. */
function writeLines(file: string, results: readonly object[]): void {
  const lines = results.map((result) => `  ${JSON.stringify(result)}`);
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
  console.log(`\nThe results are in ${relative(process.cwd(), file)}.`);
}

main().catch((error: Error & { cure?: string }) => {
  console.error(`\n${error.message}${error.cure ? `\nCure: ${error.cure}` : ''}`);
  process.exitCode = 1;
});
