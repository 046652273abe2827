import { describe, expect, it } from 'vitest';
import { RUN_TYPE } from '../../../lib/notebook/provenance';
import type { Cell, Notebook } from '../../../scripts/notebook/notebook-file';
import { describeRun, describeRuns, findProblems, timeOfCells } from '../../../scripts/notebook/report-facts';

const code = (execution_count: number | null, extra: Partial<Cell> = {}): Cell => ({
  cell_type: 'code',
  metadata: {},
  source: 'f();',
  outputs: [],
  execution_count,
  ...extra,
});
const text = (source: string): Cell => ({ cell_type: 'markdown', metadata: {}, source });
const notebook = (cells: Cell[], metadata: Record<string, unknown> = {}): Notebook => ({
  cells,
  metadata,
  nbformat: 4,
  nbformat_minor: 5,
});
const record = {
  dataset: 'mnist',
  source: 'built-in MNIST',
  profile: 'quick',
  seed: 0,
  date: '2026-11-23T10:20:30.000Z',
  machine: 'a machine',
  versions: 'Node 20',
  commit: 'abc1234',
};
const recorded = code(1, { outputs: [{ output_type: 'display_data', data: { [RUN_TYPE]: record } }] });
const timed = (start: string, end: string) =>
  code(1, { metadata: { execution: { 'iopub.execute_input': start, 'shell.execute_reply': end } } });

describe('describeRun', () => {
  it('takes the facts from a notebook that was run by hand', () => {
    const facts = describeRun(notebook([recorded, timed('2026-11-23T10:00:00Z', '2026-11-23T10:00:05.4Z')]));
    expect([...facts]).toEqual([
      ['Data set', 'mnist, from built-in MNIST'],
      ['Source', expect.stringContaining('LeCun')],
      ['Profile', 'quick'],
      ['Seed', '0'],
      ['Run on', '2026-11-23 10:20 UTC'],
      ['Run time', '5 s'],
      ['Machine', 'a machine'],
      ['Versions', 'Node 20'],
      ['Git commit', 'abc1234'],
    ]);
  });

  it('takes what npm start measured, and leaves out what nobody knows', () => {
    const inkwell = { run: { dataset: 'shapes', seconds: 71, memory: 1.04e9, parameters: 'trials = 3' } };
    expect([...describeRun(notebook([code(1)], { inkwell }))]).toEqual([
      ['Data set', 'shapes'],
      ['Parameters', 'trials = 3'],
      ['Run time', '1:11, 1.0 GB of memory at most'],
    ]);
    expect(describeRun(notebook([])).size).toBe(0);
  });
});

it('timeOfCells adds the time of cells, and knows none without times', () => {
  const cells = [
    timed('2026-11-23T10:00:00Z', '2026-11-23T10:00:02Z'),
    code(2),
    timed('2026-11-23T10:10:00Z', '2026-11-23T10:10:00.5Z'),
  ];
  expect(timeOfCells(notebook(cells))).toBe(2.5);
  expect(timeOfCells(notebook([code(1)]))).toBeUndefined();
});

it('describeRuns tells when the first of several runs began, and how long all took', () => {
  const run = (date: string, seconds: number | undefined, seed = 0) =>
    notebook([], { inkwell: { run: { date, seed, ...(seconds === undefined ? {} : { seconds }) } } });
  const both = describeRuns([run('2026-05-01T10:00:00Z', 50), run('2026-05-01T10:01:00Z', 70, 1)]);
  expect(both.map((facts) => [...facts.entries()])).toEqual(
    ['0', '1'].map((seed) => [
      ['Seed', seed],
      ['Run on', '2026-05-01 10:00 UTC'],
      ['Run time', '2:00'],
    ]),
  );
  const [unknown] = describeRuns([run('2026-05-01T10:00:00Z', 50), run('2026-05-01T10:01:00Z', undefined)]);
  expect(unknown?.get('Run time')).toBe('50 s');
});

describe('findProblems', () => {
  it('finds none in a run from top to bottom, empty cells aside', () => {
    expect(findProblems(notebook([code(1), code(null, { source: ' ' }), code(3), code(7)]))).toEqual([]);
  });

  it.each(['failed', 'interrupted'])('says that a run %s, and what is missing', (status) => {
    const cells = [text('# A'), code(1), text('## The model'), code(2), code(null), code(null)];
    expect(findProblems(notebook(cells, { inkwell: { status } }))).toEqual([
      expect.stringContaining(status),
      '2 of 4 code cells did not run: everything from code cell 3 (under “The model”) on is missing.',
    ]);
  });

  it('says which cells in the midst never ran', () => {
    expect(findProblems(notebook([code(1), code(null), text('## B'), code(2), code(null), code(3)]))).toEqual([
      '2 of 5 code cells did not run: code cells 2, 4 (under “B”).',
    ]);
  });

  it('says where the order was another', () => {
    expect(findProblems(notebook([code(1), code(5), text('## B'), code(4), code(6)]))).toEqual([
      expect.stringMatching(/out of order: code cell 3 \(under “B”\) was run before the one above/),
    ]);
  });

  it('says which cell of a notebook run by hand ended with an error', () => {
    const failed = code(2, { outputs: [{ output_type: 'error' }] });
    expect(findProblems(notebook([code(1), failed]))).toEqual(['Code cell 2 ended with an error.']);
  });
});
