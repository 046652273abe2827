/** Cuts a page's ink into characters: box by box on a printed sheet, line by line elsewhere. */
import { plural } from '../base/words';
import { type Component, findComponents, joinComponents } from './components';
import { centreOf, type FoundSheet } from './find-sheet';
import { type GreyPage, type Point, projectionBetween, project, warpPage } from './grey-page';
import { groupCharacters } from './group-characters';
import type { Ink } from './ink';
import { eraseRules } from './rules';
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
/** Ink is deeper than this share of that of the page's strokes. */
const INK_SHARE = 0.45;
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
  const laid = warpPage(depth, projectionBetween(corners, corners.map((corner) => project(map, toSheet(corner)))), width, height);
  const writing = findThreshold(noise, (count) => countBoxes(laid, count));
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
    notes: [`The printed sheet "${name}" was found: ${plural(characters.length, 'box')} of ${isBlank ? COLUMNS * ROWS : prompts.length} are filled.`],
  };
}

/** Characters of any other page, by line. */
export function readLines({ depth, noise }: Ink): ReadPage {
  const faint = Math.max(SIGMAS * noise, LEAST_DEPTH);
  const straight = straighten(depth, faint);
  const plain = eraseRules(straight, faint);
  const threshold = findThreshold(noise, (count) => plain.levels.forEach(count));
  const page = eraseRules(straight, threshold);
  const lines = groupCharacters(findComponents(page, threshold), page.width, page.height);
  return { page, lines, notes: [] };
}

/** The depth above which is ink, from the depths that `each` tells of: a share of what strokes have. */
function findThreshold(noise: number, each: (count: (depth: number) => void) => void): number {
  const faint = Math.max(SIGMAS * noise, LEAST_DEPTH);
  const counts = new Uint32Array(256);
  each((depth) => {
    counts[depth]++;
  });
  const total = counts.reduce((sum, count, depth) => (depth > faint ? sum + count : sum), 0);
  let sum = 0;
  let strokes = 255;
  for (; strokes > faint && sum < total / 4; strokes--) sum += counts[strokes];
  return Math.max(faint, INK_SHARE * strokes);
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
        for (const [x, y] of [[left + a, top + b], [left + a, top + side + b], [left + b, top + a], [left + side + b, top + a]]) {
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
