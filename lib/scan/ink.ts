/** How dark a page is beside the paper around it: the light, falling unevenly, is divided out, and what is left is ink. */
import { type GreyPage, shrinkPage } from './grey-page';

/** Depth of ink on a page. */
export interface Ink {
  /** `levels`: 0 paper, 255 black. */
  readonly depth: GreyPage;
  /** Standard deviation of the depth of bare paper: grain and noise. */
  readonly noise: number;
}

/** The light is measured on a page of about so many pixels a side. */
const COARSE_SIDE = 512;
/** What is darker than its surroundings and narrower than this share of the page is no shadow, but ink. */
const WIDEST_STROKE = 1 / 20;
/** Side of the squares over which the light is evened out, in coarse pixels. */
const SMOOTH = 4;
/** What is darker than this share of the brightest paper is the table that it lies on. */
const DARK_TABLE = 0.3;
/** Within so many coarse pixels the light may fall to this share; where it falls further the paper ends. */
const [EDGE, STEEP] = [2, 0.6];
/** Ratios of level and paper are counted in steps of 1 / 512, up to twice the paper. */
const STEPS = 512;

/** The page's ink. The paper is where it is brightest for a stroke's width around: a closing (Serra 1982) of the coarse page. */
export function measureInk(page: GreyPage): Ink {
  const { levels, width, height } = page;
  const factor = Math.max(1, Math.round(Math.max(width, height) / COARSE_SIDE));
  const coarse = shrinkPage(page, factor);
  const paper = measurePaper(coarse);
  const counts = new Uint32Array(2 * STEPS + 1);
  // First the ratios are counted, then used: the closing takes the brightest grain for the paper, which is a little too bright.
  const ratios = new Uint16Array(levels.length);
  const columns = Array.from({ length: width }, (_, x) => place(x, factor, coarse.width));
  for (let y = 0; y < height; y++) {
    const row = place(y, factor, coarse.height);
    const [above, below] = [row.low * coarse.width, row.high * coarse.width];
    for (let x = 0; x < width; x++) {
      const { low, high, share } = columns[x];
      const top = paper[above + low] + share * (paper[above + high] - paper[above + low]);
      const bottom = paper[below + low] + share * (paper[below + high] - paper[below + low]);
      const level = top + row.share * (bottom - top);
      // Beyond the paper nothing is written.
      const ratio = level > 0 ? Math.min(2 * STEPS, Math.round((STEPS * levels[y * width + x]) / level)) : STEPS;
      ratios[y * width + x] = ratio;
      counts[ratio]++;
    }
  }
  const middle = quantile(counts, levels.length, 0.5);
  // What is brighter than the paper is grain alone, never ink.
  const noise = (quantile(counts, levels.length, 0.84) - middle) / middle;
  const depths = Uint8Array.from(counts, (_, ratio) => Math.max(0, Math.min(255, Math.round(255 * (1 - ratio / middle)))));
  const depth = new Uint8Array(levels.length);
  for (let p = 0; p < depth.length; p++) depth[p] = depths[ratios[p]];
  return { depth: { levels: depth, width, height }, noise: 255 * noise };
}

/** The coarse pixels between whose middles a pixel lies, and how far it is towards the second. */
function place(at: number, factor: number, size: number) {
  const position = Math.max(0, Math.min(size - 1, (at + 0.5) / factor - 0.5));
  const low = Math.floor(position);
  return { low, high: Math.min(size - 1, low + 1), share: position - low };
}

/** The ratio below which this share of the counted lies. */
function quantile(counts: Uint32Array, total: number, share: number): number {
  let sum = 0;
  for (let ratio = 0; ratio < counts.length; ratio++) {
    sum += counts[ratio];
    if (sum >= share * total) return Math.max(1, ratio);
  }
  return STEPS;
}

/** The level of paper under each pixel; 0 on a dark table around it and along its edge, where nothing is written. */
function measurePaper(page: GreyPage): Float32Array {
  const reach = Math.max(3, Math.round((WIDEST_STROKE * Math.max(page.width, page.height)) / 2));
  const border = 2 * reach + 2;
  const { levels, width, height } = widen(page, border);
  const brightest = slide(levels, width, height, reach, greatest);
  const closed = cut(slide(brightest, width, height, reach, least), page, border);
  const smooth = slide(closed, page.width, page.height, SMOOTH, mean);
  // Never above what is there: a table beside the paper's edge would seem to be ink.
  const paper = closed.map((level, p) => Math.max(1, Math.min(level, smooth[p])));
  const bright = paper.slice().sort()[Math.floor(0.95 * paper.length)];
  const [darkest, lightest] = [least, greatest].map((combine) => slide(closed, page.width, page.height, EDGE, combine));
  return paper.map((level, p) => (level < DARK_TABLE * bright || darkest[p] < STEEP * lightest[p] ? 0 : level));
}

/** With a border in which the outermost pixels go on: a corner of the table is then as wide as the table. */
function widen({ levels, width, height }: GreyPage, border: number) {
  const [wide, high] = [width + 2 * border, height + 2 * border];
  const wider = new Float32Array(wide * high);
  const within = (at: number, size: number) => Math.max(0, Math.min(size - 1, at - border));
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) wider[y * wide + x] = levels[within(y, height) * width + within(x, width)];
  }
  return { levels: wider, width: wide, height: high };
}

function cut(levels: Float32Array, { width, height }: GreyPage, border: number): Float32Array {
  const inner = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + border) * (width + 2 * border) + border;
    inner.set(levels.subarray(start, start + width), y * width);
  }
  return inner;
}

/** Writes to each place of `to` what its window of `from` comes to, the `2 reach + 1` numbers from it on. */
type Combine = (from: Float32Array, to: Float32Array, reach: number) => void;

/** Of windows of twice the size in each pass; `from` is used up. */
const greatest: Combine = (from, to, reach) => {
  const size = 2 * reach + 1;
  let covered = 1;
  for (; 2 * covered <= size; covered *= 2) {
    for (let i = 0; i + covered < from.length; i++) if (from[i + covered] > from[i]) from[i] = from[i + covered];
  }
  for (let i = 0; i < to.length; i++) to[i] = Math.max(from[i], from[i + size - covered]);
};

const least: Combine = (from, to, reach) => {
  for (let i = 0; i < from.length; i++) from[i] = -from[i];
  greatest(from, to, reach);
  for (let i = 0; i < to.length; i++) to[i] = -to[i];
};

const mean: Combine = (from, to, reach) => {
  const size = 2 * reach + 1;
  let sum = 0;
  for (let i = 0; i < size - 1; i++) sum += from[i];
  for (let i = 0; i < to.length; i++) {
    sum += from[i + size - 1];
    to[i] = sum / size;
    sum -= from[i];
  }
};

/**
 * Each pixel combined with all those of the square that reaches so far around it; beyond the edges the outermost pixels go on.
 */
function slide(values: Float32Array, width: number, height: number, reach: number, combine: Combine): Float32Array {
  const along = (from: Float32Array, count: number, length: number, step: number, next: number) => {
    const to = new Float32Array(from.length);
    const [line, combined] = [new Float32Array(length + 2 * reach), new Float32Array(length)];
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < line.length; i++) {
        line[i] = from[k * next + Math.max(0, Math.min(length - 1, i - reach)) * step];
      }
      combine(line, combined, reach);
      for (let i = 0; i < length; i++) to[k * next + i * step] = combined[i];
    }
    return to;
  };
  return along(along(values, height, width, 1, width), width, height, width, 1);
}
