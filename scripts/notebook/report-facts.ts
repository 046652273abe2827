import { citeDataset } from '../../lib/data/cite-dataset';
import { RUN_TYPE, type RunRecord } from '../../lib/notebook/provenance';
import { formatDuration } from '../../lib/notebook/time';
import { type Cell, headingsByCell, type Notebook, outputsOf, sourceOf } from './notebook-file';

/** What `npm start` notes in an executed notebook's metadata, under `inkwell`. */
export interface RunNote {
  readonly status?: 'done' | 'failed' | 'interrupted';
  readonly run?: Partial<RunRecord> & {
    /** Parameters set on the command line, but for data set, profile and seed. */
    readonly parameters?: string;
    readonly seconds?: number;
    /** Most memory of the kernel, in bytes. */
    readonly memory?: number | null;
  };
}

/** What a report says about a run, as labels and words, in the order in which they stand. */
export type Facts = ReadonlyMap<string, string>;

interface Timing {
  readonly 'iopub.execute_input'?: string;
  readonly 'iopub.status.busy'?: string;
  readonly 'iopub.status.idle'?: string;
  readonly 'shell.execute_reply'?: string;
}

const noteOf = (notebook: Notebook) => (notebook.metadata.inkwell ?? {}) as RunNote;
const isRun = (cell: Cell) => cell.cell_type === 'code' && sourceOf(cell).trim() !== '';

/** Seconds that the cells took, from the times that JupyterLab stores in them; undefined where there are none. */
export function timeOfCells(notebook: Notebook): number | undefined {
  const seconds = notebook.cells.flatMap((cell) => {
    const timing = cell.metadata.execution as Timing | undefined;
    const start = Date.parse(timing?.['iopub.execute_input'] ?? timing?.['iopub.status.busy'] ?? '');
    const end = Date.parse(timing?.['shell.execute_reply'] ?? timing?.['iopub.status.idle'] ?? '');
    return end >= start ? [(end - start) / 1000] : [];
  });
  return seconds.length === 0 ? undefined : seconds.reduce((sum, value) => sum + value, 0);
}

/** What is known of a run: from what `npm start` noted, and from what the notebook recorded itself. */
export function describeRun(notebook: Notebook): Facts {
  const { run = {} } = noteOf(notebook);
  const recorded = (outputsOf(notebook, RUN_TYPE).at(-1) ?? {}) as Partial<RunRecord>;
  const { dataset, source, profile, seed, date, machine, versions, commit } = { ...run, ...recorded };
  const seconds = secondsOf(notebook);
  const memory = run.memory ? `, ${(run.memory / 1e9).toFixed(1)} GB of memory at most` : '';
  const facts: Record<string, string | undefined> = {
    'Data set': dataset && (source ? `${dataset}, from ${source}` : dataset),
    Source: dataset && citeDataset(dataset)?.entry,
    Profile: profile,
    Seed: seed === undefined ? undefined : `${seed}`,
    Parameters: run.parameters,
    'Run on': date && `${date.slice(0, 16).replace('T', ' ')} UTC`,
    'Run time': seconds === undefined ? undefined : `${formatDuration(seconds)}${memory}`,
    Machine: machine,
    Versions: versions,
    'Git commit': commit,
  };
  return new Map(Object.entries(facts).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** How long a run took, as `npm start` or the times of its cells say; undefined where neither does. */
function secondsOf(notebook: Notebook): number | undefined {
  return noteOf(notebook).run?.seconds ?? timeOfCells(notebook);
}

/** What is known of several runs as if they were one: when the first began, and how long all took. */
export function describeRuns(notebooks: readonly Notebook[]): Facts[] {
  const runs = notebooks.map(describeRun);
  const seconds = notebooks.map(secondsOf);
  const whole = seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const began = runs[0]?.get('Run on');
  return runs.map(
    (known) =>
      new Map([
        ...known,
        ...(began === undefined ? [] : [['Run on', began] as const]),
        ...(seconds.includes(undefined) ? [] : [['Run time', formatDuration(whole)] as const]),
      ]),
  );
}

/**
 * What is wrong with a run, one sentence each, for the first page of its report: that it failed or was interrupted, cells
 * that never ran, ran out of order or ended with an error. Empty for a run from top to bottom.
 */
export function findProblems(notebook: Notebook): string[] {
  const { status } = noteOf(notebook);
  const headings = headingsByCell(notebook);
  const cells = notebook.cells.flatMap((cell, index) => (isRun(cell) ? [{ cell, heading: headings[index] ?? '' }] : []));
  const problems: string[] = [];
  const total = `${cells.length} code cells`;
  const skipped = cells.flatMap((entry, i) => (entry.cell.execution_count == null ? [{ ...entry, i }] : []));
  const [firstSkipped] = skipped;
  const under = (heading: string) => (heading === '' ? '' : ` (under “${heading}”)`);
  if (status === 'failed') problems.push('The run failed at the error that stands below.');
  if (status === 'interrupted') problems.push('The run was interrupted.');
  if (firstSkipped !== undefined) {
    const isTail = skipped.every(({ i }) => i >= firstSkipped.i) && skipped.length === cells.length - firstSkipped.i;
    problems.push(
      isTail
        ? `${skipped.length} of ${total} did not run: everything from code cell ` +
            `${firstSkipped.i + 1}${under(firstSkipped.heading)} on is missing.`
        : `${skipped.length} of ${total} did not run: code ${skipped.length === 1 ? 'cell' : 'cells'} ${skipped
            .map(({ i, heading }) => `${i + 1}${under(heading)}`)
            .join(', ')}.`,
    );
  }
  const counts = cells.flatMap(({ cell }, i) =>
    typeof cell.execution_count === 'number' ? [{ i, count: cell.execution_count }] : [],
  );
  const early = counts.find(({ count }, k) => k > 0 && count <= (counts[k - 1]?.count ?? 0));
  if (early !== undefined) {
    problems.push(
      `Cells were run out of order: code cell ${early.i + 1}${under(cells[early.i]?.heading ?? '')} was run before the one ` +
        'above it, so the outputs may not follow from the code as it stands.',
    );
  }
  if (status !== 'failed' && status !== 'interrupted') {
    for (const [i, { cell, heading }] of cells.entries()) {
      if (cell.outputs?.some(({ output_type }) => output_type === 'error'))
        problems.push(`Code cell ${i + 1}${under(heading)} ended with an error.`);
    }
  }
  return problems;
}
