/** What a file is, told by its first bytes; its name only says whether somebody means it to be data. */
import { isImageTable, smallTableColumns } from './csv-layout';
import { isIdx } from './idx';
import { isMatlab } from './matlab';
import { isNumpy } from './numpy';
import { isParquet } from './parquet';
import { isZip } from './zip';

export type Format = 'idx' | 'npy' | 'mat' | 'parquet' | 'csv' | 'mapping' | 'zip';

/**
 * A format; why it cannot be read, with a cure; what it seems to be where it may be data or lie beside them; or nothing: a file
 * that is no data.
 */
export type Told = { readonly format: Format } | { readonly refused: string } | { readonly doubtful: string } | undefined;

/** So many bytes tell what a binary file is, and so many what a text is. */
export const MAGIC_BYTES = 2 ** 8;
export const TELLING_BYTES = 2 ** 16;

export const MAPPING_NAME = /[-_. ]*(?:mapping\.txt|class_?map\.csv)$/i;
const DATA_NAME = /(?:ubyte|\.(?:csv|tsv|data|arff|npz|npy|mat|parquet|zip|h5|hdf5|pkl|pickle|pt|idx|gz|rar|7z|tar|tgz))$/i;

/** Documents, programs and sums of files, which lie beside data. */
const NO_DATA =
  /\.(?:md|pdf|docx?|pptx?|od[tps]|rtf|html?|pyc?|ipynb|[cm]?[jt]s|exe|dll|so|ttf|mp4|mov|db|sha\d+|md5)$|sums?(?:\.txt)?$/i;
/** Of the characters of a text; more, and it holds numbers for a machine. */
const DIGITS_SHARE = 0.3;

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
  [/^\s*(?:\{\s*"|\[\s*[[{])/, `is JSON, which cannot be read: ${CONVERT}`],
  [
    /^@relation.*^@data\s*^\{/ims,
    'is sparse ARFF, which cannot be read: in Weka, the filter SparseToNonSparse gives each pixel a value, and then it can',
  ],
  [/^(?:ARROW1|FEA1|SQLite format 3)/, `is a table of a kind that cannot be read: ${CONVERT}, or save it as CSV`],
];

/** The format that the first bytes, unzipped, say; `MAGIC_BYTES` are enough. */
export function tellMagic(start: Buffer): { readonly format: Format } | undefined {
  if (isNumpy(start)) return { format: 'npy' };
  if (isParquet(start)) return { format: 'parquet' };
  if (isZip(start)) return { format: 'zip' };
  if (isMatlab(start)) return { format: 'mat' };
  return isIdx(start) ? { format: 'idx' } : undefined;
}

/** @param start The first bytes, unzipped: `TELLING_BYTES`, or all where there are fewer. */
export function tellFormat(path: string, start: Buffer): Told {
  const isMeant = DATA_NAME.test(path);
  if (start.length === 0) return isMeant ? { refused: 'is empty: get it again from its source' } : undefined;
  const magic = tellMagic(start);
  if (magic) return magic;
  const text = start.toString('latin1');
  const refused = REFUSED.find(([beginning]) => beginning.test(text));
  if (refused) return { refused: refused[1] };
  if (MAPPING_NAME.test(path)) return { format: 'mapping' };
  if (isImageTable(start)) return { format: 'csv' };
  const columns = smallTableColumns(start);
  if (columns) return { doubtful: `is a table of ${columns} columns, and images have a column for each pixel: 64 or more` };
  const reason = `is no data that can be read; it begins with ${JSON.stringify(text.slice(0, 30))}`;
  if (isMeant) return { refused: reason };
  return !NO_DATA.test(path) && isForMachines(start) ? { doubtful: reason } : undefined;
}

/** Whether bytes are no text, or text of numbers. */
function isForMachines(start: Buffer): boolean {
  if (start.includes(0)) return true;
  const characters = start.filter((byte) => byte > 32);
  return characters.filter((byte) => byte >= 48 && byte <= 57).length > DIGITS_SHARE * characters.length;
}
