const { SourceMap } = require('node:module');
const path = require('node:path');

/** @typedef {{ line: number, column: number }} Position */

/** @type {Map<string, { label: string, toSource: (position: Position) => Position | undefined }>} By script name. */
const scripts = new Map();

/**
 * Gives a script a readable name in stack traces, and its positions as they were written.
 * @param {string} name its file name, or the `sourceURL` in its code
 * @param {string} label
 * @param {string[]} sourceMaps JSON texts: the first leads from the code that runs, the last to the source
 * @param {{ linesBefore?: number, lineCount?: number }} [wrapping] lines that stand before the source's first one, and
 *   lines of the code that runs: what comes after them is not the script's own
 */
function describeScript(name, label, sourceMaps, { linesBefore = 0, lineCount = Infinity } = {}) {
  /** @type {SourceMap[] | undefined} */
  let maps;
  scripts.set(name, {
    label,
    toSource(position) {
      if (position.line > lineCount) return undefined;
      maps ??= sourceMaps.map((text) => new SourceMap(JSON.parse(text)));
      for (const map of maps) {
        const entry = map.findEntry(position.line - 1, position.column - 1);
        if (!('originalLine' in entry)) return undefined;
        position = { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
      }
      return { line: position.line - linesBefore, column: position.column };
    },
  });
}

/**
 * Makes every `stack` show cells and source files by name and line, and leaves out the frames of Node and the kernel.
 * @param {string} root the project's folder; files in it are shown relative to it
 */
function mapStackTraces(root) {
  const hidden = [__dirname, path.dirname(require.resolve('tslab'))];
  // Hidden frames take places too; ten are left of them at most.
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames
      .filter((frame) => {
        const file = fileOf(frame);
        return file !== '' && !file.startsWith('node:') && !hidden.some((folder) => file.startsWith(folder));
      })
      .map((frame) => describeFrame(frame, root))
      .filter((line) => line !== undefined)
      .slice(0, 10);
    return [Error.prototype.toString.call(error), ...lines.map((line) => `    at ${line}`)].join('\n');
  };
}

/** @param {NodeJS.CallSite} frame */
function fileOf(frame) {
  return frame.getScriptNameOrSourceURL() ?? '';
}

/**
 * @param {NodeJS.CallSite} frame
 * @param {string} root
 */
function describeFrame(frame, root) {
  const file = fileOf(frame);
  const written = { line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 };
  const script = scripts.get(file);
  const position = script ? script.toSource(written) : written;
  if (!position) return undefined;
  const label = script?.label ?? (file.startsWith(root + path.sep) ? path.relative(root, file) : file);
  return String(frame)
    .replace(`${file}:${written.line}:${written.column}`, `${label}:${position.line}:${position.column}`)
    .replace(/^(async )?Proxy\./, '$1'); // tslab calls what earlier cells declared as methods of a Proxy.
}

module.exports = { describeScript, mapStackTraces };
