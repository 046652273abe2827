import { expect, it } from 'vitest';
import { foldCuts } from '../../../src/study/cuts';

const withCounts = (counts: readonly number[]) => {
  const labels = Uint8Array.from(counts.flatMap((count, c) => Array<number>(count).fill(c)));
  return { size: labels.length, labels, classNames: counts.map((_, c) => String.fromCharCode(65 + c)) };
};

const cuts = (counts: readonly number[], images: number, folds: number) =>
  foldCuts('ablation', withCounts(counts), images, folds, folds);

it('foldCuts names the classes that not all folds judge, or that one does not learn', () => {
  expect(cuts([800, 700], 500, 5)).toEqual([]);
  expect(cuts([800, 700, 0], 500, 5)).toEqual([]);
  expect(cuts([1000, 800, 3], 500, 5)).toEqual([
    'Class C has 2 of the 500 images of the ablation, so 2 of its 5 folds judge it.',
  ]);
  expect(cuts([1000, 3, 1, 4], 1008, 5)).toEqual([
    'Classes B and D have up to 4 of the 1,008 images of the ablation each, so not all of its 5 folds judge them.',
    'Class C has 1 of the 1,008 images of the ablation: the fold that judges it has not learned it.',
  ]);
  expect(cuts([1000, ...Array<number>(8).fill(1)], 1008, 2)).toEqual([
    'Classes B, C, D, E, F and 3 others have 1 of the 1,008 images of the ablation each: the fold that judges them has not ' +
      'learned them.',
  ]);
  // A hold-out.
  expect(cuts([1000, 2, 1], 1003, 1)).toEqual([]);
});

it('foldCuts names the classes that have no image in a small subset', () => {
  expect(cuts([10, 10, 10], 2, 2)).toEqual([
    'Class C is not among the 2 images of the ablation, which are too few for 3 classes.',
    'Classes A and B have 1 of the 2 images of the ablation each: the fold that judges them has not learned them.',
  ]);
});
