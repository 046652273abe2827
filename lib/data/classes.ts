/** From labels as files have them to class indices and names. */
import { DataError, FETCH_AGAIN } from './data-error';
import { knownMapping, type Mapping } from './mapping';
import type { RawLabels } from './raw-images';

/** The labels of one part, with their file for errors. */
export interface LabelledPart {
  readonly labels: RawLabels;
  readonly file: string;
}

export interface Classes {
  readonly classNames: readonly string[];
  /** Class indices, for each part. */
  readonly labels: readonly Uint8Array[];
  readonly notes: readonly string[];
}

/** A byte each. */
const MOST_CLASSES = 256;
/** From so many images on, a set in which most have a class of their own is none, nor is a test without a class of training. */
const LEAST_IMAGES = 20;

/**
 * The classes that some image has, in the order of their labels: numbers as numbers, words as a dictionary has them.
 *
 * @param given What the set's own mapping file says, or names in the file itself; every label must be among those of a mapping.
 * @throws DataError for labels outside of the mapping, that are no whole numbers, of one class alone, of more than 256, of a
 *   class for each image, or of test images none of which is of a class of the training images.
 */
export function toClasses(
  name: string,
  labelled: readonly LabelledPart[],
  given: { readonly mapping?: Mapping; readonly file?: string; readonly names?: ReadonlyMap<number, string> },
  isTransposed: boolean,
): Classes {
  const parts = labelled.map(inOneSpelling);
  const own = parts.map(({ labels }) => {
    const values = new Set<number | string>();
    for (let i = 0; i < labels.values.length; i++) values.add(labels.values[i]);
    return values;
  });
  const there = new Set(own.flatMap((values) => [...values]));
  const mapping = given.mapping ?? (given.names ? undefined : knownMapping(name));
  checkLabels(parts, there);
  if (own.length > 1 && parts[1].labels.values.length >= LEAST_IMAGES && ![...own[1]].some((value) => own[0].has(value))) {
    const [ofTrain, ofTest] = own.map((values) => list([...values].sort(compareLabels).map(String)));
    const cure = 'Label both parts in the same way.';
    throw new DataError({ file: parts[1].file, expected: `labels of the training images (${ofTrain})`, came: ofTest, cure });
  }
  const notes: string[] = [];
  let classes: { readonly value: number | string; readonly className: string }[];
  if (mapping) {
    const file = given.file ?? `${name}'s classes`;
    for (const part of parts) checkMapping(part, mapping, file);
    const all = [...mapping.classOf].map(([value, index]) => ({ value, className: mapping.classNames[index] }));
    classes = all.filter(({ value }) => there.has(value));
    const missing = all.filter(({ value }) => !there.has(value)).map(({ className }) => className);
    if (missing.length > 0)
      notes.push(`No image is of class ${list(missing)}: ${missing.length === 1 ? 'it is' : 'they are'} left out.`);
  } else {
    const values = [...there].sort(compareLabels);
    const guessed = given.names ?? guessNames(name, values, isTransposed);
    classes = values.map((value) => ({ value, className: guessed?.get(value as number) ?? `${value}` }));
    if (guessed && !given.names)
      notes.push(`Labels ${values[0]} to ${values.at(-1)} are named ${classes[0].className} to ${classes.at(-1)?.className}.`);
    const holes = given.names ? [] : findHoles(values);
    if (holes.length > 0)
      notes.push(
        `No image has label ${list(holes.map(String))}: ${holes.length === 1 ? 'it is no class' : 'they are no classes'}.`,
      );
  }
  const indexOf = new Map(classes.map(({ value }, index) => [value, index]));
  return {
    classNames: classes.map(({ className }) => className),
    labels: parts.map(({ labels }) => toIndices(labels.values, indexOf)),
    notes,
  };
}

/** Letters with accents as one character each: Macs write ä as two. */
function inOneSpelling({ labels, file }: LabelledPart): LabelledPart {
  const words = labels.values;
  if (typeof words[0] !== 'string') return { labels, file };
  return { labels: { ...labels, values: Array.from(words as readonly string[], (word) => word.normalize('NFC')) }, file };
}

function toIndices(values: RawLabels['values'], indexOf: ReadonlyMap<number | string, number>): Uint8Array {
  const indices = new Uint8Array(values.length);
  for (let i = 0; i < indices.length; i++) indices[i] = indexOf.get(values[i]) as number;
  return indices;
}

function checkLabels(parts: readonly LabelledPart[], there: ReadonlySet<number | string>): void {
  for (const { labels, file } of parts) {
    for (let i = 0; i < labels.values.length; i++) {
      const value = labels.values[i];
      if (typeof value === 'string' || Number.isInteger(value)) continue;
      const cure = 'A label is the number or the name of a class; a measurement is none.';
      throw new DataError({ file, at: labels.locate?.(i), expected: 'a whole number for a label', came: `${value}`, cure });
    }
  }
  const [{ labels, file }] = parts;
  const count = parts.reduce((sum, part) => sum + part.labels.values.length, 0);
  if (there.size === 1) {
    const [only] = there;
    const cure = 'With one class there is nothing to learn: is it the right column, the right file?';
    throw new DataError({ file, expected: 'labels of two classes or more', came: `${only} for all ${count} images`, cure });
  }
  if (count >= LEAST_IMAGES && there.size > count / 2) {
    const cure = 'They may be the numbers of the rows, or measurements: take the column or file that names the classes.';
    throw new DataError({
      file,
      at: labels.locate?.(0),
      expected: 'labels that images share',
      came: `${there.size} labels for ${count} images`,
      cure,
    });
  }
  if (there.size > MOST_CLASSES) {
    const cure = 'Take a part of the classes.';
    throw new DataError({ file, expected: `at most ${MOST_CLASSES} classes`, came: `${there.size}`, cure });
  }
}

function checkMapping({ labels, file }: LabelledPart, { classOf }: Mapping, mappingFile: string): void {
  for (let i = 0; i < labels.values.length; i++) {
    const value = labels.values[i];
    if (typeof value === 'number' && classOf.has(value)) continue;
    throw new DataError({
      file,
      at: labels.locate?.(i),
      expected: `a label of ${mappingFile} (${Math.min(...classOf.keys())} to ${Math.max(...classOf.keys())})`,
      came: `${value}`,
      cure: FETCH_AGAIN,
    });
  }
}

/** EMNIST's classes under another name, told by their labels and by how the images lie; letters that a name announces. */
function guessNames(
  name: string,
  values: readonly (number | string)[],
  isTransposed: boolean,
): ReadonlyMap<number, string> | undefined {
  const first = values[0];
  const isCounting = values.every((value, i) => value === Number(first) + i);
  if (!isCounting) return undefined;
  const isLetters = values.length === 26 && (first === 0 || first === 1);
  const split =
    isLetters && (isTransposed || /letter|alphabet|a-z/i.test(name))
      ? 'emnist-letters'
      : isTransposed && first === 0 && values.length === 47
        ? 'emnist-balanced'
        : isTransposed && first === 0 && values.length === 62
          ? 'emnist-byclass'
          : undefined;
  const classNames = split && knownMapping(split)?.classNames;
  return classNames && new Map(values.map((value, i) => [value as number, classNames[i]]));
}

function compareLabels(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [`${a}`, `${b}`];
  // Single characters in the order of their codes, as EMNIST has them: digits, capitals, small letters.
  if (left.length === 1 && right.length === 1) return left < right ? -1 : 1;
  return left.localeCompare(right, 'en', { numeric: true });
}

/** Whole numbers between the least and the greatest that no image has, where these are few. */
function findHoles(values: readonly (number | string)[]): number[] {
  if (values.some((value) => typeof value === 'string')) return [];
  const [first, last] = [Number(values[0]), Number(values.at(-1))];
  if (last - first > 2 * values.length) return [];
  const there = new Set(values);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((value) => !there.has(value));
}

function list(words: readonly string[]): string {
  if (words.length > 6) return `${words.slice(0, 5).join(', ')} and ${words.length - 5} others`;
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
