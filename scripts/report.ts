import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { requireSections } from './notebook/coursework';
import { type ExecutedNotebook, findExecuted } from './notebook/executed-notebook';
import { listNotebooks, NOTEBOOKS, REPORTS } from './notebook/folders';
import { UsageError } from './notebook/parameters';
import { runAndReport } from './notebook/run-and-report';
import { HELP, parseStartOptions, type StartOptions } from './notebook/start-options';
import { writeReport } from './notebook/write-report';

const show = (path: string) => relative(process.cwd(), path);

/** Reports of the outputs that are there: of the notebooks named, else of all that hold outputs. */
async function reportAsTheyAre({ notebooks, report }: StartOptions, areNamed: boolean): Promise<number> {
  const found = notebooks.map((name) => [name, findExecuted(name)] as const);
  const executed = found.flatMap(([, notebook]): ExecutedNotebook[] => (notebook ? [notebook] : []));
  const missing = found.filter(([, notebook]) => notebook === undefined).map(([name]) => name);
  if (executed.length === 0 || (areNamed && missing.length > 0)) {
    throw new UsageError(
      `A report shows a notebook's outputs, but there are none in ${missing.join(', ') || 'notebooks/'}. Run it in JupyterLab ` +
        '(npm run lab) and save it, or leave out --no-execute.',
    );
  }
  const texts = executed.map(({ notebook }) => notebook);
  requireSections(texts, report.build?.sections);
  mkdirSync(REPORTS, { recursive: true });
  for (const notebook of executed) {
    const written = await writeReport([notebook], join(REPORTS, notebook.name), report);
    console.log(`${written.map(show).join(' ')}  from ${show(notebook.path)}`);
  }
  if (missing.length > 0) console.log(`Without outputs, and left out: ${missing.join(', ')}`);
  if (notebooks.length > 1) {
    console.log((await writeReport(executed, join(REPORTS, 'report'), report, missing)).map(show).join(' '));
  }
  return 0;
}

async function main(): Promise<number> {
  const available = listNotebooks();
  const numbered = available.filter((name) => /^\d\d-/.test(name));
  const options = parseStartOptions(process.argv.slice(2), available, 'npm run report');
  if (options.help) {
    console.log(HELP['npm run report']);
    return 0;
  }
  if (available.length === 0) throw new UsageError(`${NOTEBOOKS} holds no notebook: restore it from git.`);
  const areNamed = options.notebooks.length < available.length;
  // Scratch notebooks of the user's own belong to a report only by name.
  const chosen = areNamed || numbered.length === 0 ? options : { ...options, notebooks: numbered };
  return chosen.execute ? runAndReport(chosen) : reportAsTheyAre(chosen, areNamed);
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
