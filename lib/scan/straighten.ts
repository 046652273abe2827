/** Lays a page straight on which lines of writing, or printed lines, run aslant. */
import { type GreyPage, type Projection, shrinkPage, warpPage } from './grey-page';

/** The angle is measured on a page of about so many pixels a side. */
const COARSE_SIDE = 1000;
/** Degrees up to which a page may be turned. */
const MOST = 8;
/** A gain in sharpness below this is that of chance, as on a page with but a word. */
const LEAST_GAIN = 1.1;
const LEAST_ANGLE = 0.15;

/** The page turned so that lines run level; as it is where none are seen. */
export function straighten(depth: GreyPage, threshold: number): GreyPage {
  const angle = measureAngle(depth, threshold);
  if (Math.abs(angle) < LEAST_ANGLE) return depth;
  const { width, height } = depth;
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [toWidth, toHeight] = [Math.ceil(width * cos + height * Math.abs(sin)), Math.ceil(height * cos + width * Math.abs(sin))];
  // About the middle of both pages.
  const map: Projection = [
    cos,
    -sin,
    width / 2 - (cos * toWidth) / 2 + (sin * toHeight) / 2,
    sin,
    cos,
    height / 2 - (sin * toWidth) / 2 - (cos * toHeight) / 2,
    0,
    0,
  ];
  return warpPage(depth, map, toWidth, toHeight);
}

/**
 * By how many degrees lines fall to the right, -8 to 8. Where the page is seen along its lines, ink and paper are apart: the
 * angle is that at which the counts of ink by row differ most (Postl 1986).
 */
export function measureAngle(depth: GreyPage, threshold: number): number {
  const factor = Math.max(1, Math.round(Math.max(depth.width, depth.height) / COARSE_SIDE));
  const { levels, width, height } = factor > 1 ? shrinkPage(depth, factor) : depth;
  const [xs, ys]: [number[], number[]] = [[], []];
  levels.forEach((level, p) => {
    if (level <= threshold) return;
    xs.push((p % width) - width / 2);
    ys.push(Math.floor(p / width) - height / 2);
  });
  const reach = width + height;
  const sharpness = (angle: number) => {
    const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    const counts = new Uint32Array(2 * reach);
    for (let i = 0; i < xs.length; i++) counts[Math.round(cos * ys[i] - sin * xs[i]) + reach]++;
    return counts.reduce((sum, count) => sum + count * count, 0);
  };
  const best = (angles: readonly number[]) =>
    angles.map((angle) => ({ angle, score: sharpness(angle) })).reduce((a, b) => (b.score > a.score ? b : a));
  const range = (from: number, to: number, step: number) =>
    Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  const rough = best(range(-MOST, MOST, 0.5)).angle;
  const { angle, score } = best(range(rough - 0.4, rough + 0.4, 0.1));
  return score >= LEAST_GAIN * sharpness(0) ? angle : 0;
}
