const fs = require('node:fs');
const path = require('node:path');
const transforms = require('./cell-transforms.cjs');
const { keepEvaluated } = require('./declarations.cjs');
const { checked, findSyntaxErrors, getDiagnostics } = require('./diagnostics.cjs');
const { seeEdits, sysWithoutWatchers } = require('./file-edits.cjs');
const { getQuickInfoAtPosition } = require('./inspect.cjs');
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
    getPreEmitDiagnosticsOfFiles: {
      value: (/** @type {any} */ program, /** @type {any[]} */ files) => getDiagnostics(program, files, lastCell.code.length),
      enumerable: true,
    },
    getQuickInfoAtPosition: { value: getQuickInfoAtPosition, enumerable: true },
    transpileModule: { value: transpileWithMap, enumerable: true },
  },
);
const { createConverter } = require('tslab/dist/converter');

/** The code of "Cannot find module '...' or its corresponding type declarations." */
const MODULE_NOT_FOUND = 2307;

/** @typedef {import('tslab/dist/converter').Converter & { settle(evaluated?: Set<string>): void }} CellConverter */

/**
 * Returns tslab's converter of cells, which sees every edit of a source file. It keeps what the cells have declared itself:
 * `settle` says how the last one ended, with the names that were assigned where it failed.
 * @param {{ isBrowser: boolean, cellNumber: () => number }} options
 * @returns {CellConverter}
 */
function createCellConverter({ isBrowser, cellNumber }) {
  let converter = createConverter({ isBrowser });
  /** What the cells have declared, as the text of a `.d.ts` file. */
  let declared = '';
  /** @type {{ declarations: string, values: Set<string> } | undefined} Of the cell that runs. */
  let running;
  return {
    convert(_declarations, cell) {
      running = undefined;
      const code = withoutExports(cell);
      const diagnostics = findSyntaxErrors(code);
      if (diagnostics.length > 0) return { diagnostics };
      if (seeEdits()) checked.forget();
      lastCell = { code, maps: [], awaits: false, values: new Set() };
      let result = converter.convert(declared, code);
      if (result.diagnostics.some(({ code }) => code === MODULE_NOT_FOUND)) {
        // The compiler remembers that a module was not there; it may have been written since.
        converter.close();
        converter = createConverter({ isBrowser });
        result = converter.convert(declared, code);
      }
      if (result.diagnostics.length === 0) running = describeCell(result.declOutput ?? '');
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
    settle(evaluated) {
      if (!running) return;
      const { declarations, values } = running;
      const missed = evaluated ? [...values].filter((name) => !evaluated.has(name)) : [];
      declared = keepEvaluated(declared, declarations, new Set(missed));
      running = undefined;
    },
    inspect: (_declarations, ...rest) => converter.inspect(declared, ...rest),
    complete: (_declarations, ...rest) => converter.complete(declared, ...rest),
    addModule: (...args) => converter.addModule(...args),
    close: () => converter.close(),
  };
}

/**
 * @param {string} declarations those that hold after the last cell that was compiled
 */
function describeCell(declarations) {
  const { values } = lastCell;
  // tslab adds those of earlier cells to those of the cell, and has none of these where one has a type without a name.
  const ofAnyType = [...values].map((name) => `declare let ${name}: any;\n`).join('');
  return { declarations: declarations.replace(/^undefined/, ofAnyType), values };
}

/**
 * The cell with blanks for the word `export` before declarations, which a cell that was copied from a file has.
 * @param {string} cell
 */
function withoutExports(cell) {
  if (!/^\s*export\b/m.test(cell)) return cell;
  const file = ts.createSourceFile('cell.ts', cell, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  let code = cell;
  for (const { modifiers = [] } of file.statements) {
    const isDefault = modifiers.some((/** @type {any} */ { kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    const word = modifiers.find((/** @type {any} */ { kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (word && !isDefault) code = `${code.slice(0, word.end - 6)}      ${code.slice(word.end)}`;
  }
  return code;
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
      const checker = builder.getProgram().getTypeChecker();
      if (path.basename(file.fileName) === '__tslab__.ts') lastCell.values = namesOfValues(checker, file);
      transformers.after.unshift(transforms.spellOutShorthands(checker, file));
      return emit(file, write, token, typesOnly, transformers);
    };
    accept(builder);
  };
  return ts.createWatchProgram(host);
}

/**
 * The names that a cell declares or imports and that are there when it runs: not those of types alone.
 * @param {any} checker
 * @param {any} cell
 */
function namesOfValues(checker, cell) {
  /** @type {Set<string>} */
  const names = new Set();
  cell.locals?.forEach((/** @type {any} */ symbol, /** @type {string} */ name) => {
    const isAlias = symbol.flags & ts.SymbolFlags.Alias;
    if (isAlias && symbol.declarations.every(ts.isTypeOnlyImportOrExportDeclaration)) return;
    const { flags } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    if (flags & ts.SymbolFlags.Value) names.add(name);
  });
  return names;
}

const INLINE_MAP = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

/** The last cell that was compiled: maps from its code to its TypeScript, see `describeScript`, and the names of its values. */
let lastCell = { code: '', maps: [''], awaits: false, values: new Set(['']) };

/**
 * tslab compiles a cell to an ES module, which comes here with its map, and that to CommonJS.
 * @param {string} module
 * @param {any} options
 */
function transpileWithMap(module, options) {
  const onAwait = () => {
    lastCell.awaits = true;
  };
  const result = ts.transpileModule(module.replace(INLINE_MAP, ''), {
    ...options,
    compilerOptions: { ...options.compilerOptions, sourceMap: true },
    transformers: {
      before: [transforms.separateDeclarations, transforms.makeAwaitsInterruptible(onAwait)],
      after: [transforms.keepFormerValues],
    },
  });
  const moduleMap = Buffer.from(INLINE_MAP.exec(module)?.[1] ?? '', 'base64').toString();
  lastCell.maps = [result.sourceMapText, moduleMap];
  return { ...result, outputText: result.outputText.replace(/\/\/# sourceMappingURL=\S+\s*$/, '') };
}

module.exports = { createCellConverter };
