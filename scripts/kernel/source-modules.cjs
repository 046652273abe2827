const fs = require('node:fs');
const path = require('node:path');
const { hash, keep, recall } = require('./cache.cjs');
const { describeScript } = require('./stack-traces.cjs');
const { ts } = require('./typescript.cjs');

/** @type {Map<string, string>} The text of each source file as it was loaded. */
const loaded = new Map();

/** @type {WeakMap<Function, string>} What modules exported that were forgotten since, by itself: their files. */
const former = new WeakMap();
Object.assign(globalThis, { [Symbol.for('inkwell.formerExports')]: former });

// Types are checked when a cell is compiled that imports the file.
const compilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
  sourceMap: true,
};

/** Lets Node load TypeScript files: a module of `src` or `lib` is an ordinary CommonJS module, resolved and cached by Node. */
function loadSourceModules() {
  // The typings omit `_compile`, which every loader of another language uses.
  require.extensions['.ts'] = (/** @type {any} */ module, file) => {
    const source = fs.readFileSync(file, 'utf8');
    const { outputText, sourceMapText } = compile(file, source);
    loaded.set(file, source);
    describeScript(file, path.relative(process.cwd(), file), [sourceMapText]);
    module._compile(outputText, file);
  };
}

/**
 * The compiler takes seconds for all of `src` and `lib`, so what it made of a text is kept for the next kernel.
 * @param {string} file
 * @param {string} source
 * @returns {{ outputText: string, sourceMapText: string }}
 */
function compile(file, source) {
  const name = path.relative(process.cwd(), file);
  const isOwn = !name.startsWith('..');
  const key = hash(ts.version, JSON.stringify(compilerOptions), name, source);
  const kept = isOwn ? recall(`compiled/${name}`) : undefined;
  if (kept?.key === key) return kept;
  const { outputText, sourceMapText } = ts.transpileModule(source, { fileName: file, compilerOptions });
  const compiled = { key, outputText, sourceMapText };
  if (isOwn) keep(`compiled/${name}`, compiled);
  return compiled;
}

/**
 * Forgets the modules whose file was edited, and those that import one, directly or not: the next import evaluates
 * them anew. All other modules keep their instance, and with it their state.
 */
function forgetEditedModules() {
  const stale = new Set([...loaded.keys()].filter((file) => readIfThere(file) !== loaded.get(file)));
  if (stale.size === 0) return;
  let before;
  do {
    before = stale.size;
    for (const file of loaded.keys()) {
      if (require.cache[file]?.children.some((child) => stale.has(child.filename))) stale.add(file);
    }
  } while (stale.size > before);
  for (const file of stale) {
    for (const value of exportsOf(file)) former.set(value, file);
    delete require.cache[file];
    loaded.delete(file);
  }
}

/**
 * The functions that a loaded module exports.
 * @param {string} file
 * @returns {Function[]}
 */
function exportsOf(file) {
  const { exports = {} } = require.cache[file] ?? {};
  // Not by their getters, which load what is exported again.
  const values = Object.values(Object.getOwnPropertyDescriptors(exports)).map(({ value }) => value);
  return values.filter((value) => typeof value === 'function');
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

module.exports = { loadSourceModules, forgetEditedModules };
