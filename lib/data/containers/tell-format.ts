/** What a file is, told by its first bytes; its name only says whether somebody means it to be data. */
import { isImageTable, isSmallTable } from './csv-layout';
import { isIdx } from './idx';
import { isMatlab } from './matlab';
import { isNumpy } from './numpy';
import { isParquet } from './parquet';
import { isZip } from './zip';

export type Format = 'idx' | 'npy' | 'mat' | 'parquet' | 'csv' | 'mapping' | 'zip';

/** A format, why it cannot be read with a cure, or nothing: a file that is no data. */
export type Told = { readonly format: Format } | { readonly refused: string } | undefined;

/** So many bytes tell what a file is. */
export const TELLING_BYTES = 2 ** 16;

const MAPPING_NAME = /mapping\.txt$/i;
const DATA_NAME = /(?:ubyte|\.(?:csv|tsv|data|arff|npz|npy|mat|parquet|zip|h5|hdf5|pkl|pickle|pt|idx|gz|rar|7z|tar|tgz))$/i;

const UNPACK = 'is an archive of a kind that cannot be read: unpack it into a folder';
const PICTURE = 'is a picture of a kind that cannot be read: save it as PNG';
const CONVERT =
  'in Python, `numpy.savez(file, x_train=..., y_train=..., x_test=..., y_test=...)` saves it as .npz, which can be read';

/** Beginnings of files that people have and that cannot be read. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [
    /^\s*<(?:!doctype html|html|\?xml|head|script)/i,
    'is a web page, such as a login or an error message, in the place of a download: download it again, signed in',
  ],
  [/^version https:\/\/git-lfs/, 'is a pointer of Git LFS, not the file itself: `git lfs pull` in its repository gets it'],
  [/^\x89HDF/, `is an HDF5 file, which cannot be read: ${CONVERT}`],
  [/^MATLAB 7\.3/, `is a MATLAB 7.3 file (HDF5), which cannot be read: in MATLAB, \`save(file, '-v7')\` saves it so that it can`],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are bytes.
  [/^\x80[\x02-\x05]/, `is a Python pickle, which cannot be read safely: ${CONVERT}`],
  [/^(?:7z\xbc\xaf|Rar!|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd)/, UNPACK],
  [/^.{257}ustar/s, UNPACK],
  [/^(?:II\*\0|MM\0\*|RIFF....WEBP|....ftyp)/s, PICTURE],
  [/^(?:ARROW1|FEA1|SQLite format 3)/, `is a table of a kind that cannot be read: ${CONVERT}, or save it as CSV`],
];

/** @param start The first bytes, unzipped: `TELLING_BYTES`, or all where there are fewer. */
export function tellFormat(path: string, start: Buffer): Told {
  const isMeant = DATA_NAME.test(path);
  if (start.length === 0) return isMeant ? { refused: 'is empty: get it again from its source' } : undefined;
  if (isNumpy(start)) return { format: 'npy' };
  if (isParquet(start)) return { format: 'parquet' };
  if (isZip(start)) return { format: 'zip' };
  if (isMatlab(start)) return { format: 'mat' };
  if (isIdx(start)) return { format: 'idx' };
  const text = start.toString('latin1');
  const refused = REFUSED.find(([beginning]) => beginning.test(text.slice(0, 512)));
  if (refused) return { refused: refused[1] };
  if (MAPPING_NAME.test(path)) return { format: 'mapping' };
  if (isImageTable(start)) return { format: 'csv' };
  if (isSmallTable(start)) return undefined;
  if (isMeant) return { refused: `is no data that can be read; it begins with ${JSON.stringify(text.slice(0, 30))}` };
  return undefined;
}
