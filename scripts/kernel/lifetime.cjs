const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const os = require('node:os');

/**
 * Ends the process within about a second of its parent's death, or at SIGTERM or SIGHUP. `exit` handlers run, and child
 * processes (a headless browser, the tuner's workers) get SIGTERM.
 * @param {string} configPath the connection file, which a parent that was killed cannot remove
 */
function endWithParent(configPath) {
  // A kernel whose server was killed gets no message and no signal, but another parent.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    fs.rmSync(configPath, { force: true });
    process.exit(1);
  }, 1000).unref();

  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => process.exit(128 + os.constants.signals[signal]));
  }

  /** @type {Set<import('node:child_process').ChildProcess>} */
  const children = new Set();
  diagnostics.subscribe('child_process', (message) => {
    const child = /** @type {{ process: import('node:child_process').ChildProcess }} */ (message).process;
    children.add(child);
    child.once('exit', () => children.delete(child));
  });
  process.on('exit', () => {
    for (const child of children) child.kill('SIGTERM');
  });
}

module.exports = { endWithParent };
