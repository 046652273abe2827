const fs = require('node:fs');
const path = require('node:path');
const { hash, keep, recall } = require('./cache.cjs');
const { ts } = require('./typescript.cjs');

const isOfPackage = (/** @type {string} */ file) => file.includes('/node_modules/');

/**
 * The source files in which the compiler found no error, across kernels. Checking all of `src` and `lib` takes seconds, and a file
 * that is the same as at the last check, like all files that it imports, has no error now either.
 */
class CheckedFiles {
  /**
   * @param {string} root the project's folder
   * @param {string} [folder] where the files' names are kept
   */
  constructor(root, folder) {
    this.root = root;
    this.folder = folder;
    /** @type {Map<string, string> | undefined} By file name, what it and all that it imports were when it was checked. */
    this.kept = undefined;
    /** @type {Set<string>} Since the last edit. */
    this.current = new Set();
    this.hasNews = false;
    /** @type {string | undefined} A hash of what `npm ci` installed. */
    this.packages = undefined;
    /** @type {WeakMap<object, string>} By source file of a program. */
    this.texts = new WeakMap();
  }

  /** Source files were edited: all are compared with what was checked. */
  forget() {
    this.current.clear();
  }

  /**
   * @param {any} program
   * @param {any} file of the program
   */
  has(program, file) {
    if (this.current.has(file.fileName)) return true;
    this.kept ??= new Map(Object.entries(recall('checked', this.folder) ?? {}));
    if (this.kept.get(this.#nameOf(file)) !== this.#keyOf(program, file)) return false;
    this.current.add(file.fileName);
    return true;
  }

  /**
   * @param {any} program
   * @param {any} file of the program, in which there is no error
   */
  add(program, file) {
    this.current.add(file.fileName);
    this.kept?.set(this.#nameOf(file), this.#keyOf(program, file));
    this.hasNews = true;
  }

  /** Keeps what was added since the last call. */
  save() {
    if (this.hasNews) keep('checked', Object.fromEntries(this.kept ?? []), this.folder);
    this.hasNews = false;
  }

  /** @param {any} file */
  #nameOf(file) {
    return path.relative(this.root, file.fileName);
  }

  /**
   * A text that changes with the file, with any file that it imports, directly or not, with the packages and the compiler.
   * @param {any} program
   * @param {any} file
   */
  #keyOf(program, file) {
    const seen = new Set([file.fileName]);
    // The set grows while it is gone through.
    for (const name of seen) {
      program.getSourceFile(name)?.resolvedModules?.forEach((/** @type {any} */ resolution) => {
        const imported = resolution?.resolvedModule?.resolvedFileName;
        if (imported !== undefined && !isOfPackage(imported)) seen.add(imported);
      });
    }
    const texts = [...seen]
      .sort()
      .map((name) => `${path.relative(this.root, name)} ${this.#hashOf(program.getSourceFile(name))}`);
    return hash(this.#surroundings(program), ...texts);
  }

  /** @param {any} file */
  #hashOf(file) {
    if (file === undefined) return '';
    const text = this.texts.get(file) ?? hash(file.text);
    this.texts.set(file, text);
    return text;
  }

  /** @param {any} program */
  #surroundings(program) {
    this.packages ??= hash(readIfThere(path.join(this.root, 'node_modules/.package-lock.json')));
    // They hold paths, too, which say nothing: the project may be moved.
    const options = JSON.stringify(program.getCompilerOptions()).replaceAll(this.root, '');
    return hash(ts.version, options, this.packages);
  }
}

/** @param {string} file */
function readIfThere(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

module.exports = { CheckedFiles };
