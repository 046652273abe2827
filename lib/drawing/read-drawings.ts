import { basename } from 'node:path';
import { readCsv } from '../data/containers/csv';
import { DataError } from '../data/data-error';
import { type Dataset, IMAGE_SIZE } from '../data/dataset';
import { openSource } from '../data/source-file';
import { classesOf } from '../scan/written-labels';

/**
 * The drawings that a drawing pad saved, as a data set with the classes of `like`, the data set that the pad was made with: a
 * test set of one's own.
 *
 *     const own = await readDrawings('drawings.csv', { like: test });
 *     await evaluate(cnn.model, own);
 *
 * @throws DataError for another or a damaged file, and for drawings of classes that `like` does not have.
 */
export async function readDrawings(file: string, { like }: { readonly like: Pick<Dataset, 'classNames'> }): Promise<Dataset> {
  const { images, labels } = await readCsv(await openSource(file));
  const isOfPad = images.all instanceof Uint8Array && images.shape?.height === IMAGE_SIZE && images.shape.channels === 1;
  if (!labels || !isOfPad) {
    const expected = 'drawings that a drawing pad saved, a label and 28 x 28 grey levels a line';
    throw new DataError({ file, expected, came: 'another table', cure: '`loadDataset` reads any other table of images.' });
  }
  const { classNames } = like;
  const names = Array.from(labels.values as ArrayLike<number | string>, String);
  const classes = classesOf(names, classNames);
  const other = classes.indexOf(undefined);
  if (other !== -1) {
    throw new DataError({
      file,
      at: labels.locate?.(other),
      expected: `one of the classes ${classNames.join(' ')}`,
      came: names[other],
      cure: 'Give the data set that the pad was made with as `like`.',
    });
  }
  return {
    name: basename(file),
    source: file,
    images: images.all as Uint8Array,
    labels: Uint8Array.from(classes as number[]),
    classNames,
    size: images.count,
  };
}
