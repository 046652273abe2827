import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { DataError, FETCH_AGAIN } from './data-error';
import { PIXELS } from './dataset';

/** What a CSV file of images holds, as the file has it. */
export interface CsvImages {
  /** `[n, 28, 28]` uint8. */
  readonly images: Uint8Array;
  /** `[n]` uint8. */
  readonly labels: Uint8Array;
  /** Line of the first image, from 1; the others follow it without gaps. */
  readonly firstLine: number;
}

const FIELDS = PIXELS + 1;
const ZERO = 48;
const COMMA = 44;
const LF = 10;
const CR = 13;
const CHUNK_BYTES = 2 ** 20;
/** A row takes up to 785 x 4 bytes, a header with a long name for each column some more. */
const MAX_LINE_BYTES = 2 ** 16;
const BLOCK_ROWS = 2048;

/**
 * Reads a CSV file of one image a row: its label, then 784 grey levels, row-major, whole numbers from 0 to 255.
 * A first line whose first field holds a letter is a header, and skipped. LF and CRLF, a byte order mark and blank
 * lines at the end are fine. Gzipped where the name ends in `.gz`.
 *
 * The parser knows digits and commas alone, no quotes or blanks, and keeps the pixels at most twice in memory.
 *
 * @throws DataError with line and column of what does not fit.
 */
export async function readCsv(file: string): Promise<CsvImages> {
  const blocks: Uint8Array[] = [];
  const labels: number[] = [];
  let line = 0;
  let firstLine = 1;
  let blankLine = 0;

  const readLine = (bytes: Buffer, start: number, lineEnd: number) => {
    line++;
    const end = lineEnd > start && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (end === start) {
      blankLine ||= line;
      return;
    }
    if (blankLine > 0) throw rowError(file, blankLine, 'a row', 'a blank line before the last row');
    if (line === 1 && /^[^,]*[a-z]/i.test(bytes.toString('latin1', start, end))) {
      firstLine = 2;
      return;
    }
    const row = labels.length % BLOCK_ROWS;
    if (row === 0) blocks.push(new Uint8Array(BLOCK_ROWS * PIXELS));
    const label = parseRow(bytes, start, end, blocks[blocks.length - 1], row * PIXELS);
    if (label < 0) throw explainRow(file, line, bytes.toString('latin1', start, end));
    labels.push(label);
  };

  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of openChunks(file)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = line === 0 && bytes.indexOf('\uFEFF') === 0 ? 3 : 0;
    for (let end = bytes.indexOf(LF, start); end >= 0; end = bytes.indexOf(LF, start)) {
      readLine(bytes, start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) {
      throw rowError(file, line + 1, 'a row', `a line of more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (rest.length > 0) readLine(rest, line === 0 && rest.indexOf('\uFEFF') === 0 ? 3 : 0, rest.length);
  if (labels.length === 0) {
    throw rowError(file, line || 1, 'a row or more', firstLine === 2 ? 'a header alone' : 'an empty file');
  }

  const images = new Uint8Array(labels.length * PIXELS);
  blocks.forEach((block, i) => {
    const start = i * BLOCK_ROWS * PIXELS;
    images.set(block.subarray(0, images.length - start), start);
  });
  return { images, labels: Uint8Array.from(labels), firstLine };
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

/** Writes the row's pixels to `into` at `place` and returns its label; -1 where anything does not fit. */
function parseRow(bytes: Buffer, start: number, end: number, into: Uint8Array, place: number): number {
  let label = -1;
  let column = 0;
  let value = 0;
  let digits = 0;
  for (let i = start; i <= end; i++) {
    const byte = i < end ? bytes[i] : COMMA;
    if (byte >= ZERO && byte <= ZERO + 9) {
      value = value * 10 + byte - ZERO;
      digits++;
    } else {
      if (byte !== COMMA || digits === 0 || value > 255 || column === FIELDS) return -1;
      if (column === 0) label = value;
      else into[place + column - 1] = value;
      column++;
      value = 0;
      digits = 0;
    }
  }
  return column === FIELDS ? label : -1;
}

/** Says what `parseRow` refused. */
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
