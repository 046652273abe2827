const fs = require('node:fs');
const { CheckedFiles } = require('./checked-files.cjs');
const { ts } = require('./typescript.cjs');

/** The line that tslab puts before a cell, which makes a module of it. */
const PREFIX = 'export {};\n';

/** What `strict` alone finds, beside the implicit `any` of 7000 to 7099: possibly null or undefined, unknown, not yet assigned. */
const STRICT_ALONE = new Set([2454, 2531, 2532, 2533, 2564, 2571, 2683, 2721, 2722, 2723, 18046, 18047, 18048, 18049]);

/** What cannot be written into a declaration file, beside 4000 to 4199; a cell has none that anybody reads. */
const NO_DECLARATION = new Set([2527, 2742, 7056]);

/**
 * Whether an error in a cell is one of style: cells are lenient, where a file of `src` is checked strictly. A wrong type is an
 * error in both; that a value may be null, undefined or anything is none in a cell.
 * @param {{ code: number, messageText: string }} diagnostic
 */
function isForgiven({ code, messageText }) {
  if ((code >= 7000 && code < 7100) || STRICT_ALONE.has(code)) return true;
  if ((code >= 4000 && code < 4200) || NO_DECLARATION.has(code)) return true;
  const lines = messageText.split('\n');
  const isPartlyEmpty =
    lines.length > 1 && /^\s*Type '(undefined|null)' is not assignable to type /.test(lines[lines.length - 1]);
  return isPartlyEmpty || /\btype 'unknown'/i.test(lines[0]);
}

const checked = new CheckedFiles(process.cwd());

/**
 * Returns the errors of the files, each as one text: tslab forgets the file name of a message in several parts. Files
 * without errors are not checked again for every cell that imports them, which takes seconds.
 * @param {any} program
 * @param {any[]} files
 * @param {number} cellLength characters of the cell; tslab adds a line behind it
 */
function getDiagnostics(program, files, cellLength) {
  const found = files.flatMap((file) => {
    const isCell = !fs.existsSync(file.fileName);
    if (!isCell && checked.has(program, file)) return [];
    const diagnostics = ts
      .getPreEmitDiagnosticsOfFiles(program, [file])
      .filter((/** @type {any} */ diagnostic) => diagnostic.file) // The others are about tslab's options.
      .map((/** @type {any} */ diagnostic) => ({
        ...diagnostic,
        messageText: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
        start: isCell ? Math.min(diagnostic.start, PREFIX.length + cellLength) : diagnostic.start,
      }))
      .filter((/** @type {any} */ diagnostic) => !isCell || !isForgiven(diagnostic));
    if (diagnostics.length === 0 && !isCell) checked.add(program, file);
    return diagnostics;
  });
  checked.save();
  return found;
}

/**
 * Returns what keeps a cell from being read at all, as tslab describes errors: the first fault alone, as Python does, since those
 * after it mostly follow from it. It is looked for in the cell alone: after a bracket that is not closed, tslab's own last line is
 * wrong, too.
 * @param {string} code
 * @returns {import('tslab/dist/converter').Diagnostic[]}
 */
function findSyntaxErrors(code) {
  const file = ts.createSourceFile('cell.ts', PREFIX + code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const place = (/** @type {number} */ offset) => {
    const { line, character } = ts.getLineAndCharacterOfPosition(file, offset);
    return { offset: offset - PREFIX.length, line: line - 1, character };
  };
  return file.parseDiagnostics
    .slice(0, 1)
    .map((/** @type {any} */ { start, length, code, category, messageText }) => ({
      start: place(start),
      end: place(start + length),
      code,
      category,
      messageText: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
}

module.exports = { checked, findSyntaxErrors, getDiagnostics };
