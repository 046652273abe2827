import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import type { Convention } from '../../../../lib/data/conventions';

type Point = { x: number; y: number };
type Scan = Float32Array;

/** The functions of the pad's page that need no page: the very text that the reader's browser runs. */
export interface DrawnImage {
  drawnImage(strokes: readonly (readonly Point[])[], convention: Convention): Uint8Array;
  inkScan(strokes: readonly (readonly Point[])[], convention: Convention): Scan;
  blurScan(scan: Scan, sigma: number): Scan;
  findInk(scan: Scan): { left: number; top: number; right: number; bottom: number } | undefined;
  shrinkSquare(scan: Scan, ink: object, box: number): Scan;
}

export function loadDrawnImage(): DrawnImage {
  const context = createContext({});
  runInContext(readFileSync('lib/drawing/page/drawn-image.js', 'utf8'), context);
  return context as unknown as DrawnImage;
}

/** `'0,0 60,0|20,100'` as two strokes. */
export function parseStrokes(text: string): Point[][] {
  return text.split('|').map((stroke) =>
    stroke.split(' ').map((point) => {
      const [x, y] = point.split(',').map(Number);
      return { x, y };
    }),
  );
}

/** Straight-lined characters as people write them, by class name. */
export const glyphs: Record<string, string> = {
  7: '0,0 60,0 20,100',
  1: '20,0 10,100',
  4: '10,0 0,55 60,55|55,0 45,100',
  A: '0,100 40,0 80,100|15,62 65,62',
  E: '60,0 0,0 0,100 60,100|0,50 50,50',
  H: '0,0 0,100|65,0 65,100|0,50 65,50',
  L: '0,0 -4,100 55,100',
  N: '0,100 0,0 70,100 70,0',
  T: '0,0 80,0|40,0 38,100',
  V: '0,0 35,100 75,0',
  X: '0,0 75,100|75,0 0,100',
  Z: '0,0 75,0 0,100 80,100',
};
