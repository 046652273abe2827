import type { Config, Data, Layout, LayoutAxis, Template } from 'plotly.js';
import type { Figure } from './figure';

/** Okabe and Ito 2008, "Color universal design": told apart with every common kind of colour blindness. */
export const palette = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#000000'];

/** One colour for one thing, in every figure; `mlp` is the wine of Tol 2021, "Colour schemes", as pink is too near to green. */
export const colors = {
  training: '#0072b2',
  validation: '#e69f00',
  test: '#56b4e9',
  mlp: '#882255',
  cnn: '#009e73',
  right: '#0072b2',
  wrong: '#d55e00',
  ink: '#222222',
  muted: '#888888',
} as const;

/** White to dark blue (ColorBrewer's Blues), steep at the low end: a share of a hundredth is seen beside one of 1. */
export const blues: [number, string][] = [
  [0, '#ffffff'],
  [0.02, '#deebf7'],
  [0.1, '#9ecae1'],
  [0.35, '#4292c6'],
  [0.7, '#08519c'],
  [1, '#08306b'],
];

/** How the points and the line of a series are drawn: the colour alone would be lost in a grey print. */
export interface SeriesStyle {
  readonly color: string;
  readonly symbol: string;
  readonly dash: 'solid' | 'dash' | 'dot' | 'dashdot';
}

const named: readonly (readonly [RegExp, SeriesStyle])[] = [
  [/^train/i, { color: colors.training, symbol: 'circle', dash: 'solid' }],
  [/^valid/i, { color: colors.validation, symbol: 'square', dash: 'dash' }],
  [/^test/i, { color: colors.test, symbol: 'diamond', dash: 'dot' }],
  [/\bmlp\b/i, { color: colors.mlp, symbol: 'square', dash: 'dash' }],
  [/\bcnn\b/i, { color: colors.cnn, symbol: 'circle', dash: 'solid' }],
];
const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'triangle-down', 'cross', 'x'];
const dashes = ['solid', 'dash', 'dot', 'dashdot'] as const;

/** The style of a part of the data or of a model, by its name; other names take the palette's in turn. */
export function styleOf(name: string, index: number): SeriesStyle {
  const style = named.find(([pattern]) => pattern.test(name));
  return style
    ? style[1]
    : { color: palette[index % palette.length], symbol: symbols[index % symbols.length], dash: dashes[index % dashes.length] };
}

/** The colour of a part of the data or of a model, as `styleOf` gives it. */
export function colorOf(name: string, index: number): string {
  return styleOf(name, index).color;
}

/** Text that means itself in a figure, where Plotly reads some HTML. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** An axis that names every class; digits as names are names, not numbers. */
export function classAxis(classNames: readonly string[], title = 'Class'): Partial<LayoutAxis> {
  return {
    type: 'category',
    dtick: 1,
    title: { text: title },
    tickfont: { size: classNames.length > 30 ? 11 : 13 },
    // Plotly turns names that come close to each other, which single letters may well do.
    ...(classNames.every((name) => name.length <= 2) ? { tickangle: 0 } : {}),
    showgrid: false,
  };
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

/** Dark on white, for paper; a dark theme turns the lightness over (report.css, lab/custom.css), which keeps the hues. */
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

// JupyterLab's renderer fits figures to its width by itself; where Plotly does, they collapse when the theme is changed. And
// a class called `$x$` is no formula.
const config: Partial<Config> = { displaylogo: false, showSendToCloud: false, responsive: false, typesetMath: false };

/** A figure in the house's style; what `layout` sets goes before the style. */
export function createFigure(data: Data[], layout: Partial<Layout>): Figure {
  const crowned = layout.title !== undefined || (layout.showlegend ?? data.length > 1);
  return { data, layout: { margin: { t: crowned ? 60 : 25 }, ...layout, template }, config };
}
