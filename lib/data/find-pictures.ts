/** Pictures found in folders and archives: which data set, part and class each is of. */
import { basename, dirname, extname } from 'node:path';
import { PICTURE_NAME } from './containers/pictures';
import { parseName } from './file-names';
import type { FoundFile, Place } from './found-files';

export interface FoundPictures {
  /** Files of each data set, with the folders on the way to it. */
  readonly sets: readonly { readonly folders: readonly string[]; readonly files: readonly FoundFile[] }[];
  /** Pictures that cannot be read, or have no class: the first of them, the folders of their set, why and what helps. */
  readonly unread: readonly { readonly path: string; readonly folders: readonly string[]; readonly reason: string }[];
}

/** Kinds that cannot be read. */
const OTHER_PICTURE = /\.(?:webp|tiff?|hei[cf]|avif|jp2|svg)$/i;
/** Folders of pictures that are no class. */
const NO_CLASS = /^(?:images?|imgs?|pictures?|png|jpe?g|data|raw)$/i;
/** NIST's Special Database 19 divides each class, `41` for A, by where the forms were filled in. */
const NIST_FORMS = /^(?:hsf_\d|train_[0-9a-f]{2})$/i;
const NIST_CLASS = /^[2-7][0-9a-f]$/i;
/** Fewer pictures without a class are not meant to be data. */
const LEAST_PICTURES = 10;

/** Whether the name is that of a picture, of a kind that can be read or not. */
export function isPicture(file: string): boolean {
  return PICTURE_NAME.test(file) || OTHER_PICTURE.test(file);
}

/** Pictures in folders of their classes, these in folders of train and test or not; others are named as unread. */
export function picturesByClass(pictures: readonly Place[]): FoundPictures {
  const groups = new Map<string, { folders: readonly string[]; files: FoundFile[]; classes: Set<string> }>();
  const flat = new Map<string, Place[]>();
  const others = new Map<string, { folders: readonly string[]; paths: string[] }>();
  for (const place of withoutArchivedCopies(pictures)) {
    const { source } = place;
    const isForm = NIST_FORMS.test(place.folders.at(-1) ?? '') && NIST_CLASS.test(place.folders.at(-2) ?? '');
    const folders = isForm ? place.folders.slice(0, -1) : place.folders;
    const last = folders.at(-1);
    const saysClass = last !== undefined && !isPartFolder(last) && !NO_CLASS.test(last);
    const above = saysClass ? folders.slice(0, -1) : folders;
    const part = above.map((folder) => (isPartFolder(folder) ? parseName(folder).part : undefined)).findLast(Boolean);
    const set = above.filter((folder) => !isPartFolder(folder));
    const key = set.join('/');
    if (OTHER_PICTURE.test(source.path)) {
      const other = others.get(key) ?? { folders: set, paths: [] };
      others.set(key, other);
      other.paths.push(source.path);
      continue;
    }
    if (!saysClass && part !== 'test') {
      flat.set(folders.join('/'), [...(flat.get(folders.join('/')) ?? []), place]);
      continue;
    }
    const group = groups.get(key) ?? { folders: set, files: [], classes: new Set() };
    groups.set(key, group);
    const className = isForm ? String.fromCodePoint(Number.parseInt(last as string, 16)) : last;
    group.files.push({ source, format: 'pictures', part, ...(saysClass && { className }) });
    if (saysClass) group.classes.add(className as string);
  }
  const whole = [...groups.values()].filter(({ classes }) => classes.size >= 2);
  for (const { folders, files } of [...groups.values()].filter(({ classes }) => classes.size < 2)) {
    flat.set(
      folders.join('/'),
      files.map(({ source }) => ({ source, folders })),
    );
  }
  return { sets: whole, unread: [...describeOthers([...others.values()]), ...describeFlat([...flat.values()])] };
}

function describeOthers(others: readonly { folders: readonly string[]; paths: readonly string[] }[]): FoundPictures['unread'] {
  return others.map(({ folders, paths }) => {
    const kinds = [...new Set(paths.map((path) => extname(path).toLowerCase()))].sort().join(', ');
    const many = paths.length > 1 ? `is one of ${paths.length} pictures of kinds` : 'is a picture of a kind';
    return { path: paths[0], folders, reason: `${many} that cannot be read (${kinds}): save them as PNG or JPEG` };
  });
}

function describeFlat(flat: readonly (readonly Place[])[]): FoundPictures['unread'] {
  return flat
    .filter((places) => places.length >= LEAST_PICTURES)
    .map((places) => ({
      path: dirname(places[0].source.path),
      folders: places[0].folders,
      reason:
        `holds ${places.length} pictures without a class: put those of each class into a ` +
        'folder of its name, these into one folder',
    }));
}

/** Without archives whose pictures are all there once more: unpacked beside them, or in a second download. */
function withoutArchivedCopies(pictures: readonly Place[]): Place[] {
  const archives = new Map<string, Place[]>();
  for (const place of pictures) {
    const last = place.folders.findLastIndex((folder) => /\.zip$/i.test(folder));
    const archive = place.folders.slice(0, last + 1).join('/');
    const within = archives.get(archive);
    if (within) within.push(place);
    else archives.set(archive, [place]);
  }
  const seen = new Set<string>();
  const sign = ({ source, folders }: Place) => `${folders.at(-1)}/${basename(source.path)} ${source.size}`;
  const outside = archives.get('') ?? [];
  archives.delete('');
  return [['', outside] as const, ...archives].flatMap(([archive, places]) => {
    const signs = places.map(sign);
    if (archive !== '' && signs.every((each) => seen.has(each))) return [];
    for (const each of signs) seen.add(each);
    return places;
  });
}

function isPartFolder(folder: string): boolean {
  const { name, part } = parseName(folder);
  return name === '' && part !== undefined;
}
