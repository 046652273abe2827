import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../../lib/base/png';
import { DataError } from '../../../lib/data/data-error';
import { defaultDatasetName, loadDataset } from '../../../lib/data/load-dataset';
import { transposeImages } from '../../../lib/data/pixels';
import { classCounts } from '../../../lib/data/statistics';
import { csvBytes, drawBars, folderOf, idxBytes, imagesFile, labelsFile, npyBytes, turns, zipBytes } from './samples';

const [trainLabels, testLabels] = [turns(60), turns(20)];
const [train, test] = [drawBars(trainLabels), drawBars(testLabels)];
const names = `label,${Array.from({ length: 784 }, (_, p) => `pixel${p}`).join()}\n`;
const idx = (folder = '', ending = '', zip = (bytes: Buffer) => bytes) => ({
  [`${folder}train-images-idx3-ubyte${ending}`]: zip(imagesFile(train)),
  [`${folder}train-labels-idx1-ubyte${ending}`]: zip(labelsFile(trainLabels)),
  [`${folder}t10k-images-idx3-ubyte${ending}`]: zip(imagesFile(test)),
  [`${folder}t10k-labels-idx1-ubyte${ending}`]: zip(labelsFile(testLabels)),
});
const picture = (images: Uint8Array, i: number) =>
  encodePng(
    images.slice(i * 784, (i + 1) * 784).map((level) => 255 - level),
    28,
  );
const pictures = (folder: string, images: Uint8Array, labels: readonly number[]) =>
  Object.fromEntries(
    labels.map((label, i) => [`${folder}/${'abcd'[label]}/${String(i).padStart(3, '0')}.png`, picture(images, i)]),
  );
const npz = {
  'x_train.npy': npyBytes('|u1', [60, 28, 28], train),
  'y_train.npy': npyBytes('|u1', [60], Uint8Array.from(trainLabels)),
  'x_test.npy': npyBytes('|u1', [20, 28, 28], test),
  'y_test.npy': npyBytes('|u1', [20], Uint8Array.from(testLabels)),
};
const csv = (labels: readonly number[], images: Uint8Array) => names + csvBytes(images, labels);

async function refusal(name: string, files: Record<string, Buffer | string>) {
  const error = await loadDataset(name, { directory: folderOf(files) }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
}

describe('layouts that people have', () => {
  it.each<[string, Record<string, Buffer | string>, string, string]>([
    [
      "torchvision's, with zipped copies beside",
      { ...idx('FashionMNIST/raw/'), ...idx('FashionMNIST/raw/', '.gz') },
      'Fashion-MNIST',
      'fashionmnist',
    ],
    ['any depth', idx('a/b/c/kuzushiji/'), 'kuzushiji', 'kuzushiji'],
    [
      "Kaggle's folders of the files' names",
      Object.fromEntries(Object.entries(idx()).map(([file, bytes]) => [`mine/${file}/${file}`, bytes])),
      'mine',
      'mine',
    ],
    [
      "7-Zip's names, with dots",
      Object.fromEntries(Object.entries(idx()).map(([file, bytes]) => [file.replace('-idx', '.idx'), bytes])),
      'mnist',
      'mnist',
    ],
    ['gzip without .gz', idx('set/', '', (bytes) => gzipSync(bytes)), 'set', 'set'],
    ['a zip archive', { 'my set.zip': zipBytes(idx('raw/')) }, 'MY SET', 'my-set'],
    ["Keras' .npz", { 'keras.npz': zipBytes(npz) }, 'keras', 'keras'],
    ['.npz in a zip archive', { 'archive.zip': zipBytes({ 'Keras.npz': zipBytes(npz) }) }, 'keras', 'keras'],
    ['.npy files', Object.fromEntries(Object.entries(npz).map(([file, bytes]) => [`arrays/${file}`, bytes])), 'arrays', 'arrays'],
    [
      'CSV in capitals',
      { 'Letters-Train.CSV': csv(trainLabels, train), 'Letters-Test.CSV': csv(testLabels, test) },
      'letters',
      'letters',
    ],
    [
      'pictures by part and class',
      { ...pictures('pens/train', train, trainLabels), ...pictures('pens/test', test, testLabels) },
      'pens',
      'pens',
    ],
    [
      'files of tools beside',
      { ...idx('set/'), '__MACOSX/._train.csv': Buffer.from([0, 5, 22, 7]), '.DS_Store': 'x', 'README.md': '# Data' },
      'set',
      'set',
    ],
  ])('%s', async (_, files, wanted, name) => {
    const directory = folderOf(files);
    const loaded = await loadDataset(wanted, { directory });
    expect([loaded.name, loaded.train.size, loaded.test.size, loaded.classNames.length]).toEqual([name, 60, 20, 4]);
    const order = (images: Uint8Array) =>
      Array.from({ length: images.length / 784 }, (_, i) => images.subarray(i * 784, (i + 1) * 784).join()).sort();
    expect(order(loaded.train.images)).toEqual(order(train));
    expect([...classCounts(loaded.test)]).toEqual([5, 5, 5, 5]);
    // The only one that is there is the default, and never the built-in one.
    expect(await defaultDatasetName({ directory })).toBe(name);
    expect((await loadDataset('', { directory })).name).toBe(name);
  });

  it('a folder that is the data set, and a file', async () => {
    const directory = folderOf({ ...idx('FashionMNIST/raw/'), 'digits.npz': zipBytes(npz) });
    expect((await loadDataset('', { directory: join(directory, 'FashionMNIST') })).name).toBe('fashionmnist');
    expect((await loadDataset('', { directory: join(directory, 'FashionMNIST/raw') })).name).toBe('fashionmnist');
    expect((await loadDataset('', { directory: join(directory, 'digits.npz') })).name).toBe('digits');
  });

  it('one file for all is split by class, with a seed, and says so', async () => {
    const sorted = [...trainLabels].sort();
    const directory = folderOf({ 'A_Z Handwritten Data.csv': csv(sorted, drawBars(sorted)) });
    const { train: part, test: held, name, notes, files } = await loadDataset('a_z handwritten data', { directory });
    expect([name, part.size, held.size]).toEqual(['a-z-handwritten-data', 48, 12]);
    expect([...classCounts(held)]).toEqual([3, 3, 3, 3]);
    expect(notes?.join()).toContain('of the 60 images 12 are drawn for it, 20 % of each class, with seed 0');
    expect(files.map((file) => file.part)).toEqual(['both']);
    expect((await loadDataset('', { directory })).test.images).toEqual(held.images);
    expect(held.origin).toMatchObject({ name, part: 'test' });
  });

  it("keeps Kaggle's test images without labels apart, and reads past its sample of a submission", async () => {
    const directory = folderOf({
      'digit-recognizer/train.csv': csv(trainLabels, train),
      'digit-recognizer/test.csv': names.slice(6) + csvBytes(test),
      'digit-recognizer/sample_submission.csv': 'ImageId,Label\n1,0\n2,0\n',
    });
    const loaded = await loadDataset('digit-recognizer', { directory });
    expect([loaded.train.size, loaded.test.size, loaded.unlabelled?.size]).toEqual([48, 12, 20]);
    expect(loaded.unlabelled?.images).toEqual(test);
  });

  it('joins a validation part to training, or takes it for the test', async () => {
    const both = { 'x_val.npy': npz['x_test.npy'], 'y_val.npy': npz['y_test.npy'] };
    const three = await loadDataset('med', { directory: folderOf({ 'med.npz': zipBytes({ ...npz, ...both }) }) });
    expect([three.train.size, three.test.size]).toEqual([80, 20]);
    const { 'x_test.npy': _x, 'y_test.npy': _y, ...rest } = npz;
    const two = await loadDataset('med', { directory: folderOf({ 'med.npz': zipBytes({ ...rest, ...both }) }) });
    expect([two.train.size, two.test.size]).toEqual([60, 20]);
    expect(two.notes?.join()).toContain('taken for the test');
  });

  it("takes the first of QMNIST's eight numbers for the label", async () => {
    const labels = (values: readonly number[]) =>
      idxBytes(
        0xc02,
        [values.length, 8],
        Buffer.concat(values.map((label) => Buffer.from([0, 0, 0, label, ...new Array(28).fill(1)]))),
      );
    const files = {
      'qmnist-train-images-idx3-ubyte': imagesFile(train),
      'qmnist-train-labels-idx2-int': labels(trainLabels),
      'qmnist-test-images-idx3-ubyte': imagesFile(test),
      'qmnist-test-labels-idx2-int': labels(testLabels),
    };
    const loaded = await loadDataset('qmnist', { directory: folderOf(files) });
    expect([...loaded.train.labels]).toEqual(trainLabels);
  });
});

describe('what is there and not understood', () => {
  it('is named instead of taking the built-in data', async () => {
    expect(await refusal('', { 'usps.h5': Buffer.from('\x89HDF\r\n\x1a\n', 'latin1') })).toMatch(
      /usps\.h5, which is an HDF5 file.*numpy\.savez/,
    );
    expect(await refusal('usps', { 'usps.h5': Buffer.from('\x89HDF\r\n\x1a\n', 'latin1') })).toMatch(/HDF5/);
    expect(await refusal('', { 'set.pkl': Buffer.from([0x80, 4, 1, 2]) })).toMatch(/Python pickle/);
    expect(await refusal('', { 'set.rar': 'Rar!\x1a' })).toMatch(/unpack it/);
    expect(await refusal('', { 'set-train.csv': '' })).toMatch(/set-train\.csv, which is empty/);
    const flat = Object.fromEntries(trainLabels.slice(0, 12).map((_, i) => [`scans/${i}.png`, picture(train, i)]));
    expect(await refusal('', flat)).toMatch(/scans, which holds 12 pictures without a class/);
  });

  it('is named for what it is: login pages, Git LFS pointers', async () => {
    const page = '<!DOCTYPE html><html><body>Login</body></html>';
    expect(await refusal('', { 'train-images-idx3-ubyte.gz': gzipSync(page) })).toMatch(/web page.*signed in/);
    expect(await refusal('x', { 'x-train.csv': csv(trainLabels, train), 'x-test.csv': page })).toMatch(/x-test\.csv.*web page/);
    expect(
      await refusal('', { 'train-images-idx3-ubyte': 'version https://git-lfs.github.com/spec/v1\noid sha256:aa\n' }),
    ).toMatch(/git lfs pull/);
  });

  it('asks which one is meant of several, and says what is near', async () => {
    const files = { ...idx('one/'), ...idx('two-mnist/') };
    expect(await refusal('', files)).toMatch(/there are one, two-mnist\. Name one/);
    expect(await refusal('two', files)).toMatch(/Did you mean 'two-mnist'/);
    const builtIn = await loadDataset('mnist', { directory: folderOf(files) });
    expect(builtIn.source).toContain('built-in');
    expect(builtIn.notes?.join()).toContain('also holds one, two-mnist');
  });

  it('is refused where training cannot mean anything', async () => {
    const ids = Array.from({ length: 60 }, (_, i) => 3 * i);
    expect(await refusal('x', { 'x.csv': csv(ids, train) })).toMatch(/60 labels for 60 images/);
    expect(await refusal('x', { 'x.csv': csv(new Array(60).fill(1), train) })).toMatch(/1 for all 60 images/);
    const wild = csv(trainLabels, train).split('\n');
    wild[5] = wild[5].replace(/,0/, ',99999');
    expect(await refusal('x', { 'x.csv': wild.join('\n') })).toMatch(
      /line 6, column \d+: expected a grey level from 0 to 255.*99999/,
    );
  });
});

describe('classes', () => {
  it('are those that some image has: no class stands for a hole in the labels', async () => {
    const holed = trainLabels.map((label) => (label > 1 ? label + 1 : label));
    const { classNames, notes } = await loadDataset('x', { directory: folderOf({ 'x.csv': csv(holed, train) }) });
    expect(classNames).toEqual(['0', '1', '3', '4']);
    expect(notes?.join()).toContain('No image has label 2: it is no class');
  });

  it("are EMNIST's under any name, where labels and the way the images lie say so", async () => {
    const labels = turns(104, 26).map((label) => label + 1);
    const images = transposeImages(drawBars(labels.map((label) => label % 4)));
    const { classNames, train: part } = await loadDataset('mine', { directory: folderOf({ 'mine.csv': csv(labels, images) }) });
    expect(classNames.join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const upright = transposeImages(images);
    const all = Array.from({ length: 104 }, (_, i) => upright.subarray(i * 784, (i + 1) * 784).join());
    expect(all).toContain(part.images.subarray(0, 784).join());
  });
});
