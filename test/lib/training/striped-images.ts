import { random } from '../../../lib/base/random';
import type { Dataset } from '../../../lib/data/dataset';

/** Noisy images of which class c has a bright band of rows, c from 0 to `classes - 1`: easy, but not at once. */
export function stripedImages(size: number, classes = 4, seed = 0): Dataset {
  const { next } = random(seed, 'stripes');
  const labels = Uint8Array.from({ length: size }, (_, i) => i % classes);
  const images = new Uint8Array(size * 784);
  const band = Math.floor(28 / classes);
  for (let i = 0; i < images.length; i++) {
    const row = Math.floor((i % 784) / 28);
    const bright = Math.floor(row / band) === labels[Math.floor(i / 784)];
    images[i] = Math.floor(next() * (bright ? 256 : 128));
  }
  const classNames = Array.from({ length: classes }, (_, c) => `band ${c}`);
  return { name: 'stripes', source: 'made by the test', images, labels, classNames, size };
}
