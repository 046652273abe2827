/** Whether rows and columns of images are swapped, told by how many characters are wider than tall. */
import { formatCount, formatPercent } from '../base/words';
import { DataError } from './data-error';
import type { GreyImage } from './fit-character';

/** Fewer say nothing. */
const LEAST_IMAGES = 50;
/**
 * More images wider than tall than the other way round, by this share of all, and they lie on their side. Characters are taller
 * than wide: of MNIST's digits 80 % (11 % are wider), of emnist47's capitals 55 % (34 %), of its small letters 62 % (29 %).
 */
const SIDE_SHARE = 0.15;
/** Two parts lie differently where so many standard errors are between them. */
const SURE = 4;
/** Published upright, with classes that are as often wide as tall. */
const UPRIGHT_NAME = /fashion|kmnist|kuzushiji|k49|kannada|sign|cifar|svhn/i;

/** The shares of characters that are wider than tall, and taller than wide. */
interface Extents {
  readonly count: number;
  readonly wide: number;
  readonly tall: number;
}

/** Whether rows and columns are swapped: what the images say, else the name. `sample` is light on dark. */
export function measureOrientation(name: string, sample: readonly GreyImage[], isWriting: boolean) {
  const isEmnist = name.toLowerCase().startsWith('emnist');
  const { count, wide, tall } = measureExtents(isWriting ? sample : []);
  if (UPRIGHT_NAME.test(name)) return { isTransposed: false };
  if (count < LEAST_IMAGES || Math.abs(wide - tall) < SIDE_SHARE) {
    return isEmnist
      ? {
          isTransposed: true,
          note: 'Rows and columns are swapped, as in EMNIST, which the name says; the images are turned upright.',
        }
      : { isTransposed: false };
  }
  const isTransposed = wide > tall;
  const evidence = describe({ count, wide, tall });
  if (isTransposed) {
    return {
      isTransposed,
      note: `Rows and columns are swapped (${evidence}), as in EMNIST's files: the images are turned upright.`,
    };
  }
  return isEmnist
    ? {
        isTransposed,
        note:
          `The images are upright (${evidence}), though EMNIST's files are not: they are left so. ` +
          "`orientation: 'transposed'` turns them.",
      }
    : { isTransposed };
}

/** @throws DataError where one part is upright and another on its side, such as MNIST's images with EMNIST's for a test. */
export function checkOrientations(
  name: string,
  parts: readonly { readonly file: string; readonly sample: readonly GreyImage[] }[],
): void {
  if (UPRIGHT_NAME.test(name)) return;
  const [first, ...others] = parts.map(({ file, sample }) => ({ file, ...measureExtents(sample) }));
  for (const other of others) {
    const [a, b] = [first, other].map(({ wide, tall }) => wide - tall);
    const variance = [first, other].reduce((sum, { count, wide, tall }) => sum + (wide + tall - (wide - tall) ** 2) / count, 0);
    const isPlain = Math.min(Math.abs(a), Math.abs(b)) > SIDE_SHARE && Math.min(first.count, other.count) >= LEAST_IMAGES;
    if (!isPlain || a * b > 0 || Math.abs(a - b) < SURE * Math.sqrt(variance)) continue;
    throw new DataError({
      file: other.file,
      expected: `images that lie as those of ${first.file} do (${describe(first)})`,
      came: `others (${describe(other)})`,
      cure:
        'Rows and columns are swapped in one of the two: turn them there, or give both to `datasetFrom`, each with its ' +
        '`orientation`.',
    });
  }
}

function describe({ count, wide, tall }: Extents): string {
  const all = formatCount(count);
  return `${formatPercent(wide)} of ${all} characters are wider than tall, ${formatPercent(tall)} taller than wide`;
}

function measureExtents(sample: readonly GreyImage[]): Extents {
  const measured = sample.map(extent).filter((each) => each !== undefined);
  const share = (kind: string) => measured.filter((each) => each === kind).length / measured.length;
  return { count: measured.length, wide: share('wide'), tall: share('tall') };
}

function extent({ levels, height, width }: GreyImage): 'wide' | 'tall' | 'square' | undefined {
  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let p = 0; p < levels.length; p++) {
    if (levels[p] < 105) continue;
    const [y, x] = [Math.floor(p / width), p % width];
    top = Math.min(top, y);
    bottom = y;
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  if (bottom < 0) return undefined;
  const difference = right - left - (bottom - top);
  return difference > 0 ? 'wide' : difference < 0 ? 'tall' : 'square';
}
