/** How a CSV file is written and what its columns are, told by its first lines. */
import { DataError } from '../data-error';

export type Encoding = 'bytes' | 'utf-16le' | 'utf-16be';

/** Column roles from 0 are places in an image. */
export const IGNORED = -1;
export const LABEL = -2;
/** From here downwards: the columns of a one-hot label, -3 for class 0, -4 for class 1, ... */
export const ONE_HOT = -3;

export interface CsvLayout {
  readonly encoding: Encoding;
  /** `' '` stands for blanks and tabs of any number. */
  readonly separator: ',' | ';' | '\t' | '|' | ' ';
  /** Whether a carriage return alone ends a line. */
  readonly isOldMac: boolean;
  /** Line of the first row, from 1: what stands before is a header, comments, blank lines. */
  readonly firstLine: number;
  /** What each column is: a place in the image, or `IGNORED`, `LABEL`, `ONE_HOT`. */
  readonly roles: Int32Array;
  readonly side: number;
  readonly channels: 1 | 3;
  /** Whether rows are to be looked at for which end the label is at, since no header names it. */
  readonly isLabelGuessed: boolean;
  /** Names of columns that are neither label nor pixel. */
  readonly ignored: readonly string[];
}

const LABEL_NAME = /^(?:label|labels|class|classes|target|y|digit|letter|char|character|category|symbol|output)$/i;
const PIXEL_NAME = /^(?:p|px|pix|pixels?|x|v|f|feat|features?|attr|att|col|column|dim|var|i)?[\s._-]*\d+(?:[\s._x:-]+\d+)?$/i;
const INDEX_NAME =
  /^(?:|id|index|idx|no|nr|row|unnamed.*|(?:image|img|row|sample)[\s_-]?(?:id|no|index)|file.*|usage|split|fold)$/i;
export const NUMBER = /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?$/i;
/** Fewer columns are no image of 8 x 8 pixels. */
const LEAST_COLUMNS = 64;
const LEAST_SIDE = 8;
/** Rows that are looked at. */
const ROWS = 20;

/** How the bytes stand for text. */
export function tellEncoding(start: Buffer): Encoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const pairs = start.subarray(0, 512).length >> 1;
  if (pairs < 8) return 'bytes';
  const zeros = (offset: number) =>
    Array.from({ length: pairs }, (_, i) => start[2 * i + offset]).filter((byte) => byte === 0).length;
  if (zeros(1) > 0.9 * pairs && zeros(0) === 0) return 'utf-16le';
  if (zeros(0) > 0.9 * pairs && zeros(1) === 0) return 'utf-16be';
  return 'bytes';
}

/** Whether a file that begins so is a table with as many numbers in a line as an image has pixels. */
export function isImageTable(start: Buffer): boolean {
  const { lines } = readLines(start);
  const rows = lines.filter(({ text }) => !isComment(text)).slice(0, 3);
  if (rows.length === 0) return false;
  return (
    rows.some(({ text }) => {
      const fields = splitRow(text, tellSeparator(text));
      return fields.length >= LEAST_COLUMNS && fields.filter((field) => NUMBER.test(field)).length >= 0.9 * fields.length;
    }) ||
    splitRow(rows[0].text, tellSeparator(rows[0].text)).filter((field) => PIXEL_NAME.test(field)).length >= LEAST_COLUMNS - 1
  );
}

/** The columns of a table of few, such as Kaggle's sample_submission.csv; undefined for what is none. */
export function smallTableColumns(start: Buffer): number | undefined {
  const { lines } = readLines(start);
  const rows = lines.filter(({ text }) => !isComment(text)).slice(0, 5);
  const counts = rows.map(({ text }) => text.split(/[,;\t]/).length);
  const isTable = rows.length >= 2 && counts[0] >= 2 && counts[0] < LEAST_COLUMNS && counts.every((count) => count === counts[0]);
  return isTable ? counts[0] : undefined;
}

/**
 * The layout of the file that begins so.
 *
 * @param isWhole Whether `start` is all there is, so that its last line is one.
 * @throws DataError where the columns make no image.
 */
export function tellLayout(file: string, start: Buffer, isWhole: boolean): CsvLayout {
  const { lines: all, encoding, isOldMac } = readLines(start);
  const lines = isWhole || all.length < 2 ? all : all.slice(0, -1);
  const content = lines.filter(({ text }) => !isComment(text));
  if (content.length === 0) throw tableError(file, lines.length > 0 ? 1 : 1, 'a row or more', 'an empty file');
  const widest = content[Math.min(1, content.length - 1)].text;
  const separator = tellSeparator(widest);
  const rows = content.slice(0, ROWS).map(({ text, line }) => ({ fields: splitRow(text, separator), line }));
  const [first, second] = rows;
  const hasHeader = isHeader(first.fields, second?.fields);
  if (hasHeader && !second) throw tableError(file, first.line + 1, 'a row or more', 'a header alone');
  const body = hasHeader ? rows.slice(1) : rows;
  // Rows that end in a separator have an empty last field.
  const columns = body[0].fields.length;
  const isTrailing = body.every(({ fields }) => fields.length === columns && fields[columns - 1] === '');
  const width = isTrailing ? columns - 1 : columns;
  const names = hasHeader ? headerNames(first.fields, width) : undefined;
  const table = body.map(({ fields }) => fields);
  const meaning = (names && tellByNames(names, table)) ?? tellByCount(table, width);
  if (!meaning) {
    throw tableError(
      file,
      body[0].line,
      'a label and the pixels of a square image (64, 256, 784, 1024, ... columns, or three times as many in colour)',
      `${width} columns`,
    );
  }
  const roles = new Int32Array(columns).fill(IGNORED);
  roles.set(meaning.roles);
  return { encoding, isOldMac, separator, firstLine: body[0].line, ...meaning, roles };
}

interface Line {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

function readLines(start: Buffer): { lines: Line[]; encoding: Encoding; isOldMac: boolean } {
  const encoding = tellEncoding(start);
  const text = (encoding === 'bytes' ? start.toString('latin1') : new TextDecoder(encoding).decode(start)).replace(
    /^(?:\uFEFF|\u00EF\u00BB\u00BF)/,
    '',
  );
  const isOldMac = !text.includes('\n') && text.includes('\r');
  const lines = text.split(isOldMac ? '\r' : /\r?\n/).map((content, i) => ({ text: content, line: i + 1 }));
  return { lines, encoding, isOldMac };
}

/** Lines before the first row: comments, ARFF's declarations, Excel's `sep=`, blank ones. */
function isComment(text: string): boolean {
  return /^\s*(?:[#%@].*|sep=.)?$/i.test(text);
}

function tellSeparator(line: string): CsvLayout['separator'] {
  const counts = ([',', ';', '\t', '|'] as const).map((separator) => [separator, line.split(separator).length] as const);
  // With semicolons or tabs, commas are those of decimals.
  const [, semicolon, tab, pipe] = counts;
  for (const [separator, count] of [semicolon, tab, pipe]) if (count >= LEAST_COLUMNS / 2) return separator;
  return counts[0][1] >= 2 ? ',' : ' ';
}

/** The fields of a line, without blanks and quotes around them. */
export function splitRow(text: string, separator: CsvLayout['separator']): string[] {
  if (separator === ' ') return (text.match(/"[^"]*"|\S+/g) ?? []).map((field) => field.replace(/^"(.*)"$/, '$1'));
  if (!text.includes('"')) return text.split(separator).map((field) => field.trim());
  const fields = `${separator}${text}`.match(quotedFields(separator)) ?? [];
  return fields.map((field) => {
    const trimmed = field.slice(1).trim();
    return /^".*"$/s.test(trimmed) ? trimmed.slice(1, -1).replaceAll('""', '"').trim() : trimmed;
  });
}

/** A field with the separator before it. */
function quotedFields(separator: string): RegExp {
  const escaped = separator === '|' ? '\\|' : separator;
  return new RegExp(`${escaped}(?: *"(?:[^"]|"")*" *|[^${escaped}]*)`, 'g');
}

function isHeader(first: readonly string[], second: readonly string[] | undefined): boolean {
  const words = first.filter((field) => field !== '' && !NUMBER.test(field) && !/^nan$/i.test(field));
  if (words.length >= 2) return true;
  if (words.length === 1 && second && second.length !== first.length) return true;
  // Numbers as names, each another: 0, 1, 2, ... or what pandas makes of a first row taken for a header (0, 0.1, 0.2, ...).
  const numbers = first.filter((field) => NUMBER.test(field));
  if (numbers.length < LEAST_COLUMNS || new Set(numbers).size !== numbers.length) return words.length === 1 && first.length < 2;
  const counting = numbers.filter((field, i) => i > 0 && Number(field) - Number(numbers[i - 1]) === 1).length;
  const mangled = numbers.filter((field) => /^\d+\.\d+$/.test(field)).length;
  return counting > 0.9 * (numbers.length - 2) || mangled > 0.5 * numbers.length;
}

/** A name a column, where the header is of these columns; one fewer are those of R, which names no row numbers. */
function headerNames(fields: readonly string[], width: number): string[] | undefined {
  if (fields.length === width + 1 && fields[width] === '') return fields.slice(0, width);
  if (fields.length === width) return [...fields];
  return fields.length === width - 1 ? ['', ...fields] : undefined;
}

type Meaning = Pick<CsvLayout, 'roles' | 'side' | 'channels' | 'isLabelGuessed' | 'ignored'>;

function tellByNames(names: readonly string[], rows: readonly (readonly string[])[]): Meaning | undefined {
  const all = names.map((_, c) => c);
  const labels = all.filter((c) => LABEL_NAME.test(names[c]));
  const pixels = inOrder(
    all.filter((c) => PIXEL_NAME.test(names[c])),
    names,
  );
  const others = all.filter((c) => !labels.includes(c) && !pixels.includes(c));
  const telling = others.filter((c) => !INDEX_NAME.test(names[c]));
  const label = labels.length === 1 ? labels[0] : labels.length === 0 && telling.length === 1 ? telling[0] : undefined;
  const form = sideOf(pixels.length);
  const oneHot = label === undefined && labels.length === 0 && isOneHot(rows, telling) ? telling : [];
  if (!form || (label === undefined && oneHot.length === 0 && labels.length + telling.length > 0)) return undefined;
  const roles = new Int32Array(names.length).fill(IGNORED);
  pixels.forEach((c, place) => {
    roles[c] = place;
  });
  if (label !== undefined) roles[label] = LABEL;
  inOrder(oneHot, names).forEach((c, place) => {
    roles[c] = ONE_HOT - place;
  });
  const ignored = others.filter((c) => c !== label && !oneHot.includes(c)).map((c) => names[c] || `column ${c + 1}`);
  return { roles, ...form, isLabelGuessed: false, ignored };
}

/**
 * These columns by the numbers in their names, where these are all different: `pixel2` before `pixel10`, which stands first where
 * names were sorted as words.
 */
function inOrder(columns: readonly number[], names: readonly string[]): readonly number[] {
  const numbers = columns.map((c) => names[c].match(/\d+/g) ?? []);
  if (numbers.some(({ length }) => length !== 1) || new Set(numbers.flat().map(Number)).size !== columns.length) return columns;
  return columns
    .map((c, i) => [c, Number(numbers[i][0])] as const)
    .sort(([, a], [, b]) => a - b)
    .map(([c]) => c);
}

/** 0, 1, or what pandas' `get_dummies` writes. */
export function readBit(field: string): number {
  return /^true$/i.test(field) ? 1 : /^false$/i.test(field) ? 0 : Number(field);
}

function isOneHot(rows: readonly (readonly string[])[], columns: readonly number[]): boolean {
  if (columns.length < 2) return false;
  return rows.every((row) => {
    const bits = columns.map((c) => readBit(row[c]));
    return bits.every((bit) => bit === 0 || bit === 1) && bits.filter((bit) => bit === 1).length === 1;
  });
}

function tellByCount(rows: readonly (readonly string[])[], width: number): Meaning | undefined {
  const isWord = (field = '') => field !== '' && !NUMBER.test(field) && !/^nan$/i.test(field);
  const isIndex = rows.length > 1 && rows.every((row, i) => Number(row[0]) - Number(rows[0][0]) === i) && Number(rows[0][0]) <= 1;
  const before = isIndex && !sideOf(width) && !sideOf(width - 1) ? 1 : 0;
  const rest = width - before;
  // A word amid the pixels is damage, which the reading of that row will name.
  const words = [before, width - 1].filter((c) => rows.some((row) => isWord(row[c])));
  const make = (
    form: { side: number; channels: 1 | 3 },
    label: number | undefined,
    isLabelGuessed: boolean,
    oneHot = 0,
  ): Meaning => {
    const roles = new Int32Array(width).fill(IGNORED);
    let place = 0;
    for (let c = before; c < width - oneHot; c++) roles[c] = c === label ? LABEL : place++;
    for (let c = 0; c < oneHot; c++) roles[width - oneHot + c] = ONE_HOT - c;
    return { roles, ...form, isLabelGuessed, ignored: before ? ['the row numbers'] : [] };
  };
  const form = sideOf(rest - 1);
  if (form) {
    if (words.length > 1) return undefined;
    return make(form, words[0] ?? before, words.length === 0);
  }
  const oneHot = oneHotColumns(rows, rest, width);
  if (oneHot) return make(oneHot.form, undefined, false, oneHot.count);
  const whole = sideOf(rest);
  return whole && words.length === 0 ? make(whole, undefined, false) : undefined;
}

/** Columns at the end of which one is 1 and the others 0 in each row, such that the others make an image. */
function oneHotColumns(rows: readonly (readonly string[])[], rest: number, width: number) {
  for (let count = 2; count <= 100 && count < rest; count++) {
    const form = sideOf(rest - count);
    if (!form) continue;
    const tail = Array.from({ length: count }, (_, i) => width - count + i);
    if (isOneHot(rows, tail)) return { form, count };
  }
  return undefined;
}

function sideOf(pixels: number): { side: number; channels: 1 | 3 } | undefined {
  for (const channels of [1, 3] as const) {
    const side = Math.sqrt(pixels / channels);
    if (Number.isInteger(side) && side >= LEAST_SIDE) return { side, channels };
  }
  return undefined;
}

export function tableError(
  file: string,
  line: number,
  expected: string,
  came: string,
  column?: number,
  cure?: string,
): DataError {
  return new DataError({
    file,
    at: column === undefined ? `line ${line}` : `line ${line}, column ${column}`,
    expected,
    came,
    cure: cure ?? 'Each row holds a label and the grey levels of one image, line by line, in the same columns throughout.',
  });
}
