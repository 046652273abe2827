import type { Data } from 'plotly.js';
import { IMAGE_SIZE, PIXELS } from '../data/dataset';
import type { LayerMaps } from '../interpretability/feature-maps';
import type { Filters } from '../interpretability/filters';
import type { Figure } from './figure';
import { drawMosaic, type Tile } from './mosaic';
import { colors } from './template';

// A place in the palette is a heat of 31 (none, 15 for, 15 against) times a darkness of ink of 8.
const HEATS = 15;
const INKS = 8;
/** How dark the ink is under the heat, at most. */
const SHADE = 0.4;
const FOR = colors.wrong;
const AGAINST = colors.right;

/** Vermilion for positive heat, blue for negative, white for none, each darker where there is ink. */
const palette = makePalette();

/** The number of a heat, -1 to 1, on ink, 0 to 255, in the palette. */
export function heatLevel(heat: number, ink = 0): number {
  const strength = Math.round(Math.min(1, Math.abs(heat)) * HEATS);
  const place = heat < 0 && strength > 0 ? HEATS + strength : strength;
  return place * INKS + Math.round((ink / 255) * (INKS - 1));
}

/** The largest absolute value, or 1 where all are 0: what a map of heat is divided by. */
export function largest(values: Float32Array): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;
}

/** An image of `height` x `width` as one of 28 x 28: each pixel a square of as many as fit, in the middle. */
export function enlargeToImage(image: ArrayLike<number>, height: number, width: number): Uint8Array {
  const factor = Math.max(1, Math.floor(IMAGE_SIZE / Math.max(height, width)));
  const enlarged = new Uint8Array(PIXELS);
  const [top, left] = [height, width].map((side) => Math.floor((IMAGE_SIZE - side * factor) / 2));
  for (let y = 0; y < height * factor; y++) {
    for (let x = 0; x < width * factor; x++) {
      enlarged[(top + y) * IMAGE_SIZE + left + x] = image[Math.floor(y / factor) * width + Math.floor(x / factor)];
    }
  }
  return enlarged;
}

/**
 * The first filters of a layer, `shown` of them, or as many as there are: full colour is the largest value of those shown.
 *
 * @param noun what the values are, such as `weights`.
 */
export function drawFilters({ layer, values, count, height, width }: Filters | LayerMaps, shown: number, noun: string): Tile[] {
  const size = height * width;
  const used = Math.min(shown, count);
  const scale = largest(values.subarray(0, used * size));
  return Array.from({ length: used }, (_, i) => {
    const filter = values.subarray(i * size, (i + 1) * size);
    const levels = Uint8Array.from(filter, (value) => heatLevel(value / scale));
    const [low, high] = [Math.min(...filter), Math.max(...filter)].map((value) => value.toFixed(3));
    return {
      image: enlargeToImage(levels, height, width),
      hover: `${layer}, filter ${i} of ${count}: ${noun} ${low} to ${high}`,
    };
  });
}

/**
 * A mosaic whose images hold `heatLevel`s, with a legend that says what the two colours mean; `negative` only where it occurs.
 */
export function drawHeatMosaic(
  tiles: readonly Tile[],
  options: { columns: number; title?: string; positive: string; negative?: string },
): Figure {
  const { positive, negative, ...rest } = options;
  const { data, layout, config } = drawMosaic(tiles, { ...rest, palette });
  const entry = (name: string, color: string): Data => ({
    type: 'scatter',
    mode: 'markers',
    name,
    x: [null],
    y: [null],
    marker: { symbol: 'square', size: 11, color },
    showlegend: true,
  });
  const top = 60;
  return {
    data: [...data, entry(positive, FOR), ...(negative === undefined ? [] : [entry(negative, AGAINST)])],
    layout: {
      ...layout,
      height: (layout.height as number) + top - (layout.margin?.t as number),
      margin: { ...layout.margin, t: top },
      showlegend: true,
    },
    config,
  };
}

function makePalette(): Uint8Array {
  const parse = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const made = new Uint8Array((2 * HEATS + 1) * INKS * 3);
  for (let place = 0; place <= 2 * HEATS; place++) {
    const hue = parse(place > HEATS ? AGAINST : FOR);
    const strength = (place > HEATS ? place - HEATS : place) / HEATS;
    for (let ink = 0; ink < INKS; ink++) {
      const shade = 1 - (SHADE * ink) / (INKS - 1);
      for (let channel = 0; channel < 3; channel++) {
        made[(place * INKS + ink) * 3 + channel] = Math.round(shade * (255 + strength * (hue[channel] - 255)));
      }
    }
  }
  return made;
}
