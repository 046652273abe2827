import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { DataError, FETCH_AGAIN } from './data-error';
import { PIXELS } from './dataset';
import { TRANSPOSED } from './pixels';

/** What a CSV file of images holds. */
export interface CsvImages {
  /** `[n, 28, 28]` uint8. */
  readonly images: Uint8Array;
  /** `[n]` uint8. */
  readonly labels: Uint8Array;
  /** Line of the first image, from 1; the others follow it without gaps. */
  readonly firstLine: number;
}

/** Images and labels while they are read: room for more, of which the first `count` are filled. */
interface Rows {
  images: Uint8Array;
  labels: Uint8Array;
  count: number;
}

const FIELDS = PIXELS + 1;
const LF = 10;
const CR = 13;
const CHUNK_BYTES = 2 ** 20;
/** A digit and a comma or line feed for each field. */
const MIN_ROW_BYTES = 2 * FIELDS;
/** A row takes up to 785 x 4 bytes, a header with a long name for each column some more. */
const MAX_LINE_BYTES = 2 ** 16;
/** Where each pixel goes that is to stay where it is. */
const IN_PLACE = TRANSPOSED.map((_, pixel) => pixel);
/** Handwriting is mostly background: these bytes, compared as one double, pass over four pixels of it at once. */
const FOUR_ZEROS = Buffer.from('0,0,0,0,').readDoubleLE();

/**
 * Reads a CSV file of one image a row: its label, then 784 grey levels, row-major, whole numbers from 0 to 255.
 * A first line whose first field holds a letter is a header, and skipped. LF and CRLF, a byte order mark and blank
 * lines at the end are fine. Gzipped where the name ends in `.gz`.
 *
 * The parser knows digits and commas alone, no quotes or blanks, and keeps the pixels at most twice in memory.
 *
 * @param isTransposed Whether the file holds each image transposed, as EMNIST's do; they come out upright.
 * @throws DataError with line and column of what does not fit.
 */
export async function readCsv(file: string, isTransposed = false): Promise<CsvImages> {
  const places = isTransposed ? TRANSPOSED : IN_PLACE;
  // All that a plain file can hold; what a zipped one holds more is made room for when it comes.
  const { size } = await stat(file);
  let rows = makeRows(Math.ceil(size / MIN_ROW_BYTES));
  let line = 0;
  let firstLine = 1;
  let blankLine = 0;

  /** Takes whole lines, the last one's line feed included. */
  const readLines = (bytes: Buffer) => {
    let start = line === 0 && bytes.indexOf('\uFEFF') === 0 ? 3 : 0;
    while (start < bytes.length) {
      if (rows.count === rows.labels.length) rows = makeRows(2 * rows.count, rows);
      const before = rows.count;
      if (blankLine === 0) start = parseRows(bytes, start, rows, places);
      line += rows.count - before;
      if (start === bytes.length || rows.count === rows.labels.length) continue;
      const end = bytes.indexOf(LF, start);
      const text = bytes.toString('latin1', start, end).replace(/\r$/, '');
      line++;
      if (text === '') blankLine ||= line;
      else if (blankLine > 0) throw rowError(file, blankLine, 'a row', 'a blank line before the last row');
      else if (line === 1 && /^[^,]*[a-z]/i.test(text)) firstLine = 2;
      else throw explainRow(file, line, text);
      start = end + 1;
    }
  };

  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of openChunks(file)) {
    const firstEnd = chunk.indexOf(LF) + 1;
    const lastEnd = chunk.lastIndexOf(LF) + 1;
    if (firstEnd > 0) {
      // Only the line that the chunks' border cuts is joined: joining the chunks would copy the whole file once more.
      readLines(Buffer.concat([rest, chunk.subarray(0, firstEnd)]));
      readLines(chunk.subarray(firstEnd, lastEnd));
      rest = chunk.subarray(lastEnd);
    } else {
      rest = Buffer.concat([rest, chunk]);
    }
    if (rest.length > MAX_LINE_BYTES) {
      throw rowError(file, line + 1, 'a row', `a line of more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (rest.length > 0) readLines(Buffer.concat([rest, Buffer.of(LF)]));
  const { images, labels, count } = rows;
  if (count === 0) {
    throw rowError(file, line || 1, 'a row or more', firstLine === 2 ? 'a header alone' : 'an empty file');
  }
  return { images: images.subarray(0, count * PIXELS), labels: labels.slice(0, count), firstLine };
}

/** Room for rows, beginning with the rows of another. Memory that nothing was written to takes no place. */
function makeRows(room: number, { images, labels, count }: Partial<Rows> = {}): Rows {
  const rows = { images: new Uint8Array(room * PIXELS), labels: new Uint8Array(room), count: count ?? 0 };
  if (images) rows.images.set(images);
  if (labels) rows.labels.set(labels);
  return rows;
}

async function* openChunks(file: string): AsyncGenerator<Buffer, void, undefined> {
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  if (!file.endsWith('.gz')) {
    yield* source;
    return;
  }
  const inflated = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => inflated.destroy(error));
  try {
    yield* source.pipe(inflated);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    const came = code === 'Z_BUF_ERROR' ? 'one that is cut off' : `a damaged one (${message})`;
    throw new DataError({ file, expected: 'a whole gzip stream', came, cure: FETCH_AGAIN });
  } finally {
    source.destroy();
  }
}

/**
 * Appends rows to `rows`, pixel p of each at `places[p]`, and returns where it stopped: at the end of `bytes`, where `rows` is
 * full, or at the start of the first line that is no row. `bytes` ends with a line feed, so no number runs past its end.
 */
function parseRows(bytes: Buffer, start: number, rows: Rows, places: Uint16Array): number {
  const { images, labels } = rows;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lastWide = bytes.length - 8;
  // Locals: reading an imported name in CommonJS goes through its module, which costs the inner loop its speed.
  const [pixels, fourZeros] = [PIXELS, FOUR_ZEROS];
  // The bytes are compared with '0' taken off by XOR: the digits become 0 to 9, all others more.
  const zero = 48;
  const comma = 44 ^ zero;
  let place = rows.count * pixels;
  while (start < bytes.length && rows.count < labels.length) {
    let i = start;
    // The label is pixel -1. Where zeros are passed over, it is 0, as are the pixels that nothing was written to.
    let label = 0;
    let pixel = -1;
    let next = comma;
    while (next === comma) {
      while (i <= lastWide && view.getFloat64(i, true) === fourZeros) {
        i += 8;
        pixel += 4;
      }
      if (pixel >= pixels) return start;
      let value = bytes[i] ^ zero;
      if (value > 9) return start;
      next = bytes[++i] ^ zero;
      if (next <= 9) {
        value = 10 * value + next;
        next = bytes[++i] ^ zero;
        while (next <= 9) {
          value = 10 * value + next;
          next = bytes[++i] ^ zero;
        }
        if (value > 255) return start;
      }
      if (pixel < 0) label = value;
      else images[place + places[pixel]] = value;
      pixel++;
      i++;
    }
    if (pixel < pixels) return start;
    if (next === (CR ^ zero)) next = bytes[i++] ^ zero;
    if (next !== (LF ^ zero)) return start;
    labels[rows.count++] = label;
    place += pixels;
    start = i;
  }
  return start;
}

/** Says why a line is no row. */
function explainRow(file: string, line: number, row: string): DataError {
  const fields = row.split(',');
  if (fields.length !== FIELDS) {
    return rowError(file, line, `${FIELDS} values (a label and ${PIXELS} pixels)`, `${fields.length}`);
  }
  const column = fields.findIndex((field) => !/^\d+$/.test(field) || Number(field) > 255);
  const came = JSON.stringify(fields[column].slice(0, 20));
  return rowError(file, line, 'a whole number from 0 to 255', came, column + 1);
}

function rowError(file: string, line: number, expected: string, came: string, column?: number): DataError {
  return new DataError({
    file,
    at: column === undefined ? `line ${line}` : `line ${line}, column ${column}`,
    expected,
    came,
    cure: 'Each row holds a label and 784 grey levels, whole numbers from 0 to 255 with commas between.',
  });
}
