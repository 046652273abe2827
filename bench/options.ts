import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The names of a list with commas, or of several, each once; undefined for none. */
export function splitLists(lists?: readonly string[]): string[] | undefined {
  return lists && [...new Set(lists.flatMap((list) => list.split(',')).map((name) => name.trim()))];
}

export function parseSeeds(list: string): number[] {
  return [...new Set(list.split(',').map((seed) => parseWhole('--seeds', seed, 0)))];
}

export function parseWhole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
    throw new Error(`${option} must have whole numbers, ${least} or more, but got "${text}".`);
  }
  return value;
}

/** A JSON list with a line for each result. */
export function saveLines(file: string, results: readonly object[]): void {
  const lines = results.map((result) => `  ${JSON.stringify(result)}`);
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
}

/** Saves the results and says where. */
export function writeLines(file: string, results: readonly object[]): void {
  saveLines(file, results);
  console.log(`\nThe results are in ${relative(process.cwd(), file)}.`);
}

/** @throws Error for a name that is not among `known`. */
export function parseList<Name extends string>(option: string, list: string, known: readonly Name[]): Name[] {
  const names = splitLists([list]) as string[];
  const unknown = names.find((name) => !known.includes(name as Name));
  if (unknown !== undefined) throw new Error(`${option} must be of ${known.join(', ')}, but got "${unknown}".`);
  return names as Name[];
}
