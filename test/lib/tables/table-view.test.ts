import * as aq from 'arquero';
import * as dfd from 'danfojs-node';
import { describe, expect, it } from 'vitest';
import { asTable, formatColumn, renderTable, type TableView } from '../../../lib/tables/table-view';
import * as tables from '../../../lib/tables/tables';
import { makeDataset, makePredictions, makeTrial, valAccuracy } from '../figures/fixtures';

const EVIL = '<script>alert(1)</script>';

const table = (columns: Record<string, unknown[]>): TableView => ({
  columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
  size: Object.values(columns)[0]?.length ?? 0,
});

describe('asTable', () => {
  it('reads a danfo.js DataFrame, its index only where it says something', () => {
    const frame = { columns: ['a', 'b'], index: [0, 1], values: [[1, 'x'], [2, 'y']] }; // biome-ignore format: rows
    expect(asTable(frame)).toEqual(table({ a: [1, 2], b: ['x', 'y'] }));
    expect(asTable({ ...frame, index: ['p', 'q'] })).toEqual(table({ '': ['p', 'q'], a: [1, 2], b: ['x', 'y'] }));
  });

  it('reads a Series', () => {
    expect(asTable({ columns: ['0'], index: [0, 1], values: [3, 4] })).toEqual(table({ 0: [3, 4] }));
  });

  it('reads an arquero table with its filter and order', () => {
    const data = aq.table({ x: [3, 1, 2], y: ['c', 'a', 'b'] });
    const view = asTable(data.filter((row: { x: number }) => row.x > 1).orderby('x'));
    expect(view).toEqual(table({ x: [2, 3], y: ['b', 'c'] }));
  });

  it('takes nothing else', () => {
    expect(asTable({ rows: [] })).toBeUndefined();
    expect(asTable(null)).toBeUndefined();
    expect(asTable('text')).toBeUndefined();
  });
});

describe('formatColumn', () => {
  it.each([
    [
      [1, 20, 300],
      ['1', '20', '300'],
    ],
    [
      [0.5, 0.123456, 1],
      ['0.5000', '0.1235', '1.0000'],
    ],
    [
      [123.456, 1.5],
      ['123.46', '1.50'],
    ],
    [
      [12345.67, 1.5],
      ['12,345.7', '1.5'],
    ],
    [
      [0.00012345, 0.1, 0],
      ['0.000123', '0.1\u2007\u2007\u2007\u2007\u2007', '0\u2008\u2007\u2007\u2007\u2007\u2007\u2007'],
    ],
    [
      [15887, 0.0004, 1024, 123.456],
      [
        '15,887\u2008\u2007\u2007\u2007\u2007',
        '0.0004',
        '1,024\u2008\u2007\u2007\u2007\u2007',
        '123\u2008\u2007\u2007\u2007\u2007',
      ],
    ],
    [
      [2000, 0.04],
      ['2000\u2008\u2007\u2007', '0.04'],
    ],
    [
      [-1, -0.5],
      ['−1.0', '−0.5'],
    ],
    [
      [9999, 1],
      ['9999', '1'],
    ],
    [
      [1234567, 10, -20000],
      ['1,234,567', '10', '−20,000'],
    ],
    [
      [Number.NaN, null, undefined, 2],
      ['–', '–', '–', '2'],
    ],
    [
      [Number.POSITIVE_INFINITY, -Infinity, 1],
      ['∞', '−∞', '1'],
    ],
    [
      ['relu', true, null],
      ['relu', 'true', '–'],
    ],
  ])('%j is %j', (values, texts) => {
    expect(formatColumn(values)).toEqual(texts);
  });
});

describe('renderTable', () => {
  it('aligns numbers to the right and text to the left', () => {
    const { html, text } = renderTable(table({ name: ['a', 'bb'], n: [1, 20] }));
    expect(text).toBe('name   n\na      1\nbb    20');
    expect(html).toContain('<th scope="col" style="text-align: right">n</th>');
    expect(html).toContain('<td style="text-align: right">1</td>');
  });

  it('heads columns, and rows where the first column names them', () => {
    const { html } = renderTable(table({ model: ['MLP', 'CNN'], n: [1, 1] }));
    expect(html.match(/<th scope="(col|row)"/g)).toEqual([
      ...['<th scope="col"', '<th scope="col"', '<th scope="row"', '<th scope="row"'],
    ]);
    expect(renderTable(table({ true: ['0', '0'], n: [1, 2] })).html).not.toContain('scope="row"');
  });

  it('sorts by a column, missing values last, equal rows as they stood', () => {
    const rows = table({ id: ['p', 'q', 'r', 's', 't'], f1: [0.5, null, 0.9, 0.5, Number.NaN] });
    const order = (options: object) =>
      renderTable(rows, options)
        .text.split('\n')
        .slice(1)
        .map((line) => line[0])
        .join('');
    expect(order({ ascending: 'f1' })).toBe('psrqt');
    expect(order({ descending: 'f1' })).toBe('rpsqt');
    expect(order({ descending: 'id' })).toBe('tsrqp');
    expect(order({ descending: 'f1', maxRows: 2 })).toBe('rp(');
    const { html } = renderTable(rows, { descending: 'f1', highest: 'f1' });
    expect(html).toContain('<th scope="col" aria-sort="descending"');
    expect(html.match(/aria-sort/g)).toHaveLength(1);
    expect(html).toMatch(/★.*r<.strong>/);
  });

  it('sorts dates by time, and numbers in texts as numbers, a dash last', () => {
    const sorted = (values: unknown[], order: object) =>
      renderTable({ columns: [{ name: 'x', values }], size: values.length }, order)
        .text.split('\n')
        .slice(1)
        .map((line) => line.trim());
    const days = ['2026-11-23', '2026-01-30', '2026-12-01'].map((day) => new Date(day));
    expect(sorted(days, { ascending: 'x' })).toEqual(['2026-01-30', '2026-11-23', '2026-12-01']);
    expect(sorted([new Date('2026-11-23T12:30:00Z')], {})).toEqual(['2026-11-23T12:30:00.000Z']);
    expect(sorted(['0.9', '-', '0.85', '−1', 'n/a', '1,200'], { descending: 'x' })).toEqual([
      '1,200',
      '0.9',
      '0.85',
      '−1',
      '-',
      'n/a',
    ]);
    expect(sorted(['88.2 %', '9.5 %', '88.15 %', '–'], { ascending: 'x' })).toEqual(['9.5 %', '88.15 %', '88.2 %', '–']);
    expect(sorted(['word', 2, '1'], { ascending: 'x' })).toEqual(['1', '2', 'word']);
    expect(renderTable({ columns: [{ name: 'x', values: ['0.9', '-', '0.85'] }], size: 3 }, { lowest: 'x' }).text).toMatch(
      /0\.85 {2}★$/,
    );
  });

  it('sorts numbers in names as numbers', () => {
    const rows = table({ name: ['trial 10', 'trial 9'] });
    expect(renderTable(rows, { ascending: 'name' }).text).toBe('name\ntrial 9\ntrial 10');
  });

  it('lets long text break its lines, and nothing else', () => {
    const { html } = renderTable(table({ name: ['a', 'b'], words: ['word '.repeat(9), 'word'], few: ['x', 'y'] }));
    expect(html.match(/<td style="text-align: left; white-space: normal; min-width: 14em">/g)).toHaveLength(2);
    expect(html.match(/<td style="text-align: left">/g)).toHaveLength(2);
  });

  it('escapes every text', () => {
    const evil = '<script>alert("1")</script> & \'x\'';
    const { html } = renderTable(table({ [evil]: [evil] }));
    expect(html).not.toMatch(/<script|"1"|'x'/);
    expect(html.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;')).toHaveLength(3);
  });

  it.each([
    ['a class name', tables.classCounts({ training: makeDataset([0], [EVIL]) })],
    ['a part of the data', tables.classCounts({ [EVIL]: makeDataset([0], ['a']) })],
    ['an index label', new dfd.DataFrame([[1]], { index: [EVIL], columns: ['n'] })],
    ['a model', tables.modelComparison([{ name: EVIL, predictions: makePredictions([0], [0]) }])],
    ['a class confused', tables.mostConfused({ counts: [[0, 1], [0, 1]], classNames: [EVIL, 'b'] })], // biome-ignore format: rows
    ['why a trial failed', tables.trials({ trials: [makeTrial(1, Number.NaN, {}, { reason: EVIL })], objective: valAccuracy })],
    ['a hyperparameter and its value', tables.trials({ trials: [makeTrial(1, 0.5, { [EVIL]: EVIL })], objective: valAccuracy })],
  ])('shows %s as text', (_what, frame) => {
    const { html } = renderTable(asTable(frame) as TableView);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('cuts a long table and says how long it is', () => {
    const rows = Array.from({ length: 1500 }, (_, i) => i);
    const { html, text } = renderTable(table({ n: rows }), { maxRows: 3 });
    expect(text.split('\n')).toEqual(['n', '0', '1', '2', '(3 of 1,500 rows shown)']);
    expect(html.match(/<tr>/g)).toHaveLength(4);
    expect(html).toContain('3 of 1,500 rows shown');
  });

  it('marks the best row, past missing values', () => {
    const scores = table({ trial: [1, 2, 3, 4], score: [Number.NaN, 0.5, 0.9, 0.9] });
    expect(renderTable(scores, { highest: 'score' }).text.split('\n')[3]).toMatch(/0\.9 {2}★$/);
    expect(renderTable(scores, { lowest: 'score' }).text.split('\n')[2]).toMatch(/0\.5 {2}★$/);
    expect(renderTable(scores, { highest: 'score' }).html.match(/★/g)).toHaveLength(1);
    expect(renderTable(scores, { highest: 'score', maxRows: 1 }).text).toContain('the best is row 3');
  });

  it('takes an empty table', () => {
    expect(renderTable(table({ n: [] })).text).toBe('n');
  });

  it('refuses a column that is not there and a row count that is none', () => {
    expect(() => renderTable(table({ a: [1] }), { highest: 'b' })).toThrow(/"b".*columns are a/);
    expect(() => renderTable(table({ a: [1] }), { descending: 'b' })).toThrow(/sorted by "b".*columns are a/);
    expect(() => renderTable(table({ a: [1] }), { maxRows: 0 })).toThrow(/maxRows.*0/);
  });
});
