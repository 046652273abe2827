import type { Config, Data, Layout, Template } from 'plotly.js';
import type { Figure } from './figure';

/** Okabe and Ito 2008, "Color universal design": told apart with every common kind of colour blindness. */
const palette = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#000000'];

/** One colour for one thing, in every figure. */
export const colors = {
  training: '#0072b2',
  validation: '#e69f00',
  test: '#56b4e9',
  mlp: '#cc79a7',
  cnn: '#009e73',
  right: '#0072b2',
  wrong: '#d55e00',
  ink: '#222222',
  muted: '#888888',
} as const;

/** White to dark blue (ColorBrewer's Blues), for shares and counts. */
export const blues: [number, string][] = [
  [0, '#ffffff'],
  [0.1, '#deebf7'],
  [0.25, '#9ecae1'],
  [0.5, '#4292c6'],
  [0.75, '#08519c'],
  [1, '#08306b'],
];

/** The colour of a part of the data or of a model, by its name; other names take the palette's colours in turn. */
export function colorOf(name: string, index: number): string {
  const lower = name.toLowerCase();
  if (/^train/.test(lower)) return colors.training;
  if (/^valid/.test(lower)) return colors.validation;
  if (/^test/.test(lower)) return colors.test;
  if (/\bmlp\b/.test(lower)) return colors.mlp;
  if (/\bcnn\b/.test(lower)) return colors.cnn;
  return palette[index % palette.length];
}

const axis = {
  automargin: true,
  gridcolor: '#e6e6e6',
  linecolor: '#888888',
  showline: true,
  ticks: 'outside',
  tickcolor: '#888888',
  title: { standoff: 12, font: { size: 14 } },
  zeroline: false,
} as const;

/** A white card with dark text reads alike in light and dark themes and on paper. */
const template: Template = {
  layout: {
    colorway: palette,
    font: { family: 'Helvetica, Arial, sans-serif', size: 13, color: colors.ink },
    title: { font: { size: 16 }, x: 0.02, xanchor: 'left' },
    paper_bgcolor: '#ffffff',
    plot_bgcolor: '#ffffff',
    margin: { l: 60, r: 30, b: 65 },
    xaxis: axis,
    yaxis: axis,
    legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
  },
};

const config: Partial<Config> = { displaylogo: false, showSendToCloud: false, responsive: true };

/** A figure in the house's style; what `layout` sets goes before the style. */
export function createFigure(data: Data[], layout: Partial<Layout>): Figure {
  const crowned = layout.title !== undefined || (data.length > 1 && layout.showlegend !== false);
  return { data, layout: { margin: { t: crowned ? 60 : 25 }, ...layout, template }, config };
}
