import * as aq from 'arquero';
import { describe, expect, it } from 'vitest';
import { asTable, formatColumn, renderTable, type TableView } from '../../src/notebook/table-view';

const table = (columns: Record<string, unknown[]>): TableView => ({
  columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
  size: Object.values(columns)[0]?.length ?? 0,
});

describe('asTable', () => {
  it('reads a danfo.js DataFrame, its index only where it says something', () => {
    const frame = { columns: ['a', 'b'], index: [0, 1], values: [[1, 'x'], [2, 'y']] }; // biome-ignore format: rows
    expect(asTable(frame)).toEqual(table({ a: [1, 2], b: ['x', 'y'] }));
    expect(asTable({ ...frame, index: ['p', 'q'] })).toEqual(
      table({ '': ['p', 'q'], a: [1, 2], b: ['x', 'y'] }),
    );
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
      ['12345.7', '1.5'],
    ],
    [
      [0.00012345, 0.1, 0],
      ['0.000123', '0.1', '0'],
    ],
    [
      [-1, -0.5],
      ['−1.0', '−0.5'],
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
    expect(html).toContain('<th style="text-align: left">name</th><th style="text-align: right">n</th>');
    expect(html).toContain('<td style="text-align: left">a</td><td style="text-align: right">1</td>');
  });

  it('escapes every text', () => {
    const evil = '<script>alert("1")</script> & \'x\'';
    const { html } = renderTable(table({ [evil]: [evil] }));
    expect(html).not.toMatch(/<script|"1"|'x'/);
    expect(html.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;')).toHaveLength(3);
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
    expect(() => renderTable(table({ a: [1] }), { maxRows: 0 })).toThrow(/maxRows.*0/);
  });
});
