const util = require('node:util');

/** What Jupyter calls an error: `traceback` is what a notebook shows. */
/** @typedef {{ ename: string, evalue: string, traceback: string[] }} CellError */

/**
 * @param {import('./cell-executor.cjs').Failure} failure
 * @param {number} cell the number of the cell
 * @returns {CellError}
 */
function describeFailure(failure, cell) {
  if ('messages' in failure) {
    const messages = failure.messages.map(([format, file, ...rest]) => util.format(format, file || `cell [${cell}] `, ...rest));
    return { ename: 'CompileError', evalue: messages[0], traceback: messages };
  }
  const { thrown } = failure;
  if (!(thrown instanceof Error)) {
    const evalue = util.inspect(thrown);
    return { ename: typeof thrown, evalue, traceback: [`Thrown: ${evalue}`] };
  }
  if (isInterrupt(thrown)) {
    const evalue = thrown.name === 'InterruptedError' ? thrown.message : 'Interrupted.';
    return { ename: 'InterruptedError', evalue, traceback: [`InterruptedError: ${evalue}`] };
  }
  // Node puts the compiled line that threw before some stacks.
  thrown.stack = thrown.stack?.replace(/^\S+:\d+\n.*\n\s*\^+\n\n/, '');
  return { ename: thrown.name, evalue: thrown.message, traceback: util.inspect(thrown).split('\n') };
}

/** @param {Error & { code?: unknown }} error */
function isInterrupt(error) {
  return error.name === 'InterruptedError' || error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}

module.exports = { describeFailure };
