/** The sheet as a page of HTML that prints on A4 and US Letter, with nothing fetched from elsewhere. */
import {
  BOX_SIDE,
  boxAt,
  CELL_SIDE,
  CELLS,
  COLUMNS,
  cellsOf,
  HOLE_SIDE,
  MARK_SIDE,
  MARKS,
  promptsOf,
  ROWS,
  SHEET_HEIGHT,
  SHEET_WIDTH,
  type SheetName,
} from './sheet';

/** In millimetres. */
export const PAPERS = { a4: { width: 210, height: 297 }, letter: { width: 215.9, height: 279.4 } } as const;
export type PaperName = keyof typeof PAPERS;

/** Of the words above the sheet. */
const TITLE_HEIGHT = 11;
/** Light enough to be told from any pen, dark enough to be seen. */
const GREY = '#b4b4b4';

/** A page to print in black and white or in colour, at any size. */
export function sheetPage(name: SheetName, paper: PaperName): string {
  const { width, height } = PAPERS[paper];
  const [left, top] = [(width - SHEET_WIDTH) / 2, (height - SHEET_HEIGHT - TITLE_HEIGHT) / 2 + TITLE_HEIGHT];
  const prompts = promptsOf(name);
  const square = (x: number, y: number, side: number, fill: string) =>
    `<rect x="${round(x - side / 2)}" y="${round(y - side / 2)}" width="${side}" height="${side}" fill="${fill}"/>`;
  const marks = MARKS.map(({ x, y }) => square(x, y, MARK_SIDE, '#000'));
  const cells = cellsOf(name).flatMap((isBlack, i) => (isBlack ? [square(CELLS[i].x, CELLS[i].y, CELL_SIDE, '#000')] : []));
  const boxes = Array.from({ length: prompts.length || COLUMNS * ROWS }, (_, i) => {
    const { x, y } = boxAt(i);
    const prompt = prompts[i] === undefined ? '' : `<text x="${x + 0.2}" y="${y - 0.6}" font-size="2.7">${prompts[i]}</text>`;
    return (
      `<rect x="${x + 0.1}" y="${y + 0.1}" width="${BOX_SIDE - 0.2}" height="${BOX_SIDE - 0.2}" fill="none" stroke="${GREY}" ` +
      `stroke-width="0.2"/>${prompt}`
    );
  });
  const task =
    prompts.length > 0
      ? 'Write into each box the character that stands above it. Boxes may stay empty.'
      : 'Write one character into each box, and give the text to readScan as labels.';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Inkwell: a sheet for handwriting (${name})</title>
<style>
@page { size: ${width}mm ${height}mm; margin: 0; }
html, body { margin: 0; }
svg { display: block; width: ${width}mm; height: ${height}mm; font-family: Helvetica, Arial, sans-serif; }
</style>
</head>
<body>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="${round(-left)} ${round(-top)} ${width} ${height}">
<text x="0" y="${2.6 - TITLE_HEIGHT}" font-size="3.4" fill="#333">${task}</text>
<text x="0" y="${6.6 - TITLE_HEIGHT}" font-size="2.7" fill="#333">Use a dark pen and stay within the box. \
Then scan the sheet, or photograph it from above with all four black squares in view.</text>
${[...marks, square(MARKS[0].x, MARKS[0].y, HOLE_SIDE, '#fff'), ...cells].join('\n')}
<g fill="#888">
${boxes.join('\n')}
</g>
</svg>
</body>
</html>
`;
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
