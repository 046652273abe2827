import { describe, expect, it } from 'vitest';
import { dataWarnings } from '../../../lib/data/data-warnings';
import type { Dataset, LoadedDataset } from '../../../lib/data/dataset';
import { loadDataset } from '../../../lib/data/load-dataset';
import { describeReading } from '../../../lib/sentences/describe-reading';
import { drawBars, folderOf, imagesFile, labelsFile, makeImages, turns } from './samples';

function loadedOf(
  trainLabels: number[],
  testLabels: number[],
  change: (images: Uint8Array) => Uint8Array = (images) => images,
): LoadedDataset {
  const part = (labels: number[], images: Uint8Array): Dataset => ({
    name: 'x',
    source: 'x',
    images: change(images),
    labels: Uint8Array.from(labels),
    classNames: ['a', 'b', 'c'],
    size: labels.length,
  });
  const all = makeImages(trainLabels.length + testLabels.length).map((level, i) => (i % 9 === 0 ? level : 0));
  const cut = trainLabels.length * 784;
  const [train, test] = [part(trainLabels, all.slice(0, cut)), part(testLabels, all.slice(cut))];
  return { name: 'x', source: 'x', classNames: train.classNames, train, test, files: [] };
}

const evidence = (loaded: LoadedDataset) => dataWarnings(loaded).map((warning) => warning.evidence);

describe('dataWarnings', () => {
  it('are none where nothing is odd', () => {
    expect(evidence(loadedOf(turns(60, 3), turns(9, 3)))).toEqual([]);
  });

  it('tell of classes that a part lacks, of rare ones, and of sorted labels', () => {
    expect(evidence(loadedOf(turns(60, 2), turns(9, 3)))).toEqual(['No training image is of class c, but test images are']);
    const sorted = turns(60, 3).sort();
    expect(evidence(loadedOf(sorted, [0, 0]))).toEqual([
      'No test image is of class b and c, but training images are',
      'Training images are sorted by class',
    ]);
    expect(evidence(loadedOf([...turns(40, 2), 2, 0], turns(9, 3)))).toEqual(['c has 1 training image']);
  });

  it('tell of test images that are training images, blank ones not counted', () => {
    const loaded = loadedOf(turns(60, 3), turns(9, 3));
    loaded.test.images.set(loaded.train.images.subarray(0, 2 * 784), 784);
    loaded.test.images.fill(0, 5 * 784, 6 * 784);
    loaded.train.images.fill(0, 7 * 784, 8 * 784);
    expect(evidence(loaded)).toEqual([
      '2 of 9 test images are training images as well, pixel by pixel, 2 of them with another label',
      '1 training image of 60 is blank: one level everywhere',
    ]);
  });

  it('tell of faint images and of more ink than paper', () => {
    expect(evidence(loadedOf(turns(60, 3), turns(9, 3), (images) => images.map((level) => level >> 2)))).toEqual([
      '99 % of the pixels with ink are below 100 of 255',
    ]);
    expect(evidence(loadedOf(turns(60, 3), turns(9, 3), (images) => images.map((level) => 255 - level)))[0]).toMatch(
      /of the pixels are ink/,
    );
  });

  it("tell of another data set under MNIST's names, and of nothing in MNIST", async () => {
    const labels = turns(60);
    const files = {
      'train-images-idx3-ubyte': imagesFile(drawBars(labels)),
      'train-labels-idx1-ubyte': labelsFile(labels),
      't10k-images-idx3-ubyte': imagesFile(drawBars(labels)),
      't10k-labels-idx1-ubyte': labelsFile(labels),
    };
    expect(evidence(await loadDataset('mnist', { directory: folderOf(files) })).join()).toContain('bear the names of MNIST');
    const mnist = await loadDataset('mnist', { directory: folderOf({}) });
    expect(dataWarnings(mnist)).toEqual([]);
    expect(describeReading(mnist)).toBe(
      'The files are as Inkwell keeps images: nothing had to be decided when they were read.\n\n' +
        'Checked: every class is in both parts, no test image is a training image, none is blank, and none of it is odd.',
    );
  });
});

describe('describeReading', () => {
  it('lists what was decided and what is odd, names safe in Markdown', () => {
    const loaded = { ...loadedOf(turns(60, 2), turns(9, 3)), notes: ['Of a|b.csv `id` is not used.'] };
    const text = describeReading({ ...loaded, source: 'a<b' });
    expect(text).toContain('- Of a\\|b.csv `id` is not used.');
    expect(text).toContain('No training image is of class c, but test images are (a\\<b). No model');
  });
});
