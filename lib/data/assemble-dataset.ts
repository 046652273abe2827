/** From the files of one data set to training and test images: parts paired, pixels in form, labels as classes. */
import { basename } from 'node:path';
import { formatCount } from '../base/words';
import { toClasses } from './classes';
import { joinPieces, readPieces } from './containers/read-pieces';
import { DataError } from './data-error';
import type { DataFile, Dataset, LoadedDataset } from './dataset';
import { nameKey, parseName } from './file-names';
import type { FoundFile, FoundSet, UnreadFile } from './found-files';
import { bringToForm, type FormOptions, measureForm } from './image-form';
import { readMapping } from './mapping';
import type { Part, Piece, RawImages, RawLabels } from './raw-images';
import { splitDataset } from './split';

/** Of a data set in one part. */
const TEST_SHARE = 0.2;
const SPLIT_SEED = 0;
/** Where a data set is there in several formats, the first that is whole. */
const FORMATS: readonly FoundFile['format'][] = ['idx', 'npy', 'mat', 'parquet', 'csv', 'pictures'];

/** Images with their labels, or without, of one part. */
interface WholePart {
  readonly images: RawImages;
  readonly labels?: RawLabels;
  readonly imagesPiece: Piece;
  readonly labelsPiece?: Piece;
}

/**
 * @param unread Files of the set's name that could not be read: one that is its missing part is an error.
 * @throws DataError for what is missing, damaged, or does not fit together.
 */
export async function assembleDataset(
  set: FoundSet,
  source: string,
  options: FormOptions,
  unread: readonly UnreadFile[],
): Promise<LoadedDataset> {
  const { name } = set;
  const files = chooseFormat(set);
  const missing = unread.find(({ path }) => {
    const { part } = parseName(basename(path));
    return part !== undefined && !files.some((file) => file.part === part);
  });
  if (missing)
    throw new DataError({
      file: missing.path,
      expected: `a part of ${name}`,
      came: `a file that ${missing.reason}`,
      cure: 'It is not left out silently: mend it or delete it.',
    });
  const pieces = await readPieces(files);
  if (pieces.length === 0) {
    const cure = 'Images are arrays of [n, side²], [n, height, width] or [height, width, 3, n], labels of [n].';
    throw new DataError({ file: files[0].source.path, expected: 'images and labels', came: 'neither', cure });
  }
  const notes = pieces.flatMap(({ notes: own = [] }) => own);
  const parts = new Map(
    (['train', 'validation', 'test', undefined] as const).map((part) => [part, wholePart(name, part, pieces)]),
  );
  const mapping = set.mapping && (await readMapping(set.mapping));
  const { train, test, unlabelled } = chooseParts(name, parts, pieces, notes);

  const all = [...train, ...(test ?? []), ...(unlabelled ?? [])].map(({ images, imagesPiece }) => ({
    images,
    file: imagesPiece.file,
  }));
  const form = await measureForm(name, all, options);
  const labelled = [join(train), ...(test ? [join(test)] : [])];
  const names = pieces.find(({ classNames }) => classNames)?.classNames;
  const classes = toClasses(
    name,
    labelled.map(({ labels, labelsPiece }) => ({ labels: labels as RawLabels, file: (labelsPiece as Piece).file })),
    { mapping, file: set.mapping?.path, names },
    form.isTransposed,
  );
  const isPlain = Object.values(options).every((value) => value === undefined);
  const make = async (i: number, part: Part): Promise<Dataset> => ({
    name,
    source,
    images: await bringToForm(labelled[i].images, form),
    labels: classes.labels[i],
    classNames: classes.classNames,
    size: classes.labels[i].length,
    ...(isPlain && { origin: { name, part, subsets: [] } }),
  });
  const whole = await make(0, 'train');
  const halves = test ? { train: whole, test: await make(1, 'test') } : splitWhole(whole, notes);
  const without = unlabelled && join(unlabelled);
  return {
    name,
    source,
    classNames: classes.classNames,
    ...halves,
    files: [
      ...describeFiles(train, test ? 'train' : 'both'),
      ...describeFiles(test ?? [], 'test'),
      ...describeFiles(unlabelled ?? [], 'test'),
      ...(mapping && set.mapping
        ? [
            {
              path: set.mapping.path,
              bytes: set.mapping.size,
              part: 'both',
              content: 'class names',
              count: mapping.classNames.length,
            } as const,
          ]
        : []),
    ],
    notes: [
      ...notes,
      ...form.notes,
      ...classes.notes,
      ...unread.map(({ path, reason }) => `${basename(path)} is not used: it ${reason}.`),
    ],
    ...(form.oddities.length > 0 && { oddities: form.oddities }),
    ...(without && {
      unlabelled: {
        name,
        images: await bringToForm(without.images, form),
        size: without.images.count,
        classNames: classes.classNames,
      },
    }),
  };
}

/** The files of the first format that is whole, or of the first that is there, for an error about it. */
function chooseFormat({ files }: FoundSet): FoundFile[] {
  const there = FORMATS.map((format) => files.filter((file) => file.format === format)).filter((group) => group.length > 0);
  return there.find(isPaired) ?? there[0];
}

/** Whether files with images alone have those with labels beside them. */
function isPaired(files: readonly FoundFile[]): boolean {
  if (files[0].format !== 'idx') return true;
  return files.some(
    ({ part, role }) => role === 'images' && files.some((other) => other.part === part && other.role !== 'images'),
  );
}

/** The images of a part and their labels, from one file, from several that each have both, or from one of each. */
function wholePart(name: string, part: Piece['part'], pieces: readonly Piece[]): WholePart[] {
  const own = pieces.filter((piece) => piece.part === part);
  const both = own.filter(({ images, labels }) => images && labels);
  if (both.length > 0) return both.map((piece) => whole(piece, piece));
  const imagesPiece = own.find(({ images }) => images);
  const labelsPiece = own.find(({ labels }) => labels);
  if (imagesPiece && (labelsPiece || isAlone(imagesPiece))) return [whole(imagesPiece, labelsPiece)];
  if (!imagesPiece && !labelsPiece) return [];
  const there = (imagesPiece ?? labelsPiece) as Piece;
  const kind = imagesPiece ? 'labels-idx1' : 'images-idx3';
  throw new DataError({
    file: there.file,
    expected: `the other half of the pair beside it, such as ${name}${part ? `-${part}` : ''}-${kind}-ubyte or the same with .gz`,
    came: 'no such file',
    cure: `Put the ${imagesPiece ? 'labels' : 'images'} into the same folder.`,
  });
}

/** Whether images without labels are of a kind of file that has both, and so are meant to have none. */
function isAlone({ file }: Piece): boolean {
  return !/ubyte|\.np[yz]/i.test(file);
}

function whole(imagesPiece: Piece, labelsPiece: Piece | undefined): WholePart {
  const images = imagesPiece.images as RawImages;
  const labels = labelsPiece?.labels;
  if (labels && labels.values.length !== images.count) {
    throw new DataError({
      file: (labelsPiece as Piece).file,
      expected: `${images.count} labels, one for each image of ${imagesPiece.file}`,
      came: `${labels.values.length}`,
      cure: 'The two files are not of one pair: get both again from their source.',
    });
  }
  return { images, labels, imagesPiece, labelsPiece };
}

interface Parts {
  readonly train: readonly WholePart[];
  /** Undefined where it is to be drawn from the training images. */
  readonly test?: readonly WholePart[];
  readonly unlabelled?: readonly WholePart[];
}

/** What trains and what tests: validation parts train where there is a test, and are the test where there is none. */
function chooseParts(
  name: string,
  parts: ReadonlyMap<Piece['part'], WholePart[]>,
  pieces: readonly Piece[],
  notes: string[],
): Parts {
  const labelled = (part: Piece['part']) => (parts.get(part) ?? []).filter(({ labels }) => labels);
  const unlabelled = (['test', 'validation', undefined] as const)
    .map((part) => (parts.get(part) ?? []).filter(({ labels }) => !labels))
    .find((each) => each.length > 0);
  const [train, validation, test, whole] = [labelled('train'), labelled('validation'), labelled('test'), labelled(undefined)];
  if (train.length > 0 && whole.length > 0)
    notes.push(`${whole[0].imagesPiece.file} is not used, since ${name} has a training part.`);
  const trains = train.length > 0 ? train : whole;
  if (trains.length === 0) {
    const file = pieces[0].file;
    const came = test.length > 0 || validation.length > 0 ? 'the others alone' : 'images without labels alone';
    const cure =
      'Put the training images with their labels into the same folder. Where each file holds one class, give their arrays to ' +
      '`datasetFrom`.';
    throw new DataError({ file, expected: `the training images of ${name} beside it`, came, cure });
  }
  if (unlabelled) {
    const count = unlabelled.reduce((sum, { images }) => sum + images.count, 0);
    notes.push(
      `${unlabelled[0].imagesPiece.file} has ${formatCount(count)} images without labels: they are kept apart for \`predict\`.`,
    );
  }
  if (test.length > 0 && validation.length > 0) {
    notes.push(
      `Its validation part, ${formatCount(sizeOf(validation))} images, is joined to the training images: notebooks cut ` +
        'their own.',
    );
    return { train: [...trains, ...validation], test, unlabelled };
  }
  if (validation.length > 0) notes.push('Its validation part is taken for the test, since it has no other.');
  const tests = test.length > 0 ? test : validation;
  return { train: trains, ...(tests.length > 0 && { test: tests }), unlabelled };
}

function splitWhole(all: Dataset, notes: string[]): { train: Dataset; test: Dataset } {
  const { train, validation: test } = splitDataset(all, TEST_SHARE, SPLIT_SEED);
  notes.push(
    `There is no test part with labels: of the ${formatCount(all.size)} images ${formatCount(test.size)} are drawn for it, ` +
      `${100 * TEST_SHARE} % of each class, with seed ${SPLIT_SEED}; ${formatCount(train.size)} remain for training.`,
  );
  const origin = (part: Part) => all.origin && { origin: { ...all.origin, part } };
  return { train: { ...train, ...origin('train') }, test: { ...test, ...origin('test') } };
}

function join(parts: readonly WholePart[]): WholePart {
  if (parts.length === 1) return parts[0];
  const [{ imagesPiece, labelsPiece }] = parts;
  const { images, labels } = joinPieces(parts.map((part) => ({ ...part.imagesPiece, images: part.images, labels: part.labels })));
  return { images: images as RawImages, labels, imagesPiece, labelsPiece };
}

function sizeOf(parts: readonly WholePart[]): number {
  return parts.reduce((sum, { images }) => sum + images.count, 0);
}

function describeFiles(parts: readonly WholePart[], part: DataFile['part']): DataFile[] {
  return parts.flatMap(({ images, imagesPiece, labelsPiece }): DataFile[] => {
    const describe = ({ file, bytes }: Piece, content: DataFile['content']) => ({
      path: file,
      bytes,
      part,
      content,
      count: images.count,
    });
    if (!labelsPiece) return [describe(imagesPiece, 'images')];
    const isOne = nameKey(imagesPiece.file) === nameKey(labelsPiece.file);
    return isOne
      ? [describe(imagesPiece, 'images and labels')]
      : [describe(imagesPiece, 'images'), describe(labelsPiece, 'labels')];
  });
}
