import type { Layout } from 'plotly.js';
import type { Figure } from '../figures/figure';
import { type Display, isKernel } from './kernel';
import { renderPng } from './render-png';

/**
 * Size in CSS pixels of a figure's picture whose layout says none, and picture pixels for each of them: 1, since JupyterLab cuts
 * wider ones.
 */
const WIDTH = 900;
const HEIGHT = 450;
const SCALE = 1;

/**
 * A figure as an output: its JSON, its PNG where that is not drawn later (`picture: false` leaves it out), and its title as text.
 * It may have no layout.
 */
export async function renderFigure(figure: Figure, { picture = true }: { picture?: boolean } = {}): Promise<Display> {
  const { data, layout = {}, config } = toPlainJson(figure);
  const plain: Figure = {
    data,
    layout,
    // A responsive figure collapses in JupyterLab when the theme changes; it follows the window all the same.
    config: { displaylogo: false, responsive: false, showSendToCloud: false, ...config },
  };
  // Plotly took a title as text until its version 3.
  const title = layout.title as string | Layout['title'] | undefined;
  if (typeof title === 'string') layout.title = { text: title };
  const words = layout.title?.text?.replace(/<[^>]*>/g, '');
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
function toPlainJson(figure: Figure): Partial<Figure> & Pick<Figure, 'data'> {
  return JSON.parse(
    JSON.stringify(figure, (_key, value: unknown) => {
      if (typeof value === 'bigint') return Number(value);
      return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as unknown as Float32Array) : value;
    }),
  );
}
