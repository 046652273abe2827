import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { random } from '../../../../lib/base/random';
import { readCsv } from '../../../../lib/data/containers/csv';
import { DataError } from '../../../../lib/data/data-error';
import { openSource } from '../../../../lib/data/source-file';
import { damaged, expectMemory, fuzz, scratchFolder } from '../../../fuzz';

// A bomb that meets the true bound takes seconds and 2 GiB: here it is 10,000 images.
vi.mock('../../../../lib/data/file-size', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  MAX_BYTES: 10_000 * 784,
}));

const folder = scratchFolder();

async function read(bytes: Uint8Array, ending = '') {
  const file = join(folder, `x.csv${ending}`);
  writeFileSync(file, bytes);
  try {
    return await readCsv(await openSource(file));
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message, problem } = error as DataError;
    expect(message).toMatch(new RegExp(`^${file}.*: expected .+, but got .+\\. .+`, 's'));
    if (ending === '') expect(problem.at).toMatch(/^line \d+(, column \d+)?$/);
    return problem;
  }
}

/**
 * Takes the plain format apart by itself, with strings: undefined where the bytes are no such file, `guessed` where no header
 * names the label and both ends vary, so that the label may be at the other one.
 */
function decode(bytes: Buffer) {
  const lines = bytes
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  while (lines.at(-1) === '') lines.pop();
  const isHeaded = /^(?:label,p0,|x,?$)/.test(lines[0] ?? '');
  const rows = lines.slice(Number(isHeaded)).map((line) => line.split(','));
  const isNumber = (field: string) => /^[0-9]+$/.test(field) && Number(field) <= 255;
  if (rows.length === 0 || !rows.every((row) => row.length === 785 && row.every(isNumber))) return undefined;
  return {
    images: Uint8Array.from(rows.flatMap(([, ...pixels]) => pixels.map(Number))),
    labels: rows.map(([label]) => Number(label)),
    guessed: !lines[0].startsWith('label,p0,') && rows.some((row) => row[784] !== rows[0][784]),
  };
}

/** Files with a header or not, ends of lines of either kind, and images from blank to full. */
const valid = fc
  .record({
    seed: fc.nat(),
    ink: fc.constantFrom(0, 0.02, 0.3, 1),
    count: fc.integer({ min: 1, max: 3 }),
    header: fc.constantFrom('', `label,${Array.from({ length: 784 }, (_, p) => `p${p}`).join()}`, 'x'),
    mark: fc.constantFrom('', '\uFEFF'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    end: fc.constantFrom('', '\n', '\r\n\n\n'),
    digits: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ seed, ink, count, header, mark, lineEnd, end, digits }) => {
    const { next, integer } = random(seed, 'csv');
    // The last pixel is 0, so that the label is told to be the first column where no header says it.
    const row = () =>
      Array.from({ length: 785 }, (_, c) => `${c < 784 && next() < ink ? integer(256) : 0}`.padStart(digits, '0')).join();
    const rows = Array.from({ length: count }, row);
    return Buffer.from(mark + [...(header ? [header] : []), ...rows].join(lineEnd) + end);
  });

/** Fields that other programs write. */
const odd = fc.constantFrom(
  ...['256', '-1', '1.0', '', ' 7', '7 ', '"7"', '0007', '1e2', '+5', '٣', '\r', '\n', '0,0,0,0', '\0'],
);
const withOdd = fc.tuple(valid, fc.nat(), odd).map(([bytes, which, field]) => {
  const fields = bytes.toString().split(',');
  fields[which % fields.length] = field;
  return Buffer.from(fields.join());
});

function check(found: Awaited<ReturnType<typeof read>>, expected: ReturnType<typeof decode>): void {
  if (!expected || expected.guessed) return;
  expect('images' in found).toBe(true);
  if (!('images' in found)) return;
  // Not by toEqual, which takes most of the time.
  expect(Buffer.compare(found.images.all as Uint8Array, expected.images)).toBe(0);
  expect(Array.from(found.labels?.values as ArrayLike<number>)).toEqual(expected.labels);
}

describe('CSV files', () => {
  fuzz('are read rightly, plain and zipped', valid, async (bytes) => {
    const expected = decode(bytes);
    expect(expected).toBeDefined();
    check(await read(bytes), expected);
    check(await read(gzipSync(bytes, { level: 1 }), '.gz'), expected);
  });

  fuzz('with odd fields are read as numbers are written, or refused', withOdd, async (bytes) => {
    const found = await read(bytes);
    check(found, decode(bytes));
    if ('images' in found) expect((found.images.all as Float32Array).every(Number.isFinite)).toBe(true);
  });

  fuzz('that are damaged are read as what they say now, or refused', damaged(valid), async (bytes) => {
    check(await read(bytes), decode(bytes));
  });

  const zips = damaged(valid.map((bytes) => gzipSync(bytes, { level: 1 })));
  fuzz('that are zipped and then damaged are, too', zips, async (zip) => {
    let expected: ReturnType<typeof decode>;
    try {
      expected = decode(gunzipSync(zip));
    } catch {
      expected = undefined;
    }
    check(await read(zip, '.gz'), expected);
  });
});

describe('CSV files made to do harm', () => {
  /** A gzip file of as many members, each a MiB or more. */
  const bomb = (text: string, count: number) => {
    const member = gzipSync(text.repeat(Math.ceil(2 ** 20 / text.length)));
    return Buffer.concat(new Array(count).fill(member));
  };

  it('without a line feed in 100 MB are refused after a MiB', async () => {
    await expectMemory(64, async () => {
      expect(await read(bomb('1,', 100), '.gz')).toMatchObject({ at: 'line 1' });
      expect(await read(bomb('label', 100), '.gz')).toMatchObject({ at: 'line 2', came: 'a header alone' });
    });
    expect(await read(Buffer.alloc(100_000_000, '0,'))).toMatchObject({ at: 'line 1' });
  });

  it('that inflate to rows without end are refused at a bound', async () => {
    const row = `${new Array(785).fill(0).join()}\n`;
    await expectMemory(128, async () => {
      expect(await read(bomb(row, 100), '.gz')).toMatchObject({
        at: 'line 10001',
        expected: 'at most 10000 images, which take 2 GiB',
        came: 'more',
      });
    });
  });

  it('that inflate to blank lines without end are refused at a bound', async () => {
    const expected = 'at most 1000 blank lines at the end';
    expect(await read(bomb('\n', 1000), '.gz')).toMatchObject({ at: 'line 1', came: 'an empty file' });
    const row = new Array(785).fill(0).join();
    expect(await read(Buffer.from(row + '\r\n'.repeat(1000)))).toHaveProperty('images');
    expect(await read(Buffer.from(row + '\r\n'.repeat(1100)))).toMatchObject({ at: 'line 2', expected });
  });
});
