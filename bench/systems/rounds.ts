import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Dataset, PIXELS } from '../../lib/data/dataset';

/** The task that `SystemProcess` gave this program. */
export function readTask<Task>(): Task {
  return JSON.parse(process.argv[2]);
}

/** Where a data set's images and labels lie as bytes, as `writeImages` wrote them. */
export interface ImageFiles {
  readonly folder: string;
  readonly name: string;
  readonly classNames: readonly string[];
  readonly size: number;
}

/** The first `size` images of the files as a data set. */
export function readImages({ folder, name, classNames, size: all }: ImageFiles, size = all): Dataset {
  const read = (file: string) => new Uint8Array(readFileSync(join(folder, file)));
  const images = read(`${name}-images`).slice(0, size * PIXELS);
  return { name, source: 'bench', images, labels: read(`${name}-labels`).slice(0, size), classNames, size };
}

function say(message: object): void {
  writeSync(3, `${JSON.stringify(message)}\n`);
}

/** Says how far a long round has come. */
export function sayProgress(progress: string): void {
  say({ progress });
}

/** Says that the program is ready, then runs `round` for each line on the standard input and says what came of it. */
export async function answerRounds(ready: object, round: () => Promise<object>): Promise<void> {
  say(ready);
  for await (const _ of createInterface({ input: process.stdin })) say(await round());
  // The addon may keep threads that would hold the process.
  process.exit(0);
}

/** What `work` gave, and how long it took. */
export async function time<Value>(work: () => Promise<Value> | Value): Promise<{ seconds: number; value: Value }> {
  const started = performance.now();
  const value = await work();
  return { seconds: (performance.now() - started) / 1000, value };
}
