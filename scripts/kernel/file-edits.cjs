const fs = require('node:fs');
const { ts } = require('./typescript.cjs');

/** @type {Set<{ file: string, stamp: string, changed: (file: string, kind: number) => void }>} */
const watched = new Set();

/**
 * The compiler's view of files, without watchers of the operating system: they report an edit some time after it was
 * made, and a cell that runs at once would see the old file. `seeEdits` looks at the files instead. Packages are taken
 * not to change while a kernel runs.
 */
const sysWithoutWatchers = Object.assign(Object.create(ts.sys), {
  watchFile(/** @type {string} */ file, /** @type {(file: string, kind: number) => void} */ changed) {
    const entry = { file, changed, stamp: stampOf(file) };
    if (!file.includes('/node_modules/')) watched.add(entry);
    return { close: () => watched.delete(entry) };
  },
  watchDirectory: () => ({ close() {} }),
});

/** Tells the compiler about the files that changed since the last call; returns whether any did. */
function seeEdits() {
  const edited = [...watched].filter((entry) => stampOf(entry.file) !== entry.stamp);
  for (const entry of edited) {
    const { Created, Changed, Deleted } = ts.FileWatcherEventKind;
    const stamp = stampOf(entry.file);
    const kind = stamp === '' ? Deleted : entry.stamp === '' ? Created : Changed;
    entry.stamp = stamp;
    entry.changed(entry.file, kind);
  }
  return edited.length > 0;
}

/** @param {string} file */
function stampOf(file) {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size}` : '';
}

module.exports = { sysWithoutWatchers, seeEdits };
