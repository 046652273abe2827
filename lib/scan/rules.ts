/** Takes printed lines off a page: those of lined and squared paper, margins, and the edges of boxes. */
import type { GreyPage } from './grey-page';

/** A printed line is level or upright by so much, in pixels a pixel; what the page was seen aslant remains in its lines. */
const SLOPES = Array.from({ length: 17 }, (_, i) => (i - 8) / 200);
/** Lines are looked for on a page of about so many pixels a side. */
const COARSE_SIDE = 1000;
/** A line runs over this share of the page without a gap; strokes do not. */
const SHARE = 0.2;
/** A line is so many times as long as it is thick; strokes are 5 to 15 times. */
const SLENDER = 25;
/** Gaps of so many coarse pixels are none. */
const GAP = 2;

/**
 * The page without its lines. Where a stroke crosses a line it stays: there the ink is thicker than the line. (As lines of staves
 * are taken off scores, Dalitz et al. 2008.) The page given is not changed.
 *
 * @param threshold What is deeper is ink or a line.
 */
export function eraseRules(page: GreyPage, threshold: number): GreyPage {
  const level = eraseLevelRules(page, threshold);
  const upright = transpose(level);
  const erased = eraseLevelRules(upright, threshold);
  return erased === upright ? level : transpose(erased);
}

/** The depth below which nine tenths of what lines are made of are, of level or upright ones; 0 for a page without lines. */
export function measureRules(page: GreyPage, threshold: number): number {
  const depths = [page, transpose(page)].map((each) => {
    const { levels, width } = each;
    const most = findPieces(each, threshold).map(({ at, length }) => {
      let depth = 0;
      for (let k = 0; k < length; k++) depth = Math.max(depth, levels[at + k * width]);
      return depth;
    });
    return most.sort((a, b) => a - b)[Math.floor(0.9 * most.length)] ?? 0;
  });
  return Math.max(...depths);
}

/** The very page given where it has no lines. */
function eraseLevelRules(page: GreyPage, threshold: number): GreyPage {
  const { levels, width, height } = page;
  const pieces = findPieces(page, threshold);
  if (pieces.length === 0) return page;
  const erased = levels.slice();
  for (const { at, length } of pieces) {
    // One more at each end: the line's soft edge.
    for (let k = -1; k <= length; k++) {
      const p = at + k * width;
      if (p >= 0 && p < erased.length) erased[p] = 0;
    }
  }
  return { levels: erased, width, height };
}

/** Ink of level lines by column, as first pixel and length downwards: what is no thicker than lines are. */
function findPieces({ levels, width, height }: GreyPage, threshold: number): { readonly at: number; readonly length: number }[] {
  const factor = Math.max(1, Math.round(Math.max(width, height) / COARSE_SIDE));
  const coarse = findRules(coarsen({ levels, width, height }, threshold, factor), SHARE);
  if (!coarse) return [];
  const { marks, width: coarseWidth } = coarse;
  const pieces: { readonly at: number; readonly length: number }[] = [];
  for (let x = 0; x < width; x++) {
    const column = Math.floor(x / factor);
    for (let y = 0; y < height; y++) {
      if (levels[y * width + x] <= threshold) continue;
      const top = y;
      let isRule = false;
      for (; y < height && levels[y * width + x] > threshold; y++) {
        isRule ||= marks[Math.floor(y / factor) * coarseWidth + column] === 1;
      }
      if (isRule) pieces.push({ at: top * width + x, length: y - top });
    }
  }
  const lengths = pieces.map(({ length }) => length).sort((a, b) => a - b);
  const thickness = lengths[Math.floor(lengths.length / 2)];
  // In a picture of a few large characters strokes run as far.
  if (thickness * SLENDER > SHARE * width) return [];
  return pieces.filter(({ length }) => length <= 1.5 * thickness + 1);
}

interface Mask {
  /** 1 for ink. */
  readonly marks: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A coarse pixel is ink where any of its pixels is. */
function coarsen({ levels, width, height }: GreyPage, threshold: number, factor: number): Mask {
  const [coarseWidth, coarseHeight] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const marks = new Uint8Array(coarseWidth * coarseHeight);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / factor) * coarseWidth;
    for (let x = 0; x < width; x++) if (levels[y * width + x] > threshold) marks[row + Math.floor(x / factor)] = 1;
  }
  return { marks, width: coarseWidth, height: coarseHeight };
}

/** Ink in level runs of this share of the page's width or more, along any of the slopes; undefined without any. */
function findRules({ marks, width, height }: Mask, share: number): Mask | undefined {
  const least = share * width;
  const found = new Uint8Array(marks.length);
  let isAny = false;
  for (const slope of SLOPES) {
    const drops = Int32Array.from({ length: width }, (_, x) => Math.round(slope * x));
    const most = Math.max(0, -drops[width - 1]);
    for (let start = -Math.max(0, drops[width - 1]); start < height + most; start++) {
      let [from, last] = [-1, -1];
      for (let x = 0; x <= width; x++) {
        const y = x < width ? start + drops[x] : -1;
        const isInk = y >= 0 && y < height && marks[y * width + x] === 1;
        if (isInk) {
          if (from === -1) from = x;
          last = x;
        }
        if (from !== -1 && (x === width || x - last > GAP)) {
          if (last - from + 1 >= least) {
            isAny = true;
            for (let k = from; k <= last; k++) {
              const p = (start + drops[k]) * width + k;
              if (p >= 0 && p < found.length) found[p] = marks[p];
            }
          }
          from = -1;
        }
      }
    }
  }
  return isAny ? { marks: found, width, height } : undefined;
}

function transpose({ levels, width, height }: GreyPage): GreyPage {
  const turned = new Uint8Array(levels.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) turned[x * height + y] = levels[y * width + x];
  return { levels: turned, width: height, height: width };
}
