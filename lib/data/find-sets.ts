/** The one place that finds data sets in a folder: any depth, any names, torchvision's, Keras', Kaggle's and EMNIST's layouts. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { idxShape } from './containers/idx';
import { type Format, MAGIC_BYTES, MAPPING_NAME, TELLING_BYTES, tellFormat, tellMagic } from './containers/tell-format';
import { openZip } from './containers/zip';
import { DataError } from './data-error';
import { isGeneric, nameKey, type ParsedName, parseName } from './file-names';
import { isPicture, picturesByClass } from './find-pictures';
import type { Found, FoundSet, Place, UnreadFile } from './found-files';
import { readUnzippedStart } from './gzip';
import { openSource } from './source-file';

const MOST_DEPTH = 8;
/** Files of systems and tools: hidden ones, AppleDouble's, downloads that are not whole. */
const PASSED_OVER = /^(?:\..*|__MACOSX|node_modules|Thumbs\.db|.*\.part|.*\.crdownload)$/i;

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
    const parsed = parseFile(file.replace(MAPPING_NAME, '.txt'), folders);
    const refuse = (reason: string, isDoubtful = false) =>
      void unread.push({ path: source.path, name: parsed.name || folderName(folders, root), reason, isDoubtful });
    try {
      const beginning = await readUnzippedStart(source, MAGIC_BYTES);
      const told = tellMagic(beginning.start) ?? tellFormat(source.path, (await readUnzippedStart(source, TELLING_BYTES)).start);
      if (!told) return;
      if ('refused' in told) return refuse(told.refused);
      if ('doubtful' in told) return refuse(told.doubtful, true);
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
      set.files.push({ source, format, part, role: format === 'idx' ? idxRole(beginning.start, parsed.role) : parsed.role });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const { expected, came, cure } = error.problem;
      refuse(`should be ${expected}, but is ${came}: ${cure.replace(/\.$/, '')}`);
    }
  };
  const sort = async (place: Place): Promise<void> => {
    const file = basename(place.source.path);
    if (place.folders.some((folder) => PASSED_OVER.test(folder)) || PASSED_OVER.test(file)) return;
    if (isPicture(file)) pictures.push(place);
    else await take(place);
  };

  try {
    for (const place of withoutCopies(await walk(directory))) await sort(place);
    const found = picturesByClass(pictures);
    for (const { folders, files } of found.sets) setOf(folderName(folders, root), folders).files.push(...files);
    for (const { path, folders, reason } of found.unread) unread.push({ path, name: folderName(folders, root), reason });
  } catch (error) {
    for (const archive of archives) archive.close();
    throw error;
  }
  const whole = [...sets.values()].filter(({ files }) => files.length > 0);
  // Mapping files alone are no data sets.
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

/** Without second downloads, `train (1).csv` beside a `train.csv` of the same size. */
function withoutCopies(places: readonly Place[]): Place[] {
  const sizes = new Map(places.map(({ source }) => [source.path, source.size]));
  return places.filter(({ source: { path, size } }) => {
    const original = path.replace(/ ?(?:\(\d+\)| - copy| copy)(?=\.[^/]*$)/i, '');
    return original === path || sizes.get(original) !== size;
  });
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
