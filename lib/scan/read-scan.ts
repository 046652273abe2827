import { basename } from 'node:path';
import { plural } from '../base/words';
import { type Convention, EMNIST, findConvention } from '../data/conventions';
import { DataError } from '../data/data-error';
import { type Dataset, PIXELS, type UnlabelledImages } from '../data/dataset';
import { knownMapping } from '../data/mapping';
import { characterImage } from './character-image';
import { type Component, heightOf, widthOf } from './components';
import { findSheet } from './find-sheet';
import type { GreyPage } from './grey-page';
import { measureInk } from './ink';
import { readPhotograph } from './photograph';
import { readLines, readSheet } from './read-page';
import { classesOf, matchText } from './written-labels';

export interface ScanOptions {
  /**
   * Images of the kind that the models were trained on: their classes, and whether as EMNIST's or as MNIST's. Default EMNIST's.
   */
  readonly like?: Pick<Dataset, 'images' | 'classNames' | 'size'>;
  /** What is written, from left to right and line by line; blanks and line breaks may stand anywhere. */
  readonly labels?: string;
}

/** Where a character stands on the page, in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What `predict` says of a page's characters, in their order: its columns `class` and `probability`. */
export interface Reading {
  column(name: string): { readonly values: unknown };
}

interface ScannedPage extends UnlabelledImages {
  /** For reports, as `Dataset` has it. */
  readonly source: string;
  /** The page laid straight, 0 paper and 255 ink. */
  readonly page: GreyPage;
  /** Of each image. */
  readonly frames: readonly Frame[];
  /** What was seen and decided: a sentence each. */
  readonly notes: readonly string[];
}

/** The characters of a page of which nobody has said what they are: for `predict`. */
export interface UnlabelledScan extends ScannedPage {
  readonly labels?: undefined;
}

/** The characters of a page with their classes: a data set. */
export interface LabelledScan extends ScannedPage, Omit<Dataset, keyof UnlabelledImages> {}

/**
 * The characters of a photographed or scanned page as images like those that models are trained on, in the order of reading.
 *
 * The page is a sheet of `npm run sheet`, found by its marks and read box by box (empty boxes are left out; what was to be
 * written is known), or any sheet with characters that do not touch each other, on white, lined or squared paper. PNG, JPEG, BMP
 * or GIF. The light may be uneven and the page turned by up to 8 degrees, a printed sheet by more and seen aslant.
 *
 *     const own = await readScan('page.jpg', { like: test, labels: 'THE QUICK BROWN FOX' });
 *     await evaluate(cnn.model, own);
 *
 * @returns A data set where the classes are known, of the sheet or by `labels`; else images for `predict`. Characters that are no
 *   class of `like` are left out of a data set, and `notes` says so.
 * @throws DataError for a file that is no picture, and a page without characters; RangeError for `labels` that are not as many.
 */
export async function readScan(file: string, options: ScanOptions & { readonly labels: string }): Promise<LabelledScan>;
export async function readScan(file: string, options?: ScanOptions): Promise<UnlabelledScan | LabelledScan>;
export async function readScan(file: string, { like, labels }: ScanOptions = {}): Promise<UnlabelledScan | LabelledScan> {
  if (labels !== undefined && (typeof labels !== 'string' || labels.trim() === '')) {
    throw new RangeError(`labels must be the text that is written, but got ${JSON.stringify(labels)}; leave it out if unknown.`);
  }
  const photograph = await readPhotograph(file);
  const ink = measureInk(photograph);
  const sheet = findSheet(ink.depth);
  if (sheet === 'incomplete') {
    throw new DataError({
      file,
      expected: 'a sheet with black squares in its four corners',
      came: 'three of them',
      cure: 'Photograph it again with all four in the picture, none of them covered or in glaring light.',
    });
  }
  const { page, lines, prompts, notes } = sheet ? readSheet(ink, sheet) : readLines(ink);
  const found = lines.flat();
  if (found.length === 0) throw nothingFound(file, sheet !== undefined);
  const convention = like ? findConvention(like as Dataset) : EMNIST;
  const classNames = like?.classNames ?? (knownMapping('emnist-balanced')?.classNames as readonly string[]);
  const common = { name: basename(file), classNames, source: file, page };
  const written =
    labels === undefined
      ? prompts
      : matchText(
          labels,
          lines.map(({ length }) => length),
          file,
        );
  if (!written) return { ...common, ...imagesOf(page, found, convention), notes: [...notes, told(found.length, lines.length)] };
  const classes = classesOf(written, classNames);
  const kept = found.filter((_, i) => classes[i] !== undefined);
  if (kept.length === 0) {
    throw new RangeError(
      `labels must be of the classes ${classNames.join(' ')}, but none of ${plural(written.length, 'character')} is: ` +
        `${written.slice(0, 20).join(' ')}. Give the data set that the models were trained on as \`like\`.`,
    );
  }
  const other = [...new Set(written.filter((_, i) => classes[i] === undefined))];
  const left = found.length - kept.length;
  return {
    ...common,
    ...imagesOf(page, kept, convention),
    labels: Uint8Array.from(classes.filter((index) => index !== undefined) as number[]),
    notes: [
      ...notes,
      told(found.length, lines.length),
      ...(left > 0
        ? [`${plural(left, 'character')} of no class (${other.join(' ')}) ${left === 1 ? 'is' : 'are'} left out.`]
        : []),
    ],
  };
}

function imagesOf(page: GreyPage, characters: readonly Component[], convention: Convention) {
  const images = new Uint8Array(characters.length * PIXELS);
  characters.forEach((character, i) => {
    images.set(characterImage(page, character, convention), i * PIXELS);
  });
  const frames = characters.map((each) => ({ left: each.left, top: each.top, width: widthOf(each), height: heightOf(each) }));
  return { images, size: characters.length, frames };
}

function told(characters: number, lines: number): string {
  return `${plural(characters, 'character')} ${characters === 1 ? 'was' : 'were'} found in ${plural(lines, 'line')}.`;
}

function nothingFound(file: string, isSheet: boolean): DataError {
  return new DataError({
    file,
    expected: isSheet ? 'characters in the boxes' : 'characters, dark on light paper',
    came: isSheet ? 'empty boxes' : 'none',
    cure: isSheet
      ? 'Write them with a dark pen, and photograph the sheet so that the strokes are sharp.'
      : 'Let the paper fill the picture, in even light, and write with a dark pen; a character needs some 28 pixels of height.',
  });
}
