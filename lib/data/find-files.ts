import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The data sets' two halves, as their authors split them. */
export type Part = 'train' | 'test';

/** The files of one data set; of each kind the first that was found. */
export interface DatasetFiles {
  readonly images: Partial<Record<Part, string>>;
  readonly labels: Partial<Record<Part, string>>;
  readonly csv: Partial<Record<Part, string>>;
  mapping?: string;
}

const IDX = /^(?:(.+)-)?(train|test|t10k)-(images|labels)[-.]idx[13]-ubyte(?:\.gz)?$/;
const CSV = /^(.+)[-_](train|test)\.csv(?:\.gz)?$/;
const MAPPING = /^(.+)-mapping\.txt$/;

/**
 * The data sets in a folder and in the folders directly in it, by name; the folder's own files come first. Files without a data
 * set's name (MNIST's own `train-images-idx3-ubyte`) count as `mnist`, in a folder within as a data set named like that folder.
 */
export function findFiles(directory: string): Map<string, DatasetFiles> {
  const found = new Map<string, DatasetFiles>();
  const filesOf = (name: string) => {
    const files = found.get(name) ?? { images: {}, labels: {}, csv: {} };
    found.set(name, files);
    return files;
  };
  const folders: string[] = [];
  const search = (folder: string, nameless: string) => {
    for (const entry of readdirSync(folder).sort()) {
      const path = join(folder, entry);
      const idx = IDX.exec(entry);
      const csv = CSV.exec(entry);
      const mapping = MAPPING.exec(entry);
      if (idx) {
        filesOf(idx[1] ?? nameless)[idx[3] as 'images' | 'labels'][idx[2] === 'train' ? 'train' : 'test'] ??= path;
      } else if (csv) filesOf(csv[1]).csv[csv[2] as Part] ??= path;
      else if (mapping) filesOf(mapping[1]).mapping ??= path;
      else if (folder === directory && statSync(path, { throwIfNoEntry: false })?.isDirectory()) folders.push(path);
    }
  };
  if (existsSync(directory)) search(directory, 'mnist');
  for (const folder of folders) search(folder, basename(folder).toLowerCase());
  for (const [name, { images, labels, csv }] of found) {
    const isMappingAlone = [images, labels, csv].every((paths) => Object.keys(paths).length === 0);
    if (isMappingAlone) found.delete(name);
  }
  return found;
}
