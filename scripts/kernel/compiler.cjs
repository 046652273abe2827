const fs = require('node:fs');
const path = require('node:path');

const tslabFolder = path.dirname(require.resolve('tslab'));
const compilerPath = require.resolve('@tslab/typescript-for-tslab', { paths: [tslabFolder] });
/** @type {any} The compiler that tslab brings: its typings do not cover what tslab uses. */
const ts = require(compilerPath);

// tslab reaches the compiler through this copy of its exports, where four functions are ours.
/** @type {NodeJS.Module} */ (require.cache[compilerPath]).exports = Object.defineProperties(
  {},
  {
    ...Object.getOwnPropertyDescriptors(ts),
    sys: { value: watchOnDemand(ts.sys), enumerable: true },
    createWatchCompilerHost: { value: createStrictHost, enumerable: true },
    createWatchProgram: { value: createProgramForCells, enumerable: true },
    getPreEmitDiagnosticsOfFiles: { value: getDiagnostics, enumerable: true },
    transpileModule: { value: transpileWithMap, enumerable: true },
  },
);

/** @type {Set<{ file: string, stamp: string, changed: (file: string, kind: number) => void }>} */
const watched = new Set();

/**
 * The compiler's view of files, without watchers of the operating system: they report an edit some time after it was
 * made, and a cell that runs at once would see the old file. Files are looked at in `seeEdits` instead. Packages are
 * taken not to change while a kernel runs.
 * @param {any} sys
 */
function watchOnDemand(sys) {
  return Object.assign(Object.create(sys), {
    watchFile(/** @type {string} */ file, /** @type {(file: string, kind: number) => void} */ changed) {
      const entry = { file, changed, stamp: stampOf(file) };
      if (!file.includes('/node_modules/')) watched.add(entry);
      return { close: () => watched.delete(entry) };
    },
    watchDirectory: () => ({ close() {} }),
  });
}

/** Tells the compiler about the files that changed since the last call. */
function seeEdits() {
  for (const entry of [...watched]) {
    const stamp = stampOf(entry.file);
    if (stamp === entry.stamp) continue;
    const { Created, Changed, Deleted } = ts.FileWatcherEventKind;
    const kind = stamp === '' ? Deleted : entry.stamp === '' ? Created : Changed;
    entry.stamp = stamp;
    checked.clear();
    entry.changed(entry.file, kind);
  }
}

/** @param {string} file */
function stampOf(file) {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size}` : '';
}

/**
 * @param {string[]} files
 * @param {any} options
 * @param {...unknown} rest
 */
function createStrictHost(files, options, ...rest) {
  const lib = options.lib.map((/** @type {string} */ name) => name.replace('es2022', 'es2023'));
  return ts.createWatchCompilerHost(files, { ...options, lib, strict: true, inlineSourceMap: true }, ...rest);
}

/**
 * Type-checks all that a cell imports, as tslab does, but emits the cell alone: source files are compiled when Node
 * loads them.
 * @param {any} host
 */
function createProgramForCells(host) {
  const accept = host.afterProgramCreate;
  host.afterProgramCreate = (/** @type {any} */ builder) => {
    const emit = builder.emit;
    builder.emit = (/** @type {any} */ file, /** @type {unknown[]} */ ...rest) =>
      fs.existsSync(file.fileName) ? undefined : emit(file, ...rest);
    accept(builder);
  };
  return ts.createWatchProgram(host);
}

/** @type {Set<string>} Source files in which no error was found since the last edit. */
const checked = new Set();

/**
 * Returns the errors of the files, each as one text: tslab forgets the file name of a message in several parts. Files
 * without errors are not checked again for every cell that imports them, which takes seconds.
 * @param {any} program
 * @param {any[]} files
 */
function getDiagnostics(program, files) {
  return files.flatMap((file) => {
    if (checked.has(file.fileName)) return [];
    const diagnostics = ts
      .getPreEmitDiagnosticsOfFiles(program, [file])
      .filter((/** @type {any} */ diagnostic) => diagnostic.file); // The others are about tslab's options.
    if (diagnostics.length === 0 && fs.existsSync(file.fileName)) checked.add(file.fileName);
    return diagnostics.map((/** @type {any} */ diagnostic) => ({
      ...diagnostic,
      messageText: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    }));
  });
}

const INLINE_MAP = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

/** The last cell that was compiled: maps from its code to its TypeScript, see `describeScript`. */
let lastCell = { maps: [''], awaits: false };

/**
 * tslab compiles a cell to an ES module, which comes here with its map, and that to CommonJS. Each `await` is made
 * interruptible on the way.
 * @param {string} module
 * @param {any} options
 */
function transpileWithMap(module, options) {
  lastCell = { maps: [], awaits: false };
  const result = ts.transpileModule(module.replace(INLINE_MAP, ''), {
    ...options,
    compilerOptions: { ...options.compilerOptions, sourceMap: true },
    transformers: { before: [makeAwaitsInterruptible] },
  });
  const moduleMap = Buffer.from(INLINE_MAP.exec(module)?.[1] ?? '', 'base64').toString();
  lastCell.maps = [result.sourceMapText, moduleMap];
  return { ...result, outputText: result.outputText.replace(/\/\/# sourceMappingURL=\S+\s*$/, '') };
}

/** @param {any} context */
function makeAwaitsInterruptible(context) {
  const { factory } = ts;
  let functions = 0;
  const wrap = (/** @type {string} */ name, /** @type {any} */ expression) => {
    lastCell.awaits ||= functions === 0;
    const callee = factory.createPropertyAccessExpression(factory.createIdentifier('__tslab__'), name);
    return factory.createCallExpression(callee, undefined, [ts.visitNode(expression, visit)]);
  };
  const visit = (/** @type {any} */ node) => {
    if (ts.isAwaitExpression(node)) {
      return factory.updateAwaitExpression(node, wrap('interruptible', node.expression));
    }
    if (ts.isForOfStatement(node) && node.awaitModifier) {
      const items = wrap('interruptibleIterable', node.expression);
      const body = ts.visitNode(node.statement, visit);
      return factory.updateForOfStatement(node, node.awaitModifier, node.initializer, items, body);
    }
    if (!ts.isFunctionLike(node)) return ts.visitEachChild(node, visit, context);
    functions++;
    const result = ts.visitEachChild(node, visit, context);
    functions--;
    return result;
  };
  return (/** @type {any} */ file) => ts.visitEachChild(file, visit, context);
}

/**
 * Returns one source file as CommonJS, without looking at types.
 * @param {string} source
 * @param {string} file
 */
function transpile(source, file) {
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      sourceMap: true,
    },
  });
  return { code: outputText, sourceMap: sourceMapText };
}

const { createConverter } = require('tslab/dist/converter');
const { describeScript } = require('./stack-traces.cjs');

/**
 * Returns tslab's converter of cells, which sees every edit of a source file.
 * @param {{ isBrowser: boolean, cellNumber: () => number }} options
 * @returns {import('tslab/dist/converter').Converter}
 */
function createCellConverter({ isBrowser, cellNumber }) {
  let converter = createConverter({ isBrowser });
  return {
    convert(declarations, cell) {
      seeEdits();
      let result = converter.convert(declarations, cell);
      if (result.diagnostics.some(({ code }) => code === MODULE_NOT_FOUND)) {
        // The compiler remembers that a module was not there; it may have been written since.
        converter.close();
        converter = createConverter({ isBrowser });
        result = converter.convert(declarations, cell);
      }
      if (result.output) {
        const script = `cell-${cellNumber()}`;
        // tslab puts one line before a cell, and after it the call that runs it.
        const lineCount = result.output.split('\n').length;
        describeScript(script, `cell [${cellNumber()}]`, lastCell.maps, { linesBefore: 1, lineCount });
        result.output += `\n//# sourceURL=${script}`;
        // tslab does not count `for await`.
        result.hasToplevelAwait ||= lastCell.awaits;
      }
      return result;
    },
    inspect: (...args) => converter.inspect(...args),
    complete: (...args) => converter.complete(...args),
    addModule: (...args) => converter.addModule(...args),
    close: () => converter.close(),
  };
}

/** The code of "Cannot find module '...' or its corresponding type declarations." */
const MODULE_NOT_FOUND = 2307;

module.exports = { createCellConverter, transpile };
