import type { Html, Markdown } from '../base/media';
import type { Figure } from '../figures/figure';
import { type ArqueroTableLike, asTable, type DataFrameLike, renderTable, type TableOptions } from '../tables/table-view';
import { type Display, display, isKernel } from './kernel';
import { renderPng } from './render-png';

/** Markdown text that `show` sets in the notebook: `show(markdown('**best**: trial 3'))`. */
export function markdown(text: string): Markdown {
  return { markdown: text };
}

/**
 * Size in CSS pixels of a figure's picture whose layout says none, and picture pixels for each of them: 1, since JupyterLab cuts
 * wider ones.
 */
const WIDTH = 900;
const HEIGHT = 450;
const SCALE = 1;

/**
 * Shows a figure, a table (danfo.js DataFrame or arquero table), `markdown(text)` or a drawing pad below the cell, as one output.
 *
 * A figure is interactive in JupyterLab and in reports; its PNG stands in where no JavaScript runs. Outside a kernel the
 * text form is printed. Await it, so that outputs keep their order.
 */
export async function show(value: Figure | Markdown | Html): Promise<void>;
export async function show(value: DataFrameLike | ArqueroTableLike, options?: TableOptions): Promise<void>;
export async function show(
  value: Figure | Markdown | Html | DataFrameLike | ArqueroTableLike,
  options?: TableOptions,
): Promise<void> {
  if (typeof value === 'object' && value !== null) {
    if ('markdown' in value) {
      display({ data: { 'text/markdown': value.markdown, 'text/plain': value.markdown } });
      return;
    }
    if ('html' in value) {
      display({ data: { 'text/html': value.html, 'text/plain': value.text } });
      return;
    }
    if ('layout' in value && Array.isArray(value.data)) {
      display(await renderFigure(value));
      return;
    }
  }
  const table = asTable(value);
  if (table === undefined) {
    throw new TypeError(
      `show takes a figure, a danfo.js DataFrame, an arquero table or markdown(text), but got ${describe(value)}. ` +
        'For other values use console.log.',
    );
  }
  const { html, text } = renderTable(table, options);
  display({ data: { 'text/html': html, 'text/plain': text } });
}

function describe(value: unknown): string {
  if (value instanceof Promise) return 'a promise: put `await` before it';
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  return `an object of ${value.constructor?.name ?? 'no class'}`;
}

/**
 * A figure as an output: its JSON, its PNG where that is not drawn later (`picture: false` leaves it out), and its title as text.
 */
export async function renderFigure(figure: Figure, { picture = true }: { picture?: boolean } = {}): Promise<Display> {
  const { data, layout, config } = toPlainJson(figure);
  const plain: Figure = {
    data,
    layout,
    // A responsive figure collapses in JupyterLab when the theme changes; it follows the window all the same.
    config: { displaylogo: false, responsive: false, showSendToCloud: false, ...config },
  };
  const title = layout.title;
  const words = (typeof title === 'object' ? title?.text : title)?.replace(/<[^>]*>/g, '');
  const text = words ? `[Figure: ${words}]` : '[Figure]';
  const size = { width: layout.width ?? WIDTH, height: layout.height ?? HEIGHT };
  // JupyterLab's Plotly extension shows a picture instead of the figure where it is given both, and adds one to the saved
  // notebook where it is not. Jupyter's server sets this variable for its kernels.
  const inJupyterLab = process.env.JPY_SESSION_NAME !== undefined;
  const png = picture && isKernel() && !inJupyterLab ? await renderPng(plain, { ...size, scale: SCALE }) : undefined;
  return {
    data: { 'application/vnd.plotly.v1+json': plain, ...(png === undefined ? {} : { 'image/png': png }), 'text/plain': text },
    metadata: png === undefined ? {} : { 'image/png': size },
  };
}

/** A copy as it stands after JSON, typed arrays as plain ones; NaN becomes null, which Plotly draws as a gap. */
function toPlainJson(figure: Figure): Figure {
  return JSON.parse(
    JSON.stringify(figure, (_key, value: unknown) =>
      ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as unknown as Float32Array) : value,
    ),
  ) as Figure;
}
