/** What a search of folders finds, before anything is read. */
import type { Format } from './containers/tell-format';
import type { ParsedName } from './file-names';
import type { SourceFile } from './source-file';

/** A file with the names of the folders on the way to it, those of archives among them. */
export interface Place {
  readonly source: SourceFile;
  readonly folders: readonly string[];
}

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
  /** Whether it may as well be no data: it is passed over where there are data. */
  readonly isDoubtful?: boolean;
}

export interface Found {
  readonly sets: readonly FoundSet[];
  readonly unread: readonly UnreadFile[];
  /** Closes the archives. */
  close(): void;
}
