import type { Data } from 'plotly.js';
import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import type { Figure } from './figure';
import { colors, createFigure } from './template';

/** Blank image pixels between two images. */
const GAP = 4;
/** Screen pixels of one image pixel at most, of the whole mosaic at its usual width, and of a label's height. */
const MAX_SCALE = 4;
const WIDTH = 860;
const LABEL_HEIGHT = 17;

/** One image of a mosaic. */
export interface Tile {
  /** 784 grey levels, 0 to 255 ink; none leaves the place blank. */
  readonly image?: ArrayLike<number>;
  readonly label?: string;
  /** Of the label. Default dark grey. */
  readonly color?: string;
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
  const corners = tiles.map((_, i) => ({
    x: left(i % columns),
    y: (Math.floor(i / columns) + 1) * stepY - IMAGE_SIZE,
  }));
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

/** Draws tiles as one heatmap, ink dark on white, with the labels above the images. */
export function drawMosaic(
  tiles: readonly Tile[],
  options: { columns: number; group?: number; title?: string },
): Figure {
  const { pixels, width, height, scale, corners } = layMosaic(tiles, options.columns, options.group);
  const labelled = tiles.flatMap((tile, i) => (tile.label ? [{ ...tile, ...corners[i] }] : []));
  const top = options.title ? 50 : 15;
  const hidden = { visible: false, showgrid: false, constrain: 'domain' } as const;
  // Plotly's types do not know its packed arrays, which spare the JSON two thirds of its size.
  const heatmap = {
    type: 'heatmap',
    z: { dtype: 'u1', bdata: Buffer.from(pixels.buffer).toString('base64'), shape: `${height}, ${width}` },
    zmin: 0,
    zmax: 255,
    colorscale: [
      [0, '#ffffff'],
      [1, '#111111'],
    ],
    showscale: false,
    zsmooth: false,
    hovertemplate: 'grey level %{z}<extra></extra>',
  } as unknown as Data;
  const labels: Data = {
    type: 'scatter',
    mode: 'text',
    x: labelled.map(({ x }) => x + IMAGE_SIZE / 2 - 0.5),
    y: labelled.map(({ y }) => y - LABEL_HEIGHT / scale / 2 - 0.5),
    text: labelled.map(({ label }) => label as string),
    textfont: { size: 13, color: labelled.map(({ color }) => color ?? colors.ink) },
    hoverinfo: 'skip',
    cliponaxis: false,
    showlegend: false,
  };
  return createFigure(labelled.length > 0 ? [heatmap, labels] : [heatmap], {
    ...(options.title ? { title: { text: options.title } } : {}),
    height: Math.round(height * scale) + top + 15,
    margin: { l: 20, r: 20, t: top, b: 15 },
    xaxis: { ...hidden, range: [-0.5, width - 0.5] },
    yaxis: { ...hidden, range: [height - 0.5, -0.5], scaleanchor: 'x' },
  });
}
