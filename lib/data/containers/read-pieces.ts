/** What each kind of file says of a data set: images, labels, or both, of one part or several. */
import { DataError } from '../data-error';
import { nameKey, parseName } from '../file-names';
import type { FoundFile } from '../found-files';
import { imagesOf, type Numbers, type Piece, type RawImages, type RawLabels } from '../raw-images';
import { type NumberArray, tellArray } from './arrays';
import { readCsv } from './csv';
import { locateItem, readIdx } from './idx';
import { readMatlab } from './matlab';
import { readNumpy } from './numpy';
import { readParquet } from './parquet';
import { picturesOf } from './pictures';

/** @throws DataError for files that are damaged, or hold neither images nor labels. */
export async function readPieces(files: readonly FoundFile[]): Promise<Piece[]> {
  const pictures = files.filter(({ format }) => format === 'pictures');
  const others = files.filter(({ format }) => format !== 'pictures');
  const pieces = await Promise.all(others.map(readFile));
  return [...pieces.flat(), ...picturePieces(pictures)];
}

async function readFile(file: FoundFile): Promise<Piece[]> {
  const { source, part, format } = file;
  const base = { file: source.path, bytes: source.size, part };
  if (format === 'csv') return [{ ...base, ...(await readCsv(source)) }];
  if (format === 'parquet') return [{ ...base, ...(await readParquet(source)) }];
  if (format === 'mat') return matlabPieces(base, await readMatlab(source));
  if (format === 'npy') {
    const array = await readNumpy(source);
    return [{ ...base, ...('words' in array ? { labels: { values: array.words } } : contentOf(source.path, array)) }];
  }
  const array = await readIdx(source);
  const content = contentOf(source.path, array);
  if (!content.labels) return [{ ...base, ...content }];
  const locate = (i: number) => locateItem(array.shape, array.zipped, i);
  return [{ ...base, ...content, labels: { ...content.labels, locate } }];
}

function contentOf(file: string, array: NumberArray): Pick<Piece, 'images' | 'labels' | 'notes'> {
  const content = tellArray(array);
  if (content === undefined) {
    throw new DataError({
      file,
      expected: 'images of one size, or labels',
      came: `an array of ${array.shape.join(' x ')}`,
      cure: 'Images are [n, height, width], [n, height, width, 3] or [n, side²]; labels are [n].',
    });
  }
  if ('images' in content) return { images: content.images };
  return { labels: content.labels, ...(content.note && { notes: [`${file}: ${content.note}`] }) };
}

/** MATLAB's arrays by part: images by shape, labels by name where there are others of their shape, and EMNIST's mapping. */
function matlabPieces(base: Pick<Piece, 'file' | 'bytes' | 'part'>, arrays: ReadonlyMap<string, NumberArray>): Piece[] {
  const parts = new Map<
    Piece['part'],
    { images?: RawImages; labels: { values: RawLabels; isNamed: boolean }[]; stacked?: NumberArray }
  >();
  let classNames: Map<number, string> | undefined;
  for (const [path, array] of arrays) {
    const words = path.split('.');
    const { part = base.part, role } = parseName(path);
    const found = parts.get(part) ?? { labels: [] };
    parts.set(part, found);
    if (nameKey(words.at(-1) as string) === 'mapping') {
      const columns = array.shape[1];
      classNames = new Map(
        Array.from({ length: array.shape[0] }, (_, i) => [
          array.values[i * columns],
          String.fromCodePoint(array.values[i * columns + 1]),
        ]),
      );
      continue;
    }
    // Images side by side along the last dimension, as Stanford's SVHN has them.
    if (array.shape.length >= 3) {
      found.stacked = array;
      continue;
    }
    const content = tellArray(array);
    if (content && 'images' in content) found.images ??= content.images;
    else if (content) found.labels.push({ values: content.labels, isNamed: role === 'labels' });
  }
  return [...parts].flatMap(([part, { images, labels, stacked }]): Piece[] => {
    const label = labels.find(({ isNamed }) => isNamed) ?? labels[0];
    const all = images ?? (stacked && stackedImages(stacked, label?.values.values.length));
    if (!all) return [];
    return [{ ...base, part, images: all, ...(label && { labels: label.values }), ...(classNames && { classNames }) }];
  });
}

function stackedImages(array: NumberArray, count: number | undefined): RawImages | undefined {
  const { values, shape } = array;
  if (count === undefined || shape[0] === count) {
    const content = tellArray(array);
    return content && 'images' in content ? content.images : undefined;
  }
  const [height, width] = shape;
  const channels = shape.length === 4 ? shape[2] : 1;
  if (shape.at(-1) !== count || ![1, 3, 4].includes(channels)) return undefined;
  return {
    count,
    at(i) {
      const pixels = new (values.constructor as new (length: number) => typeof values)(height * width * channels);
      for (let p = 0; p < pixels.length; p++) pixels[p] = values[p * count + i];
      return { pixels, height, width, channels };
    },
  };
}

/** Pictures of each part, those with a class apart from those without. */
function picturePieces(files: readonly FoundFile[]): Piece[] {
  const groups = new Map<string, FoundFile[]>();
  for (const file of files) {
    const key = `${file.part} ${file.className !== undefined}`;
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return [...groups.values()].map((group) => {
    const sources = group.map(({ source }) => source);
    const isLabelled = group[0].className !== undefined;
    const above = sources[0].path
      .split('/')
      .slice(0, isLabelled ? -2 : -1)
      .join('/');
    return {
      file: above || '.',
      bytes: sources.reduce((sum, { size }) => sum + size, 0),
      part: group[0].part,
      images: picturesOf(sources),
      ...(isLabelled && {
        labels: { values: group.map(({ className }) => className as string), locate: (i: number) => sources[i].path },
      }),
    };
  });
}

/** Several pieces of one part as one, in order. */
export function joinPieces(pieces: readonly Piece[]): Piece {
  const [first] = pieces;
  if (pieces.length === 1) return first;
  const images = pieces.map((piece) => piece.images as RawImages);
  const starts = images.map((_, i) => images.slice(0, i).reduce((sum, { count }) => sum + count, 0));
  const owner = (i: number) => starts.findLastIndex((start) => start <= i);
  const count = images.reduce((sum, each) => sum + each.count, 0);
  const labels = pieces.map((piece) => piece.labels as RawLabels);
  return {
    ...first,
    images: joinImages(images, count, owner, starts),
    labels: {
      values: labels.some(({ values }) => typeof values[0] === 'string')
        ? labels.flatMap(({ values }) => Array.from(values as ArrayLike<unknown>, String))
        : Float64Array.from(labels.flatMap(({ values }) => Array.from(values as ArrayLike<number>))),
      locate: (i) => `${pieces[owner(i)].file}: ${labels[owner(i)].locate?.(i - starts[owner(i)]) ?? `label ${i + 1}`}`,
    },
    notes: pieces.flatMap(({ notes = [] }) => notes),
  };
}

function joinImages(
  images: readonly RawImages[],
  count: number,
  owner: (i: number) => number,
  starts: readonly number[],
): RawImages {
  const [{ all, shape }] = images;
  const isAlike = images.every(
    (each) => each.all?.constructor === all?.constructor && JSON.stringify(each.shape) === JSON.stringify(shape),
  );
  const locate = (i: number, p: number) => images[owner(i)].locate?.(i - starts[owner(i)], p) ?? `image ${i + 1}, pixel ${p + 1}`;
  if (!all || !shape || !isAlike) return { count, at: (i) => images[owner(i)].at(i - starts[owner(i)]), locate };
  const size = all.length / images[0].count;
  const joined = new (all.constructor as new (length: number) => Numbers)(size * count);
  images.forEach((each, k) => void joined.set(each.all as Uint8Array, starts[k] * size));
  return { ...imagesOf(joined, count, shape.height, shape.width, shape.channels), locate };
}
