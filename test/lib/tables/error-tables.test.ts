import { describe, expect, it } from 'vitest';
import { confusedPairs } from '../../../lib/evaluation/mistakes';
import * as tables from '../../../lib/tables/tables';
import { makeDataset, makePredictions } from '../figures/fixtures';

const names = ['a', '<script>', 'c', 'd'];
const labels = [0, 0, 0, 1, 1, 2, 2];
// a is taken for <script> twice and for c once, <script> for a once, c for nothing; d has no images.
const predictions = makePredictions(labels, [1, 1, 2, 0, 1, 2, 2], names);
const dataset = makeDataset(labels, names);

describe('confusedPairs', () => {
  it('shows both directions with their images', () => {
    const { html, text } = tables.confusedPairs(dataset, confusedPairs(predictions));
    expect(text).toBe(
      'a / <script>: a → <script>: 2 of 3 (66.7 %); <script> → a: 1 of 2 (50.0 %)\n' +
        'a / c: a → c: 1 of 3 (33.3 %); c → a: 0 of 2 (0.0 %)',
    );
    expect(html).not.toContain('<script>');
    expect(html).toContain('a → &lt;script&gt;: 2 of 3 (66.7 %)');
    expect([...html.matchAll(/alt="image (\d)"/g)].map(([, index]) => index)).toEqual(['0', '1', '3', '2']);
  });

  it('shows no more images than asked for', () => {
    const { html } = tables.confusedPairs(dataset, confusedPairs(predictions), { images: 1 });
    expect([...html.matchAll(/alt="image (\d)"/g)].map(([, index]) => index)).toEqual(['0', '3', '2']);
  });

  it('says so where nothing was confused', () => {
    expect(tables.confusedPairs(dataset, []).text).toBe('No class was taken for another.');
  });

  it('refuses no images and the pairs of another data set', () => {
    const pairs = confusedPairs(predictions);
    expect(() => tables.confusedPairs(dataset, pairs, { images: 0 })).toThrow('images must be a whole number');
    expect(() => tables.confusedPairs(makeDataset([1], names), pairs)).toThrow('mistakes must be those of the data set');
  });
});

describe('classErrors', () => {
  /** Class name, target and cells of each row. */
  function rows(html: string) {
    return [...html.matchAll(/<tr>(<t[hd] scope="row".*?)<\/tr>/g)].map(([, row]) => ({
      href: /href="#([^"]*)"/.exec(row)?.[1],
      cells: [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell.replace(/<[^>]*>/g, '')),
    }));
  }

  it('gives the scores of each class and what it is most often taken for', () => {
    expect(rows(tables.classErrors(predictions).html)).toEqual([
      { href: undefined, cells: ['a', '3', '0.0000', '0.0', '&lt;script&gt;', '2'] },
      { href: undefined, cells: ['&lt;script&gt;', '2', '0.3333', '0.5', 'a', '1'] },
      { href: undefined, cells: ['c', '2', '0.6667', '1.0', '–', '–'] },
      { href: undefined, cells: ['d', '0', '0.0000', '0.0', '–', '–'] },
    ]);
  });

  it('leads to the rows of the pairs that are shown', () => {
    const pairs = confusedPairs(predictions);
    const shown = tables.confusedPairs(dataset, pairs).html;
    const ids = [...shown.matchAll(/<tr id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(2);
    const targets = rows(tables.classErrors(predictions, pairs).html).map(({ href }) => href);
    expect(targets).toEqual([ids[0], ids[0], ids[1], undefined]);
  });

  it('has other places for other predictions', () => {
    const other = makePredictions(labels, [0, 1, 2, 0, 1, 2, 2], names);
    const [one, two] = [predictions, other].map(
      (each) => /id="([^"]*)"/.exec(tables.confusedPairs(dataset, confusedPairs(each)).html)?.[1],
    );
    expect(one).not.toBe(two);
  });
});
