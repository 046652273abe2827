import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/data/dataset';
import { splitDataset, takeSubset } from '../../../lib/data/split';
import { Ablation } from '../../../lib/experiments/ablation';
import { trainSizeCurve } from '../../../lib/experiments/train-size-curve';
import { compileModel } from '../../../lib/recipe/compile';
import type { Search } from '../../../lib/search/search';
import { BayesianOptimization, Hyperband, RandomSearch } from '../../../lib/search/searches';
import { fit } from '../../../lib/training/fit';
import { Stack } from '../../../src/models/stack';
import { experimentBudget, searchBudget } from '../../../src/study/budget';
import type { Profile } from '../../../src/study/profiles';

const MODELS = ['mlp', 'cnn'] as const;
const PROFILES = ['small', 'quick', 'full'] as const;

/** Images of nothing, so many of each class, mixed. */
function withCounts(counts: readonly number[]): Dataset {
  const size = counts.reduce((sum, count) => sum + count, 0);
  const labels = new Uint8Array(size);
  const left = [...counts];
  for (let i = 0, c = 0; i < size; c = (c + 1) % counts.length) {
    if (left[c]-- > 0) labels[i++] = c;
  }
  const classNames = counts.map((_, c) => `c${c}`);
  return { name: 'made', source: 'made up', images: new Uint8Array(size * 784), labels, classNames, size };
}

const even = (size: number, classes: number) =>
  withCounts(Array.from({ length: classes }, (_, c) => Math.floor((size + c) / classes)));
const rare = (images: number, of: number) => withCounts([...Array(9).fill(Math.floor((of - images) / 9)), images]);

const DATASETS: Record<string, () => Dataset> = {
  '40 images of 2 classes': () => even(40, 2),
  '40 images of 30 classes': () => even(40, 30),
  '2,000 images of 47 classes': () => even(2000, 47),
  '60,000 images of 10 classes': () => even(60_000, 10),
  '95,387 images of 47 classes': () => even(95_387, 47),
  '3,000 images of 256 classes': () => even(3000, 256),
  'classes from 1 to 20,000 images': () => withCounts(Array.from({ length: 62 }, (_, c) => Math.ceil(20_000 / 1.2 ** c))),
  'a class of 1 image': () => rare(1, 3000),
  'a class of 2 images': () => rare(2, 1500),
  'a class of 5 images': () => rare(5, 30_000),
  'a class of 150 images': () => rare(150, 54_000),
  'a class without images': () => rare(0, 900),
};

const begins = new Error('Training would begin.');
const refuse = () => {
  throw begins;
};
const tiny = compileModel(new Stack(0).input([784]).output(2), { optimizer: { kind: 'sgd', learningRate: 0.1 } });

/** No model can be built, so nothing is trained; by then all else was accepted. */
const tryOut = (search: Search, images: Dataset, epochs: number) =>
  search.run(images, { epochs, title: null, onTrialEnd: refuse });

describe.each(Object.entries(DATASETS))('%s', (_, make) => {
  let train: Dataset;
  beforeAll(() => {
    train = make();
  });

  it.each(MODELS.flatMap((model) => PROFILES.map((profile) => [model, profile] as const)))(
    'every part of the budget can be carried out: %s, %s',
    async (model, profile) => {
      const { searchImages, searchEpochs, folds, trials, ...budget } = searchBudget(model, profile, train);
      const sample = takeSubset(train, searchImages);
      const maxEpochs = trials * folds * searchEpochs;
      for (const search of [
        new RandomSearch(refuse, { folds, maxEpochs, maxTrials: trials }),
        new Hyperband(refuse, { folds, maxEpochs, iterations: 100 }),
        new BayesianOptimization(refuse, { folds, maxEpochs, maxTrials: trials, startupTrials: 4 }),
      ]) {
        await expect(tryOut(search, sample, searchEpochs)).rejects.toThrow(begins.message);
      }
      const { train: learned, validation } = splitDataset(takeSubset(train, budget.trainImages), 0.05);
      const two = (data: Dataset) => ({ ...data, classNames: ['a', 'b'], labels: new Uint8Array(data.size) });
      const trained = fit(tiny, two(learned), {
        epochs: budget.epochs,
        validation: two(validation),
        title: null,
        callbacks: [{ onTrainBegin: refuse }],
      });
      await expect(trained).rejects.toThrow(begins.message);
      const { ablation, trainSizes } = experimentBudget(model, profile, train);
      const study = new Ablation(refuse, { base: { dropout: 0.1 }, vary: ablation.vary, folds: ablation.folds });
      await expect(tryOut(study, takeSubset(train, ablation.images), ablation.epochs)).rejects.toThrow(begins.message);
      if (!trainSizes) return;
      const { images, sizes, ...rest } = trainSizes;
      const curve = trainSizeCurve(refuse, takeSubset(train, images), {
        ...rest,
        trainSizes: sizes,
        hyperparameters: {},
        title: null,
      });
      await expect(curve).rejects.toThrow(begins.message);
      expect(new Set(sizes).size).toBeGreaterThan(1);
    },
  );
});

describe('searchBudget', () => {
  const mnist = even(60_000, 10);

  it('replaces what is given and keeps the rest of the profile', () => {
    const quick = searchBudget('mlp', 'quick', mnist);
    expect(searchBudget('mlp', 'quick', mnist, { trials: 3, folds: null })).toEqual({ ...quick, trials: 3 });
    expect(quick).toEqual({
      searchImages: 40_000,
      searchEpochs: 3,
      trials: 12,
      folds: 2,
      // EMNIST's 90,000 images and 10 epochs make as many steps.
      trainImages: 60_000,
      epochs: 15,
      augment: true,
      cuts: [],
    });
  });

  it('grows from small to quick to full', () => {
    for (const model of MODELS) {
      const cost = PROFILES.map((profile) => {
        const budget = searchBudget(model, profile, mnist);
        const { searchImages, trials, searchEpochs, trainImages, epochs } = budget;
        return searchImages * trials * searchEpochs + trainImages * epochs;
      });
      expect(cost).toEqual([...cost].sort((a, b) => a - b));
      expect(new Set(cost).size).toBe(3);
    }
  });

  it('makes up for images with epochs, up to 4 times as many, and says so', () => {
    // 16,000 of 40,000 and 90,000 images: 2.5 and, at most, 4 times the epochs.
    const { cuts, ...budget } = searchBudget('mlp', 'quick', even(16_000, 10));
    expect(budget).toMatchObject({ searchImages: 16_000, searchEpochs: 8, trainImages: 16_000, epochs: 40 });
    expect(cuts).toEqual([
      'With 16,000 images instead of 40,000, the search trains for 8 epochs instead of 3.',
      'With 16,000 images instead of 90,000, winner and default train for 40 epochs instead of 10.',
    ]);
    const given = searchBudget('mlp', 'quick', even(12_000, 10), { searchImages: 500, epochs: 5 });
    expect(given).toMatchObject({ searchImages: 500, searchEpochs: 3, trainImages: 12_000, epochs: 5, cuts: [] });
    const half = searchBudget('mlp', 'quick', even(12_000, 10), { searchImages: 500 });
    expect(half).toMatchObject({ searchEpochs: 3, epochs: 40 });
    expect(half.cuts).toHaveLength(1);
  });

  it('trains on more images than EMNIST has for as many epochs', () => {
    const budget = searchBudget('cnn', 'full', even(95_387, 47));
    expect(budget).toMatchObject({ trainImages: 95_387, epochs: 14, cuts: [] });
  });

  it('has no more folds than images', () => {
    const { folds, cuts } = searchBudget('mlp', 'small', even(40, 2), { searchImages: 3, folds: 5 });
    expect(folds).toBe(3);
    expect(cuts).toContain('The search uses 3 folds instead of 5, since it has 3 images.');
  });

  it('refuses what is no profile or no count', () => {
    expect(() => searchBudget('mlp', 'fast' as Profile, mnist)).toThrow(`'small', 'quick' or 'full', but got "fast"`);
    const quick = (overrides: object) => () => searchBudget('cnn', 'quick', mnist, overrides);
    expect(quick({ epochs: 0 })).toThrow('epochs must be a whole number from 1');
    expect(quick({ folds: 2.5 })).toThrow('but got 2.5');
    expect(quick({ searchEpochs: 1 })).toThrow('whole number from 2');
  });
});

describe('experimentBudget', () => {
  it('keeps the sizes that lie well below the end, which is all that is not held out', () => {
    const { trainSizes, cuts } = experimentBudget('mlp', 'full', even(60_000, 10));
    expect(trainSizes).toMatchObject({ images: 60_000, sizes: [500, 1500, 5000, 15_000, 48_000], epochs: 10 });
    expect(cuts.trainSizes).toEqual(['The training sizes of the MLP end at 48,000 images, since 20 % of 60,000 are held out.']);
    const few = experimentBudget('mlp', 'quick', even(2000, 47)).trainSizes;
    expect(few).toMatchObject({ images: 2000, sizes: [400, 1000, 1600], epochs: 10 });
    // 1,500 is nearly all.
    expect(experimentBudget('mlp', 'full', even(2000, 47)).trainSizes?.sizes).toEqual([500, 1600]);
    expect(experimentBudget('mlp', 'small', even(40, 2)).trainSizes?.sizes).toEqual([8, 32]);
  });

  it('has all that the profile wants where there are the images for it', () => {
    const { trainSizes, ablation, cuts } = experimentBudget('mlp', 'full', even(95_387, 47));
    expect(trainSizes).toMatchObject({ images: 62_500, sizes: [500, 1500, 5000, 15_000, 50_000], epochs: 10 });
    expect(ablation).toMatchObject({ images: 15_000, folds: 5, epochs: 6 });
    expect(cuts).toEqual({ ablation: [], trainSizes: [] });
    expect(experimentBudget('cnn', 'quick', even(95_387, 47)).trainSizes).toBeUndefined();
  });

  it('leaves training sizes out where there is nothing to hold out', () => {
    const { trainSizes, cuts } = experimentBudget('mlp', 'quick', even(2, 2));
    expect(trainSizes).toBeUndefined();
    expect(cuts.trainSizes).toEqual(['The training sizes of the MLP are left out, since 2 images are too few.']);
  });

  it('refuses what is no profile', () => {
    expect(() => experimentBudget('mlp', 'huge' as Profile, even(40, 2))).toThrow('but got "huge"');
  });
});
