const { describeFailure } = require('./cell-error.cjs');
const { Output } = require('./output.cjs');
const { forgetEditedModules } = require('./source-modules.cjs');
const jupyter = require('tslab/dist/jupyter');

/** Requests that come so soon after a failed cell were sent before the client could know of it, by "Run All" for one. */
const ABORT_MS = 200;

/** Runs cells one after the other; whatever a cell prints later still goes to the cell that ran last. */
class CellRunner extends jupyter.JupyterHandlerImpl {
  /**
   * @param {import('./cell-executor.cjs').CellExecutor} cells
   * @param {{ number: number }} cell the number of the cell that runs, or ran last
   * @param {import('./interrupts.cjs').Interrupts} interrupts
   */
  constructor(cells, cell, interrupts) {
    super(cells.executor, false);
    this.cells = cells;
    this.cell = cell;
    this.interrupts = interrupts;
    /** @type {Output | undefined} Of the cell that runs, or ran last. */
    this.output = undefined;
    /** @type {Map<unknown, import('./cell-error.cjs').CellError>} By what was thrown: errors that the cell has shown already. */
    this.shown = new Map();
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve();
    this.abortBefore = 0;
  }

  /**
   * @param {{ code: string, silent?: boolean, stop_on_error?: boolean }} request
   * @param {import('./output.cjs').Publish} publish
   */
  runCell(request, publish) {
    const arrived = performance.now();
    const result = this.last.then(async () => {
      if (arrived < this.abortBefore) return { status: 'aborted' };
      if (!request.silent) this.cell.number++;
      const execution_count = this.cell.number;
      this.output?.flush();
      this.output = new Output(publish);
      this.output.publish('execute_input', { code: request.code, execution_count });
      this.output.redirect();
      const error = await this.execute(request.code);
      this.output.flush();
      if (!error) return { status: 'ok', execution_count, user_expressions: {} };
      if (request.stop_on_error !== false) this.abortBefore = performance.now() + ABORT_MS;
      return { status: 'error', execution_count, ...error };
    });
    this.last = result.catch(() => {});
    return result;
  }

  /**
   * Runs a cell and shows its error, which it returns.
   * @param {string} code
   */
  async execute(code) {
    this.shown.clear();
    forgetEditedModules();
    const failure = await this.cells.execute(code);
    this.interrupts.endCell();
    if (failure && !('thrown' in failure && this.shown.has(failure.thrown))) this.#show(failure);
    const [first] = this.shown.values();
    return first;
  }

  /**
   * Shows an error that nothing waited for, in the cell that runs, which has failed then, or else in the one that ran last.
   * @param {unknown} thrown
   * @param {string} hint what to do about it
   */
  showStray(thrown, hint) {
    if (!this.output) console.error(thrown);
    else this.#show({ thrown }, hint);
  }

  /**
   * @param {import('./cell-executor.cjs').Failure} failure
   * @param {string} [hint]
   */
  #show(failure, hint) {
    const error = describeFailure(failure, this.cell.number);
    if (hint) error.traceback.push(hint);
    this.shown.set('thrown' in failure ? failure.thrown : failure, error);
    this.output?.publish('error', error);
  }
}

module.exports = { CellRunner };
