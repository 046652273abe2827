import { inspect } from 'node:util';
import type { Markdown } from '../base/media';
import type { TableOptions } from '../tables/table-view';
import { display } from './kernel';
import { renderRecords, renderValue } from './render-value';

/** Markdown text that `show` sets in the notebook: `show(markdown('**best**: trial 3'))`. */
export function markdown(text: string): Markdown {
  return { markdown: text };
}

/**
 * Shows a value below the cell, as one output: a Plotly figure, a table (danfo.js, arquero, or a list of objects, for which
 * `options` hold), `markdown(text)`, a drawing pad; of a model its layers, of a tensor, a data set or what `fit` and `evaluate`
 * gave a few lines; anything else as text.
 *
 * A figure is interactive in JupyterLab and in reports; its PNG stands in where no JavaScript runs. Outside a kernel the
 * text form is printed. Await it, so that outputs keep their order.
 *
 * @throws TypeError for a promise and for undefined, which are mistakes.
 */
export async function show(value: unknown, options?: TableOptions): Promise<void> {
  if (value instanceof Promise) {
    throw new TypeError('show takes a value, but got a promise: put `await` before it, as in `await show(await work())`.');
  }
  if (value === undefined) {
    throw new TypeError('show takes a value, but got undefined: what stands in its brackets gave nothing.');
  }
  display((await renderValue(value, options)) ?? renderRecords(value, options) ?? renderText(value));
}

const renderText = (value: unknown) => ({ data: { 'text/plain': typeof value === 'string' ? value : inspect(value) } });
