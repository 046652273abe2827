import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../../lib/base/png';
import { DataError } from '../../../lib/data/data-error';
import { dataWarnings } from '../../../lib/data/data-warnings';
import { loadDataset } from '../../../lib/data/load-dataset';
import { transposeImages } from '../../../lib/data/pixels';
import * as tf from '../../../lib/tensorflow';
import { csvBytes, drawBars, folderOf, imagesFile, labelsFile, npyBytes, turns, zipBytes } from './samples';

const labels = turns(60);
const testLabels = turns(60).reverse();
const [train, test] = [drawBars(labels), drawBars(testLabels)];
const header = (names: readonly string[]) => `${names.join()}\n`;
const pixelNames = Array.from({ length: 784 }, (_, p) => `pixel${p}`);
const imageAt = (images: Uint8Array, i: number) => images.subarray(i * 784, (i + 1) * 784);
const sorted = (images: Uint8Array) => Array.from({ length: images.length / 784 }, (_, i) => imageAt(images, i).join()).sort();
const rows = (of: (image: Uint8Array, i: number) => readonly (string | number)[], images = train) =>
  Array.from({ length: images.length / 784 }, (_, i) => `${of(imageAt(images, i), i).join()}\n`).join('');
const pictures = (folder: (i: number) => string, make: (image: Uint8Array, i: number) => Buffer, ending = 'png') =>
  Object.fromEntries(labels.map((_, i) => [`${folder(i)}/${i}.${ending}`, make(imageAt(train, i), i)]));
const dark = (image: Uint8Array) =>
  encodePng(
    image.map((level) => 255 - level),
    28,
  );
const byClass = (i: number) => `pens/${'abcd'[labels[i]]}`;

async function load(files: Record<string, Buffer | string>) {
  const loaded = await loadDataset('', { directory: folderOf(files) });
  return { ...loaded, all: sorted(Uint8Array.from([...loaded.train.images, ...loaded.test.images])) };
}

async function refusal(files: Record<string, Buffer | string>) {
  const error = await loadDataset('', { directory: folderOf(files) }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
}

describe('data that are no images are named, and the built-in ones do not take their place', () => {
  const numbers = (columns: number) =>
    Array.from(
      { length: 30 },
      (_, i) =>
        `${turns(columns, 7)
          .map((c) => c + i)
          .join()}\n`,
    ).join('');
  it.each<[string, Record<string, Buffer | string>, RegExp]>([
    ['a table of features', { 'pendigits.tra': numbers(17) }, /pendigits\.tra, which is a table of 17 columns/],
    [
      'a table with words',
      { 'iris.csv': 'a,b,species\n1,2,setosa\n3,4,virginica\n' },
      /iris\.csv, which is a table of 3 columns/,
    ],
    [
      'libsvm',
      { usps: labels.map((label) => `${label} 1:-0.5 2:0.25 3:1 256:0.75\n`).join('') },
      /usps, which is no data that can/,
    ],
    ['TFRecord', { 'mnist.tfrecord-00000-of-00001': Buffer.from([44, 1, 0, 0, 0, 0, 0, 0, 9, 250]) }, /00001, which is no data/],
    ['JSON', { 'train.jsonl': '{"image": [[0, 0], [0, 9]], "label": 3}\n' }, /which is JSON, which cannot be read: in Python/],
    ['sparse ARFF', { 'a.arff': '@RELATION a\n@ATTRIBUTE p REAL\n@DATA\n{0 3, 1 5}\n' }, /sparse ARFF.*SparseToNonSparse/],
  ])('%s', async (_, files, message) => expect(await refusal(files)).toMatch(message));

  it('passes over what lies beside data', async () => {
    const beside = {
      'notes.txt': 'Ten writers, 2024.',
      'report.pdf': Buffer.from([37, 80, 68, 70, 0]),
      SHA256SUMS: `${'0123'.repeat(16)}  x`,
    };
    expect((await loadDataset('', { directory: folderOf(beside) })).source).toContain('built-in');
  });
});

describe('tables that people have', () => {
  const oneHot = (i: number, [no, yes]: readonly string[]) => [0, 1, 2, 3].map((c) => (c === labels[i] ? yes : no));
  const byName = pixelNames.map((name, p) => ({ name, p })).sort((a, b) => (a.name < b.name ? -1 : 1));
  it.each<[string, string]>([
    [
      'pixels sorted by name as words',
      header(['label', ...byName.map(({ name }) => name)]) + rows((image, i) => [labels[i], ...byName.map(({ p }) => image[p])]),
    ],
    [
      "pandas' get_dummies",
      header([...pixelNames, 'label_0', 'label_1', 'label_2', 'label_3']) +
        rows((image, i) => [...image, ...oneHot(i, ['False', 'True'])]),
    ],
    [
      "R's write.table",
      [
        ['V1', ...pixelNames.slice(1), 'digit'].map((name) => `"${name}"`).join(' '),
        rows((image, i) => [`"${i + 1}"`, ...image, `"${labels[i]}"`]).replaceAll(',', ' '),
      ].join('\n'),
    ],
  ])('%s', async (_, text) => {
    const { all, train: part, test: held, classNames } = await load({ 'bars.csv': text });
    expect(all).toEqual(sorted(train));
    expect(classNames).toEqual(['0', '1', '2', '3']);
    for (const { images, labels: own } of [part, held])
      for (let i = 0; i < own.length; i++)
        expect(own[i]).toBe(labels[labels.findIndex((_, k) => imageAt(train, k).join() === imageAt(images, i).join())]);
  });

  it('second downloads and archives beside what they hold count once', async () => {
    const text = header(['label', ...pixelNames]) + csvBytes(train, labels);
    expect((await load({ 'train.csv': text, 'train (1).csv': text })).all).toHaveLength(60);
    const files = pictures(byClass, dark);
    expect((await load({ ...files, 'pens.zip': zipBytes(files) })).all).toEqual(sorted(train));
  });

  it('parts in the endings of UCI', async () => {
    const { train: part, test: held } = await load({
      'bars.tra': rows((image, i) => [...image, labels[i]]),
      'bars.tes': rows((image, i) => [...image, testLabels[i]], test),
    });
    expect([part.size, held.size]).toEqual([60, 60]);
  });
});

describe('arrays', () => {
  const lastFirst = Uint8Array.from({ length: train.length }, (_, k) => train[(k % 60) * 784 + Math.floor(k / 60)]);
  it.each([
    ['[784, n], as mnist-original.mat', [784, 60]],
    ['[28, 28, n]', [28, 28, 60]],
    ['[28, 28, 1, n]', [28, 28, 1, 60]],
  ])('side by side: %s', async (_, shape) => {
    // More than 64 columns say that they are no labels; 28 x 28 x 60 has more images than twice a side.
    const wide =
      shape.length === 2
        ? Uint8Array.from({ length: 784 * 120 }, (_, k) => train[(k % 60) * 784 + Math.floor(k / 120)])
        : lastFirst;
    const count = wide.length / 784;
    const { all } = await load({
      'bars.npz': zipBytes({
        'images.npy': npyBytes('|u1', [...shape.slice(0, -1), count], wide),
        'labels.npy': npyBytes('|u1', [count], Uint8Array.from(turns(count))),
      }),
    });
    expect(new Set(all)).toEqual(new Set(sorted(train)));
  });

  const npz = (x: Uint8Array, xTest: Uint8Array, y = testLabels) => ({
    'bars.npz': zipBytes({
      'x_train.npy': npyBytes('|u1', [60, 28, 28], x),
      'y_train.npy': npyBytes('|u1', [60], Uint8Array.from(labels)),
      'x_test.npy': npyBytes('|u1', [60, 28, 28], xTest),
      'y_test.npy': npyBytes('|u1', [60], Uint8Array.from(y)),
    }),
  });
  it('whose parts do not fit together are refused', async () => {
    expect(await refusal(npz(train, transposeImages(test.slice())))).toMatch(/x_test.*expected images that lie as those of/s);
    expect(
      await refusal(
        npz(
          train,
          test.map((level) => level && 1),
        ),
      ),
    ).toMatch(/from 0 to 255.*but got 0 to 1\. Bring both parts/s);
    expect(
      await refusal(
        npz(
          train,
          test,
          testLabels.map((label) => label + 10),
        ),
      ),
    ).toMatch(/labels of the training images \(0, 1, 2/);
  });

  it('one part of which is dark on light are turned', async () => {
    const { test: held, notes } = await load(
      npz(
        train,
        test.map((level) => 255 - level),
      ),
    );
    expect(held.images).toEqual(test);
    expect(notes?.join()).toContain('each is turned to light on dark by itself');
  });

  it('whose neighbouring pixels are unlike are odd', async () => {
    const place = Array.from({ length: 784 }, (_, p) => p).sort((p, q) => Math.sin(p * p) - Math.sin(q * q));
    const mixed = train.map((_, k) => train[784 * Math.floor(k / 784) + place[k % 784]]);
    expect(
      dataWarnings(await load(npz(mixed, mixed, labels)))
        .map(({ evidence }) => evidence)
        .join(),
    ).toContain('Neighbouring pixels differ by');
    expect(
      dataWarnings(await load(npz(train, test)))
        .map(({ evidence }) => evidence)
        .join(),
    ).not.toContain('Neighbouring');
  });

  it("are named by Kuzushiji-49's map of classes", async () => {
    const files = {
      'k49-train-imgs.npz': zipBytes({ 'arr_0.npy': npyBytes('|u1', [60, 28, 28], train) }),
      'k49-train-labels.npz': zipBytes({ 'arr_0.npy': npyBytes('|u1', [60], Uint8Array.from(labels)) }),
      'k49_classmap.csv': 'index,codepoint,char\n0,U+3042,あ\n1,U+3044,い\n2,U+3046,う\n3,U+3048,え\n',
    };
    expect((await load(files)).classNames).toEqual([...'あいうえ']);
  });
});

describe('pictures', () => {
  let light: Record<string, Buffer>;
  beforeAll(async () => {
    const white = (image: Uint8Array) => Int32Array.from({ length: 28 * 28 * 2 }, (_, k) => (k % 2 ? image[k >> 1] : 255));
    const encoded = await Promise.all(
      labels.map((_, i) => tf.node.encodePng(tf.tensor3d(white(imageAt(train, i)), [28, 28, 2], 'int32'))),
    );
    light = pictures(byClass, (_, i) => Buffer.from(encoded[i]));
  });

  it('white on nothing are light on dark', async () => expect((await load(light)).all).toEqual(sorted(train)));

  it('in folders of NIST and in kinds that cannot be read', async () => {
    const nist = await load(pictures((i) => `by_class/4${labels[i] + 1}/${i % 2 ? 'hsf_0' : `train_4${labels[i] + 1}`}`, dark));
    expect([nist.name, nist.classNames, nist.all]).toEqual(['by-class', [...'ABCD'], sorted(train)]);
    const mixed = await load({ ...pictures(byClass, dark), 'pens/a/x.webp': 'RIFF', 'pens/b/y.HEIC': 'x' });
    expect(mixed.notes?.join()).toContain(
      'x.webp is not used: it is one of 2 pictures of kinds that cannot be read (.heic, .webp)',
    );
  });

  it("in Kaggle's trainingSet and testSet, and classes with letters as Macs and others write them", async () => {
    const kaggle = await load({
      ...pictures((i) => `trainingSet/trainingSet/${labels[i]}`, dark),
      ...pictures(() => 'testSet/testSet', dark),
    });
    expect([kaggle.all.length, kaggle.unlabelled?.size]).toEqual([60, 60]);
    const spelt = (form: string) => (i: number) =>
      `${form === 'NFC' ? 'train' : 'test'}/${['ä', 'ö', 'c', 'd'][labels[i]].normalize(form)}`;
    expect((await load({ ...pictures(spelt('NFC'), dark), ...pictures(spelt('NFD'), dark) })).classNames).toHaveLength(4);
  });

  it('and files of a set of IDX beside tables of few columns', async () => {
    const files = {
      'train-images-idx3-ubyte': imagesFile(train),
      'train-labels-idx1-ubyte': labelsFile(labels),
      'writers.csv': 'a,b\n1,2\n',
    };
    expect((await load(files)).notes?.join()).not.toContain('writers');
  });
});
