import type { Html, Markdown } from '../base/media';
import { isFigure } from '../figures/figure';
import { asTable, renderTable, type TableOptions, type TableView } from '../tables/table-view';
import { describeValue, isModel } from './describe-value';
import type { Display } from './kernel';
import { renderFigure } from './render-figure';

/** Most rows of a model's summary: a reader wants its last ones, the totals. */
const MAX_LAYERS = 200;

/**
 * A value of this field as an output: a figure, a table, Markdown, a piece of a page, a model, a tensor, a data set, what `fit`
 * and `evaluate` give. Undefined for any other. Each is known by what it holds, so that nothing is loaded to know it.
 *
 * @param options for tables
 */
export async function renderValue(value: unknown, options?: TableOptions): Promise<Display | undefined> {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isMarkdown(value)) return { data: { 'text/markdown': value.markdown, 'text/plain': value.markdown } };
  if (isHtml(value)) return { data: { 'text/html': value.html, 'text/plain': value.text } };
  if (isFigure(value)) return renderFigure(value);
  const table = asTable(value);
  if (table !== undefined) return toDisplay(table, options);
  if (isModel(value)) {
    const { modelSummary } = await import('../tables/model-summary');
    return toDisplay(asTable(modelSummary(value)) as TableView, { maxRows: MAX_LAYERS, ...options });
  }
  const text = describeValue(value);
  return text === undefined ? undefined : { data: { 'text/plain': text } };
}

/** A list of objects as a table with a column for each of their keys; undefined for any other value. */
export function renderRecords(value: unknown, options?: TableOptions): Display | undefined {
  const isRecord = (item: unknown): item is Record<string, unknown> =>
    typeof item === 'object' && item !== null && !Array.isArray(item) && !ArrayBuffer.isView(item);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) return undefined;
  const names = [...new Set(value.flatMap((record) => Object.keys(record)))];
  const columns = names.map((name) => ({ name, values: value.map((record) => record[name]) }));
  return toDisplay({ columns, size: value.length }, options);
}

function toDisplay(table: TableView, options?: TableOptions): Display {
  const { html, text } = renderTable(table, options);
  return { data: { 'text/html': html, 'text/plain': text } };
}

function isMarkdown(value: object): value is Markdown {
  return 'markdown' in value && typeof value.markdown === 'string';
}

function isHtml(value: object): value is Html {
  return 'html' in value && typeof value.html === 'string' && 'text' in value && typeof value.text === 'string';
}
