/** From what was written to classes. */
import { plural } from '../base/words';

/** The class of each written character, by index; undefined for one that is no class. */
export function classesOf(characters: readonly string[], classNames: readonly string[]): (number | undefined)[] {
  const indexOf = new Map(classNames.map((name, index) => [name, index]));
  // EMNIST Balanced has one class for C and c, EMNIST Letters for all letters.
  return characters.map((character) =>
    [character, character.toUpperCase(), character.toLowerCase()].map((each) => indexOf.get(each)).find((i) => i !== undefined),
  );
}

/** The characters of a text, without blanks, by line; accents are part of their letter. */
export function charactersOf(text: string): string[][] {
  return text
    .normalize('NFC')
    .split(/\r?\n/)
    .map((line) => [...line.replace(/\s/g, '')])
    .filter((line) => line.length > 0);
}

/**
 * The text's characters, one for each that was found.
 *
 * @param found How many were found, line by line.
 * @throws RangeError where they are not as many, with the line where the two part.
 */
export function matchText(text: string, found: readonly number[], file: string): string[] {
  const lines = charactersOf(text);
  const characters = lines.flat();
  const total = found.reduce((sum, count) => sum + count, 0);
  if (characters.length === total) return characters;
  const row = found.findIndex((count, i) => count !== lines[i]?.length);
  const where =
    lines.length === found.length && lines.length > 1
      ? ` Line ${row + 1}, "${lines[row].join('')}", has ${lines[row].length}, and ${found[row]} were found there.`
      : found.length > 1
        ? ` Found were ${found.join(', ')} in ${plural(found.length, 'line')}.`
        : '';
  throw new RangeError(
    `labels must name each character once, from left to right and line by line, but ${file} has ` +
      `${plural(total, 'character')} and labels has ${characters.length}.${where} \`await show(figures.scan(await ` +
      'readScan(file)))` draws a numbered frame around each that was found: look for one that is missing, two in one frame, or ' +
      'one in two. Characters must not touch each other.',
  );
}
