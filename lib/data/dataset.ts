/** Width and height of every image, in pixels. */
export const IMAGE_SIZE = 28;
/** Pixels of one image: 28 x 28 = 784. */
export const PIXELS = IMAGE_SIZE * IMAGE_SIZE;

/** How images can be had again from the files of their data set, on another machine, too. Plain data. */
export interface DatasetOrigin {
  readonly name: string;
  readonly part: 'train' | 'test';
  /** What `takeSubset` did to them, in order. */
  readonly subsets: readonly { readonly size: number; readonly seed: number }[];
}

/** Labelled images: the training part or the test part of a data set, or a subset of one. */
export interface Dataset {
  /** For instance `emnist-balanced` or `mnist`. */
  readonly name: string;
  /** Where the images came from, in words for a report: a folder, a package, a download. */
  readonly source: string;
  /** Grey levels, `[size, 28, 28]` uint8, row-major, upright; 0 is background, 255 full ink. */
  readonly images: Uint8Array;
  /** Class of each image, `[size]`, from 0 to `classNames.length - 1`. */
  readonly labels: Uint8Array;
  /** What each class stands for, by class index: `['0', '1', ..., 'A', ...]`. */
  readonly classNames: readonly string[];
  /** Number of images. */
  readonly size: number;
  /** Undefined where they are not just what `loadDataset` or `takeSubset` gave. */
  readonly origin?: DatasetOrigin;
}

/** A file that a data set was read from. */
export interface DataFile {
  /** As seen from the project's root, for instance `data/emnist-balanced-train-images-idx3-ubyte.gz`. */
  readonly path: string;
  /** On the disk, compressed where the file is. */
  readonly bytes: number;
  readonly part: 'train' | 'test' | 'both';
  readonly content: 'images' | 'labels' | 'images and labels' | 'class names';
  /** How many images, labels or class names it holds. */
  readonly count: number;
}

/** Something odd about a data set, for its user to judge. */
export interface DataWarning {
  /** Where to look: a file, or several. */
  readonly file: string;
  /** What was found. */
  readonly evidence: string;
  /** What it does, and what helps. */
  readonly cure: string;
}

/** A data set as its authors split it. */
export interface LoadedDataset {
  readonly name: string;
  readonly source: string;
  readonly classNames: readonly string[];
  readonly train: Dataset;
  /** The official test images: for the final evaluation alone. */
  readonly test: Dataset;
  /** In the order read: training files, test files, mapping. */
  readonly files: readonly DataFile[];
  /** What was decided about the files and images, and on what evidence: a sentence each. */
  readonly notes?: readonly string[];
  /** What seemed odd about the images as their files have them; `dataWarnings` adds what it finds itself. */
  readonly oddities?: readonly DataWarning[];
  /** Images that came without labels, as the test files of competitions: for `predict`. */
  readonly unlabelled?: UnlabelledImages;
}

/** Images of which nobody has said what they are. */
export interface UnlabelledImages {
  readonly name: string;
  /** `[size, 28, 28]` uint8, as in `Dataset`. */
  readonly images: Uint8Array;
  readonly size: number;
  /** Those of the training images. */
  readonly classNames: readonly string[];
}
