/**
 * The sheet to print and fill in: where its marks and boxes are, and what stands in them. Lengths in millimetres from the upper
 * left corner of the sheet, which fits on A4 and on US Letter.
 */
import type { Point } from './grey-page';

export const SHEET_WIDTH = 186;
export const SHEET_HEIGHT = 240;

/** Black squares in the corners, from the upper left one clockwise; the first has a hole, which tells the sheet's top. */
export const MARK_SIDE = 6;
export const HOLE_SIDE = 2.4;
export const MARKS: readonly Point[] = [
  { x: 3, y: 3 },
  { x: SHEET_WIDTH - 3, y: 3 },
  { x: SHEET_WIDTH - 3, y: SHEET_HEIGHT - 3 },
  { x: 3, y: SHEET_HEIGHT - 3 },
];

/** Boxes, row by row. */
export const COLUMNS = 12;
export const ROWS = 16;
export const BOX_SIDE = 10.5;
const [STEP_X, STEP_Y] = [15, 13.5];
const [FIRST_X, FIRST_Y] = [5.25, 13.5];

/** Upper left corner of a box. */
export function boxAt(index: number): Point {
  return { x: FIRST_X + (index % COLUMNS) * STEP_X, y: FIRST_Y + Math.floor(index / COLUMNS) * STEP_Y };
}

/** The number of the box that a point lies in; undefined between boxes. */
export function boxOf({ x, y }: Point): number | undefined {
  const [column, row] = [Math.floor((x - FIRST_X) / STEP_X), Math.floor((y - FIRST_Y) / STEP_Y)];
  if (column < 0 || column >= COLUMNS || row < 0 || row >= ROWS) return undefined;
  const index = row * COLUMNS + column;
  const corner = boxAt(index);
  return x - corner.x < BOX_SIDE && y - corner.y < BOX_SIDE ? index : undefined;
}

/** Squares between the upper marks, black or white, say which sheet it is. */
export const CELL_SIDE = 3.5;
export const CELLS: readonly Point[] = Array.from({ length: 12 }, (_, i) => ({ x: 65.5 + 5 * i, y: 3 }));

const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** The small letters that EMNIST Balanced tells from their capitals. */
const SMALL = 'abdefghnqrt';

/** The sheets by name, with the characters that they ask for; `blank` asks for none. */
export const SHEETS = {
  balanced: DIGITS + CAPITALS + SMALL,
  digits: DIGITS,
  letters: CAPITALS + CAPITALS.toLowerCase(),
  blank: '',
} as const;
export type SheetName = keyof typeof SHEETS;
const NAMES = Object.keys(SHEETS) as SheetName[];

/** What is to be written into each box, each character into as many as there are boxes for; the last boxes may have nothing. */
export function promptsOf(name: SheetName): string[] {
  const characters = [...SHEETS[name]];
  const each = Math.floor((COLUMNS * ROWS) / characters.length);
  return characters.flatMap((character) => Array<string>(each).fill(character));
}

/** The cells' colours, true for black: the sheet's number in four bits, their opposites, and the four bits again. */
export function cellsOf(name: SheetName): boolean[] {
  const bits = [8, 4, 2, 1].map((bit) => ((NAMES.indexOf(name) + 1) & bit) !== 0);
  return [...bits, ...bits.map((bit) => !bit), ...bits];
}

/** The sheet whose cells these are; undefined for cells of none. */
export function sheetOf(cells: readonly boolean[]): SheetName | undefined {
  return NAMES.find((name) => cellsOf(name).every((isBlack, i) => isBlack === cells[i]));
}
