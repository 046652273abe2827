import type { Data } from 'plotly.js';
import { encodePng } from '../base/png';
import { PIXELS } from '../data/dataset';
import { type GreyPage, shrinkPage } from '../scan/grey-page';
import type { LabelledScan, Reading, UnlabelledScan } from '../scan/read-scan';
import type { Figure } from './figure';
import { drawMosaic } from './mosaic';
import { colors, createFigure, escapeText } from './template';

/** Screen pixels of the page's width, and of the picture's longer side at most. */
const WIDTH = 700;
const MOST_PIXELS = 1600;

/** The page that was read, laid straight, with a numbered frame around each character that was found. */
export function scan(scanned: UnlabelledScan | LabelledScan, options: { title?: string } = {}): Figure {
  const { page, frames, labels, classNames } = scanned;
  const small = shrinkToShow(page);
  const said = (i: number) => (labels ? `: ${classNames[labels[i]]}` : '');
  const numbers: Data = {
    type: 'scatter',
    mode: 'text',
    x: frames.map(({ left }) => left),
    y: frames.map(({ top }) => top),
    text: frames.map((_, i) => `${i + 1}`),
    textposition: 'top right',
    textfont: { size: 8, color: colors.wrong },
    hoverinfo: 'skip',
    cliponaxis: false,
    showlegend: false,
  };
  const centres: Data = {
    type: 'scatter',
    mode: 'markers',
    x: frames.map(({ left, width }) => left + width / 2),
    y: frames.map(({ top, height }) => top + height / 2),
    text: frames.map((_, i) => escapeText(`character ${i + 1}${said(i)}`)),
    marker: { opacity: 0, color: colors.ink, size: 6 },
    hovertemplate: '%{text}<extra></extra>',
    showlegend: false,
  };
  const hidden = { visible: false, showgrid: false, constrain: 'domain' } as const;
  return createFigure([numbers, centres], {
    ...(options.title ? { title: { text: options.title } } : {}),
    height: Math.min(1100, Math.round((WIDTH * page.height) / page.width)) + 40,
    margin: { l: 10, r: 10, t: options.title ? 50 : 20, b: 20 },
    hovermode: 'closest',
    xaxis: { ...hidden, range: [0, page.width] },
    yaxis: { ...hidden, range: [page.height, 0], scaleanchor: 'x' },
    shapes: frames.map(({ left, top, width, height }) => ({
      type: 'rect',
      x0: left,
      y0: top,
      x1: left + width,
      y1: top + height,
      line: { color: colors.right, width: 1 },
    })),
    images: [
      {
        source: `data:image/png;base64,${encodePng(
          small.levels.map((level) => 255 - level),
          small.width,
        ).toString('base64')}`,
        xref: 'x',
        yref: 'y',
        x: 0,
        y: 0,
        sizex: page.width,
        sizey: page.height,
        sizing: 'stretch',
        layer: 'below',
      },
    ],
  });
}

/**
 * The characters of a page under what each model reads, in the order of `reads`, after the true class and an arrow where it is
 * known. Blue where all models are right, vermilion where one is wrong.
 *
 * @param reads What `predict` gave of this page, by the models' names.
 * @param options `columns`: characters in a row, default 10.
 * @throws RangeError for readings that are not of these characters.
 */
export function readings(
  scanned: UnlabelledScan | LabelledScan,
  reads: Readonly<Record<string, Reading>>,
  options: { columns?: number; title?: string } = {},
): Figure {
  const { columns = 10, title } = options;
  const { images, size, labels, classNames } = scanned;
  const models = Object.entries(reads).map(([name, read]) => {
    const [classes, shares] = ['class', 'probability'].map(
      (column) => read.column(column).values as readonly (string | number)[],
    );
    if (classes.length === size) return { name, classes: classes.map(String), shares: shares.map(Number) };
    throw new RangeError(
      `reads must be of the page's ${size} characters, but ${name} read ${classes.length}: give what ` +
        '`predict` says of this page.',
    );
  });
  const tiles = Array.from({ length: size }, (_, i) => {
    const written = labels && classNames[labels[i]];
    const isRight = written !== undefined && models.every(({ classes }) => classes[i] === written);
    const sure = models.map(({ name, classes, shares }) => `${name} ${classes[i]} (${(100 * shares[i]).toFixed(1)} %)`);
    return {
      image: images.subarray(i * PIXELS, (i + 1) * PIXELS),
      label: `${written === undefined ? '' : `${written} → `}${models.map(({ classes }) => classes[i]).join(' ')}`,
      color: written === undefined ? colors.ink : isRight ? colors.right : colors.wrong,
      hover: `character ${i + 1}${written === undefined ? '' : `: true ${written}`}; ${sure.join(', ')}`,
    };
  });
  return drawMosaic(tiles, { columns, title });
}

/** A page from a camera has more pixels than a screen. */
function shrinkToShow(page: GreyPage): GreyPage {
  const factor = Math.ceil(Math.max(page.width, page.height) / MOST_PIXELS);
  return factor > 1 ? shrinkPage(page, factor) : page;
}
