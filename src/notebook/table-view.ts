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

/**
 * The texts of a column's values. Whole numbers have no decimals; the other numbers of a column share theirs: four, fewer for
 * large ones. With a value below 0.001 each gets three digits instead. Missing values and NaN are a dash.
 */
export function formatColumn(values: readonly unknown[]): string[] {
  const numbers = values.filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value),
  );
  const sizes = numbers.filter((value) => value !== 0).map(Math.abs);
  const largest = Math.max(0, ...sizes);
  const most = largest >= 1000 ? 1 : largest >= 100 ? 2 : 4;
  const needed = numbers.map((value) => String(Number(value.toFixed(most))).split('.')[1]?.length ?? 0);
  const decimals = Math.max(0, ...needed);
  const format = numbers.every(Number.isInteger)
    ? String
    : sizes.some((size) => size < 1e-3)
      ? (value: number) => String(Number(value.toPrecision(3)))
      : (value: number) => value.toFixed(decimals);
  return values.map((value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
    if (typeof value !== 'number') return String(value);
    if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
    return format(value).replace(/^-/, '−');
  });
}

function isNumeric({ values }: Column): boolean {
  return (
    values.some((value) => typeof value === 'number') &&
    values.every((value) => value === null || value === undefined || typeof value === 'number')
  );
}

/** The row with the highest or lowest value, or -1 where none is asked for. */
function findBest({ columns }: TableView, { highest, lowest }: TableOptions): number {
  const name = highest ?? lowest;
  if (name === undefined) return -1;
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    const known = columns.map((candidate) => candidate.name).join(', ');
    throw new RangeError(`The best row was asked for by "${name}", but the table's columns are ${known}.`);
  }
  let best = -1;
  for (const [row, value] of column.values.entries()) {
    if (typeof value !== 'number' || Number.isNaN(value)) continue;
    const lead = best === -1 ? 1 : value - (column.values[best] as number);
    if (highest !== undefined ? lead > 0 : best === -1 || lead < 0) best = row;
  }
  return best;
}

/** Text that means itself in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char] as string,
  );
}

/** The table as HTML and as plain text; both take the colours of the page they stand in. */
export function renderTable(table: TableView, options: TableOptions = {}): { html: string; text: string } {
  const { maxRows = 20 } = options;
  if (!(Number.isInteger(maxRows) && maxRows > 0)) {
    throw new RangeError(`maxRows must be a whole number above 0, but got ${maxRows}.`);
  }
  const best = findBest(table, options);
  const shown = Math.min(table.size, maxRows);
  const columns = table.columns.map((column) => {
    const numeric = isNumeric(column);
    return { name: column.name, numeric, cells: formatColumn(column.values.slice(0, shown)) };
  });
  const count = `${table.size.toLocaleString('en-US')} rows`;
  const note = shown < table.size ? `${shown} of ${count} shown` : '';
  const hiddenBest = best >= shown ? `; the best is row ${best + 1}` : '';

  const align = (numeric: boolean) => `style="text-align: ${numeric ? 'right' : 'left'}"`;
  const header = columns
    .map(({ name, numeric }) => `<th ${align(numeric)}>${escapeHtml(name)}</th>`)
    .join('');
  const body = Array.from({ length: shown }, (_, row) => {
    const cells = columns.map(({ numeric, cells }, c) => {
      const text = escapeHtml(cells[row] as string);
      const marked = row === best ? `<strong>${c === 0 ? '★ ' : ''}${text}</strong>` : text;
      return `<td ${align(numeric)}>${marked}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const html = [
    `<table>\n<thead><tr>${header}</tr></thead>`,
    `<tbody>\n${body.join('\n')}\n</tbody>\n</table>`,
    ...(note ? [`<p><em>${note}${hiddenBest}</em></p>`] : []),
  ].join('\n');

  const lines = Array.from({ length: shown + 1 }, (_, line) => {
    const cells = columns.map(({ name, numeric, cells }) => {
      const width = Math.max(name.length, ...cells.map((cell) => cell.length));
      const cell = line === 0 ? name : (cells[line - 1] as string);
      return numeric ? cell.padStart(width) : cell.padEnd(width);
    });
    return `${cells.join('  ')}${line > 0 && line - 1 === best ? '  ★' : ''}`.trimEnd();
  });
  return { html, text: [...lines, ...(note ? [`(${note}${hiddenBest})`] : [])].join('\n') };
}
