/** The one place where data are checked for sense: what could make a result mean something else than it seems to. */
import { crc32 } from 'node:zlib';
import { formatCount, formatPercent, plural } from '../base/words';
import { type Dataset, type DataWarning, type LoadedDataset, PIXELS } from './dataset';
import { classCounts } from './statistics';

/** Fewer training images of a class are learned by chance. */
const FEW_IMAGES = 10;
/** The brightest one in a hundred pixels of ink lies above this, or the images are faint. */
const FAINT = 100;
/** Of the pixels; more ink than paper is an image the wrong way round, or no writing. */
const MUCH_INK = 0.5;
/** The test images of these many classes of digits are MNIST's own. */
const MNIST_TEST_COUNTS = '980,1135,1032,1010,982,892,958,1028,974,1009';

/** What is odd about the images and labels of a data set; empty where nothing is. It looks at all of them, once. */
export function dataWarnings(loaded: LoadedDataset): DataWarning[] {
  const { train, test, files } = loaded;
  const fileOf = (part: 'train' | 'test', content: string) =>
    files.find((file) => (file.part === part || file.part === 'both') && file.content.includes(content))?.path ?? loaded.source;
  const labels = { train: fileOf('train', 'labels'), test: fileOf('test', 'labels') };
  const images = { train: fileOf('train', 'images'), test: fileOf('test', 'images') };
  return [
    ...missingClasses(train, test, labels),
    ...rareClasses(train, labels.train),
    ...sortedLabels(train, labels.train),
    ...repeatedImages(train, test, `${images.train}, ${images.test}`),
    ...oddPixels(train, images.train),
    ...borrowedName(loaded, images.test),
    ...(loaded.oddities ?? []),
  ];
}

function missingClasses(train: Dataset, test: Dataset, files: { readonly train: string; readonly test: string }): DataWarning[] {
  const [trained, tested] = [classCounts(train), classCounts(test)];
  const untrained = train.classNames.filter((_, c) => trained[c] === 0 && tested[c] > 0);
  const untested = train.classNames.filter((_, c) => tested[c] === 0 && trained[c] > 0);
  return [
    ...(untrained.length > 0
      ? [
          {
            file: files.train,
            evidence: `No training image is of class ${list(untrained)}, but test images are`,
            cure: 'No model can learn what it never sees: get the rest of the training images, or leave those test images out.',
          },
        ]
      : []),
    ...(untested.length > 0
      ? [
          {
            file: files.test,
            evidence: `No test image is of class ${list(untested)}, but training images are`,
            cure:
              'Averages over classes count them with 0. Was the file cut where its classes are sorted? One file of all ' +
              'images is split class by class when it is read.',
          },
        ]
      : []),
  ];
}

function rareClasses(train: Dataset, file: string): DataWarning[] {
  const counts = classCounts(train);
  const rare = train.classNames.filter((_, c) => counts[c] > 0 && counts[c] < FEW_IMAGES);
  if (rare.length === 0) return [];
  const most = Math.max(...counts.filter((count) => count > 0 && count < FEW_IMAGES));
  const each =
    rare.length === 1 ? `has ${plural(most, 'training image')}` : `have ${plural(most, 'training image')} each or fewer`;
  return [
    { file, evidence: `${list(rare)} ${each}`, cure: 'Their scores are chance: look at them class by class, or leave them out.' },
  ];
}

function sortedLabels({ labels, classNames }: Dataset, file: string): DataWarning[] {
  if (classNames.length < 3 || labels.some((label, i) => i > 0 && label < labels[i - 1])) return [];
  const cure =
    'Take parts with `takeSubset` or `splitDataset`, which draw from each class; a cut, such as `slice`, loses classes.';
  return [{ file, evidence: 'Training images are sorted by class', cure }];
}

function repeatedImages(train: Dataset, test: Dataset, file: string): DataWarning[] {
  const known = new Map<number, number[]>();
  for (let i = 0; i < train.size; i++) {
    const key = crc32(imageAt(train, i));
    const same = known.get(key);
    if (same) same.push(i);
    else known.set(key, [i]);
  }
  let [repeated, otherwise] = [0, 0];
  for (let i = 0; i < test.size; i++) {
    const image = imageAt(test, i);
    // Blank images are alike without being copies; the check of constant ones has them.
    if (isConstant(image)) continue;
    const twin = known.get(crc32(image))?.find((each) => Buffer.compare(imageAt(train, each), image) === 0);
    if (twin === undefined) continue;
    repeated++;
    if (train.labels[twin] !== test.labels[i]) otherwise++;
  }
  if (repeated === 0) return [];
  const labelled = otherwise > 0 ? `, ${formatCount(otherwise)} of them with another label` : '';
  const count = `${formatCount(repeated)} of ${formatCount(test.size)}`;
  return [
    {
      file,
      evidence: `${count} test images are training images as well, pixel by pixel${labelled}`,
      cure: 'A model may know them by heart, and the test overrates it: leave them out of one part.',
    },
  ];
}

function oddPixels(train: Dataset, file: string): DataWarning[] {
  const warnings: DataWarning[] = [];
  let constant = 0;
  for (let i = 0; i < train.size; i++) if (isConstant(imageAt(train, i))) constant++;
  if (constant > 0) {
    const are = constant === 1 ? 'is' : 'are';
    const evidence = `${plural(constant, 'training image')} of ${formatCount(train.size)} ${are} blank: one level everywhere`;
    warnings.push({ file, evidence, cure: 'Nothing can be learned from them: leave them out, or mend what made them.' });
  }
  const levels = new Float64Array(256);
  for (const level of train.images) levels[level]++;
  const ink = train.images.length - levels[0];
  const aboveFaint = levels.subarray(FAINT).reduce((a, b) => a + b, 0);
  if (ink > 0 && aboveFaint < 0.01 * ink) {
    const evidence = `99 % of the pixels with ink are below ${FAINT} of 255`;
    warnings.push({
      file,
      evidence,
      cure: 'The images are faint. `loadDataset(name, { scale: [0, 100] })` says what full ink is.',
    });
  }
  const dark = levels.subarray(128).reduce((a, b) => a + b, 0) / train.images.length;
  if (dark > MUCH_INK) {
    const evidence = `${formatPercent(dark)} of the pixels are ink`;
    const cure =
      "Writing is a thin line on much paper. If it is dark on light: `loadDataset(name, { polarity: 'darkOnLight' })`.";
    warnings.push({ file, evidence, cure });
  }
  return warnings;
}

/** Files that are called MNIST's and are another data set's of the same names. */
function borrowedName({ name, source, test }: LoadedDataset, file: string): DataWarning[] {
  if (name !== 'mnist' || source.startsWith('built-in') || classCounts(test).join() === MNIST_TEST_COUNTS) return [];
  const cure = 'Its results are not comparable to those of MNIST: put the files into a folder of their own name.';
  return [
    { file, evidence: 'The files bear the names of MNIST, but the test images are not as many of each digit as in MNIST', cure },
  ];
}

function imageAt({ images }: Dataset, i: number): Uint8Array {
  return images.subarray(i * PIXELS, (i + 1) * PIXELS);
}

function isConstant(image: Uint8Array): boolean {
  return image.every((level) => level === image[0]);
}

function list(names: readonly string[]): string {
  if (names.length > 6) return `${names.slice(0, 5).join(', ')} and ${names.length - 5} others`;
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
