/** Finds the printed sheet in a photograph by the black squares in its corners. */
import { type Component, findComponents, heightOf, widthOf } from './components';
import { type GreyPage, type Point, type Projection, project, projectionBetween, shrinkPage } from './grey-page';
import { CELL_SIDE, CELLS, MARK_SIDE, MARKS, type SheetName, sheetOf } from './sheet';

export interface FoundSheet {
  readonly name: SheetName;
  /** From millimetres of the sheet to pixels of the photograph. */
  readonly map: Projection;
}

/** Marks are looked for on a page of about so many pixels. */
const ENOUGH_PIXELS = 3e6;
/** Black print is deeper. */
const BLACK = 110;
/** So many of the largest squares are tried, all fours of them. */
const MOST_SQUARES = 24;
/** A square has this share of its frame; turned by 20 degrees it still has 0.6. */
const LEAST_FILL = 0.55;
/** Few letters fill so much. */
const CLEAR_FILL = 0.7;
/**
 * By so much the sides may be longer or shorter than those of a sheet seen from straight above, and squares larger than others.
 */
const SLACK = 1.5;

interface Square extends Point {
  readonly area: number;
  readonly isHollow: boolean;
  /** Share of its frame that is black. */
  readonly fill: number;
}

/** The sheet, `'incomplete'` where but three of its marks are seen, or undefined for a page that is none. */
export function findSheet(depth: GreyPage): FoundSheet | 'incomplete' | undefined {
  const factor = Math.max(1, Math.round(Math.sqrt(depth.levels.length / ENOUGH_PIXELS)));
  const small = factor > 1 ? shrinkPage(depth, factor) : depth;
  const all = findSquares(small);
  const squares = all.slice(0, MOST_SQUARES);
  const marks = squares.filter(({ isHollow }) => !isHollow);
  for (const first of squares.filter(({ isHollow }) => isHollow)) {
    for (const corners of triples(marks)) {
      const seen = [first, ...clockwiseFrom(first, corners)];
      if (!isSheetLike(seen)) continue;
      const map = projectionBetween(MARKS, seen);
      const name = sheetOf(CELLS.map((cell) => levelAt(small, project(map, cell)) > BLACK));
      if (!name) continue;
      const full = seen.map(({ x, y }) => ({ x: (x + 0.5) * factor - 0.5, y: (y + 0.5) * factor - 0.5 }));
      return { name, map: projectionBetween(MARKS, full) };
    }
  }
  const full = all.filter(({ fill }) => fill > CLEAR_FILL);
  return [...triples(full)].some((corners) => isThreeCorners(corners) && hasCells(full, corners)) ? 'incomplete' : undefined;
}

function findSquares(page: GreyPage): Square[] {
  return findComponents(page, BLACK)
    .filter((component) => {
      const [width, height] = [widthOf(component), heightOf(component)];
      return width >= 5 && width < 1.6 * height && height < 1.6 * width && fillOf(component) > LEAST_FILL;
    })
    .sort((a, b) => b.area - a.area)
    .slice(0, 2 * MOST_SQUARES)
    .map((component) => ({
      ...centreOf(component),
      area: component.area,
      fill: fillOf(component),
      isHollow: isHollow(page, component),
    }));
}

/** The centre of mass. */
export function centreOf({ runs, area }: Component): Point {
  let [x, y] = [0, 0];
  for (const run of runs) {
    const length = run.right - run.left + 1;
    x += (length * (run.left + run.right)) / 2;
    y += length * run.y;
  }
  return { x: x / area, y: y / area };
}

function fillOf(component: Component): number {
  return component.area / (widthOf(component) * heightOf(component));
}

function isHollow(page: GreyPage, component: Component): boolean {
  return levelAt(page, centreOf(component)) < BLACK;
}

function levelAt({ levels, width, height }: GreyPage, { x, y }: Point): number {
  const [column, row] = [Math.round(x), Math.round(y)];
  return column >= 0 && row >= 0 && column < width && row < height ? levels[row * width + column] : 0;
}

function* triples<T>(items: readonly T[]): Generator<T[]> {
  for (let a = 0; a < items.length; a++) {
    for (let b = a + 1; b < items.length; b++) for (let c = b + 1; c < items.length; c++) yield [items[a], items[b], items[c]];
  }
}

function clockwiseFrom(first: Square, others: readonly Square[]): Square[] {
  const all = [first, ...others];
  const [x, y] = [mean(all.map((each) => each.x)), mean(all.map((each) => each.y))];
  // Rows count downwards, so growing angles go clockwise.
  const angle = (each: Square) => Math.atan2(each.y - y, each.x - x);
  const turn = (each: Square) => (angle(each) - angle(first) + 4 * Math.PI) % (2 * Math.PI);
  return [...others].sort((a, b) => turn(a) - turn(b));
}

/** Whether sizes and distances are about those of a sheet's marks. */
function isSheetLike(seen: readonly Square[]): boolean {
  const solid = seen.slice(1).map(({ area }) => area);
  if (Math.max(...solid) > SLACK ** 2 * Math.min(...solid)) return false;
  const side = Math.sqrt(mean(solid));
  return seen.every((corner, i) => {
    const next = (i + 1) % 4;
    const expected = (side * distance(MARKS[i], MARKS[next])) / MARK_SIDE;
    const found = distance(corner, seen[next]);
    return found < SLACK * expected && found > expected / SLACK;
  });
}

/** Whether three squares lie as three corners of a sheet do; the fourth is then out of the picture, covered or in the glare. */
function isThreeCorners(squares: readonly Square[]): boolean {
  const areas = squares.map(({ area }) => area);
  if (Math.max(...areas) > 1.6 * Math.min(...areas)) return false;
  const [a, b, c] = squares;
  const sides = [distance(a, b), distance(b, c), distance(c, a)].sort((x, y) => x - y);
  const expected = [distance(MARKS[0], MARKS[1]), distance(MARKS[1], MARKS[2]), distance(MARKS[0], MARKS[2])];
  const scale = Math.sqrt(mean(areas)) / MARK_SIDE;
  return sides.every((length, i) => Math.abs(length / (scale * expected[i]) - 1) < 0.15);
}

/** Whether some squares are as much smaller as the black ones between the upper marks, which letters are not. */
function hasCells(squares: readonly Square[], corners: readonly Square[]): boolean {
  const expected = mean(corners.map(({ area }) => area)) * (CELL_SIDE / MARK_SIDE) ** 2;
  return squares.filter(({ area }) => Math.abs(area / expected - 1) < 0.35).length >= 4;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
