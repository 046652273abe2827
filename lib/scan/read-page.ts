/** Cuts a page's ink into characters: box by box on a printed sheet, line by line elsewhere. */
import { type Component, findComponents, joinComponents, joinFaintly } from './components';
import { centreOf, type FoundSheet } from './find-sheet';
import { type GreyPage, type Point, project, projectionBetween, warpPage } from './grey-page';
import { groupCharacters } from './group-characters';
import type { Ink } from './ink';
import { eraseRules, measureRules } from './rules';
import { BOX_SIDE, boxAt, boxOf, COLUMNS, promptsOf, ROWS, SHEET_HEIGHT, SHEET_WIDTH } from './sheet';
import { straighten } from './straighten';

/** A page laid straight, and the characters on it. */
export interface ReadPage {
  readonly page: GreyPage;
  readonly lines: readonly (readonly Component[])[];
  /** What the sheet asked for, character by character; undefined where nothing was asked for. */
  readonly prompts?: readonly string[];
  readonly notes: readonly string[];
}

/** Pixels a millimetre of a sheet laid straight: a box has 84. */
const SCALE = 8;
/** Ink is deeper than this share of that of strokes. */
const INK_SHARE = 0.45;
/** A stroke that breaks goes on at this share of that depth. */
const FAINTER = 0.5;
/** Printed lines fainter than this share of strokes can be told from them by their depth. */
const FAINT_RULES = 0.6;
/** What is deeper than noise by so many standard deviations, and by this depth, may be ink. */
const [SIGMAS, LEAST_DEPTH] = [5, 30];
/** Less ink than this in a box, in square millimetres, is dirt. */
const LEAST_INK = 0.5;
/** Printed edges of boxes, with what is out of place in them, in millimetres. */
const EDGE = 0.5;

/** Characters of a printed sheet, by box. */
export function readSheet({ depth, noise }: Ink, { name, map }: FoundSheet): ReadPage {
  const [width, height] = [SHEET_WIDTH * SCALE, SHEET_HEIGHT * SCALE];
  const corners = [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ];
  const toSheet = (point: Point) => ({ x: (point.x + 0.5) / SCALE, y: (point.y + 0.5) / SCALE });
  const laid = warpPage(
    depth,
    projectionBetween(
      corners,
      corners.map((corner) => project(map, toSheet(corner))),
    ),
    width,
    height,
  );
  const faint = faintest(noise);
  const writing = Math.max(faint, INK_SHARE * measureStrokes(faint, (count) => countBoxes(laid, count)));
  const page = isPrintDark(laid, writing) ? withoutEdges(laid) : laid;
  const inBoxes = new Map<number, Component[]>();
  for (const component of findComponents(page, writing)) {
    const box = boxOf(toSheet(centreOf(component)));
    if (box === undefined) continue;
    const pieces = inBoxes.get(box);
    if (pieces) pieces.push(component);
    else inBoxes.set(box, [component]);
  }
  const prompts = promptsOf(name);
  const isBlank = prompts.length === 0;
  const characters = [...inBoxes]
    .map(([box, pieces]) => ({ box, character: joinComponents(withoutSpecks(pieces)) }))
    .filter(({ box, character }) => character.area > LEAST_INK * SCALE ** 2 && (isBlank || box < prompts.length))
    .sort((a, b) => a.box - b.box);
  const lines = Array.from({ length: ROWS }, (_, row) => characters.filter(({ box }) => Math.floor(box / COLUMNS) === row));
  return {
    page,
    lines: lines.filter((line) => line.length > 0).map((line) => line.map(({ character }) => character)),
    ...(isBlank ? {} : { prompts: characters.map(({ box }) => prompts[box]) }),
    notes: [
      `The printed sheet "${name}" was found: ${characters.length} of its ` +
        `${isBlank ? COLUMNS * ROWS : prompts.length} boxes are filled.`,
    ],
  };
}

/** Characters of any other page, by line. */
export function readLines({ depth, noise }: Ink): ReadPage {
  const faint = faintest(noise);
  const straight = straighten(depth, faint);
  const strokes = measureStrokes(faint, (count) => straight.levels.forEach(count));
  const rules = measureRules(straight, faint);
  // Fainter lines are left below the threshold as a whole, others are taken off.
  const threshold = Math.max(faint, INK_SHARE * strokes, rules < FAINT_RULES * strokes ? 1.1 * rules : 0);
  const page = eraseRules(straight, threshold);
  const pieces = joinFaintly(findComponents(page, threshold), findComponents(page, Math.max(faint, FAINTER * threshold)));
  const lines = groupCharacters(pieces, page.width, page.height);
  return { page, lines, notes: [] };
}

function faintest(noise: number): number {
  return Math.ceil(Math.max(SIGMAS * noise, LEAST_DEPTH));
}

/**
 * The depth of strokes, of the depths that `each` tells of: the upper quartile of what lies above the depth that best parts
 * strokes from what is fainter, be it printed lines or their own soft edges (Otsu 1979, over what is deeper than `faint`).
 */
function measureStrokes(faint: number, each: (count: (depth: number) => void) => void): number {
  const counts = new Uint32Array(256);
  each((depth) => {
    counts[depth]++;
  });
  let [total, sum] = [0, 0];
  for (let depth = faint; depth < 256; depth++) {
    total += counts[depth];
    sum += depth * counts[depth];
  }
  let [below, sumBelow, most, threshold, above] = [0, 0, 0, faint, total];
  for (let depth = faint; depth < 255; depth++) {
    below += counts[depth];
    sumBelow += depth * counts[depth];
    if (below === 0 || below === total) continue;
    const apart = sumBelow / below - (sum - sumBelow) / (total - below);
    const variance = below * (total - below) * apart ** 2;
    if (variance <= most) continue;
    [most, threshold, above] = [variance, depth, total - below];
  }
  let strokes = 255;
  for (let deeper = counts[255]; strokes > threshold && deeper < above / 4; ) deeper += counts[--strokes];
  return strokes;
}

function countBoxes(page: GreyPage, count: (depth: number) => void): void {
  // A millimetre within the edges.
  const side = Math.floor((BOX_SIDE - 2) * SCALE);
  for (let box = 0; box < COLUMNS * ROWS; box++) {
    const { x, y } = boxAt(box);
    const [left, top] = [Math.round((x + 1) * SCALE), Math.round((y + 1) * SCALE)];
    for (let row = top; row < top + side; row++) {
      for (let column = left; column < left + side; column++) count(page.levels[row * page.width + column]);
    }
  }
}

/** Whether the edges of boxes, printed in grey, are about as dark as what is written, as beside a soft pencil. */
function isPrintDark(page: GreyPage, threshold: number): boolean {
  const depths: number[] = [];
  for (let box = 0; box < COLUMNS * ROWS; box++) {
    const { x, y } = boxAt(box);
    for (const share of [0.2, 0.5, 0.8]) {
      const [column, row] = [Math.round((x + share * BOX_SIDE) * SCALE), Math.round(y * SCALE)];
      let most = 0;
      for (let k = -4; k <= 4; k++) most = Math.max(most, page.levels[(row + k) * page.width + column]);
      depths.push(most);
    }
  }
  depths.sort((a, b) => a - b);
  return depths[Math.floor(depths.length / 2)] > 0.8 * threshold;
}

function withoutEdges(page: GreyPage): GreyPage {
  const levels = page.levels.slice();
  const reach = Math.round(EDGE * SCALE);
  const side = Math.round(BOX_SIDE * SCALE);
  for (let box = 0; box < COLUMNS * ROWS; box++) {
    const corner = boxAt(box);
    const [left, top] = [Math.round(corner.x * SCALE), Math.round(corner.y * SCALE)];
    for (let a = -reach; a <= side + reach; a++) {
      for (let b = -reach; b <= reach; b++) {
        for (const [x, y] of [
          [left + a, top + b],
          [left + a, top + side + b],
          [left + b, top + a],
          [left + side + b, top + a],
        ]) {
          levels[y * page.width + x] = 0;
        }
      }
    }
  }
  return { ...page, levels };
}

/** What has less than a fiftieth of the ink of the largest piece is dirt, unless it could be a dot. */
function withoutSpecks(pieces: readonly Component[]): Component[] {
  const most = Math.max(...pieces.map(({ area }) => area));
  return pieces.filter(({ area }) => area === most || (area > 0.02 * most && area > 0.08 * SCALE ** 2));
}
