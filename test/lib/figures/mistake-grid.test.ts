import { describe, expect, it } from 'vitest';
import { worstMistakes } from '../../../lib/evaluation/mistakes';
import { mistakeGrid } from '../../../lib/figures';
import { makeDataset, makePredictions } from './fixtures';

describe('mistakeGrid', () => {
  const names = ['a', '<b>'];
  const predictions = makePredictions([0, 1, 1], [1, 1, 0], names);
  predictions.probabilities.set([0.125, 0.875, 0, 1, 0.999, 0.001]);
  const mistakes = worstMistakes(predictions);

  it('draws mistakes in their order, with the probability of the wrong class', () => {
    const { data } = mistakeGrid(makeDataset([0, 1, 1], names), mistakes);
    expect(data[0]).toMatchObject({ text: ['&lt;b&gt; → a  99.9 %', 'a → &lt;b&gt;  87.5 %'] });
    expect(data[1]).toMatchObject({
      text: ['image 2: true &lt;b&gt; (0.1 %), predicted a (99.9 %)', 'image 0: true a (12.5 %), predicted &lt;b&gt; (87.5 %)'],
    });
  });

  it('draws no more than asked for, and says so where there is none', () => {
    const dataset = makeDataset([0, 1, 1], names);
    expect(mistakeGrid(dataset, mistakes, { count: 1 }).data[0]).toMatchObject({ text: { length: 1 } });
    expect(mistakeGrid(dataset, []).layout.title).toEqual({ text: 'No mistakes' });
  });

  it('refuses the mistakes of other images', () => {
    expect(() => mistakeGrid(makeDataset([0, 1, 0], names), mistakes)).toThrow('image 2 is to be of class <b> and is of class a');
    expect(() => mistakeGrid(makeDataset([0], names), mistakes)).toThrow('image 2 is to be of class <b> and is not there');
  });
});
