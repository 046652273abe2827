const fs = require('node:fs');
const { makeAwaitsInterruptible, spellOutShorthands } = require('./cell-transforms.cjs');
const { seeEdits, sysWithoutWatchers } = require('./file-edits.cjs');
const { describeScript } = require('./stack-traces.cjs');
const { compilerPath, ts } = require('./typescript.cjs');

// tslab reaches the compiler through this copy of its exports, which it must find before it is loaded itself.
/** @type {NodeJS.Module} */ (require.cache[compilerPath]).exports = Object.defineProperties(
  {},
  {
    ...Object.getOwnPropertyDescriptors(ts),
    sys: { value: sysWithoutWatchers, enumerable: true },
    createWatchCompilerHost: { value: createStrictHost, enumerable: true },
    createWatchProgram: { value: createProgramForCells, enumerable: true },
    getPreEmitDiagnosticsOfFiles: { value: getDiagnostics, enumerable: true },
    transpileModule: { value: transpileWithMap, enumerable: true },
  },
);
const { createConverter } = require('tslab/dist/converter');

/** The code of "Cannot find module '...' or its corresponding type declarations." */
const MODULE_NOT_FOUND = 2307;

/**
 * Returns tslab's converter of cells, which sees every edit of a source file.
 * @param {{ isBrowser: boolean, cellNumber: () => number }} options
 * @returns {import('tslab/dist/converter').Converter}
 */
function createCellConverter({ isBrowser, cellNumber }) {
  let converter = createConverter({ isBrowser });
  return {
    convert(declarations, cell) {
      if (seeEdits()) checked.clear();
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
    builder.emit = (/** @type {any} */ file, /** @type {any[]} */ ...[write, token, typesOnly, transformers]) => {
      if (fs.existsSync(file.fileName)) return undefined;
      transformers.after.unshift(spellOutShorthands(builder.getProgram().getTypeChecker(), file));
      return emit(file, write, token, typesOnly, transformers);
    };
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
    transformers: {
      before: [
        makeAwaitsInterruptible(() => {
          lastCell.awaits = true;
        }),
      ],
    },
  });
  const moduleMap = Buffer.from(INLINE_MAP.exec(module)?.[1] ?? '', 'base64').toString();
  lastCell.maps = [result.sourceMapText, moduleMap];
  return { ...result, outputText: result.outputText.replace(/\/\/# sourceMappingURL=\S+\s*$/, '') };
}

module.exports = { createCellConverter };
