/** The one place that finds data sets in a folder: any depth, any names, torchvision's, Keras', Kaggle's and EMNIST's layouts. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { idxShape } from './containers/idx';
import { PICTURE_NAME } from './containers/pictures';
import { type Format, TELLING_BYTES, tellFormat } from './containers/tell-format';
import { openZip } from './containers/zip';
import { DataError } from './data-error';
import { isGeneric, nameKey, type ParsedName, parseName } from './file-names';
import { readUnzippedStart } from './gzip';
import { openSource, type SourceFile } from './source-file';

/** A file that a data set may be read from. */
export interface FoundFile {
  readonly source: SourceFile;
  readonly format: Exclude<Format, 'zip' | 'mapping'> | 'pictures';
  readonly part?: ParsedName['part'];
  readonly role?: ParsedName['role'];
  /** Of a picture: the folder that it lies in, which names its class. None for pictures without. */
  readonly className?: string;
}

/** A data set by the files that bear its name. */
export interface FoundSet {
  readonly name: string;
  /** Folders on the way to it, by which it may be asked for as well. */
  readonly aliases: Set<string>;
  readonly files: FoundFile[];
  mapping?: SourceFile;
}

/** A file that somebody means to be data, and that cannot be read. */
export interface UnreadFile {
  readonly path: string;
  /** The data set that it seems to be of. */
  readonly name: string;
  /** `is an HDF5 file, which ...`: why, and what helps. */
  readonly reason: string;
}

export interface Found {
  readonly sets: readonly FoundSet[];
  readonly unread: readonly UnreadFile[];
  /** Closes the archives. */
  close(): void;
}

const MOST_DEPTH = 8;
/** Files of systems and tools: hidden ones, AppleDouble's, downloads that are not whole. */
const PASSED_OVER = /^(?:\..*|__MACOSX|node_modules|Thumbs\.db|.*\.part|.*\.crdownload)$/i;

/** Folders of pictures that are no class. */
const NO_CLASS = /^(?:images?|imgs?|pictures?|png|jpe?g|data|raw)$/i;
/** Fewer pictures without a class are not meant to be data. */
const LEAST_PICTURES = 10;

/** A file with the names of the folders on the way to it, those of archives among them. */
interface Place {
  readonly source: SourceFile;
  readonly folders: readonly string[];
}

/** All data sets in a folder, or in the one file that `directory` names; a folder may itself be the data set. */
export async function findSets(directory: string): Promise<Found> {
  const root = resolve(directory);
  const archives: { close(): void }[] = [];
  const unread: UnreadFile[] = [];
  const sets = new Map<string, FoundSet>();
  const setOf = (name: string, folders: readonly string[]): FoundSet => {
    const key = nameKey(name);
    const set = sets.get(key) ?? { name, aliases: new Set(), files: [] };
    for (const folder of folders) set.aliases.add(nameKey(folder));
    sets.set(key, set);
    return set;
  };
  const pictures: Place[] = [];
  const copies = new Set<string>();

  const take = async ({ source, folders }: Place): Promise<void> => {
    const file = basename(source.path);
    const parsed = parseFile(file.replace(/[-_. ]*mapping\.txt$/i, '.txt'), folders);
    const refuse = (reason: string) =>
      void unread.push({ path: source.path, name: parsed.name || folderName(folders, root), reason });
    try {
      const { start } = await readUnzippedStart(source, TELLING_BYTES);
      const told = tellFormat(source.path, start);
      if (!told) return;
      if ('refused' in told) return refuse(told.refused);
      const { format } = told;
      if (format === 'zip') {
        if (folders.length >= MOST_DEPTH) return refuse('lies too deep in folders and archives: unpack it into the folder');
        const archive = await openZip(source);
        archives.push(archive);
        const inner = archive.files.map((entry): Place => {
          const path = entry.path.slice(source.path.length + 1).split('/');
          return { source: entry, folders: [...folders, file, ...path.slice(0, -1)] };
        });
        if (inner.some(({ source: { path } }) => /\/(?:\[Content_Types\]\.xml|data\.pkl)$/.test(path))) {
          return refuse('is a file of Excel or PyTorch, which cannot be read: save it as CSV, or with `numpy.savez` as .npz');
        }
        for (const place of inner) await sort(place);
        return;
      }
      const name = parsed.name || nameless(format, file, folders, root);
      const set = setOf(name, folders);
      if (format === 'mapping') {
        set.mapping ??= source;
        return;
      }
      // The same file once more: zipped and not, or in a folder of its own name.
      const copy = nameKey(`${isArrays(folders) ? folders.at(-1) : ''} ${file.replace(/\.gz$/i, '')}`);
      if (copies.has(`${nameKey(name)}/${copy}`)) return;
      copies.add(`${nameKey(name)}/${copy}`);
      const part = parsed.part ?? folders.map((folder) => parseName(folder).part).findLast((each) => each !== undefined);
      set.files.push({ source, format, part, role: format === 'idx' ? idxRole(start, parsed.role) : parsed.role });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const { expected, came, cure } = error.problem;
      refuse(`should be ${expected}, but is ${came}: ${cure}`);
    }
  };
  const sort = async (place: Place): Promise<void> => {
    const file = basename(place.source.path);
    if (place.folders.some((folder) => PASSED_OVER.test(folder)) || PASSED_OVER.test(file)) return;
    if (PICTURE_NAME.test(file)) pictures.push(place);
    else await take(place);
  };

  try {
    for (const place of await walk(directory)) await sort(place);
    takePictures(pictures, root, setOf, unread);
  } catch (error) {
    for (const archive of archives) archive.close();
    throw error;
  }
  const whole = [...sets.values()].filter(({ files }) => files.length > 0);
  // An archive beside what was unpacked from it, and mapping files alone, are no data sets of their own.
  return {
    sets: whole,
    unread,
    close: () => {
      for (const archive of archives.splice(0)) archive.close();
    },
  };
}

/** An archive of arrays, `.npz`, is as a file: its name says what is in it, and the names of its arrays say more. */
function parseFile(file: string, folders: readonly string[]): ParsedName {
  const own = parseName(file);
  if (!isArrays(folders)) return own;
  const whole = parseName(folders.at(-1) as string);
  return { name: whole.name, part: own.part ?? whole.part, role: own.role ?? whole.role };
}

function isArrays(folders: readonly string[]): boolean {
  return /\.npz$/i.test(folders.at(-1) ?? '');
}

function idxRole(start: Buffer, named: ParsedName['role']): ParsedName['role'] {
  const dimensions = idxShape(start).length;
  if (dimensions === 2) return named;
  return dimensions === 1 ? 'labels' : 'images';
}

/** All files, a folder's own before those in the folders within, by name. */
async function walk(directory: string): Promise<Place[]> {
  const places: Place[] = [];
  const visit = async (path: string, folders: readonly string[]): Promise<void> => {
    const within: string[] = [];
    for (const entry of readdirSync(path).sort()) {
      if (PASSED_OVER.test(entry)) continue;
      const found = statSync(join(path, entry), { throwIfNoEntry: false });
      if (found?.isDirectory()) within.push(entry);
      else if (found?.isFile()) places.push({ source: await openSource(join(path, entry)), folders });
    }
    if (folders.length >= MOST_DEPTH) return;
    for (const entry of within) await visit(join(path, entry), [...folders, entry]);
  };
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found?.isDirectory()) await visit(directory, []);
  else if (found?.isFile()) places.push({ source: await openSource(directory), folders: [] });
  return places;
}

/** The name of the data set whose files bear none: that of the nearest folder that says something. */
function folderName(folders: readonly string[], root: string): string {
  const said = folders.findLast((folder) => parseName(folder).name !== '' && !isGeneric(folder));
  if (said) return parseName(said).name;
  const generic = folders.findLast((folder) => parseName(folder).name !== '');
  return rootName(root) ?? (generic ? parseName(generic).name : parseName(basename(root)).name || 'data');
}

/** What the folder says that holds all, or the one around it. */
function rootName(root: string): string | undefined {
  if (!isGeneric(basename(root))) return parseName(basename(root)).name;
  // `FashionMNIST/raw` is Fashion-MNIST, but `project/data` is not called project.
  const above = parseName(basename(dirname(root))).name;
  return basename(root) === 'raw' && above !== '' ? above : undefined;
}

/** MNIST's own four names, at the top, are `mnist` unless the folder is called after a data set of the same names. */
function nameless(format: Format, file: string, folders: readonly string[], root: string): string {
  const isInside = folders.some((folder) => parseName(folder).name !== '' && !isGeneric(folder));
  if (
    format === 'idx' &&
    !isInside &&
    /^(?:train|t10k|test)[-.](?:images|labels)/i.test(file) &&
    !/mnist/i.test(rootName(root) ?? '')
  ) {
    return 'mnist';
  }
  return folderName(folders, root);
}

/** Pictures in folders of their classes, these in folders of train and test or not; others are named as unread. */
function takePictures(
  pictures: readonly Place[],
  root: string,
  setOf: (name: string, folders: readonly string[]) => FoundSet,
  unread: UnreadFile[],
): void {
  const groups = new Map<string, { above: readonly string[]; files: FoundFile[]; classes: Set<string> }>();
  const flat = new Map<string, Place[]>();
  for (const place of pictures) {
    const { source, folders } = place;
    const last = folders.at(-1);
    const saysClass = last !== undefined && !isPartFolder(last) && !NO_CLASS.test(last);
    const above = saysClass ? folders.slice(0, -1) : folders;
    const part = above.map((folder) => (isPartFolder(folder) ? parseName(folder).part : undefined)).findLast(Boolean);
    if (!saysClass && part !== 'test') {
      const key = folders.join('/');
      flat.set(key, [...(flat.get(key) ?? []), place]);
      continue;
    }
    const set = above.filter((folder) => !isPartFolder(folder));
    const key = set.join('/');
    const group = groups.get(key) ?? { above: set, files: [], classes: new Set() };
    groups.set(key, group);
    group.files.push({ source, format: 'pictures', part, ...(saysClass && { className: last }) });
    if (saysClass) group.classes.add(last);
  }
  for (const { above, files, classes } of groups.values()) {
    const name = folderName(above, root);
    if (classes.size < 2)
      flat.set(
        above.join('/'),
        files.map(({ source }) => ({ source, folders: above })),
      );
    else setOf(name, above).files.push(...files);
  }
  for (const places of flat.values()) {
    const [{ source, folders }] = places;
    if (places.length < LEAST_PICTURES) continue;
    unread.push({
      path: dirname(source.path),
      name: folderName(folders, root),
      reason:
        `holds ${places.length} pictures without a class: put those of each class into a ` +
        'folder of its name, these into one folder',
    });
  }
}

function isPartFolder(folder: string): boolean {
  const { name, part } = parseName(folder);
  return name === '' && part !== undefined;
}
