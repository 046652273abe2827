import { describe, expect, it } from 'vitest';
import type { Cell, Notebook, Output } from '../../../scripts/notebook/notebook-file';
import type { Block } from '../../../scripts/notebook/report-blocks';
import { buildReport } from '../../../scripts/notebook/report-document';
import type { NamedNotebook } from '../../../scripts/notebook/report-places';

const PLOTLY_TYPE = 'application/vnd.plotly.v1+json';
const figure = (data: object[] = []): Output => ({ output_type: 'display_data', data: { [PLOTLY_TYPE]: { data } } });
const table: Output = { output_type: 'display_data', data: { 'text/html': ['<table>', '</table>'] } };
const words = (text: string): Output => ({ output_type: 'display_data', data: { 'text/markdown': text } });
const code = (source: string, ...outputs: Output[]): Cell => ({
  cell_type: 'code',
  metadata: {},
  source,
  outputs,
  execution_count: 1,
});
const text = (source: string): Cell => ({ cell_type: 'markdown', metadata: {}, source });
const named = (name: string, cells: Cell[], metadata: Notebook['metadata'] = {}): NamedNotebook => ({
  name,
  notebook: { cells, metadata, nbformat: 4, nbformat_minor: 5 },
});
const blocksOf = (cells: Cell[], options = {}) => buildReport([named('a', cells)], {}, options).chapters[0]?.blocks;
const summary = (block: Block) =>
  block.type === 'numbered'
    ? `${block.label}: ${block.outputs.length}`
    : block.type === 'outputs'
      ? `outputs: ${block.outputs.length}`
      : `${block.type}: ${block.source}`;

describe('blocks', () => {
  it('puts a caption with the output above it, and leaves the others where they are', () => {
    const cells = [
      text('# Title\n\nWords.'),
      code('a', words('progress'), figure(), words('a reading')),
      text('*Figure 1. Seen.* More.\n\nText after.'),
    ];
    expect(blocksOf(cells)?.map(summary)).toEqual([
      'text: \n\nWords.',
      'code: a',
      'outputs: 1',
      'Figure 1: 1',
      'outputs: 1',
      'text: Text after.',
    ]);
    expect(blocksOf(cells, { code: false })?.map(({ type }) => type)).not.toContain('code');
  });

  it('lets a caption of several numbers claim the outputs of several cells, whose code stands above', () => {
    const cells = [code('own', table), code('a', table, table), code('b', table), text('*Tables 3a to 3c. Seen.*')];
    expect(blocksOf(cells)?.map(summary)).toEqual(['code: own', 'outputs: 1', 'code: a', 'code: b', 'Tables 3a to 3c: 3']);
  });

  it('does not take a table for a figure', () => {
    expect(blocksOf([code('a', table), text('*Figure 1. Seen.*')])?.map(summary)).toEqual([
      'code: a',
      'outputs: 1',
      'Figure 1: 0',
    ]);
  });

  it('takes the drawing pad for a figure, although its still picture is a table', () => {
    const pad: Output = {
      output_type: 'display_data',
      data: { 'text/html': '<div><table></table><script>mount()</script></div>' },
    };
    const blocks = (caption: string) => blocksOf([code('a', pad), text(caption)])?.map(summary);
    expect(blocks('*Figure 1. Seen.*')).toEqual(['code: a', 'Figure 1: 1']);
    expect(blocks('*Table 1. Seen.*')).toEqual(['code: a', 'outputs: 1', 'Table 1: 0']);
  });

  it('gives a matrix of many classes a wide page', () => {
    const names = Array.from({ length: 47 }, (_, i) => `${i}`);
    const matrix = (count: number) => {
      const axis = names.slice(0, count);
      return figure([{ type: 'heatmap', x: axis, y: axis, z: axis.map(() => axis.map(() => 0)) }]);
    };
    const wide = (count: number) =>
      blocksOf([code('a', matrix(count)), text('*Figure 1. Seen.*')])?.flatMap((block) =>
        block.type === 'numbered' ? [block.wide] : [],
      );
    expect(wide(47)).toEqual([true]);
    expect(wide(10)).toEqual([false]);
  });
});

describe('a bound report', () => {
  const first = named('01-first', [
    text('# 1 · First'),
    code('a', figure()),
    text('*Figure 1. Seen.* As Figure 1 and notebook 2 say.'),
  ]);
  const second = named('02-second', [
    text('# 2 · Second'),
    code('b', figure()),
    text("*Figure 1. Seen.* Set beside notebook 1's Figure 1."),
    text('See Figure 1. [Before](01-first.ipynb), Figure 7.'),
  ]);

  it('numbers by chapter and links within and between chapters', () => {
    const { chapters, bound } = buildReport([first, second]);
    expect(bound).toBe(true);
    expect(chapters.map(({ id, title }) => [id, title])).toEqual([
      ['chapter-1', '1 · First'],
      ['chapter-2', '2 · Second'],
    ]);
    expect(chapters[0]?.blocks.at(-1)).toMatchObject({
      label: 'Figure 1.1',
      ids: ['figure-1-1'],
      rest: 'As [Figure 1.1](#figure-1-1) and [notebook 2](#chapter-2) say.',
    });
    const [, caption, last] = chapters[1]?.blocks ?? [];
    expect(caption).toMatchObject({ label: 'Figure 2.1', rest: "Set beside notebook 1's [Figure 1.1](#figure-1-1)." });
    expect(last).toMatchObject({ source: 'See [Figure 2.1](#figure-2-1). [Before](#chapter-1), Figure 7.' });
  });

  it('keeps the number of a file, also where others are missing', () => {
    const third = { ...second, name: '03-third' };
    expect(buildReport([first, third]).chapters.map(({ id }) => id)).toEqual(['chapter-1', 'chapter-3']);
  });

  it('keeps the numbers of a single notebook, and links to the report of another', () => {
    expect(buildReport([second]).chapters[0]?.blocks.at(-1)).toMatchObject({
      source: 'See [Figure 1](#figure-1). [Before](01-first.html), Figure 7.',
    });
  });

  it('says on its first page which run is not whole and which is missing', () => {
    const failed = named('02-second', second.notebook.cells, { inkwell: { status: 'failed' } });
    const { problems } = buildReport([first, failed], {}, { missing: ['03-third', '04-fourth'] });
    expect(problems).toEqual([
      '2 · Second: The run failed at the error that stands below.',
      '03-third and 04-fourth did not run and are not in this report.',
    ]);
  });

  it('tells facts once where they agree, by notebook where they differ', () => {
    const inkwell = (seconds: number) => ({ inkwell: { run: { dataset: 'shapes', seconds } } });
    const document = buildReport([
      named('01-first', first.notebook.cells, inkwell(5)),
      named('02-second', second.notebook.cells, inkwell(70)),
    ]);
    expect(document.facts).toEqual([['Data set', 'shapes']]);
    expect(document.factsByChapter).toEqual({
      columns: ['Run time'],
      rows: [
        ['1 · First', '5 s'],
        ['2 · Second', '1:10'],
      ],
    });
  });
});

describe('the title page', () => {
  const cells = [text('# The `fit` of it')];

  it('takes what is given before what the notebook says', () => {
    const notebook = named('a', cells, { title: 'Mine', authors: [{ name: 'Ada' }, { name: 'Bob' }] });
    expect(buildReport([notebook])).toMatchObject({ title: 'Mine', authors: ['Ada', 'Bob'], course: '' });
    const given = { title: 'T', authors: ['C'], course: 'ML', date: 'today' };
    expect(buildReport([notebook], given)).toMatchObject(given);
  });

  it('falls back to the heading, or claims nothing of several, and to the date given', () => {
    expect(buildReport([named('a', cells)], {}, { today: '1 May' })).toMatchObject({
      title: 'The fit of it',
      authors: [],
      date: '1 May',
    });
    expect(buildReport([named('a', []), named('b', [])]).title).toBe('Report');
    expect(buildReport([named('a', [])]).title).toBe('a');
  });
});

it('refuses a report of nothing', () => {
  expect(() => buildReport([])).toThrow(/at least one, but got none/);
});

describe('a coursework', () => {
  const tagged = (cell: Cell, ...tags: string[]): Cell => ({ ...cell, metadata: { tags } });
  const notebooks = [
    named('01-data', [
      text('# 1 · Data'),
      tagged(text('Words about Figure 2, and Figure 1.'), 'default-data'),
      code('a', figure()),
      text('*Figure 1. Not in it.*'),
      tagged(code('b', figure()), 'default-data'),
      tagged(text('*Figure 2. In it.*'), 'default-data'),
    ]),
    named('02-search', [
      text('# 2 · Search'),
      tagged(code('c', figure(), words('as in Figure 2 of notebook 1')), 'default-search'),
      tagged(text('*Figure 1. Trials.* See Figure 1, and [there](01-data.ipynb).'), 'default-search'),
    ]),
  ];

  it('is what several notebooks with tagged cells are bound as, without code, numbered through', () => {
    const { title, bound, chapters } = buildReport(notebooks);
    expect([title, bound]).toEqual(['Reading handwriting: a dense and a convolutional network', true]);
    expect(chapters.map(({ kind, id, title, headed }) => [kind, id, title, headed])).toEqual([
      ['section', 'data', '1 Data', true],
      ['section', 'search', '2 Search', true],
    ]);
    expect(chapters.map(({ blocks }) => blocks.map(summary))).toEqual([
      // What does not stand in the coursework is no link.
      ['text: Words about [Figure 1](#figure-1), and Figure 1.', 'Figure 1: 1'],
      ['Figure 2: 1', 'outputs: 1'],
    ]);
    expect(chapters[1]?.blocks).toMatchObject([
      { ids: ['figure-2'], rest: 'See [Figure 2](#figure-2), and [there](01-data.html).' },
      { outputs: [{ data: { 'text/markdown': 'as in [Figure 1](#figure-1) of notebook 1' } }] },
    ]);
  });

  it('is followed by the whole notebooks on demand, to which references lead that it does not hold itself', () => {
    const { chapters } = buildReport(notebooks, {}, { appendix: true });
    expect(chapters.map(({ kind, id }) => [kind, id])).toEqual([
      ['section', 'data'],
      ['section', 'search'],
      ['notebook', 'chapter-1'],
      ['notebook', 'chapter-2'],
    ]);
    expect(chapters[0]?.blocks[0]).toMatchObject({ source: 'Words about [Figure 1](#figure-1), and [Figure 1.1](#figure-1-1).' });
    expect(chapters[2]?.blocks.map(summary)).toContain('Figure 1.2: 1');
    const ids = chapters.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'numbered' ? block.ids : [])));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the sections asked for', () => {
    expect(buildReport(notebooks, {}, { sections: ['search'] }).chapters.map(({ title }) => title)).toEqual(['1 Search']);
  });

  it('is no matter of a report of one notebook', () => {
    expect(buildReport(notebooks.slice(0, 1)).chapters.map(({ kind }) => kind)).toEqual(['notebook']);
  });
});
