/** The rows of a table by column: what a danfo.js DataFrame and an arquero table have in common. */
export interface TableView {
  readonly columns: readonly Column[];
  readonly size: number;
}

interface Column {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** A danfo.js DataFrame or Series, as far as it is read here. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: unknown;
}

/** An arquero table, as far as it is read here. */
export interface ArqueroTableLike {
  columnNames(): string[];
  numRows(): number;
  /** The column's values in the table's order and after its filter. */
  array(name: string): ArrayLike<unknown>;
}

/** How a table is shown. */
export interface TableOptions {
  /** Most rows shown; the rest is cut with a count. Default 20. */
  readonly maxRows?: number;
  /** Name of a number column: the row with its highest value is marked as the best. */
  readonly highest?: string;
  /** Name of a number column: the row with its lowest value is marked as the best. */
  readonly lowest?: string;
  /** Name of a column: the rows are sorted by it, the lowest first, missing values last, and a dash is one. */
  readonly ascending?: string;
  /** Name of a column: the rows are sorted by it, the highest first, missing values last. */
  readonly descending?: string;
}

/** The table of a danfo.js DataFrame (its index leads unless it is 0, 1, 2, ...) or of an arquero table, else undefined. */
export function asTable(value: unknown): TableView | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('columnNames' in value && 'numRows' in value) {
    const table = value as ArqueroTableLike;
    return {
      columns: table.columnNames().map((name) => ({ name, values: Array.from(table.array(name)) })),
      size: table.numRows(),
    };
  }
  if ('columns' in value && 'index' in value && 'values' in value) {
    const { columns, index, values } = value as DataFrameLike;
    // A Series has one value a row, a DataFrame a list of them.
    const rows = (values as readonly unknown[]).map((row) => (Array.isArray(row) ? row : [row]));
    const named = columns.map((name, c) => ({ name, values: rows.map((row) => row[c]) }));
    const counted = index.every((label, row) => label === row);
    return { columns: counted ? named : [{ name: '', values: index }, ...named], size: rows.length };
  }
  return undefined;
}

const MISSING = '–';

/** As wide as a digit and as a point in a font whose digits are all alike. */
const DIGIT_SPACE = '\u2007';
const POINT_SPACE = '\u2008';

/**
 * The texts of a column's values. Whole numbers have no decimals; the other numbers of a column share theirs: four, fewer for
 * large ones. With a value too small for these, fractions get three digits instead, and spaces that keep the points below each
 * other; what stands before the point stays. From 10,000 on thousands are set apart. Missing values and NaN are a dash, dates
 * ISO's.
 */
export function formatColumn(values: readonly unknown[]): string[] {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const sizes = numbers.filter((value) => value !== 0).map(Math.abs);
  const largest = Math.max(0, ...sizes);
  const most = largest >= 1000 ? 1 : largest >= 100 ? 2 : 4;
  const needed = numbers.map((value) => String(Number(value.toFixed(most))).split('.')[1]?.length ?? 0);
  const decimals = Math.max(0, ...needed);
  const useGrouping = largest >= 10_000;
  const fixed = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping });
  const format = sizes.some((size) => size < 10 ** (1 - most)) ? alignDigits(numbers, useGrouping) : fixed.format;
  return values.map((value) => {
    if (isMissing(value)) return MISSING;
    if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
    if (typeof value !== 'number') return String(value);
    if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
    return format(value).replace(/^-/, '−');
  });
}

/** Writes fractions with three digits, and spaces behind numbers that have fewer decimals than others. */
function alignDigits(numbers: readonly number[], useGrouping: boolean): (value: number) => string {
  const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0, useGrouping });
  const write = (value: number) => (Math.abs(value) < 100 ? String(Number(value.toPrecision(3))) : whole.format(value));
  const countDecimals = (text: string) => text.split('.')[1]?.length ?? 0;
  const most = Math.max(...numbers.map((value) => countDecimals(write(value))));
  return (value) => {
    const text = write(value);
    const decimals = countDecimals(text);
    return text + (decimals === 0 ? POINT_SPACE : '') + DIGIT_SPACE.repeat(most - decimals);
  };
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value instanceof Date ? value.getTime() : value);
}

/** What people write where there is no value. */
const BLANK = /^(|[-–—.?]+|n\/?a|nan|null|none|undefined)$/i;
const NUMBER = /^[-+]?(\d{1,3}(,\d{3})+|\d*)(\.\d+|\d\.?)(e[-+]?\d+)?\s*%?$/i;

/** What a value is compared by: a number, also of a date or in a text, else a text; undefined where it is missing. */
function sortKey(value: unknown): number | bigint | string | undefined {
  if (isMissing(value)) return undefined;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  const text = String(value).trim().replace(/^−/, '-');
  if (BLANK.test(text)) return undefined;
  return NUMBER.test(text) ? Number(text.replace(/[,%\s]/g, '')) : text;
}

function isNumeric({ values }: Column): boolean {
  return (
    values.some((value) => typeof value === 'number') && values.every((value) => isMissing(value) || typeof value === 'number')
  );
}

/** The column of a name; `what` says in the error what it was wanted for. */
function findColumn({ columns }: TableView, name: string, what: string): Column {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    const known = columns.map((candidate) => candidate.name).join(', ');
    throw new RangeError(`${what} by "${name}", but the table's columns are ${known}.`);
  }
  return column;
}

/** The rows in the order asked for; those that are equal stay in theirs. */
function sortRows(table: TableView, { ascending, descending }: TableOptions): TableView {
  const name = ascending ?? descending;
  if (name === undefined) return table;
  const { values } = findColumn(table, name, 'The rows were to be sorted');
  const sign = ascending === undefined ? -1 : 1;
  const keys = values.map(sortKey);
  const order = Array.from({ length: table.size }, (_, row) => row).sort((p, q) => {
    const [a, b] = [keys[p], keys[q]];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    // Numbers before texts.
    if (typeof a === 'string' && typeof b === 'string') return sign * a.localeCompare(b, 'en', { numeric: true });
    if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' ? sign : -sign;
    return a === b ? 0 : a < b ? -sign : sign;
  });
  return {
    columns: table.columns.map((column) => ({ ...column, values: order.map((row) => column.values[row]) })),
    size: table.size,
  };
}

/** The row with the highest or lowest value, or -1 where none is asked for. */
function findBest(table: TableView, { highest, lowest }: TableOptions): number {
  const name = highest ?? lowest;
  if (name === undefined) return -1;
  const column = findColumn(table, name, 'The best row was asked for');
  let best = -1;
  const keys = column.values.map(sortKey);
  for (const [row, key] of keys.entries()) {
    if (key === undefined || typeof key === 'string') continue;
    const leader = keys[best];
    if (leader === undefined || typeof leader === 'string' || (highest !== undefined ? key > leader : key < leader)) best = row;
  }
  return best;
}

/** Characters; a column with longer text may break its lines, so that the table stays on the page. */
const LONG = 40;

/** Text that means itself in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char] as string,
  );
}

/**
 * The table as HTML and as plain text; both take the colours of the page they stand in. `links`: where texts of the first
 * column lead, by text.
 */
export function renderTable(
  given: TableView,
  options: TableOptions = {},
  links: ReadonlyMap<string, string> = new Map(),
): { html: string; text: string } {
  const { maxRows = 20, ascending, descending } = options;
  if (!(Number.isInteger(maxRows) && maxRows > 0)) {
    throw new RangeError(`maxRows must be a whole number above 0, but got ${maxRows}.`);
  }
  const table = sortRows(given, options);
  const best = findBest(table, options);
  const shown = Math.min(table.size, maxRows);
  const columns = table.columns.map((column) => {
    const values = column.values.slice(0, shown);
    const cells = formatColumn(values);
    const long = cells.some((cell) => cell.length > LONG);
    return { name: column.name, numeric: isNumeric(column), values, cells, long };
  });
  const count = `${table.size.toLocaleString('en-US')} rows`;
  const note = shown < table.size ? `${shown} of ${count} shown` : '';
  const hiddenBest = best >= shown ? `; the best is row ${best + 1}` : '';

  const align = (numeric: boolean) => `text-align: ${numeric ? 'right' : 'left'}`;
  const header = columns.map(({ name, numeric }) => {
    const [order, arrow] = name === ascending ? ['ascending', '▲'] : name === descending ? ['descending', '▼'] : [];
    const sorted = order ? ` aria-sort="${order}"` : '';
    const mark = arrow ? ` <span aria-hidden="true">${arrow}</span>` : '';
    return `<th scope="col"${sorted} style="${align(numeric)}">${escapeHtml(name)}${mark}</th>`;
  });
  // A first column without two values alike names its rows.
  const named = columns.length > 1 && new Set(columns[0].values).size === shown;
  const body = Array.from({ length: shown }, (_, row) => {
    const cells = columns.map(({ numeric, cells, long }, c) => {
      const href = c === 0 ? links.get(cells[row]) : undefined;
      const words = escapeHtml(cells[row]);
      const text = href === undefined ? words : `<a href="${escapeHtml(href)}">${words}</a>`;
      const marked = row !== best ? text : c > 0 ? `<strong>${text}</strong>` : `<strong title="best">★ ${text}</strong>`;
      return c === 0 && named
        ? `<th scope="row" style="${align(numeric)}; font-weight: normal">${marked}</th>`
        : `<td style="${align(numeric)}${long ? '; white-space: normal; min-width: 14em' : ''}">${marked}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const html = [
    `<table style="font-variant-numeric: tabular-nums">\n<thead><tr>${header.join('')}</tr></thead>`,
    `<tbody>\n${body.join('\n')}\n</tbody>\n</table>`,
    ...(note ? [`<p><em>${note}${hiddenBest}</em></p>`] : []),
  ].join('\n');

  const lines = Array.from({ length: shown + 1 }, (_, line) => {
    const cells = columns.map(({ name, numeric, cells }) => {
      const width = Math.max(name.length, ...cells.map((cell) => cell.length));
      const cell = line === 0 ? name : cells[line - 1];
      return numeric ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${cells.join('  ')}${line > 0 && line - 1 === best ? '  ★' : ''}`.trimEnd();
  });
  return { html, text: [...lines, ...(note ? [`(${note}${hiddenBest})`] : [])].join('\n') };
}
