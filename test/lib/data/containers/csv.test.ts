import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../../lib/data/containers/csv';
import { DataError } from '../../../../lib/data/data-error';
import { openSource } from '../../../../lib/data/source-file';
import { folderOf, makeImages } from '../samples';

const COUNT = 3;
const images = makeImages(COUNT);
const labels = Uint8Array.of(46, 0, 255);
const rows = Array.from(labels, (label, i) => [label, ...images.subarray(i * 784, (i + 1) * 784)].join(','));
const header = `label,${Array.from({ length: 784 }, (_, i) => `pixel${i}`).join(',')}`;

const fileOf = (content: string | Buffer, name = 'x.csv') => join(folderOf({ [name]: content }), name);

async function read(content: string | Buffer, name?: string) {
  const found = await readCsv(await openSource(fileOf(content, name)));
  const { all, shape, count } = found.images;
  return { ...found, all, shape, count, values: found.labels && Array.from(found.labels.values as ArrayLike<number | string>) };
}

/** What a file of these contents gives: the images and labels of all tests. */
async function expectRead(content: string | Buffer, name?: string) {
  const found = await read(content, name);
  expect(Buffer.compare(Uint8Array.from(found.all ?? []), images)).toBe(0);
  expect(found.values).toEqual([...labels]);
  return found;
}

async function problem(content: string | Buffer, name?: string) {
  const error = await read(content, name).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).problem;
}

/** The file's text with one row replaced. */
const withRow = (row: number, text: string) => rows.map((old, i) => (i === row ? text : old)).join('\n');

/** The file's text with one value of one row replaced. */
function withValue(row: number, column: number, value: string): string {
  const fields = rows[row].split(',');
  fields[column] = value;
  return withRow(row, fields.join(','));
}

/** Each row's fields changed. */
const table = (change: (fields: string[], i: number) => string[]) => rows.map((row, i) => change(row.split(','), i));
const text = (lines: readonly string[][], separator = ',', end = '\n') =>
  lines.map((line) => line.join(separator)).join(end) + end;

describe('readCsv', () => {
  it.each([
    ['LF', `${rows.join('\n')}\n`],
    ['no last line end', rows.join('\n')],
    ['CRLF', `${rows.join('\r\n')}\r\n`],
    ['CRLF without the last', rows.join('\r\n')],
    ['byte order mark', `\uFEFF${rows.join('\n')}\n`],
    ['blank last lines', `${rows.join('\r\n')}\r\n\r\n\n`],
  ])('reads %s, with and without a header', async (_, content) => {
    expect((await expectRead(content)).labels?.locate?.(0)).toBe('line 1, column 1');
    const isMarked = content.startsWith('\uFEFF');
    const headed = `${isMarked ? '\uFEFF' : ''}${header}\n${content.slice(isMarked ? 1 : 0)}`;
    expect((await expectRead(headed)).labels?.locate?.(0)).toBe('line 2, column 1');
  });

  it('reads a gzipped file, and one with more rows than its size suggests', async () => {
    await expectRead(rows.join('\n'), 'x.csv.gz');
    const repeated = await read(`${`${rows.join('\n')}\n`.repeat(40)}\n`, 'x.csv.gz');
    expect(Buffer.compare(repeated.all as Uint8Array, Buffer.concat(new Array(40).fill(images)))).toBe(0);
    expect(repeated.values).toEqual(new Array(40).fill([...labels]).flat());
  });

  it('reads blank images, lone ink anywhere in them, and numbers of up to three digits', async () => {
    // Zeros are passed over four at a time: ink and line ends must be found at each distance from them.
    const inked = Array.from({ length: 784 }, (_, i) => {
      const pixels = new Uint8Array(784);
      pixels[i] = [255, 10, 3][i % 3];
      return pixels;
    });
    const all = [new Uint8Array(784), ...inked];
    const expected = Uint8Array.from(Buffer.concat(all));
    for (const end of ['\n', '\r\n']) {
      const content = all.map((pixels, i) => `${i % 2 ? 0 : 12},${pixels.join(',')}`).join(end);
      const found = await read(`${header}${end}${content}`);
      expect(Buffer.compare(found.all as Uint8Array, expected)).toBe(0);
      expect(found.values).toEqual(all.map((_, i) => (i % 2 ? 0 : 12)));
    }
    await expectRead(rows.map((row) => row.replace(/\d+/g, (n) => n.padStart(3, '0'))).join('\n'));
  });

  it('reads rows across the borders of chunks and blocks', async () => {
    const count = 2500;
    const many = makeImages(count);
    const lines = Array.from({ length: count }, (_, i) => `${i % 10},${many.subarray(i * 784, (i + 1) * 784).join(',')}`);
    for (const content of [lines.join('\n'), lines.map((line) => line.replace(',', '.0,')).join('\n')]) {
      const found = await read(`${header}\n${content}`);
      expect(Buffer.compare(found.all as Uint8Array, many)).toBe(0);
      expect(found.values).toEqual(Array.from({ length: count }, (_, i) => i % 10));
    }
  });
});

describe('CSV files as other programs write them', () => {
  const names = header.split(',');
  const last = table(([label, ...pixels]) => [...pixels, label]);
  it.each([
    ['semicolons', text([names, ...table((row) => row)], ';')],
    ['tabs', text([names, ...table((row) => row)], '\t')],
    [
      'blanks',
      text(
        table((row) => row.map((field) => field.padStart(4))),
        '',
      ),
    ],
    ['commas and blanks', text([names, ...table((row) => row)], ', ')],
    ['carriage returns', text([names, ...table((row) => row)], ',', '\r')],
    ['quotes', text([names, ...table((row) => row)].map((row) => row.map((field) => `"${field}"`)))],
    ['decimals', text([names, ...table((row) => row.map((field) => `${field}.0`))])],
    ['decimal commas', text([names, ...table((row) => row.map((field) => `${field},00`))], ';')],
    ['a decimal label', text([names, ...table(([label, ...pixels]) => [`${label}.0`, ...pixels])])],
    ['powers of ten', text([names, ...table((row) => row.map((field) => Number(field).toExponential(6)))])],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${text([names, ...table((row) => row)])}`, 'utf16le')],
    ['UTF-16 without one', Buffer.from(text([names, ...table((row) => row)]), 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\uFEFF${text([names, ...table((row) => row)])}`, 'utf16le').swap16()],
    ['comments', `# exported\n# 2024\n\n${text([names, ...table((row) => row)])}`],
    ['declarations of ARFF', `@relation x\n@attribute label numeric\n@data\n${text(table((row) => row))}`],
    ["Excel's separator line", `sep=;\n${text([names, ...table((row) => row)], ';')}`],
    ['a comma at the end of each row', text([names, ...table((row) => [...row, ''])])],
    ['row numbers under a blank name', text([['', ...names], ...table((row, i) => [`${i}`, ...row])])],
    ["row numbers under pandas' name", text([['Unnamed: 0', ...names], ...table((row, i) => [`${i}`, ...row])])],
    ["R's header, which has no name for them", text([names, ...table((row, i) => [`"${i + 1}"`, ...row])])],
    ['row numbers without a header', text(table((row, i) => [`${i}`, ...row]))],
    ['the label last, by name', text([[...names.slice(1), 'class'], ...last])],
    [
      'the label amid the pixels, by name',
      text([
        [...names.slice(1, 9), 'Label', ...names.slice(9)],
        ...table(([label, ...p]) => [...p.slice(0, 8), label, ...p.slice(8)]),
      ]),
    ],
    ['numbers as names', text([['label', ...Array.from({ length: 784 }, (_, i) => `${i}`)], ...table((row) => row)])],
    [
      'what pandas makes of a row taken for a header',
      text([Array.from({ length: 785 }, (_, i) => (i ? `0.${i}` : '0')), ...table((row) => row)]),
    ],
  ])('reads %s', async (_, content) => {
    await expectRead(content);
  });

  it('takes words for labels, with commas in quotes and letters of any script', async () => {
    const words = ['A', ',', 'é'];
    const found = await read(text([names, ...table(([, ...pixels], i) => [words[i] === ',' ? '","' : words[i], ...pixels])]));
    expect(found.values).toEqual(words);
    expect(Buffer.compare(found.all as Uint8Array, images)).toBe(0);
  });

  it('takes the last column for the label where the first is pixels at an edge', async () => {
    const drawn = Array.from({ length: 30 }, (_, i) => [...new Array(400).fill(0), 200, 255, ...new Array(382).fill(0), i % 10]);
    const found = await read(text(drawn.map((row) => row.map(String))));
    expect(found.values).toEqual(Array.from({ length: 30 }, (_, i) => i % 10));
    expect([found.all?.[399], found.all?.[400], found.all?.[401]]).toEqual([0, 200, 255]);
    expect(found.notes.join()).toContain('last column is taken for the label');
    expect(found.labels?.locate?.(1)).toBe('line 2, column 785');
  });

  it('takes one-hot columns at the end for the label, as Semeion has them', async () => {
    const lines = [2, 0, 1].map((label, i) => [
      ...new Array(256).fill(`${i % 2}.0000`),
      ...[0, 1, 2, 3, 4].map((c) => `${Number(c === label)}`),
      '',
    ]);
    const found = await read(text(lines, ' '));
    expect([found.values, found.shape]).toEqual([[2, 0, 1], { height: 16, width: 16, channels: 1 }]);
  });

  it('reads other sizes, fractions, negative numbers, colours, and rows without labels', async () => {
    const row = (pixels: number[], label?: number) => [...(label === undefined ? [] : [label]), ...pixels].map(String);
    const eight = Array.from({ length: 64 }, (_, i) => (i % 17) / 16);
    const small = await read(text([row(eight, 1), row(eight, 0)]));
    expect([small.shape?.height, small.all?.[1], small.values]).toEqual([8, 1 / 16, [1, 0]]);
    const negative = await read(
      text([
        row(
          eight.map((v) => v - 0.5),
          1,
        ),
        row(eight, 0),
      ]),
    );
    expect(negative.all?.[0]).toBe(-0.5);
    const colour = [...new Array(64).fill(10), ...new Array(64).fill(20), ...new Array(64).fill(30)];
    const planes = await read(text([row(colour, 3), row(colour, 4)]));
    expect(Array.from((await planes.images.at(1)).pixels.subarray(0, 6))).toEqual([10, 20, 30, 10, 20, 30]);
    const together = await read(
      text([
        row(
          Array.from({ length: 192 }, (_, i) => [10, 200, 30][i % 3]),
          3,
        ),
        row(colour, 4),
      ]),
    );
    expect(Array.from((await together.images.at(0)).pixels.subarray(0, 6))).toEqual([10, 200, 30, 10, 200, 30]);
    const unlabelled = await read(text([names.slice(1), ...table((fields) => fields.slice(1))]));
    expect([unlabelled.labels, unlabelled.count]).toEqual([undefined, 3]);
    expect(Buffer.compare(unlabelled.all as Uint8Array, images)).toBe(0);
  });

  it('says which columns it does not use', async () => {
    const found = await expectRead(text([['Usage', ...names], ...table((row) => ['Training', ...row])]));
    expect(found.notes.join()).toMatch(/Usage is not used/);
  });
});

describe('damaged CSV files', () => {
  it.each(['x', '', 'nan', '0x10', '7 8'])('pixel %j', async (value) => {
    expect(await problem(withValue(1, 5, value))).toMatchObject({
      at: 'line 2, column 6',
      expected: 'a number',
      came: JSON.stringify(value),
    });
  });

  it('counts lines with the header, and names first and last columns', async () => {
    expect((await problem(`${header}\n${withValue(0, 784, 'x')}`)).at).toBe('line 2, column 785');
    expect((await problem(`${header}\n${withValue(2, 0, '')}`)).at).toBe('line 4, column 1');
  });

  it('row with too few or too many values', async () => {
    const short = withRow(1, rows[1].slice(0, rows[1].lastIndexOf(',')));
    expect(await problem(short)).toMatchObject({ at: 'line 2', expected: '785 values (a label and 784 pixels)', came: '784' });
    expect((await problem(withRow(2, `${rows[2]},0`))).came).toBe('786');
    expect((await problem(withRow(2, `${rows[2]},`))).came).toBe('786');
    expect((await problem(withRow(1, new Array(1000).fill(0).join(',')))).came).toBe('1000');
  });

  it('columns that make no image', async () => {
    expect(await problem(text(table((row) => row.slice(0, 700))))).toMatchObject({ at: 'line 1', came: '700 columns' });
  });

  it('blank line between rows', async () => {
    expect(await problem(`${rows[0]}\n\n${rows[1]}\n`)).toMatchObject({ at: 'line 2', expected: 'a row' });
  });

  it('empty file, header alone, something else', async () => {
    expect((await problem('')).came).toBe('an empty file');
    expect((await problem('\n\n')).came).toBe('an empty file');
    expect((await problem(`${header}\n`)).came).toBe('a header alone');
  });

  it('gzip stream cut off', async () => {
    const zipped = gzipSync(rows.join('\n'));
    expect((await problem(zipped.subarray(0, zipped.length - 20), 'x.csv.gz')).came).toBe('one that is cut off');
  });
});
