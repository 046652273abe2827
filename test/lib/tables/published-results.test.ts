import { expect, it } from 'vitest';
import { publishedResults } from '../../../lib/tables/tables';
import { makeSure } from '../evaluation/made-predictions';

/** A model right on `right` of `size` images. */
const model = (name: string, right: number, size = 18800) => ({
  name,
  predictions: makeSure(
    new Array(size).fill(0),
    Array.from({ length: size }, (_, i) => Number(i >= right)),
  ),
});

it('sets the models among the published results by accuracy', () => {
  const shown = publishedResults('emnist-balanced', [model('<i>Mine</i>', 0.88 * 18800), model('Other', 0.75 * 18800)]);

  if (!('html' in shown)) throw new Error('there must be a table');
  const names = [...shown.html.matchAll(/<tr[^>]*>\s*<t[dh][^>]*>([^<]*)</g)].map(([, name]) => name);
  expect(names).toEqual([
    'model',
    'linear classifier',
    'Other',
    'OPIUM',
    'MLP in Keras',
    'CNN in Keras',
    '&lt;i&gt;Mine&lt;/i&gt;',
    'TextCaps',
    'VGG-5 (Spinal FC)',
    'WaveMixLite',
  ]);
  expect(shown.html).toContain('0.8800');
});

it('says why on other data, or a part of the test images, there is none', () => {
  for (const [dataset, size] of [
    ['mnist', 10000],
    ['emnist-balanced', 1000],
  ] as const) {
    const shown = publishedResults(dataset, [model('Mine', 900, size)]);
    if (!('markdown' in shown)) throw new Error('there must be a sentence');
    expect(shown.markdown).toContain(`**${dataset}**, ${size.toLocaleString('en-US')} test images`);
    expect(shown.markdown).toContain('cannot be compared');
  }
});

it('refuses models that judged different images', () => {
  expect(() => publishedResults('mnist', [model('A', 1, 3), model('B', 1, 4)])).toThrow('the same images');
});
