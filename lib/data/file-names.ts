/** What the names of files and folders say: data set, part, images or labels. Names help; what a file is, its content says. */
import type { Part } from './raw-images';

export interface ParsedName {
  /** What remains of the name: the data set's, in small letters with hyphens; empty where all words say something else. */
  readonly name: string;
  readonly part?: Part | 'validation';
  readonly role?: 'images' | 'labels';
}

const ENDINGS =
  /\.(?:gz|zip|csv|tsv|txt|data|dat|arff|amat|npz|npy|mat|parquet|idx|ubyte|h5|hdf5|pkl|pickle|pt|rar|7z|tar|tgz|xlsx|html?)$/i;
const SHARD = /-\d+-of-\d+(?:-[0-9a-f]+)?$/i;
const PARTS: readonly (readonly [Part | 'validation', RegExp])[] = [
  ['train', /^(?:train|training|trn)(?:set|data)?$/],
  ['test', /^(?:test(?:ing)?(?:set|data)?|tst|t10k)$/],
  ['validation', /^(?:val|valid|validation|dev)$/],
];
const ROLES: readonly (readonly ['images' | 'labels', RegExp])[] = [
  ['images', /^(?:images?|imgs?|pixels)$/],
  ['labels', /^(?:labels?|lbls?|targets?)$/],
];
const STORAGE = /^(?:idx\d?|u?byte)$/;
/** Said of the numbers in a file, unless it is all that is said. */
const NUMBERS = /^(?:u?int\d*|float\d*)$/;
/** Folders that hold data sets of any name. */
const GENERIC =
  /^(?:raw|processed|data|datasets?|gzip|archive|files?|images?|imgs?|pictures?|default|downloads?|unpacked|extracted|csv|png|tmp)?$/;

/** `emnist-letters-train-images-idx3-ubyte.gz` → emnist-letters, train, images; `X_kannada_MNIST_train` → kannada-mnist. */
export function parseName(fileName: string): ParsedName {
  // UCI's `optdigits.tra` and `optdigits.tes`.
  let stem = fileName.replace(/\.tra$/i, '-train').replace(/\.tes$/i, '-test');
  while (ENDINGS.test(stem)) stem = stem.replace(ENDINGS, '');
  const words = stem
    .replace(SHARD, '')
    // `x_train` is also written xtrain, trainX.
    .replace(/^(x|y)(train|test|val)$/i, '$1-$2')
    .replace(/^(train|test|val)(x|y)$/i, '$1-$2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean);
  // In names of arrays x and y are images and labels, in `x-train.csv` it is what somebody calls his data.
  const isArray =
    !/\.(?:csv|tsv|txt|data|parquet)/i.test(fileName) && !words.some((word) => ROLES.some(([, role]) => role.test(word)));
  let part: ParsedName['part'];
  let role: ParsedName['role'];
  const rest = words.filter((word) => {
    const itsPart = PARTS.find(([, words]) => words.test(word))?.[0];
    const letter = isArray ? ({ x: 'images', y: 'labels' } as const)[word] : undefined;
    const itsRole = letter ?? ROLES.find(([, roles]) => roles.test(word))?.[0];
    part ??= itsPart;
    role ??= itsRole;
    return !itsPart && !itsRole && !STORAGE.test(word);
  });
  const telling = rest.filter((word) => !NUMBERS.test(word));
  return { name: (telling.length > 0 ? telling : rest).join('-'), ...(part && { part }), ...(role && { role }) };
}

/** Whether a folder's name says nothing of what is in it. */
export function isGeneric(folder: string): boolean {
  return GENERIC.test(parseName(folder).name);
}

/** A name without what people write in one way or another: `Fashion-MNIST` and `fashionmnist` are one data set. */
export function nameKey(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}
