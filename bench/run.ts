/** `npm run bench`: how fast Inkwell is beside tfjs-node, Keras, PyTorch, KerasTuner and pandas. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { loadDataset } from '../src';
import type { Bench } from './bench';
import { benchCell } from './cell';
import { benchData } from './data';
import { describeRun } from './machine';
import { benchMemory } from './memory';
import { setUpPython } from './python';
import { writeReport } from './report';
import type { Result } from './results';
import { benchSearch } from './search';
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

const HELP = `npm run bench -- [options]

Times Inkwell beside tfjs-node, Keras, PyTorch, KerasTuner and pandas, prints tables and, after a whole full run, writes
bench/results.json. About 20 minutes on two cores; let nothing else run meanwhile.

  --quick        a few minutes: fewer batch sizes, rounds and images
  --only PART    ${Object.keys(PARTS).join(', ')}; may be repeated
  --out FILE     write the results as JSON to this file instead
  --help         this text

The images are emnist47's from data/, the folder DATA_DIR or ../shared/data where one holds them, else the built-in MNIST.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const parts = (values.only ?? Object.keys(PARTS)) as Result['what'][];
  const unknown = parts.find((part) => !(part in PARTS));
  if (unknown)
    throw new Error(`--only must be one of ${Object.keys(PARTS).join(', ')}, but got "${unknown}".`);
  const started = performance.now();
  const say = (line: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
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
    const lines = results.map((result) => `  ${JSON.stringify(result)}`);
    writeFileSync(out, `[\n${lines.join(',\n')}\n]\n`);
    console.log(`\nThe results are in ${relative(process.cwd(), out)}.`);
  }
}

async function loadImages() {
  const folders = [process.env.DATA_DIR, join(ROOT, 'data'), join(ROOT, '..', 'shared', 'data')];
  const directory = folders.find(
    (folder) => folder && existsSync(join(folder, 'emnist47-train-images-idx3-ubyte.gz')),
  );
  return directory ? loadDataset('emnist47', { directory }) : loadDataset('mnist');
}

main().catch((error: Error & { cure?: string }) => {
  console.error(`\n${error.message}${error.cure ? `\nCure: ${error.cure}` : ''}`);
  process.exitCode = 1;
});
