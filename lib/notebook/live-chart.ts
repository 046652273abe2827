import { escapeHtml } from '../tables/table-view';

type Point = readonly [x: number, y: number];

/** What a live chart draws, the last one on top. */
export interface LiveSeries {
  readonly color: string;
  readonly points: readonly Point[];
  /** `steps` hold each value until the next x; `rings` are hollow dots, `faint` is a pale line. */
  readonly kind: 'line' | 'dashed' | 'faint' | 'steps' | 'dots' | 'rings';
  /** For the legend; none without it. */
  readonly name?: string;
}

export interface LiveChart {
  readonly x: { readonly title: string; readonly range: Point };
  readonly y: {
    readonly title: string;
    /** Values are shares from 0 to 1, written as percent. */
    readonly share: boolean;
    /** Default: that of all values. */
    readonly range?: Point;
  };
  readonly series: readonly LiveSeries[];
}

/** Most points of a series, so that a long run sends no more than a short one. */
const MAX_POINTS = 400;
/** The drawing's own units on both axes: about a pixel each. */
const UNITS = 1000;
/** Lines that are not to be looked at, on light and dark pages. */
export const FAINT = 'var(--jp-border-color2, rgba(128, 128, 128, 0.35))';
const PAGE = 'var(--jp-layout-color0, #ffffff)';
const QUIET = 'var(--jp-ui-font-color2, rgba(128, 128, 128, 1))';

/**
 * A chart as HTML with an SVG inside: no script, as wide and high as the flex box around it, its text and lines in the colours of
 * the page.
 *
 * Values that are no numbers are left out, and so is what lies outside the ranges.
 */
export function drawLiveChart({ x, y, series }: LiveChart): string {
  const finite = series.map(({ points, ...rest }) => ({
    ...rest,
    points: points.filter((point) => point.every(Number.isFinite)),
  }));
  const range =
    y.range ??
    widen(
      finite.flatMap(({ points }) => points.map(([, value]) => value)),
      y.share,
    );
  const place = ([left, right]: Point, value: number) => (value - left) / (right - left || 1);
  const isInside = ([a, b]: Point) => a >= x.range[0] && a <= x.range[1] && b >= range[0] - 1e-9 && b <= range[1] + 1e-9;
  const toText = ([a, b]: Point) => `${Math.round(UNITS * place(x.range, a))} ${Math.round(UNITS * (1 - place(range, b)))}`;
  const paths = finite.map(({ kind, color, points }) => {
    const shown = thin(points.filter(isInside)).map(toText);
    if (shown.length === 0) return '';
    const dots = shown.map((at) => `M${at}h0`).join('');
    if (kind === 'dots') return stroke(dots, color, 8);
    if (kind === 'rings') return stroke(dots, color, 8) + stroke(dots, PAGE, 5);
    const path = `M${kind === 'steps' ? toSteps(shown) : shown.join('L')}`;
    return stroke(path, color, 2, { opacity: kind === 'faint' ? 0.55 : 1, dash: kind === 'dashed' ? '8 6' : 'none' });
  });
  const yTicks = niceTicks(range, 7);
  const xTicks = niceTicks(x.range, 8).filter(Number.isInteger);
  const grid = yTicks.map((tick) => `M${toText([x.range[0], tick])}H${UNITS}`).join('');
  const digits = Math.max(0, -Math.floor(Math.log10((yTicks[1] ?? 1) - (yTicks[0] ?? 0)) + 1e-9));
  const write = (tick: number) => (y.share ? `${(100 * tick).toFixed(Math.max(0, digits - 2))}%` : tick.toFixed(digits));
  const label = (style: string, text: string) =>
    `<span style="position: absolute; white-space: nowrap; font-size: 12px; line-height: 1; color: ${QUIET}; ` +
    `${style}">${escapeHtml(text)}</span>`;
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const legend = finite
    .filter(({ name, points }) => name !== undefined && points.length > 0)
    .map(
      ({ name = '', color, kind }) =>
        `<span style="margin-left: 1em"><span style="color: ${color}; opacity: ` +
        `${kind === 'faint' ? 0.55 : 1}">${GLYPHS[kind]}</span> ${escapeHtml(name)}</span>`,
    );
  return [
    '<div style="flex: 1; min-width: 0; min-height: 0; display: flex; flex-direction: column; font-size: 12px">',
    `<div style="display: flex; justify-content: space-between"><span>${escapeHtml(y.title)}</span>`,
    `<span>${legend.join('')}</span></div>`,
    '<div style="flex: 1; min-height: 0; position: relative; margin: 6px 12px 36px 52px">',
    `<svg viewBox="0 0 ${UNITS} ${UNITS}" preserveAspectRatio="none" style="position: absolute; width: 100%; height: 100%; ` +
      'overflow: visible">',
    stroke(grid, FAINT, 1),
    stroke(`M0 0V${UNITS}H${UNITS}`, QUIET, 1),
    ...paths,
    '</svg>',
    ...yTicks.map((tick) => label(`right: calc(100% + 6px); top: calc(${percent(1 - place(range, tick))} - 6px)`, write(tick))),
    ...xTicks.map((tick) =>
      label(`left: ${percent(place(x.range, tick))}; top: calc(100% + 6px); transform: translateX(-50%)`, String(tick)),
    ),
    label('left: 50%; top: calc(100% + 22px); transform: translateX(-50%)', x.title),
    '</div>',
    '</div>',
  ].join('\n');
}

const GLYPHS: Readonly<Record<LiveSeries['kind'], string>> = {
  line: '━',
  dashed: '╍',
  faint: '━',
  steps: '━',
  dots: '●',
  rings: '○',
};

function stroke(path: string, color: string, width: number, { opacity = 1, dash = 'none' } = {}): string {
  const style = `fill: none; stroke: ${color}; stroke-width: ${width}; stroke-opacity: ${opacity}; stroke-dasharray: ${dash}`;
  return `<path d="${path}" style="${style}" stroke-linecap="round" stroke-linejoin="round" ${FIXED}/>`;
}

/** Strokes keep their width, and dots their shape, however the drawing is stretched. */
const FIXED = 'vector-effect="non-scaling-stroke"';

/** `10 20H30V5H1000`: across to each next point, then up or down to it. */
function toSteps(points: readonly string[]): string {
  const [first, ...rest] = points;
  return (
    first +
    rest
      .map((point) => point.split(' '))
      .map(([a, b]) => `H${a}V${b}`)
      .join('')
  );
}

/** All points, or `MAX_POINTS` evenly chosen ones, the last among them. */
function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= MAX_POINTS) return points;
  const step = (points.length - 1) / (MAX_POINTS - 1);
  return Array.from({ length: MAX_POINTS }, (_, i) => points[Math.round(i * step)]);
}

/** A range with all values and some air; a share's stays in 0 to 1. */
function widen(values: readonly number[], share: boolean): Point {
  if (values.length === 0) return [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const air = 0.06 * (high - low) || 0.05 * Math.abs(high) || 0.5;
  return share ? [Math.max(0, low - air), Math.min(1, high + air)] : [low - air, high + air];
}

/** At most about `count` round numbers within a range, ascending. */
export function niceTicks([low, high]: Point, count: number): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}
