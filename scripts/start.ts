import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { defaultDatasetName } from '../src/data';
import { formatDuration } from '../src/notebook/progress';
import { RESULTS_TYPE, type Results } from '../src/notebook/results';
import {
  headingsByCell,
  type Notebook,
  outputsOf,
  readNotebook,
  sourceOf,
  writeNotebook,
} from './notebook/notebook-file';
import { injectParameters, parametersOf, planParameters, UsageError } from './notebook/parameters';
import { exportReports, ROOT } from './notebook/python';
import { type RunOutcome, runNotebook } from './notebook/run-notebook';
import { HELP, parseStartOptions } from './notebook/start-options';
import { StatusLine } from './notebook/status-line';

const NOTEBOOKS = join(ROOT, 'notebooks');
const REPORTS = join(ROOT, 'reports');
const EXCERPT_LINES = 12;

const formatMemory = (bytes: number | null) => (bytes === null ? '' : `${(bytes / 1e9).toFixed(1)} GB`);

/** Where and with what a run was made, for its report. */
function describeMachine(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const versionOf = (name: string) =>
    JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version as string;
  const cpus = os.cpus();
  return {
    Machine: `${cpus[0]?.model.trim() ?? os.arch()}, ${cpus.length} cores, ${Math.round(os.totalmem() / 1e9)} GB, ${os.type()} ${os.arch()}`,
    Versions: `Inkwell ${version}, Node ${process.versions.node}, TensorFlow.js ${versionOf('@tensorflow/tfjs-node')}, tslab ${versionOf('tslab')}, Plotly.js ${versionOf('plotly.js-dist')}`,
  };
}

/** The value that a parameter has in a run, without its quotes. */
function effectiveValue(
  notebook: Notebook,
  literals: ReadonlyMap<string, string>,
  name: string,
): string | undefined {
  const literal =
    literals.get(name) ?? parametersOf(notebook).find((parameter) => parameter.name === name)?.initial;
  return literal?.replace(/^(['"])(.*)\1$/, '$2');
}

/** What the report says above the notebook's text. */
function describeRun(
  notebook: Notebook,
  literals: ReadonlyMap<string, string>,
  { seconds, memory }: RunOutcome,
): Record<string, string> {
  const others = [...literals].filter(([name]) => !['dataset', 'profile', 'seed'].includes(name));
  const facts = {
    'Data set': effectiveValue(notebook, literals, 'dataset') || defaultDatasetName(),
    Profile: effectiveValue(notebook, literals, 'profile'),
    Seed: effectiveValue(notebook, literals, 'seed'),
    Parameters: others.map(([name, literal]) => `${name} = ${literal}`).join(', '),
    Date: new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    'Run time': [formatDuration(seconds), memory === null ? '' : `${formatMemory(memory)} at most`]
      .filter((part) => part !== '')
      .join(', '),
    ...describeMachine(),
  };
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

function describeFailure(name: string, notebook: Notebook, { error }: RunOutcome): string {
  if (error === undefined) return `${name} failed.`;
  const cell = notebook.cells[error.index];
  const source = (cell === undefined ? '' : sourceOf(cell)).split('\n');
  const excerpt = source.slice(0, EXCERPT_LINES).map((line) => `    ${line}`);
  if (source.length > EXCERPT_LINES) excerpt.push(`    ... (${source.length - EXCERPT_LINES} more lines)`);
  const text = stripVTControlCharacters(error.text).trim();
  const heading = headingsByCell(notebook)[error.index];
  return [
    `✗ ${name} failed in code cell ${error.number}${heading ? ` (${heading})` : ''}:`,
    ...excerpt,
    ...text.split('\n').map((line) => `  ${line}`),
  ].join('\n');
}

async function main(): Promise<number> {
  const available = existsSync(NOTEBOOKS)
    ? readdirSync(NOTEBOOKS)
        .filter((file) => /^\d\d-.*\.ipynb$/.test(file))
        .map((file) => file.replace(/\.ipynb$/, ''))
        .sort()
    : [];
  const options = parseStartOptions(process.argv.slice(2), available);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.notebooks.length === 0)
    throw new UsageError(`${NOTEBOOKS} holds no notebook: restore it from git.`);
  const notebooks = new Map(
    options.notebooks.map((name) => [name, readNotebook(join(NOTEBOOKS, `${name}.ipynb`))] as const),
  );
  const plan = planParameters(notebooks, options.settings);

  mkdirSync(REPORTS, { recursive: true });
  const start = Date.now();
  const elapsed = () => formatDuration((Date.now() - start) / 1000);
  const line = new StatusLine();
  const reports: string[] = [];
  let results: Results | undefined;
  let failure: string | undefined;
  let interruptedAt: number | undefined;
  let running: ReturnType<typeof runNotebook> | undefined;
  const interrupt = () => {
    if (interruptedAt === undefined) {
      interruptedAt = Date.now();
      line.print('Stopping after the running step, then writing what there is. Ctrl-C again stops at once.');
      running?.stop();
    } else if (Date.now() - interruptedAt > 1000) {
      // One Ctrl-C comes twice: from the terminal, and passed on by tsx.
      running?.kill();
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

  for (const [i, [name, notebook]] of [...notebooks].entries()) {
    const literals = plan.get(name) ?? new Map<string, string>();
    injectParameters(notebook, literals);
    const source = join(REPORTS, `.${name}.running.ipynb`);
    const target = join(REPORTS, `.${name}.ipynb.part`);
    const headings = headingsByCell(notebook);
    let place = `[${i + 1}/${notebooks.size}] ${name}`;
    let heading = 'starting the kernel';
    let progress = '';
    const tell = () => line.update(place, heading, progress, elapsed());
    const timer = setInterval(tell, 1000);
    let outcome: RunOutcome;
    try {
      writeNotebook(source, notebook);
      tell();
      running = runNotebook(source, target, (event) => {
        if (event.event === 'progress') {
          // The bar itself takes the room of the words.
          progress = event.text.replace(/ [█░]+/, '');
        } else {
          progress = '';
          place = `[${i + 1}/${notebooks.size}] ${name} ${event.number}/${event.of}`;
          heading = headings[event.index] ?? '';
        }
        tell();
      });
      outcome = await running.outcome;
    } finally {
      clearInterval(timer);
      line.end();
      rmSync(source, { force: true });
    }

    const executed = readNotebook(target);
    executed.metadata.inkwell = {
      ...(executed.metadata.inkwell as object),
      facts: describeRun(executed, literals, outcome),
    };
    writeNotebook(target, executed);
    renameSync(target, join(REPORTS, `${name}.ipynb`));
    const report = join(REPORTS, `${name}.html`);
    await exportReports([[join(REPORTS, `${name}.ipynb`), report]]);
    reports.push(relative(ROOT, report));
    results = (outputsOf(executed, RESULTS_TYPE).at(-1) as Results | undefined) ?? results;
    const mark = { done: '✓', failed: '✗', interrupted: '■' }[outcome.status];
    const words = [
      formatDuration(outcome.seconds),
      formatMemory(outcome.memory),
      relative(process.cwd(), report),
    ];
    line.print(`${mark} ${name}  ${words.filter((word) => word !== '').join('  ')}`);
    if (outcome.status === 'failed') failure = describeFailure(name, executed, outcome);
    if (outcome.status !== 'done' || interruptedAt !== undefined) break;
  }

  const first = [...notebooks][0] as [string, Notebook];
  const setting = (name: string) => effectiveValue(first[1], plan.get(first[0]) ?? new Map(), name);
  const seconds = (Date.now() - start) / 1000;
  const summary = {
    dataset: results?.dataset ?? (setting('dataset') || null),
    profile: setting('profile') ?? null,
    seed: Number(setting('seed') ?? 0),
    seconds: Math.round(seconds),
    models: results?.models ?? [],
    reports,
  };
  const summaryPath = join(REPORTS, 'summary.json');
  writeFileSync(`${summaryPath}.part`, `${JSON.stringify(summary, null, 2)}\n`);
  renameSync(`${summaryPath}.part`, summaryPath);

  console.log('');
  const rows: [string, string][] = [
    ...(summary.dataset ? [['Data set', summary.dataset] as [string, string]] : []),
    ...summary.models.map(({ name, testAccuracy, testLoss, seconds }): [string, string] => [
      `Best ${name}`,
      `${(100 * testAccuracy).toFixed(2)} % of the test images right, loss ${testLoss.toFixed(4)}, ${formatDuration(seconds)} of search and training`,
    ]),
    ['Time', formatDuration(seconds)],
    ['Reports', `${relative(process.cwd(), REPORTS)}/*.html, summary.json`],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, text] of rows) console.log(`${label.padEnd(width)}  ${text}`);
  if (failure !== undefined) console.error(`\n${failure}`);
  return interruptedAt !== undefined ? 130 : failure !== undefined ? 1 : 0;
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
