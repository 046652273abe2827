/** Pages of paper with writing, rendered as a camera or a scanner would see them. */
import { random } from '../../../lib/base/random';
import { IMAGE_SIZE, PIXELS } from '../../../lib/data/dataset';
import { type GreyPage, type Point, project, projectionBetween } from '../../../lib/scan/grey-page';
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
  ROWS,
  SHEET_HEIGHT,
  SHEET_WIDTH,
  type SheetName,
} from '../../../lib/scan/sheet';
import * as tf from '../../../lib/tensorflow';

/** Paper with what is on it: the share of the light that it gives back, 0 to 1. */
export interface Paper {
  readonly light: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** White paper with fibres: slow waves of a hundredth, and grain. */
export function blankPaper(width: number, height: number, seed = 0): Paper {
  const { next } = random(seed, 'paper');
  const waves = Array.from({ length: 6 }, () => ({ x: (next() - 0.5) / 15, y: (next() - 0.5) / 15, at: 7 * next() }));
  const light = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let texture = 0;
      for (const wave of waves) texture += Math.sin(x * wave.x + y * wave.y + wave.at);
      light[y * width + x] = 0.93 + 0.004 * texture + 0.02 * (next() - 0.5);
    }
  }
  return { light, width, height };
}

/** Lines of lined paper every so many pixels, or with `isSquared` squares; `depth` is the share of light that they take. */
export function ruleLines(
  { light, width, height }: Paper,
  {
    every,
    thickness = 2,
    depth = 0.35,
    isSquared = false,
  }: { every: number; thickness?: number; depth?: number; isSquared?: boolean },
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (y % every >= every - thickness || (isSquared && x % every >= every - thickness)) light[y * width + x] *= 1 - depth;
    }
  }
}

/**
 * Writes an image with its upper left corner at (x, y), 28 pixels of it as `side`; `depth` is the share of light that ink takes.
 */
export function write(
  { light, width, height }: Paper,
  image: ArrayLike<number>,
  { x, y, side, depth = 0.8 }: { x: number; y: number; side: number; depth?: number },
): void {
  const scale = IMAGE_SIZE / side;
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row >= IMAGE_SIZE || column >= IMAGE_SIZE ? 0 : image[row * IMAGE_SIZE + column];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [fromX, fromY] = [(column + 0.5) * scale - 0.5, (row + 0.5) * scale - 0.5];
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = [fromX - left, fromY - top];
      const above = at(top, left) + right * (at(top, left + 1) - at(top, left));
      const below = at(top + 1, left) + right * (at(top + 1, left + 1) - at(top + 1, left));
      const ink = (above + down * (below - above)) / 255;
      const [toX, toY] = [Math.round(x) + column, Math.round(y) + row];
      if (ink > 0 && toX >= 0 && toY >= 0 && toX < width && toY < height) light[toY * width + toX] *= 1 - depth * ink;
    }
  }
}

/** Lines of characters on a page of its own size; sizes, places and depths vary a little from one to the next. */
export function writtenPage(
  images: Uint8Array,
  { side = 60, columns = 20, seed = 0, rules = false, isSquared = false } = {},
): Paper {
  const count = images.length / PIXELS;
  const [stepX, stepY] = [Math.round(1.35 * side), 2 * side];
  const paper = blankPaper((columns + 2) * stepX, (Math.ceil(count / columns) + 2) * stepY, seed);
  if (rules || isSquared) ruleLines(paper, { every: isSquared ? Math.round(side / 1.7) : stepY, isSquared });
  const { next } = random(seed, 'writing');
  for (let i = 0; i < count; i++) {
    const own = Math.round(side * (0.9 + 0.2 * next()));
    write(paper, images.subarray(i * PIXELS, (i + 1) * PIXELS), {
      x: (1 + (i % columns)) * stepX + 0.08 * side * (next() - 0.5),
      y: (1 + Math.floor(i / columns)) * stepY + 0.9 * stepY - own + 0.08 * side * (next() - 0.5),
      side: own,
      depth: 0.65 + 0.25 * next(),
    });
  }
  return paper;
}

/** The printed sheet at so many pixels a millimetre, with an image in each box that has one. */
export function filledSheet(
  name: SheetName,
  images: readonly (ArrayLike<number> | undefined)[],
  { scale = 6, seed = 0, depth = 0.8 } = {},
): Paper {
  const border = 10;
  const paper = blankPaper((SHEET_WIDTH + 2 * border) * scale, (SHEET_HEIGHT + 2 * border) * scale, seed);
  const fill = (x: number, y: number, width: number, height: number, light: number) => {
    const [left, top] = [Math.round((x + border) * scale), Math.round((y + border) * scale)];
    const [right, bottom] = [Math.round((x + width + border) * scale), Math.round((y + height + border) * scale)];
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) paper.light[row * paper.width + column] = light;
  };
  const square = ({ x, y }: Point, side: number, light: number) => fill(x - side / 2, y - side / 2, side, side, light);
  for (const mark of MARKS) square(mark, MARK_SIDE, 0.05);
  square(MARKS[0], HOLE_SIDE, 0.93);
  cellsOf(name).forEach((isBlack, i) => {
    if (isBlack) square(CELLS[i], CELL_SIDE, 0.05);
  });
  const { next } = random(seed, 'sheet');
  for (let box = 0; box < COLUMNS * ROWS; box++) {
    const { x, y } = boxAt(box);
    const line = 0.25;
    for (const [dx, dy, width, height] of [
      [0, 0, BOX_SIDE, line],
      [0, BOX_SIDE - line, BOX_SIDE, line],
      [0, 0, line, BOX_SIDE],
      [BOX_SIDE - line, 0, line, BOX_SIDE],
    ]) {
      fill(x + dx, y + dy, width, height, 0.7);
    }
    // The prompt.
    fill(x, y - 2.2, 1.2, 1.6, 0.6);
    const image = images[box];
    if (!image) continue;
    const side = (0.62 + 0.2 * next()) * BOX_SIDE;
    const free = BOX_SIDE - side;
    write(paper, image, {
      x: (x + border + free * (0.2 + 0.6 * next())) * scale,
      y: (y + border + free * (0.2 + 0.6 * next())) * scale,
      side: Math.round(side * scale),
      depth,
    });
  }
  return paper;
}

export interface Camera {
  /** Degrees. */
  readonly angle?: number;
  /** By what share the far edge is shorter than the near one. */
  readonly perspective?: number;
  /** Share of the light that is left in the darkest corner. */
  readonly falloff?: number;
  /** Whether an edge of shade lies across the page. */
  readonly hasShade?: boolean;
  /** Standard deviation of each pixel's noise, in grey levels. */
  readonly noise?: number;
  /** Standard deviation of the blur, in pixels. */
  readonly blur?: number;
  /** Of JPEG, 1 to 100. */
  readonly quality?: number;
  readonly seed?: number;
}

/** The paper on a dark table, as a camera sees it. */
export function photograph(paper: Paper, camera: Camera = {}): GreyPage {
  const { angle = 0, perspective = 0, falloff = 1, hasShade = false, noise = 0, blur = 0, seed = 0 } = camera;
  const { width, height } = paper;
  const turn = (angle * Math.PI) / 180;
  const middle = { x: width / 2, y: height / 2 };
  const corners = [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ];
  const seen = corners.map(({ x, y }) => {
    const shrink = y === 0 ? 1 - perspective : 1;
    const [dx, dy] = [(x - middle.x) * shrink, y - middle.y];
    return { x: Math.cos(turn) * dx - Math.sin(turn) * dy, y: Math.sin(turn) * dx + Math.cos(turn) * dy };
  });
  const [left, top] = [Math.min(...seen.map(({ x }) => x)), Math.min(...seen.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...seen.map(({ x }) => x)), Math.max(...seen.map(({ y }) => y))];
  const [outWidth, outHeight] = [Math.ceil(right - left), Math.ceil(bottom - top)];
  const map = projectionBetween(
    seen.map(({ x, y }) => ({ x: x - left, y: y - top })),
    corners,
  );
  const { next } = random(seed, 'camera');
  let image = new Float32Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const from = project(map, { x: x + 0.5, y: y + 0.5 });
      const [column, row] = [from.x - 0.5, from.y - 0.5];
      const [c, r] = [Math.floor(column), Math.floor(row)];
      let light = 0.25;
      if (c >= 0 && r >= 0 && c + 1 < width && r + 1 < height) {
        const at = r * width + c;
        const [dx, dy] = [column - c, row - r];
        const above = paper.light[at] * (1 - dx) + paper.light[at + 1] * dx;
        const below = paper.light[at + width] * (1 - dx) + paper.light[at + width + 1] * dx;
        light = above * (1 - dy) + below * dy;
      }
      const far = Math.hypot((x - 0.2 * outWidth) / outWidth, (y - 0.3 * outHeight) / outHeight) / 1.06;
      const shade = hasShade && x + 0.4 * y > 0.8 * outWidth ? 0.7 : 1;
      image[y * outWidth + x] = 245 * light * (1 - (1 - falloff) * far) * shade;
    }
  }
  if (blur > 0) image = soften(image, outWidth, outHeight, blur);
  const levels = new Uint8Array(image.length);
  for (let p = 0; p < image.length; p++) {
    // Near to a normal distribution.
    const grain = noise > 0 ? noise * 1.73 * (next() + next() + next() + next() - 2) : 0;
    levels[p] = Math.max(0, Math.min(255, Math.round(image[p] + grain)));
  }
  return { levels, width: outWidth, height: outHeight };
}

function soften(image: Float32Array, width: number, height: number, sigma: number) {
  const reach = Math.ceil(2.5 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = kernel.reduce((a, b) => a + b);
  const along = (from: Float32Array, step: number, length: number) => {
    const to = from.slice();
    for (let p = 0; p < from.length; p++) {
      const place = Math.floor(p / step) % length;
      if (place < reach || place >= length - reach) continue;
      let value = 0;
      for (let k = -reach; k <= reach; k++) value += kernel[k + reach] * from[p + k * step];
      to[p] = value / sum;
    }
    return to;
  };
  return along(along(image, 1, width), width, height);
}

/** A page as the bytes of a JPEG file. */
export async function toJpeg({ levels, width, height }: GreyPage, quality = 85): Promise<Buffer> {
  const pixels = tf.tensor3d(Int32Array.from(levels), [height, width, 1], 'int32');
  try {
    return Buffer.from(await tf.node.encodeJpeg(pixels as tf.Tensor3D, 'grayscale', quality));
  } finally {
    pixels.dispose();
  }
}
