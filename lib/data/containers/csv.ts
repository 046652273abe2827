import { MAX_BYTES } from '../file-size';
import { readUnzippedChunks, readUnzippedStart } from '../gzip';
import { imagesOf, type Numbers, type RawImages, type RawLabels } from '../raw-images';
import type { SourceFile } from '../source-file';
import { type CsvLayout, IGNORED, LABEL, NUMBER, ONE_HOT, readBit, splitRow, tableError, tellLayout } from './csv-layout';
import { allocateRows, parseRows, WIDE } from './csv-rows';

/** What a CSV file of images holds. */
export interface CsvImages {
  readonly images: RawImages;
  /** None where the file has no column of labels, as the test files of competitions. */
  readonly labels?: RawLabels;
  readonly notes: readonly string[];
}

const LF = 10;
const START_BYTES = 2 ** 18;
/** A row of 3072 numbers in 20 digits each is well below. */
const MAX_LINE_BYTES = 2 ** 20;
const MAX_BLANK_LINES = 1000;
const FAST_FIELDS = 785;
const PADDING = Buffer.alloc(WIDE);

/**
 * Reads a CSV file of one image a row: its label and its pixels, square, row-major. Commas, semicolons, tabs, bars or blanks
 * between; with or without a header, which is honoured; the label in any column that it names, else first or last, a number, a
 * word, or one-hot; whole numbers or decimals, quoted or not; UTF-8, Latin-1 or UTF-16; LF, CRLF or CR; row numbers are passed
 * over. Gzipped where its first bytes say so.
 *
 * @throws DataError with line and column of what does not fit.
 */
export async function readCsv(file: SourceFile): Promise<CsvImages> {
  const { start, isWhole } = await readUnzippedStart(file, START_BYTES);
  const layout = tellLayout(file.path, start, isWhole);
  const { rows, ...table } = (await readFast(file, layout, start)) ?? (await readSlowly(file, layout));
  const { labels: first, pixels } = rows;
  const { side, channels, firstLine, roles } = layout;
  let values: RawLabels['values'] | undefined = first;
  let labelColumn = roles.indexOf(LABEL);
  const notes =
    layout.ignored.length > 0
      ? [`Of ${file.path} ${layout.ignored.join(', ')} ${layout.ignored.length > 1 ? 'are' : 'is'} not used.`]
      : [];
  if (layout.isLabelGuessed && first && isLabelLast(first as ArrayLike<number>, pixels)) {
    values = moveLabel(first as ArrayLike<number>, pixels, side * side * channels);
    labelColumn = roles.length - 1;
    notes.push(
      `${file.path} has no header; its last column is taken for the label, since the first varies as pixels at an edge do.`,
    );
  }
  const columnOf = new Map(Array.from(roles, (role, c) => [role, c] as const));
  const images = toImages(pixels, table.count, side, channels);
  return {
    images: { ...images, locate: (i, p) => `line ${firstLine + i}, column ${(columnOf.get(p) ?? 0) + 1}` },
    ...(values && { labels: { values, locate: (i: number) => `line ${firstLine + i}, column ${labelColumn + 1}` } }),
    notes,
  };
}

interface Table {
  readonly count: number;
  readonly rows: { readonly pixels: Numbers; readonly labels?: ArrayLike<number> | readonly string[] };
}

/** Undefined where a row is otherwise than this way knows; the slow one then reads it, or says what is wrong. */
async function readFast(file: SourceFile, layout: CsvLayout, start: Buffer): Promise<Table | undefined> {
  const { roles, separator, encoding, isOldMac, firstLine } = layout;
  const isPlain = separator === ',' && encoding === 'bytes' && !isOldMac && roles.length === FAST_FIELDS && layout.side === 28;
  const isInOrder = roles.every((role, c) => role === (c === 0 ? LABEL : c - 1));
  if (!isPlain || !isInOrder || start.subarray(0, 2 ** 12).includes('"')) return undefined;
  // As many as its first lines let expect, and a few more; what comes beyond is made room for when it comes.
  const most = Math.floor(MAX_BYTES / (FAST_FIELDS - 1));
  const perLine = start.length / Math.max(1, countLines(start));
  let rows = allocateRows(Math.min(1 + Math.floor((1.05 * file.size) / perLine), most));
  let isBlank = false;
  let blankLines = 0;
  let isOther = false;
  let skip = firstLine - 1;
  for await (const bytes of readLines(file, layout)) {
    const end = bytes.length - WIDE;
    let at = 0;
    for (; skip > 0 && at < end; skip--) at = bytes.indexOf(LF, at) + 1;
    while (at < end && !isOther) {
      if (rows.count === rows.labels.length) {
        if (rows.count === most) throw tooMany(file, firstLine + rows.count, most);
        rows = allocateRows(Math.min(2 * rows.count, most), rows);
      }
      if (!isBlank) at = parseRows(bytes, at, end, rows);
      if (at === end || rows.count === rows.labels.length) continue;
      const lineEnd = bytes.indexOf(LF, at);
      isBlank = lineEnd === at || (lineEnd === at + 1 && bytes[at] === 13);
      if (isBlank) blankLines++;
      isOther = !isBlank || blankLines > MAX_BLANK_LINES;
      at = lineEnd + 1;
    }
    if (isOther) return undefined;
  }
  const { images, labels, count } = rows;
  if (count === 0) return undefined;
  return { count, rows: { pixels: images.subarray(0, count * (FAST_FIELDS - 1)), labels: labels.slice(0, count) } };
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}

/** Reads numbers of any form, one after the other. */
async function readSlowly(file: SourceFile, layout: CsvLayout): Promise<Table> {
  const { roles, separator, firstLine, side, channels } = layout;
  const perImage = side * side * channels;
  const most = Math.floor(MAX_BYTES / perImage);
  const labels: (number | string)[] = [];
  const hasLabel = roles.some((role) => role < IGNORED);
  let pixels: Uint8Array | Float32Array = new Uint8Array(256 * perImage);
  let count = 0;
  let line = 0;
  let blankLine = 0;
  const separatorByte = separator.charCodeAt(0);
  /** Parses a line of plain whole numbers; false where it holds anything else. */
  const parsePlain = (bytes: Buffer, from: number, end: number): boolean => {
    const place = count * perImage;
    let column = 0;
    let value = -1;
    for (let at = from; at <= end; at++) {
      const byte = at < end ? bytes[at] : separatorByte;
      if (byte >= 48 && byte <= 57) value = value < 0 ? byte - 48 : value * 10 + (byte - 48);
      else if (byte === separatorByte && value >= 0 && value <= 255 && column < roles.length) {
        const role = roles[column++];
        if (role >= 0) pixels[place + role] = value;
        else if (role === LABEL) labels[count] = value;
        else if (role <= ONE_HOT && value === 1) labels[count] = ONE_HOT - role;
        value = -1;
      } else return false;
    }
    return column === roles.length;
  };
  const parseFields = (text: string): void => {
    const fields = splitRow(text, separator);
    if (fields.length !== roles.length) {
      const what = `${roles.length} values (${hasLabel ? 'a label and ' : ''}${perImage} pixels)`;
      throw tableError(file.path, line, what, `${fields.length}`);
    }
    fields.forEach((field, column) => {
      const role = roles[column];
      if (role === IGNORED) return;
      const value = role <= ONE_HOT ? readBit(field) : NUMBER.test(field) ? Number(field.replace(',', '.')) : Number.NaN;
      if (role === LABEL) {
        if (field === '') throw tableError(file.path, line, 'a label', '""', column + 1);
        labels[count] = Number.isFinite(value) ? value : Buffer.from(field, 'latin1').toString('utf8');
        return;
      }
      if (!Number.isFinite(value)) {
        const cure = 'Fill in what is missing, or leave the row out.';
        throw tableError(file.path, line, 'a number', JSON.stringify(field.slice(0, 20)), column + 1, cure);
      }
      if (role <= ONE_HOT) {
        if (value === 1) labels[count] = ONE_HOT - role;
        return;
      }
      // Bytes as long as they do, a quarter of the memory.
      if (pixels instanceof Uint8Array && !(Number.isInteger(value) && value >= 0 && value <= 255)) {
        pixels = Float32Array.from(pixels);
      }
      pixels[count * perImage + role] = value;
    });
  };
  for await (const bytes of readLines(file, layout)) {
    const end = bytes.length - WIDE;
    for (let at = 0; at < end; ) {
      const lineEnd = bytes.indexOf(LF, at);
      const last = lineEnd > at && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
      line++;
      const from = at;
      at = lineEnd + 1;
      if (line < firstLine) continue;
      if (from === last) {
        blankLine ||= line;
        if (line - blankLine >= MAX_BLANK_LINES) {
          throw tableError(file.path, blankLine, `at most ${MAX_BLANK_LINES} blank lines at the end`, 'more');
        }
        continue;
      }
      if (blankLine > 0) throw tableError(file.path, blankLine, 'a row', 'a blank line before the last row');
      if (count === most) throw tooMany(file, line, most);
      if ((count + 1) * perImage > pixels.length) {
        const larger: Uint8Array | Float32Array = new (pixels.constructor as Uint8ArrayConstructor)(
          Math.min(2 * count, most) * perImage,
        );
        larger.set(pixels as Uint8Array);
        pixels = larger;
      }
      if (!parsePlain(bytes, from, last)) parseFields(bytes.toString('latin1', from, last));
      if (hasLabel && labels[count] === undefined)
        throw tableError(file.path, line, 'a 1 among the columns of the label', 'none');
      count++;
    }
  }
  if (count === 0) throw tableError(file.path, firstLine, 'a row or more', 'an empty file');
  const isWord = labels.some((label) => typeof label === 'string');
  const values = isWord ? labels.map(String) : Float64Array.from(labels as number[]);
  return { count, rows: { pixels: pixels.subarray(0, count * perImage), ...(hasLabel && { labels: values }) } };
}

function tooMany(file: SourceFile, line: number, most: number) {
  return tableError(file.path, line, `at most ${most} images, which take 2 GiB`, 'more', undefined, 'Leave out a part of it.');
}

/** Whole lines, and `WIDE` bytes more after them, as bytes of ASCII that end in a line feed. */
async function* readLines(file: SourceFile, layout: CsvLayout): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (let chunk of decodeChunks(file, layout)) {
    if (isFirst && chunk.indexOf('\uFEFF') === 0) chunk = chunk.subarray(3);
    isFirst = false;
    const first = chunk.indexOf(LF) + 1;
    if (first > 0) {
      // Only the line that the chunks' border cuts is joined: joining the chunks would copy the whole file once more.
      yield Buffer.concat([rest, chunk.subarray(0, first), PADDING]);
      const last = Math.max(first, chunk.subarray(0, -WIDE).lastIndexOf(LF) + 1);
      yield chunk.subarray(first, last + WIDE);
      rest = Buffer.from(chunk.subarray(last));
    } else {
      rest = Buffer.concat([rest, chunk]);
    }
    if (rest.length > MAX_LINE_BYTES) {
      throw tableError(file.path, 1, 'rows', `a line of more than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.of(LF), PADDING]);
}

/** The file's bytes as UTF-8 or Latin-1, lines ending in LF or CRLF. */
async function* decodeChunks(file: SourceFile, { encoding, isOldMac }: CsvLayout): AsyncGenerator<Buffer, void, undefined> {
  const chunks = readUnzippedChunks(file);
  if (encoding === 'bytes' && !isOldMac) {
    yield* chunks;
    return;
  }
  const decoder = encoding === 'bytes' ? undefined : new TextDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder ? Buffer.from(decoder.decode(chunk, { stream: true })) : Buffer.from(chunk);
    if (isOldMac) for (let at = text.indexOf(13); at !== -1; at = text.indexOf(13, at + 1)) text[at] = LF;
    yield text;
  }
}

/**
 * Whether the label, read from the first column, stands in the last one, of which no header says anything: pixels at an edge are
 * mostly all alike, and where they are not, are near to their neighbours.
 */
function isLabelLast(first: ArrayLike<number>, pixels: Numbers): boolean {
  const count = first.length;
  const each = pixels.length / count;
  const end = each - 1;
  let lastVaries = false;
  for (let i = 1; i < count && !lastVaries; i++) lastVaries = pixels[i * each + end] !== pixels[end];
  if (!lastVaries) return false;
  let [firstVaries, firstStep, lastStep] = [false, 0, 0];
  for (let i = 0; i < count; i++) {
    const last = pixels[i * each + end];
    if (!Number.isInteger(last)) return false;
    firstVaries ||= first[i] !== first[0];
    firstStep += Math.abs(first[i] - pixels[i * each]);
    lastStep += Math.abs(last - pixels[i * each + end - 1]);
  }
  return !firstVaries || firstStep < lastStep / 4;
}

/** Takes the last column for the label and the first for a pixel, in place; the labels. */
function moveLabel(first: ArrayLike<number>, pixels: Numbers, each: number): Float64Array {
  return Float64Array.from({ length: first.length }, (_, i) => {
    const label = pixels[i * each + each - 1];
    pixels.copyWithin(i * each + 1, i * each, i * each + each - 1);
    pixels[i * each] = first[i];
    return label;
  });
}

/** Colour images: red, green and blue of each pixel together, or all red first, whichever makes neighbours alike. */
function toImages(pixels: Numbers, count: number, side: number, channels: 1 | 3): RawImages {
  if (channels === 1) return imagesOf(pixels, count, side, side);
  const plane = side * side;
  let [together, apart] = [0, 0];
  for (let p = 0; p + 3 < Math.min(pixels.length, 100 * 3 * plane); p++) {
    together += Math.abs(pixels[p] - pixels[p + 3]);
    apart += Math.abs(pixels[p] - pixels[p + 1]);
  }
  if (together <= apart) return imagesOf(pixels, count, side, side, 3);
  return {
    count,
    at(i) {
      const image = pixels.subarray(3 * i * plane, 3 * (i + 1) * plane);
      const joined = image.slice();
      for (let p = 0; p < plane; p++) for (let c = 0; c < 3; c++) joined[3 * p + c] = image[c * plane + p];
      return { pixels: joined, height: side, width: side, channels: 3 };
    },
  };
}
