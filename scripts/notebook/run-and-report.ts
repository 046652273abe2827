import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { defaultDatasetName } from '../../lib/data/load-dataset';
import { describeProvenance } from '../../lib/notebook/provenance';
import { RESULTS_TYPE, type Results } from '../../lib/notebook/results';
import { formatDuration } from '../../lib/notebook/time';
import { replaceFile } from '../../lib/storage/replace-file';
import { requireSections } from './coursework';
import { NOTEBOOKS, REPORTS } from './folders';
import { headingsByCell, type Notebook, outputsOf, readNotebook, sourceOf, writeNotebook } from './notebook-file';
import { injectParameters, parametersOf, planParameters } from './parameters';
import { ROOT } from './python';
import type { RunNote } from './report-facts';
import type { NamedNotebook } from './report-places';
import { type RunOutcome, runNotebook } from './run-notebook';
import type { StartOptions } from './start-options';
import { StatusLine } from './status-line';
import { writeReport } from './write-report';

const EXCERPT_LINES = 12;

const formatMemory = (bytes: number | null) => (bytes === null ? '' : `${(bytes / 1e9).toFixed(1)} GB`);

/** The value that a parameter has in a run, without its quotes. */
function effectiveValue(notebook: Notebook, literals: ReadonlyMap<string, string>, name: string): string | undefined {
  const literal = literals.get(name) ?? parametersOf(notebook).find((parameter) => parameter.name === name)?.initial;
  return literal?.replace(/^(['"])(.*)\1$/, '$2');
}

/** What is known of a run from outside, for its report. */
async function noteRun(
  notebook: Notebook,
  literals: ReadonlyMap<string, string>,
  { status, seconds, memory }: RunOutcome,
): Promise<RunNote> {
  const others = [...literals].filter(([name]) => !['dataset', 'profile', 'seed'].includes(name));
  const seed = effectiveValue(notebook, literals, 'seed');
  const profile = effectiveValue(notebook, literals, 'profile');
  return {
    status,
    run: {
      // A run that found no data set to take has failed, and said why.
      dataset: effectiveValue(notebook, literals, 'dataset') || (await defaultDatasetName().catch(() => 'none')),
      ...(profile === undefined ? {} : { profile }),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      parameters: others.map(([name, literal]) => `${name} = ${literal}`).join(', '),
      date: new Date().toISOString(),
      seconds,
      memory,
      ...describeProvenance(ROOT),
    },
  };
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

/** Runs a notebook, whose outputs are then in `target`, and says on `line` how far it is. */
async function runOne(
  name: string,
  notebook: Notebook,
  {
    target,
    place,
    line,
    elapsed,
    onStart,
  }: {
    readonly target: string;
    /** Which notebook it is of how many. */
    readonly place: string;
    readonly line: StatusLine;
    readonly elapsed: () => string;
    readonly onStart: (running: ReturnType<typeof runNotebook>) => void;
  },
): Promise<RunOutcome> {
  const source = join(REPORTS, `.${name}.running.ipynb`);
  const headings = headingsByCell(notebook);
  let now = { place, heading: 'starting the kernel', progress: '' };
  const tell = () => line.update(now.place, now.heading, now.progress, elapsed());
  const timer = setInterval(tell, 1000);
  try {
    writeNotebook(source, notebook);
    tell();
    const running = runNotebook(source, target, (event) => {
      if (event.event === 'progress') {
        now.progress = event.line;
        for (const ended of event.ended) line.note(ended, elapsed());
      } else {
        now = { place: `${place} ${event.number}/${event.of}`, heading: headings[event.index] ?? '', progress: '' };
      }
      tell();
    });
    onStart(running);
    return await running.outcome;
  } finally {
    clearInterval(timer);
    line.end();
    rmSync(source, { force: true });
  }
}

/** Writes `reports/summary.json`, and prints what came of it. */
function summarize({ dataset, seconds, models, reports, ...settings }: Summary): void {
  const paths = reports.map((path) => relative(ROOT, path));
  const summary = { dataset, ...settings, seconds: Math.round(seconds), models, reports: paths };
  replaceFile(join(REPORTS, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  const rows: [string, string][] = [
    ...(dataset ? [['Data set', dataset] as [string, string]] : []),
    ...models.map(({ name, testAccuracy, testLoss, seconds }): [string, string] => [
      `Best ${name}`,
      `${(100 * testAccuracy).toFixed(2)} % of the test images right, loss ${testLoss.toFixed(4)}, ` +
        `${formatDuration(seconds)} of searching and training, added up over workers`,
    ]),
    ['Time', formatDuration(seconds)],
    ['Reports', `${relative(process.cwd(), REPORTS)}/: ${reports.map((path) => basename(path)).join(', ')}, summary.json`],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  console.log('');
  for (const [label, text] of rows) console.log(`${label.padEnd(width)}  ${text}`);
}

interface Summary {
  readonly dataset: string | null;
  readonly profile: string | null;
  readonly seed: number;
  readonly seconds: number;
  readonly models: Results['models'];
  /** Paths of the reports. */
  readonly reports: readonly string[];
}

/**
 * Runs notebooks in their order and writes their reports, each when it is done and several bound together in the end.
 * Returns the exit status: 0, 1 where a notebook failed, 130 where the run was interrupted.
 */
export async function runAndReport(options: StartOptions): Promise<number> {
  const notebooks = new Map(options.notebooks.map((name) => [name, readNotebook(join(NOTEBOOKS, `${name}.ipynb`))] as const));
  const plan = planParameters(notebooks, options.settings);
  requireSections([...notebooks.values()], options.report.build?.sections);

  mkdirSync(REPORTS, { recursive: true });
  const start = performance.now();
  const elapsed = () => formatDuration((performance.now() - start) / 1000);
  const line = new StatusLine();
  const runs: NamedNotebook[] = [];
  const reports: string[] = [];
  // A notebook's report is written while the next notebook runs; they share a browser, so one after the other.
  let writing: Promise<void> = Promise.resolve();
  let results: Results | undefined;
  let failure: string | undefined;
  let interruptedAt: number | undefined;
  let running: ReturnType<typeof runNotebook> | undefined;
  const interrupt = () => {
    if (interruptedAt === undefined) {
      interruptedAt = performance.now();
      line.print('Stopping after the running step, then writing what there is. Ctrl-C again stops at once.');
      running?.stop();
    } else if (performance.now() - interruptedAt > 1000) {
      // One Ctrl-C comes twice: from the terminal, and passed on by tsx.
      running?.kill();
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

  for (const [i, [name, notebook]] of [...notebooks].entries()) {
    const literals = plan.get(name) ?? new Map<string, string>();
    injectParameters(notebook, literals);
    const target = join(REPORTS, `.${name}.ipynb.part`);
    const place = `[${i + 1}/${notebooks.size}] ${name}`;
    const outcome = await runOne(name, notebook, { target, place, line, elapsed, onStart: (started) => (running = started) });
    const executed = readNotebook(target);
    executed.metadata.inkwell = await noteRun(executed, literals, outcome);
    writeNotebook(target, executed);
    renameSync(target, join(REPORTS, `${name}.ipynb`));
    const run: NamedNotebook = { name, notebook: executed };
    runs.push(run);
    results = (outputsOf(executed, RESULTS_TYPE).at(-1) as Results | undefined) ?? results;
    writing = writing.then(async () => {
      const written = await writeReport([run], join(REPORTS, name), options.report);
      reports.push(...written);
      const mark = { done: '✓', failed: '✗', interrupted: '■' }[outcome.status];
      const words = [
        formatDuration(outcome.seconds),
        formatMemory(outcome.memory),
        written.map((path) => relative(process.cwd(), path)).join(' '),
      ];
      line.print(`${mark} ${name}  ${words.filter((word) => word !== '').join('  ')}`);
    });
    // It is awaited below; until then a failure must not end the process.
    writing.catch(() => {});
    if (outcome.status === 'failed') failure = describeFailure(name, executed, outcome);
    if (outcome.status !== 'done' || interruptedAt !== undefined) break;
  }

  await writing;
  if (notebooks.size > 1) {
    const missing = [...notebooks.keys()].slice(runs.length);
    reports.push(...(await writeReport(runs, join(REPORTS, 'report'), options.report, missing)));
  }

  const [[name, notebook]] = [...notebooks];
  const setting = (parameter: string) => effectiveValue(notebook, plan.get(name) ?? new Map(), parameter);
  summarize({
    dataset: results?.dataset ?? (setting('dataset') || null),
    profile: setting('profile') ?? null,
    seed: Number(setting('seed') ?? 0),
    seconds: (performance.now() - start) / 1000,
    models: results?.models ?? [],
    reports,
  });
  if (failure !== undefined) console.error(`\n${failure}`);
  return interruptedAt !== undefined ? 130 : failure !== undefined ? 1 : 0;
}
