import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../lib/data/csv';
import { DataError } from '../../../lib/data/data-error';
import { transposeImages } from '../../../lib/data/pixels';
import { folderOf, makeImages } from './samples';

const COUNT = 3;
const images = makeImages(COUNT);
const labels = Uint8Array.of(46, 0, 255);
const rows = Array.from(labels, (label, i) => [label, ...images.subarray(i * 784, (i + 1) * 784)].join(','));
const header = `label,${Array.from({ length: 784 }, (_, i) => `pixel${i}`).join(',')}`;

const fileOf = (content: string | Buffer, name = 'x.csv') => join(folderOf({ [name]: content }), name);

async function problem(content: string | Buffer, name?: string) {
  const error = await readCsv(fileOf(content, name)).catch((thrown) => thrown);
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

describe('readCsv', () => {
  it.each([
    ['LF', `${rows.join('\n')}\n`],
    ['no last line end', rows.join('\n')],
    ['CRLF', `${rows.join('\r\n')}\r\n`],
    ['CRLF without the last', rows.join('\r\n')],
    ['byte order mark', `\uFEFF${rows.join('\n')}\n`],
    ['blank last lines', `${rows.join('\r\n')}\r\n\r\n\n`],
  ])('reads %s, with and without a header', async (_, text) => {
    expect(await readCsv(fileOf(text))).toEqual({ images, labels, firstLine: 1 });
    const isMarked = text.startsWith('\uFEFF');
    const headed = `${isMarked ? '\uFEFF' : ''}${header}\n${text.slice(isMarked ? 1 : 0)}`;
    expect(await readCsv(fileOf(headed))).toEqual({ images, labels, firstLine: 2 });
  });

  it('reads a gzipped file, and one with more rows than its size suggests', async () => {
    expect((await readCsv(fileOf(rows.join('\n'), 'x.csv.gz'))).images).toEqual(images);
    const repeated = await readCsv(fileOf(`${`${rows.join('\n')}\n`.repeat(40)}\n`, 'x.csv.gz'));
    expect(Buffer.compare(repeated.images, Buffer.concat(new Array(40).fill(images)))).toBe(0);
    expect([...repeated.labels]).toEqual(new Array(40).fill([...labels]).flat());
  });

  it('turns transposed images upright', async () => {
    expect((await readCsv(fileOf(rows.join('\n')), true)).images).toEqual(transposeImages(images.slice()));
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
      const text = all.map((pixels, i) => `${i % 2 ? 0 : 12},${pixels.join(',')}`).join(end);
      const read = await readCsv(fileOf(text));
      expect(Buffer.compare(read.images, expected)).toBe(0);
      expect([...read.labels]).toEqual(all.map((_, i) => (i % 2 ? 0 : 12)));
    }
    const padded = await readCsv(fileOf(rows.map((row) => row.replace(/\d+/g, (n) => n.padStart(3, '0'))).join('\n')));
    expect(padded).toEqual({ images, labels, firstLine: 1 });
  });

  it('reads rows across the borders of chunks and blocks', async () => {
    const count = 2500;
    const many = makeImages(count);
    const text = Array.from({ length: count }, (_, i) => `${i % 10},${many.subarray(i * 784, (i + 1) * 784).join(',')}`);
    const read = await readCsv(fileOf(text.join('\n')));
    expect(Buffer.compare(read.images, many)).toBe(0);
    expect(read.labels).toEqual(Uint8Array.from({ length: count }, (_, i) => i % 10));
  });
});

describe('damaged CSV files', () => {
  it.each(['256', '-1', '3.5', '1e2', 'x', '', ' 7', '7\r', '"7"', '0007', '99999999999999999999'])('pixel %j', async (value) => {
    expect(await problem(withValue(1, 5, value))).toMatchObject({
      at: 'line 2, column 6',
      expected: 'a whole number from 0 to 255',
      came: JSON.stringify(value),
    });
  });

  it('counts lines with the header, and names first and last columns', async () => {
    expect((await problem(`${header}\n${withValue(0, 784, '256')}`)).at).toBe('line 2, column 785');
    expect((await problem(withValue(2, 0, '-3'))).at).toBe('line 3, column 1');
    expect((await problem(withValue(0, 0, '-3'))).at).toBe('line 1, column 1');
  });

  it('bytes that are no ASCII', async () => {
    const text = Buffer.from(withValue(1, 5, '\u00ca'), 'latin1');
    expect(await problem(text)).toMatchObject({ at: 'line 2, column 6', came: '"\u00ca"' });
  });

  it('row with too few or too many values', async () => {
    const short = withRow(1, rows[1].slice(0, rows[1].lastIndexOf(',')));
    expect(await problem(short)).toMatchObject({ at: 'line 2', expected: '785 values (a label and 784 pixels)', came: '784' });
    expect((await problem(withRow(2, `${rows[2]},0`))).came).toBe('786');
    expect((await problem(withRow(2, `${rows[2]},`))).came).toBe('786');
    expect((await problem(withRow(1, new Array(1000).fill(0).join(',')))).came).toBe('1000');
  });

  it('blank line between rows', async () => {
    expect(await problem(`${rows[0]}\n\n${rows[1]}\n`)).toMatchObject({ at: 'line 2', expected: 'a row' });
  });

  it('carriage returns alone as line ends', async () => {
    expect((await problem(rows.join('\r'))).at).toBe('line 1');
  });

  it('empty file, header alone, something else', async () => {
    expect((await problem('')).came).toBe('an empty file');
    expect((await problem('\n\n')).came).toBe('an empty file');
    expect((await problem(`${header}\n`)).came).toBe('a header alone');
    expect((await problem(Buffer.alloc(2 ** 17, 1))).came).toBe('a line of more than 65536 bytes');
  });

  it('gzip stream cut off', async () => {
    const zipped = gzipSync(rows.join('\n'));
    expect((await problem(zipped.subarray(0, zipped.length - 20), 'x.csv.gz')).came).toBe('one that is cut off');
  });
});
