import { describe, expect, it } from 'vitest';
import { project, projectionBetween } from '../../../lib/scan/grey-page';
import {
  BOX_SIDE,
  boxAt,
  boxOf,
  COLUMNS,
  cellsOf,
  promptsOf,
  ROWS,
  SHEETS,
  type SheetName,
  sheetOf,
} from '../../../lib/scan/sheet';
import { PAPERS, type PaperName, sheetPage } from '../../../lib/scan/sheet-page';

const names = Object.keys(SHEETS) as SheetName[];

describe('the printed sheet', () => {
  it.each(names)('%s is told by its cells, and by no others', (name) => {
    expect(sheetOf(cellsOf(name))).toBe(name);
    cellsOf(name).forEach((_, i) => {
      expect(sheetOf(cellsOf(name).map((isBlack, k) => (k === i ? !isBlack : isBlack)))).toBeUndefined();
    });
    // As many are black on each sheet, which tells a sheet of which a corner is missing from other pages.
    expect(cellsOf(name).filter(Boolean).length).toBeGreaterThanOrEqual(5);
  });

  it('asks for each character as often, with room for all', () => {
    for (const name of names) {
      const prompts = promptsOf(name);
      expect(prompts.length).toBeLessThanOrEqual(COLUMNS * ROWS);
      const counts = [...SHEETS[name]].map((character) => prompts.filter((prompt) => prompt === character).length);
      expect(new Set(counts).size).toBeLessThanOrEqual(1);
    }
    expect(promptsOf('balanced')).toHaveLength(188);
    expect(promptsOf('blank')).toEqual([]);
  });

  it('finds the box of a point', () => {
    for (const box of [0, 11, 12, 191]) {
      const { x, y } = boxAt(box);
      expect(boxOf({ x: x + 0.1, y: y + BOX_SIDE - 0.1 })).toBe(box);
      expect(boxOf({ x: x - 0.1, y })).not.toBe(box);
      expect(boxOf({ x, y: y + BOX_SIDE + 0.1 })).toBeUndefined();
    }
    expect(boxOf({ x: -1, y: 50 })).toBeUndefined();
  });

  it.each(Object.keys(PAPERS) as PaperName[])('fits on %s, with a margin that printers leave, and fetches nothing', (paper) => {
    const page = sheetPage('balanced', paper);
    const [, left, top, width, height] = (/viewBox="(\S+) (\S+) (\S+) (\S+)"/.exec(page) as RegExpExecArray).map(Number);
    expect([width, height]).toEqual([PAPERS[paper].width, PAPERS[paper].height]);
    for (const margin of [-left, -top - 11, width - 186 + left, height - 240 + top]) expect(margin).toBeGreaterThan(11);
    expect(page.match(/<rect /g)).toHaveLength(4 + 1 + 6 - 1 + 188);
    expect(page.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|url\(/);
  });
});

it('projects four points to four others', () => {
  const from = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 20 },
    { x: 0, y: 20 },
  ];
  const to = [
    { x: 3, y: 4 },
    { x: 50, y: 8 },
    { x: 44, y: 90 },
    { x: -2, y: 70 },
  ];
  const map = projectionBetween(from, to);
  from.forEach((point, i) => {
    const { x, y } = project(map, point);
    expect(x).toBeCloseTo(to[i].x, 9);
    expect(y).toBeCloseTo(to[i].y, 9);
  });
  expect(() => projectionBetween([from[0], from[0], from[1], from[2]], to)).toThrow(/three lie on a line/);
});
