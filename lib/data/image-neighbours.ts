/** Whether what is read as images has the one thing that all images have: pixels that are near each other are alike. */
import { formatPercent } from '../base/words';
import type { DataWarning } from './dataset';
import type { GreyImage } from './fit-character';

/** Fewer say nothing, more no more. */
const LEAST_IMAGES = 50;
const MOST_IMAGES = 100;
/**
 * Neighbours differ by these shares of what any two pixels do, and more is odd: at 28 x 28 writing has 26 to 28 %, at 16 x 16
 * 41 %, at 8 x 8 up to 80 %; names of pixels sorted as words give 71 %, numbers that are no pixels 100 %.
 */
const MOST = { small: 0.92, large: 0.65 };
const LARGE_SIDE = 16;

export function unlikeNeighbours(file: string, sample: readonly GreyImage[]): DataWarning[] {
  if (sample.length < LEAST_IMAGES) return [];
  let [across, down, any] = [0, 0, 0];
  const step = Math.ceil(sample.length / MOST_IMAGES);
  for (const { levels, width } of sample.filter((_, i) => i % step === 0)) {
    for (let p = 0; p < levels.length; p++) {
      across += Math.abs(levels[p] - levels[(p + 1) % levels.length]);
      down += Math.abs(levels[p] - levels[(p + width) % levels.length]);
      // Knuth's multiplicative hash: any other pixel, the same each time.
      any += Math.abs(levels[p] - levels[(Math.imul(p, 0x9e3779b1) >>> 0) % levels.length]);
    }
  }
  const share = any > 0 ? Math.max(across, down) / any : 0;
  if (share <= (Math.min(sample[0].height, sample[0].width) >= LARGE_SIDE ? MOST.large : MOST.small)) return [];
  return [
    {
      file,
      evidence: `Neighbouring pixels differ by ${formatPercent(share)} of what any two pixels differ by, which images do not`,
      cure: 'Are these grey levels, row by row, in order? Other numbers, or pixels out of order, say nothing about writing.',
    },
  ];
}
