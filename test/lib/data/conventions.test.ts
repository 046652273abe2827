import { expect, it } from 'vitest';
import { findConvention } from '../../../lib/data/conventions';

/** Bars of a length, upright and lying in turn. */
function bars(length: number) {
  const size = 7;
  const images = new Uint8Array(size * 784);
  for (let i = 0; i < size; i++) {
    for (let at = 0; at < length; at++) images[i * 784 + (i % 2 ? 28 * at + 3 : 28 * 3 + at)] = 9;
  }
  return { name: 'bars', source: 'here', images, labels: new Uint8Array(size), classNames: ['bar'], size };
}

it.each([
  [20, 'MNIST'],
  [21, 'MNIST'],
  [22, 'EMNIST'],
  [26, 'EMNIST'],
])('characters of %i pixels were made as %s', (length, name) => {
  expect(findConvention(bars(length)).name).toBe(name);
});

it('takes blank images for short ones', () => {
  expect(findConvention(bars(0)).name).toBe('MNIST');
});
