import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { DataError, FETCH_AGAIN } from './data-error';
import { IMAGE_SIZE, PIXELS } from './dataset';
import { fileSize, MAX_BYTES } from './file-size';

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
const CHUNK_BYTES = 2 ** 20;
/** A digit and a comma or line feed for each field. */
const MIN_ROW_BYTES = 2 * FIELDS;
/** A row takes up to 785 x 4 bytes, a header with a long name for each column some more. */
const MAX_LINE_BYTES = 2 ** 16;
/** Zipped, a small file may hold rows or blank lines without end. */
const MAX_IMAGES = Math.floor(MAX_BYTES / PIXELS);
const MAX_BLANK_LINES = 1000;
/** Where each pixel of a row goes: to its own place, or to that in the transposed image. */
const PLACES = Uint16Array.from({ length: PIXELS }, (_, pixel) => pixel);
const TRANSPOSED_PLACES = PLACES.map((p) => (p % IMAGE_SIZE) * IMAGE_SIZE + Math.floor(p / IMAGE_SIZE));
/** Handwriting is mostly background: these bytes, compared as one double, pass over four pixels of it at once. */
const FOUR_ZEROS = Buffer.from('0,0,0,0,').readDoubleLE();
/** So many bytes the parser may read at once, wherever a field begins. */
const WIDE = 8;
const PADDING = Buffer.alloc(WIDE);

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
  const places = isTransposed ? TRANSPOSED_PLACES : PLACES;
  // All that a plain file can hold; what a zipped one holds more is made room for when it comes.
  const size = await fileSize(file, Number.POSITIVE_INFINITY);
  let rows = allocateRows(Math.min(1 + Math.floor(size / MIN_ROW_BYTES), MAX_IMAGES));
  let line = 0;
  let firstLine = 1;
  let blankLine = 0;

  /** Takes whole lines and `WIDE` bytes more. */
  const readLines = (bytes: Buffer) => {
    const end = bytes.length - WIDE;
    let start = line === 0 && bytes.indexOf('\uFEFF') === 0 ? 3 : 0;
    while (start < end) {
      if (rows.count === MAX_IMAGES) {
        throw rowError(file, line + 1, `at most ${MAX_IMAGES} images, which take 2 GiB`, 'more');
      }
      if (rows.count === rows.labels.length) {
        rows = allocateRows(Math.min(2 * rows.count, MAX_IMAGES), rows);
      }
      const before = rows.count;
      if (blankLine === 0) start = parseRows(bytes, start, end, rows, places);
      line += rows.count - before;
      if (start === end || rows.count === rows.labels.length) continue;
      const lineEnd = bytes.indexOf(LF, start);
      const text = bytes.toString('latin1', start, lineEnd).replace(/\r$/, '');
      line++;
      if (text === '') blankLine ||= line;
      else if (blankLine > 0) throw rowError(file, blankLine, 'a row', 'a blank line before the last row');
      else if (line === 1 && /^[^,]*[a-z]/i.test(text)) firstLine = 2;
      else throw explainRow(file, line, text);
      if (blankLine > 0 && line - blankLine >= MAX_BLANK_LINES) {
        throw rowError(file, blankLine, `at most ${MAX_BLANK_LINES} blank lines at the end`, 'more');
      }
      start = lineEnd + 1;
    }
  };

  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of openChunks(file)) {
    const first = chunk.indexOf(LF) + 1;
    if (first > 0) {
      // Only the line that the chunks' border cuts is joined: joining the chunks would copy the whole file once more.
      readLines(Buffer.concat([rest, chunk.subarray(0, first), PADDING]));
      const last = Math.max(first, chunk.subarray(0, -WIDE).lastIndexOf(LF) + 1);
      readLines(chunk.subarray(first, last + WIDE));
      rest = Buffer.from(chunk.subarray(last));
    } else {
      rest = Buffer.concat([rest, chunk]);
    }
    if (rest.length > MAX_LINE_BYTES) {
      throw rowError(file, line + 1, 'a row', `a line of more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (rest.length > 0) readLines(Buffer.concat([rest, Buffer.of(LF), PADDING]));
  const { images, labels, count } = rows;
  if (count === 0) {
    throw rowError(file, firstLine, 'a row or more', firstLine === 2 ? 'a header alone' : 'an empty file');
  }
  return { images: images.subarray(0, count * PIXELS), labels: labels.slice(0, count), firstLine };
}

/** Room for rows, the first of them as in `filled`. Memory that was never written to takes no place. */
function allocateRows(room: number, filled?: Rows): Rows {
  const images = new Uint8Array(room * PIXELS);
  const labels = new Uint8Array(room);
  if (filled) {
    images.set(filled.images);
    labels.set(filled.labels);
  }
  return { images, labels, count: filled?.count ?? 0 };
}

/** The file's bytes, unzipped; a chunk is valid until the next is asked for. */
function openChunks(file: string): AsyncIterable<Buffer> {
  return file.endsWith('.gz') ? inflateChunks(file) : readChunks(file);
}

/** Reads a chunk while the last is in use, into two buffers in turn: a new one for each would keep the garbage collector busy. */
async function* readChunks(file: string): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(file);
  try {
    let [buffer, other] = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
    let { bytesRead } = await handle.read(buffer);
    while (bytesRead > 0) {
      const reading = handle.read(other);
      yield buffer.subarray(0, bytesRead);
      ({ bytesRead } = await reading);
      [buffer, other] = [other, buffer];
    }
  } finally {
    await handle.close();
  }
}

async function* inflateChunks(file: string): AsyncGenerator<Buffer, void, undefined> {
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES });
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
 * Appends rows to `rows`, pixel p of each at `places[p]`, and returns where it stopped: at `end`, where `rows` is full, or at
 * the start of the first line that is no row. The bytes before `end` are whole lines, and `WIDE` more follow them, which may
 * be anything.
 *
 * It reads several bytes at once and branches little, since a processor mostly waits here for what it did not foresee.
 */
function parseRows(bytes: Buffer, start: number, end: number, rows: Rows, places: Uint16Array): number {
  const { images, labels } = rows;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Constants of the function, as those of a module cost the inner loop its speed. XOR with '0' makes the digits' bytes 0 to 9
  // and all other bytes more.
  const pixels = PIXELS;
  const fourZeros = FOUR_ZEROS;
  const zero = 0x30;
  const fourTimesZero = 0x30303030;
  const comma = 0x2c ^ zero;
  const lineFeed = 0x0a ^ zero;
  const carriageReturn = 0x0d ^ zero;
  let { count } = rows;
  while (start < end && count < labels.length) {
    const place = count * pixels;
    let at = start;
    // The label is pixel -1. It is 0 where zeros are passed over, as is each pixel that nothing was written to.
    let label = 0;
    let pixel = -1;
    let next = comma;
    while (next === comma) {
      while (view.getFloat64(at, true) === fourZeros) {
        at += 8;
        pixel += 4;
      }
      // One to three digits and what follows them, first byte lowest. Bit 4 is set in digits, not in commas and line ends.
      const word = view.getInt32(at, true);
      const second = (word >>> 12) & 1;
      const moreDigits = second + (second & (word >>> 20));
      // The digits' values from byte 2 downwards, 0 before the first, and what follows them in byte 3.
      const digits = (word ^ fourTimesZero) << (16 - 8 * moreDigits);
      const value = (digits & 255) * 100 + ((digits >>> 8) & 255) * 10 + ((digits >>> 16) & 255);
      const isNumber = ((digits | (digits + 0x060606)) & 0xf0f0f0) === 0 && value <= 255;
      if (!isNumber || pixel >= pixels) break;
      if (pixel < 0) label = value;
      else images[place + places[pixel]] = value;
      pixel++;
      next = digits >>> 24;
      at += 2 + moreDigits;
    }
    if (next === carriageReturn) next = bytes[at++] ^ zero;
    if (pixel !== pixels || next !== lineFeed) break;
    labels[count++] = label;
    start = at;
  }
  rows.count = count;
  return start;
}

/** Says why a line is no row. */
function explainRow(file: string, line: number, row: string): DataError {
  const fields = row.split(',');
  if (fields.length !== FIELDS) {
    return rowError(file, line, `${FIELDS} values (a label and ${PIXELS} pixels)`, `${fields.length}`);
  }
  const column = fields.findIndex((field) => !/^\d{1,3}$/.test(field) || Number(field) > 255);
  const came = JSON.stringify(fields[column].slice(0, 20));
  return rowError(file, line, 'a whole number from 0 to 255', came, column + 1);
}

function rowError(file: string, line: number, expected: string, came: string, column?: number): DataError {
  return new DataError({
    file,
    at: column === undefined ? `line ${line}` : `line ${line}, column ${column}`,
    expected,
    came,
    cure: 'Each row holds a label and 784 grey levels, whole numbers from 0 to 255 in up to three digits, with commas between.',
  });
}
