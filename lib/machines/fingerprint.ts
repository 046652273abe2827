import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { Dataset } from '../data/dataset';
import type { ModuleReference } from '../search/executors/workers/module-reference';
import type { ExportedFunction } from './wire';

const ROOT = resolve(__dirname, '../..');

/**
 * SHA-256 of all that trains: the files of `src` and `lib`, the versions of the npm packages, and TensorFlow's. Line ends do not
 * count, which Git may have changed.
 */
export function checksumCode(): string {
  const hash = createHash('sha256');
  const add = (path: string) => hash.update(`${path}\0${readText(join(ROOT, path))}\0`);
  for (const folder of ['lib', 'src']) {
    const sources = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
    for (const file of sources.map((path) => path.split(sep).join('/')).sort()) {
      if (file.endsWith('.ts')) add(`${folder}/${file}`);
    }
  }
  add('package-lock.json');
  // Which TensorFlow set-up has installed, without loading it.
  const stamp = 'node_modules/@tensorflow/tfjs-node/.inkwell-verified';
  if (existsSync(join(ROOT, stamp))) add(stamp);
  return hash.digest('hex');
}

/** SHA-256 of images, labels and class names. */
export function checksumData({ images, labels, classNames }: Dataset): string {
  return createHash('sha256').update(images).update(labels).update(JSON.stringify(classNames)).digest('hex');
}

/** A function as another machine can find it again: by its name and the content of its file. */
export function describeFunction({ module, name }: ModuleReference): ExportedFunction {
  return { name, module: checksumFile(module) };
}

/** The files that functions may come from, by their content: those of `src/models`, and `given` ones. */
export class KnownModules {
  readonly #paths: ReadonlyMap<string, string>;

  /** @throws Error where a given file cannot be read. */
  constructor(given: readonly string[]) {
    const models = join(ROOT, 'src', 'models');
    const files = readdirSync(models).map((file) => join(models, file));
    this.#paths = new Map([...files, ...given.map((file) => resolve(file))].map((f) => [checksumFile(f), f]));
  }

  /** Where it is here; undefined where no file has that content. */
  find({ name, module }: ExportedFunction): ModuleReference | undefined {
    const path = this.#paths.get(module);
    return path === undefined ? undefined : { module: path, name };
  }
}

function checksumFile(path: string): string {
  return createHash('sha256').update(readText(path)).digest('hex');
}

function readText(path: string): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}
