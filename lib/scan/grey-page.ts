/** A page of paper as numbers, and how it is made smaller and laid straight. */

/** Bytes row by row: grey levels, or the depth of ink. */
export interface GreyPage {
  readonly levels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The page at 1 / `factor` of its size, each pixel the mean of a square; what is left over at right and bottom is cut off. */
export function shrinkPage({ levels, width, height }: GreyPage, factor: number): GreyPage {
  const [smallWidth, smallHeight] = [Math.floor(width / factor), Math.floor(height / factor)];
  const small = new Uint8Array(smallWidth * smallHeight);
  const sums = new Uint32Array(smallWidth);
  for (let y = 0; y < smallHeight; y++) {
    sums.fill(0);
    for (let row = y * factor; row < (y + 1) * factor; row++) {
      let at = row * width;
      for (let x = 0; x < smallWidth; x++) for (let k = 0; k < factor; k++) sums[x] += levels[at++];
    }
    for (let x = 0; x < smallWidth; x++) small[y * smallWidth + x] = Math.round(sums[x] / factor ** 2);
  }
  return { levels: small, width: smallWidth, height: smallHeight };
}

/**
 * A projective map of the plane, `[a, b, c, d, e, f, g, h]`: (x, y) goes to ((ax + by + c) / w, (dx + ey + f) / w) with
 * w = gx + hy + 1.
 */
export type Projection = readonly number[];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function project([a, b, c, d, e, f, g, h]: Projection, { x, y }: Point): Point {
  const w = g * x + h * y + 1;
  return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

/** A page of `width` x `height` whose pixel (x, y) shows, bilinearly, what lies at `project(map, (x, y))`; beyond lies 0. */
export function warpPage({ levels, width, height }: GreyPage, map: Projection, toWidth: number, toHeight: number): GreyPage {
  const [a, b, c, d, e, f, g, h] = map;
  const warped = new Uint8Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      const w = g * x + h * y + 1;
      const [fromX, fromY] = [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) continue;
      const [right, down] = [fromX - left, fromY - top];
      const at = top * width + left;
      const above = levels[at] + right * (levels[at + 1] - levels[at]);
      const below = levels[at + width] + right * (levels[at + width + 1] - levels[at + width]);
      warped[y * toWidth + x] = Math.round(above + down * (below - above));
    }
  }
  return { levels: warped, width: toWidth, height: toHeight };
}

/**
 * The projective map that takes four points to four others.
 *
 * @throws Error where three of them lie on a line.
 */
export function projectionBetween(from: readonly Point[], to: readonly Point[]): Projection {
  const rows = from.flatMap(({ x, y }, i) => [
    [x, y, 1, 0, 0, 0, -x * to[i].x, -y * to[i].x, to[i].x],
    [0, 0, 0, x, y, 1, -x * to[i].y, -y * to[i].y, to[i].y],
  ]);
  // Gauss and Jordan, the largest number of each column first.
  for (let column = 0; column < 8; column++) {
    const best = rows.slice(column).reduce((most, row, i) => {
      return Math.abs(row[column]) > Math.abs(rows[most][column]) ? column + i : most;
    }, column);
    [rows[column], rows[best]] = [rows[best], rows[column]];
    const pivot = rows[column][column];
    if (Math.abs(pivot) < 1e-12) throw new Error('No projection takes these four points to those: three lie on a line.');
    rows[column] = rows[column].map((value) => value / pivot);
    rows.forEach((row, r) => {
      if (r === column || row[column] === 0) return;
      const factor = row[column];
      for (let k = column; k < 9; k++) row[k] -= factor * rows[column][k];
    });
  }
  return rows.map((row) => row[8]);
}
