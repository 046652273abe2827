import { join, sep } from 'node:path';
import { inspect } from 'node:util';
import { FatalError } from './fatal-error';

const ROOT = join(__dirname, '../..') + sep;

/**
 * What was thrown, in one line, with the place in its stack that its author wrote, the first outside packages and `lib`, and the
 * place that the search called, where that is in another file.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `Thrown: ${inspect(error)}`;
  const isPlain = error.name === 'Error' || error instanceof FatalError;
  const message = isPlain ? error.message : `${error.name}: ${error.message}`;
  const place = findPlace(error.stack ?? '');
  return place === undefined ? message : `${message} (${place})`;
}

function findPlace(stack: string): string | undefined {
  const places = stack.split('\n').filter((line) => /^ +at /.test(line));
  const relative = places.map((line) => line.trim().replace(ROOT, ''));
  // From there on it is the search that called: it is at fault for nothing that its caller wrote.
  const end = relative.findIndex((place) => /[ (]lib[\\/]search[\\/]/.test(place));
  const written = relative.slice(0, end === -1 ? relative.length : end);
  const own = written.filter((place) => !/node:|node_modules|<anonymous>/.test(place));
  const place = own.find((each) => !/[ (]lib[\\/]/.test(each)) ?? own[0];
  const caller = own.at(-1);
  return caller && fileOf(caller) !== fileOf(place) ? `${place}, called ${caller}` : place;
}

function fileOf(place: string): string {
  return place.replace(/^.*[ (](?=\S)|:\d+:\d+\)?$/g, '');
}
