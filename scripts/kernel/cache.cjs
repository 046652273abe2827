const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/** Where a project keeps what can be made anew, as other tools do; `npm ci` empties it. */
const FOLDER = path.resolve(__dirname, '..', '..', 'node_modules', '.cache', 'inkwell');

/**
 * Returns what was kept under a name; undefined where nothing is, or nothing that can be read.
 * @param {string} name
 * @param {string} [folder]
 * @returns {any}
 */
function recall(name, folder = FOLDER) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Keeps a value of JSON under a name, whole or not at all: several kernels share the folder, which may be read-only.
 * @param {string} name
 * @param {unknown} value
 * @param {string} [folder]
 */
function keep(name, value, folder = FOLDER) {
  const file = path.join(folder, `${name}.json`);
  const part = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(part, JSON.stringify(value));
    fs.renameSync(part, file);
  } catch {
    try {
      fs.rmSync(part, { force: true });
    } catch {
      // Its folder is not one.
    }
  }
}

/** @param {...string} texts */
function hash(...texts) {
  const digest = createHash('sha256');
  // Lengths keep 'ab', 'c' apart from 'a', 'bc'.
  for (const text of texts) digest.update(`${text.length} `).update(text);
  return digest.digest('hex');
}

module.exports = { recall, keep, hash };
