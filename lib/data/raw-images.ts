/** What containers give, and all that follows takes: images of any size and range, with labels or without. */

export type Numbers = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** One image as its file has it: `[height, width, channels]`, row-major, in whatever range. */
export interface RawImage {
  readonly pixels: Numbers;
  readonly height: number;
  readonly width: number;
  /** 1: grey; 3: red, green, blue. */
  readonly channels: number;
}

export interface RawImages {
  readonly count: number;
  /** Image `i`; for pictures it is decoded now, so ask for it once. */
  at(i: number): RawImage | Promise<RawImage>;
  /** All pixels in one array, where all images have one size: `[count, height, width, channels]`. */
  readonly all?: Numbers;
  /** Of the images, where they have one size. */
  readonly shape?: { readonly height: number; readonly width: number; readonly channels: number };
  /** Where pixel `p` of image `i` stands in the file: `line 3, column 7`. */
  locate?(i: number, p: number): string;
}

/** The label of each image: numbers, or words. */
export interface RawLabels {
  readonly values: ArrayLike<number> | readonly string[];
  /** Where label `i` stands in the file: `byte 9`, `line 3, column 1`. */
  locate?(i: number): string;
}

export type Part = 'train' | 'test';

/** What one file says of one part of a data set: images, labels, or both. */
export interface Piece {
  readonly file: string;
  /** On the disk, as they are stored. */
  readonly bytes: number;
  /** Undefined where neither the file nor its name says. */
  readonly part?: Part | 'validation';
  readonly images?: RawImages;
  readonly labels?: RawLabels;
  /** Names of the classes by label, where the file has them. */
  readonly classNames?: ReadonlyMap<number, string>;
  /** What was noticed while reading, for the reader of the notebook: whole sentences. */
  readonly notes?: readonly string[];
}

/** Images of one size in one array. */
export function imagesOf(all: Numbers, count: number, height: number, width: number, channels = 1): RawImages {
  const size = height * width * channels;
  return {
    count,
    all,
    shape: { height, width, channels },
    at: (i) => ({ pixels: all.subarray(i * size, (i + 1) * size), height, width, channels }),
  };
}
