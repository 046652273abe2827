import type { Data } from 'plotly.js';
import { encodePng } from '../base/png';
import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import type { Figure } from './figure';
import { colors, createFigure, escapeText } from './template';

/** Blank image pixels between two images. */
const GAP = 4;
/** Screen pixels of one image pixel at most, of the whole mosaic at its usual width, and of a label's height. */
const MAX_SCALE = 4;
const WIDTH = 860;
const LABEL_HEIGHT = 17;
/** Picture pixels for each image pixel, each way: enough for print and for screens of double density. */
const ENLARGED = 4;
const WHITE = 255;

/** One image of a mosaic. */
export interface Tile {
  /** 784 grey levels, 0 to 255 ink; none leaves the place blank. */
  readonly image?: ArrayLike<number>;
  readonly label?: string;
  /** Of the label. Default dark grey. */
  readonly color?: string;
  /** What the reader is told who points at it. */
  readonly hover?: string;
}

/** Many images in one: plain numbers, ready to be drawn. */
export interface Mosaic {
  /** `[height, width]` uint8, row-major. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Screen pixels of one image pixel at the usual width. */
  readonly scale: number;
  /** Left and top edge of each tile's image in `pixels`. */
  readonly corners: readonly { readonly x: number; readonly y: number }[];
}

/**
 * Lays tiles out row by row, `columns` in a row, with an extra gap after every `group` columns.
 *
 * @throws RangeError unless `columns` is a whole number of at least 1 and every image has 784 pixels.
 */
export function layMosaic(tiles: readonly Tile[], columns: number, group = columns): Mosaic {
  if (!(Number.isSafeInteger(columns) && columns >= 1)) {
    throw new RangeError(`columns must be a whole number of at least 1, but got ${columns}.`);
  }
  const used = Math.min(columns, Math.max(1, tiles.length));
  const left = (column: number) => GAP + column * (IMAGE_SIZE + GAP) + Math.floor(column / group) * 2 * GAP;
  const width = left(used - 1) + IMAGE_SIZE + GAP;
  const scale = Math.min(MAX_SCALE, WIDTH / width);
  const band = tiles.some((tile) => tile.label) ? Math.ceil(LABEL_HEIGHT / scale) : 0;
  const stepY = IMAGE_SIZE + GAP + band;
  const height = Math.ceil(tiles.length / columns) * stepY + GAP;
  const pixels = new Uint8Array(width * height);
  const corners = tiles.map((_, i) => ({ x: left(i % columns), y: (Math.floor(i / columns) + 1) * stepY - IMAGE_SIZE }));
  tiles.forEach(({ image }, i) => {
    if (!image) return;
    if (image.length !== PIXELS) {
      throw new RangeError(`An image must have ${PIXELS} pixels, but image ${i} has ${image.length}.`);
    }
    for (let row = 0; row < IMAGE_SIZE; row++) {
      const start = (corners[i].y + row) * width + corners[i].x;
      for (let column = 0; column < IMAGE_SIZE; column++) {
        pixels[start + column] = Math.round(image[row * IMAGE_SIZE + column]);
      }
    }
  });
  return { pixels, width, height, scale, corners };
}

/**
 * Draws tiles as one picture, ink dark on white, with the labels above the images; hovering tells about each. With a `palette`
 * (as `encodePng`'s, 0 white) the images' numbers are its places instead of grey levels.
 */
export function drawMosaic(
  tiles: readonly Tile[],
  options: { columns: number; group?: number; title?: string; palette?: Uint8Array },
): Figure {
  const { pixels, width, height, scale, corners } = layMosaic(tiles, options.columns, options.group);
  const placed = tiles.map((tile, i) => ({ ...tile, ...corners[i] }));
  const labelled = placed.filter(({ label }) => label);
  const told = placed.filter(({ hover }) => hover);
  const top = options.title ? 50 : 15;
  const hidden = { visible: false, showgrid: false, constrain: 'domain' } as const;
  const labels: Data = {
    type: 'scatter',
    mode: 'text',
    x: labelled.map(({ x }) => x + IMAGE_SIZE / 2),
    y: labelled.map(({ y }) => y - LABEL_HEIGHT / scale / 2),
    text: labelled.map(({ label }) => escapeText(label as string)),
    textfont: { size: 13, color: labelled.map(({ color }) => color ?? colors.ink) },
    hoverinfo: 'skip',
    cliponaxis: false,
    showlegend: false,
  };
  // The picture itself knows nothing of the pointer.
  const centres: Data = {
    type: 'scatter',
    mode: 'markers',
    x: told.map(({ x }) => x + IMAGE_SIZE / 2),
    y: told.map(({ y }) => y + IMAGE_SIZE / 2),
    text: told.map(({ hover }) => escapeText(hover as string)),
    marker: { opacity: 0, color: colors.ink, size: 6 },
    hovertemplate: '%{text}<extra></extra>',
    showlegend: false,
  };
  return createFigure([labels, centres], {
    ...(options.title ? { title: { text: options.title } } : {}),
    height: Math.round(height * scale) + top + 15,
    margin: { l: 20, r: 20, t: top, b: 15 },
    hovermode: 'closest',
    // In screen pixels: as far as the corners of an image.
    hoverdistance: Math.ceil(0.75 * IMAGE_SIZE * scale),
    xaxis: { ...hidden, range: [0, width] },
    yaxis: { ...hidden, range: [height, 0], scaleanchor: 'x' },
    images: [
      {
        source: `data:image/png;base64,${encodeEnlarged(pixels, width, height, ENLARGED, options.palette).toString('base64')}`,
        xref: 'x',
        yref: 'y',
        x: 0,
        y: 0,
        sizex: width,
        sizey: height,
        sizing: 'stretch',
        layer: 'below',
      },
    ],
  });
}

/**
 * A PNG, ink dark on white or in the colours of a palette, with each pixel as a square of `times` by `times`, which browsers
 * would else blur when they enlarge it.
 */
export function encodeEnlarged(
  pixels: Uint8Array,
  width: number,
  height: number,
  times = ENLARGED,
  palette?: Uint8Array,
): Buffer {
  const enlarged = new Uint8Array(pixels.length * times ** 2);
  const stride = width * times;
  for (let y = 0; y < height * times; y++) {
    const row = Math.floor(y / times) * width;
    for (let x = 0; x < stride; x++) {
      const pixel = pixels[row + Math.floor(x / times)];
      enlarged[y * stride + x] = palette ? pixel : WHITE - pixel;
    }
  }
  return encodePng(enlarged, stride, palette);
}
