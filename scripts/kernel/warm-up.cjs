const path = require('node:path');

/** Long enough for messages that came meanwhile to be answered, before the next step takes its second. */
const PAUSE_MS = 20;

/**
 * Does what the first cell of a notebook needs while nobody waits: makes the compiler's program, reads and checks `src` with all
 * that it imports, loads its modules. It ends where a cell came.
 * @param {string} root the project's folder
 * @param {import('./cell-executor.cjs').CellExecutor} cells
 * @param {() => boolean} hasBegun whether a cell has come
 */
async function warmUp(root, cells, hasBegun) {
  const steps = [() => cells.node, () => cells.node.convert('', "import './src';"), () => require(path.join(root, 'src'))];
  for (const step of steps) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (hasBegun()) return;
    try {
      step();
    } catch {
      // The cell that imports it will say what is wrong with it.
    }
  }
}

module.exports = { warmUp };
