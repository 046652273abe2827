/** From pieces of ink to characters in the order of reading: lines from top to bottom, in each from left to right. */
import { type Component, heightOf, joinComponents, strokeWidth, widthOf } from './components';

/** Pieces that are lower than this share of the usual height are dots, bars and broken strokes, which join others. */
const SMALL = 0.45;
/** A piece and one above or below it are one character where the narrower is covered by the other by this share. */
const COVER = 0.5;
/** A dot stands over its stem within this share of the usual height. */
const DOT_GAP = 0.75;
/** Specks have less ink than a square of this share of the stroke's width. */
const SPECK = 0.8;
/** What is larger than so many usual heights is no character: the edge of the table, a drawing, a shadow. */
const TOO_LARGE = 5;

/**
 * Lines of characters. Dots and broken strokes are part of their character; specks are left out, and what touches the page's
 * edge.
 *
 * @param width Of the page, and `height`, in pixels.
 */
export function groupCharacters(components: readonly Component[], width: number, height: number): Component[][] {
  const pen = typicalPen(components);
  const whole = components.filter(
    (component) =>
      component.area >= (SPECK * pen) ** 2 &&
      component.left > 0 &&
      component.top > 0 &&
      component.right < width - 1 &&
      component.bottom < height - 1,
  );
  const tall = typicalHeight(whole, pen);
  const pieces = whole.filter((component) => heightOf(component) < TOO_LARGE * tall && widthOf(component) < 2 * TOO_LARGE * tall);
  const bodies = pieces.filter((component) => heightOf(component) >= SMALL * tall);
  const lines = findLines(bodies, tall);
  const small = pieces.filter((component) => heightOf(component) < SMALL * tall);
  return joinSmall(lines, small, tall, pen)
    .map((line) => joinOverlapping(line, pen))
    .filter((line) => line.length > 0);
}

/** Of the pieces with most ink: specks, which may be many, count little. */
function typicalPen(components: readonly Component[]): number {
  const inked = [...components].sort((a, b) => b.area - a.area);
  const total = inked.reduce((sum, { area }) => sum + area, 0);
  let sum = 0;
  const most = inked.filter(({ area }) => {
    sum += area;
    return sum - area < 0.9 * total;
  });
  const widths = most.map((component) => strokeWidth([component])).sort((a, b) => a - b);
  return widths[Math.floor(widths.length / 2)] ?? 0;
}

/** The middle of the heights of what is a good deal higher than the pen is wide. */
function typicalHeight(components: readonly Component[], pen: number): number {
  const heights = components
    .map(heightOf)
    .filter((height) => height > 2.5 * pen)
    .sort((a, b) => a - b);
  return heights[Math.floor(heights.length / 2)] ?? 3 * pen;
}

/**
 * Each piece joins the line whose last pieces to its left it stands beside, so that lines may rise and fall across the page. The
 * lines come from top to bottom.
 */
function findLines(bodies: readonly Component[], tall: number): Component[][] {
  const lines: Component[][] = [];
  for (const body of [...bodies].sort((a, b) => a.left - b.left)) {
    const middle = (body.top + body.bottom) / 2;
    const near = lines
      .map((line) => {
        // Descenders and capitals shift single pieces: of some together the middle stands firm.
        const last = line.slice(-4);
        const others = last.reduce((sum, each) => sum + (each.top + each.bottom) / 2, 0) / last.length;
        return { line, distance: Math.abs(others - middle) };
      })
      .filter(({ distance }) => distance < 0.7 * tall)
      .sort((a, b) => a.distance - b.distance);
    if (near.length > 0) near[0].line.push(body);
    else lines.push([body]);
  }
  const centre = (line: readonly Component[]) => line.reduce((sum, { top, bottom }) => sum + (top + bottom) / 2, 0) / line.length;
  return lines.sort((a, b) => centre(a) - centre(b));
}

/** Gives each small piece to the piece it belongs to; without one near it is a character of the nearest line, such as a dash. */
function joinSmall(lines: Component[][], small: readonly Component[], tall: number, pen: number): Component[][] {
  const parts = lines.map((line) => line.map((body) => [body]));
  const bodies = lines.flatMap((line, row) => line.map((body, place) => ({ body, parts: parts[row][place] })));
  const alone: Component[] = [];
  for (const piece of small) {
    const owners = bodies
      .map(({ body, parts: list }) => ({ list, gap: gapBetween(body, piece, tall, pen) }))
      .filter(({ gap }) => gap < DOT_GAP * tall)
      .sort((a, b) => a.gap - b.gap);
    if (owners.length > 0) owners[0].list.push(piece);
    // A dot of its own is dirt or a full stop; a dash is written.
    else if (widthOf(piece) > SMALL * tall) alone.push(piece);
  }
  const joined = parts.map((line) => line.map(joinComponents));
  for (const piece of alone) {
    const middle = (piece.top + piece.bottom) / 2;
    const nearest = joined.find((line) => line.some((body) => body.top - tall / 2 < middle && body.bottom + tall / 2 > middle));
    nearest?.push(piece);
  }
  return joined;
}

/**
 * How far a small piece is from a body it may be a part of: above or below it, or close beside it. Infinite where it is neither.
 */
function gapBetween(body: Component, piece: Component, tall: number, pen: number): number {
  const beside = Math.max(body.left - piece.right, piece.left - body.right) - 1;
  const above = Math.max(body.top - piece.bottom, piece.top - body.bottom) - 1;
  // The dot of an i may stand a little to the right of a slanting stem.
  if (beside < 0.2 * tall && above >= 0) return above + Math.max(0, beside);
  return beside < Math.max(2, 0.8 * pen) && above < 0 ? Math.max(0, beside) : Number.POSITIVE_INFINITY;
}

/** Pieces of a line of which one covers the other, such as the two strokes of a broken 5, become one; from left to right. */
function joinOverlapping(line: readonly Component[], pen: number): Component[] {
  const joined: Component[] = [];
  for (const piece of [...line].sort((a, b) => a.left - b.left)) {
    const last = joined.at(-1);
    if (last) {
      const shared = Math.min(last.right, piece.right) - Math.max(last.left, piece.left) + 1;
      if (shared > COVER * Math.min(widthOf(last), widthOf(piece)) || shared > 2 * pen) {
        joined[joined.length - 1] = joinComponents([last, piece]);
        continue;
      }
    }
    joined.push(piece);
  }
  return joined;
}
