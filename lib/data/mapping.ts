import { DataError } from './data-error';
import type { SourceFile } from './source-file';

/** The classes of a data set, and which class each label of its files stands for. */
export interface Mapping {
  readonly classNames: readonly string[];
  /** Class index by label; labels that are not keys do not belong to the data set. */
  readonly classOf: ReadonlyMap<number, number>;
}

/** 256 classes at most, a line each. */
const MAX_MAPPING_BYTES = 2 ** 16;
const MAPPING_CURE = 'A mapping file has one class a line, such as `10 65` for label 10, character A.';
/** All but blanks, controls, halves of surrogate pairs and codes that stand for nothing. */
const VISIBLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const DIGITS = [...'0123456789'];
const CAPITALS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** EMNIST Balanced and ByMerge hold the other small letters with their capitals (Cohen et al. 2017, section II). */
const DISTINCT_SMALL = [...'abdefghnqrt'];
const SMALL = CAPITALS.map((letter) => letter.toLowerCase());

/** What the mapping files of EMNIST's splits say, for those who have the images alone. */
const EMNIST: ReadonlyMap<string, Mapping> = new Map(
  Object.entries({
    'emnist-balanced': number([...DIGITS, ...CAPITALS, ...DISTINCT_SMALL]),
    'emnist-bymerge': number([...DIGITS, ...CAPITALS, ...DISTINCT_SMALL]),
    'emnist-byclass': number([...DIGITS, ...CAPITALS, ...SMALL]),
    'emnist-letters': number(CAPITALS, 1),
    'emnist-digits': number(DIGITS),
    'emnist-mnist': number(DIGITS),
  }),
);

function number(classNames: readonly string[], first = 0): Mapping {
  return { classNames, classOf: new Map(classNames.map((_, index) => [index + first, index])) };
}

/** The mapping of EMNIST's own splits, by data set name; undefined for others. */
export function knownMapping(name: string): Mapping | undefined {
  return EMNIST.get(name);
}

/**
 * The mapping in a file of at most 64 KiB, as `parseMapping` reads it.
 *
 * @throws DataError for what is no such file.
 */
export async function readMapping(file: SourceFile): Promise<Mapping> {
  if (file.size > MAX_MAPPING_BYTES) {
    const came = `one of ${file.size}`;
    throw new DataError({
      file: file.path,
      expected: `a mapping of at most ${MAX_MAPPING_BYTES} bytes`,
      came,
      cure: MAPPING_CURE,
    });
  }
  return parseMapping((await file.readAll()).toString('utf8'), file.path);
}

/**
 * Reads EMNIST's mapping format: one line a class, the label and then the code of its character, `10 65` for
 * label 10, `A`. Where further codes follow (EMNIST Letters: `1 65 97`), the first names the class.
 * Or Kuzushiji-49's, `0,U+3042,あ`. Class index is the line's place, so labels may start at 1.
 */
export function parseMapping(text: string, file: string): Mapping {
  const classNames: string[] = [];
  const classOf = new Map<number, number>();
  const fail = (line: number, expected: string, came: string) =>
    new DataError({ file, at: `line ${line + 1}`, expected, came, cure: MAPPING_CURE });
  text
    .replace(/^\uFEFF/, '')
    // Kuzushiji-49's k49_classmap.csv: `index,codepoint,char`, then `0,U+3042,あ`.
    .replace(/^index,codepoint,char\s*$/im, '')
    .replace(/^(\d+),U\+([0-9a-f]+),.*$/gim, (_, label, code) => `${label} ${Number.parseInt(code, 16)}`)
    .split(/\r?\n/)
    .forEach((content, line) => {
      if (content.trim() === '') return;
      if (!/^\s*\d+(\s+\d+)+\s*$/.test(content)) {
        throw fail(line, 'a label and one or more character codes', JSON.stringify(content.slice(0, 40)));
      }
      const [label, code] = content.trim().split(/\s+/).map(Number);
      if (label > 255) throw fail(line, 'a label from 0 to 255', `${label}`);
      if (classOf.has(label)) throw fail(line, 'each label once', `label ${label} again`);
      const className = code <= 0x10ffff ? String.fromCodePoint(code) : '';
      if (!VISIBLE.test(className)) throw fail(line, 'the code of a visible character', `${code}`);
      if (classNames.includes(className)) throw fail(line, 'each character once', `'${className}' again`);
      classOf.set(label, classNames.length);
      classNames.push(className);
    });
  if (classNames.length === 0) throw fail(0, 'one class or more', 'an empty file');
  return { classNames, classOf };
}
