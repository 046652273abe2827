/** From the ink of one character to an image like those that models are trained on. */
import type { Convention } from '../data/conventions';
import { PIXELS } from '../data/dataset';
import { blurImage, fitInk, type GreyImage } from '../data/fit-character';
import { type Component, heightOf, strokeWidth, widthOf } from './components';
import type { GreyPage } from './grey-page';

/** Ink is as deep as the deepest fiftieth of a character's pixels: blur makes strokes fainter, noise a few pixels deeper. */
const FULL_INK = 0.98;
/** Of the ink's softness: so many standard deviations lie between a quarter and three quarters of a soft edge. */
const QUARTERS = 1.35;
/** Edges come to be between so many times as soft as the convention's: half of emnist47's characters are below the second. */
const [SOFT, SOFTEST] = [1.15, 1.3];
/** Edges of a drawing without any filter are as soft, in pixels: a pixel that is half ink is grey. */
const LEAST_SOFTNESS = 0.3;
/**
 * Pens are made wider, to the second share of the convention's, where they are thinner than the first. Of emnist47's characters 5
 * % are thinner than 0.6 of it, and 20 % than 0.75.
 */
const [THIN, WIDENED] = [0.6, 0.75];
/** Soft edges reach so far beyond the ink, as a share of the character's longer side. */
const HALO = 0.06;
/**
 * What is lighter is no ink when a character is cut out. From there an edge goes on by so many standard deviations until a byte
 * shows none: 1.6 of a hard one, on average less.
 */
const [EDGE_SHARE, FAINT_EDGE] = [0.1, 0.9];

/**
 * A character's 28 x 28 image. What a pen and a camera make otherwise than the forms that EMNIST was scanned from is made alike:
 * ink is brought to 255, thin pens are made wider, edges as soft as the convention's.
 */
export function characterImage(depth: GreyPage, character: Component, convention: Convention): Uint8Array {
  const longest = Math.max(widthOf(character), heightOf(character));
  const pen = strokeWidth([character]);
  const wanted = (convention.pen / convention.size) * longest;
  const reach = pen < THIN * wanted ? (WIDENED * wanted - pen) / 2 : 0;
  const softness = (convention.blur / convention.size) * longest;
  const border = Math.ceil(reach + 3 * softness) + 3;
  // So much around holds the soft edge, and nothing of what stands beside.
  const halo = Math.max(2, Math.round(HALO * longest));
  const cut = cutOut(depth, character, border + halo, halo);
  const soft = measureSoftness(cut, character);
  // A camera's blur is taken back by steeper edges about the same middle.
  const sharp = steepen(cut, soft / Math.max(SOFTEST * softness, LEAST_SOFTNESS));
  const wide = reach >= 0.5 ? widen(sharp, reach) : sharp;
  const missing = (SOFT * softness) ** 2 - soft ** 2;
  const blurred = missing > 0.1 ? blurImage(wide, Math.sqrt(missing)) : wide;
  let most = 0;
  for (let p = 0; p < blurred.levels.length; p++) most = Math.max(most, blurred.levels[p]);
  if (most === 0) return new Uint8Array(PIXELS);
  const levels = Float32Array.from(blurred.levels, (level) => (255 * level) / most);
  // The convention's box holds the ink's soft edge to its end, which noise would hide: so much of it on each side is beyond the
  // share.
  const edge = FAINT_EDGE * (convention.blur / convention.size) * convention.box;
  return fitInk({ ...blurred, levels }, { ...convention, box: convention.box - 2 * edge }, EDGE_SHARE);
}

/** The character's ink and its soft edge on blank paper, with a border around; 255 is full ink. */
function cutOut(depth: GreyPage, { runs, left, top, right, bottom }: Component, border: number, halo: number): GreyImage {
  const [width, height] = [right - left + 1 + 2 * border, bottom - top + 1 + 2 * border];
  const levels = new Float32Array(width * height);
  const found: number[] = [];
  for (const run of runs) {
    for (let x = run.left; x <= run.right; x++) found.push(depth.levels[run.y * depth.width + x]);
    for (let y = Math.max(0, run.y - halo); y <= Math.min(depth.height - 1, run.y + halo); y++) {
      const [from, to] = [Math.max(0, run.left - halo), Math.min(depth.width - 1, run.right + halo)];
      for (let x = from; x <= to; x++) {
        levels[(y - top + border) * width + x - left + border] = depth.levels[y * depth.width + x];
      }
    }
  }
  found.sort((a, b) => a - b);
  const full = found[Math.floor(FULL_INK * (found.length - 1))];
  for (let p = 0; p < levels.length; p++) levels[p] = Math.min(255, (255 * levels[p]) / full);
  return { levels, width, height };
}

/** Standard deviation of the filter that would make a hard edge as soft as those of this ink, in pixels. */
function measureSoftness({ levels }: GreyImage, character: Component): number {
  let soft = 0;
  for (const level of levels) if (level > 64 && level < 191) soft++;
  const edge = (2 * character.area) / strokeWidth([character]);
  return soft / edge / QUARTERS;
}

function steepen(image: GreyImage, factor: number): GreyImage {
  if (factor <= 1) return image;
  return {
    ...image,
    levels: Float32Array.from(image.levels, (level) => Math.max(0, Math.min(255, 127.5 + factor * (level - 127.5)))),
  };
}

/** Each pixel as deep as the deepest within `reach`; between whole pixels the disc's rim counts in part. */
function widen({ levels, width, height }: GreyImage, reach: number): GreyImage {
  const whole = Math.ceil(reach);
  const places: { readonly dx: number; readonly dy: number; readonly share: number }[] = [];
  for (let dy = -whole; dy <= whole; dy++) {
    for (let dx = -whole; dx <= whole; dx++) {
      const share = Math.max(0, Math.min(1, reach + 1 - Math.hypot(dx, dy)));
      if (share > 0) places.push({ dx, dy, share });
    }
  }
  const wide = new Float32Array(levels.length);
  for (let y = whole; y < height - whole; y++) {
    for (let x = whole; x < width - whole; x++) {
      let most = 0;
      for (const { dx, dy, share } of places) most = Math.max(most, share * levels[(y + dy) * width + x + dx]);
      wide[y * width + x] = most;
    }
  }
  return { levels: wide, width, height };
}
