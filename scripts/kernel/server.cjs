const { StringDecoder } = require('node:string_decoder');
const util = require('node:util');
const { createCellConverter } = require('./compiler.cjs');
const { QueuedSocket } = require('./queued-socket.cjs');
const { forgetEditedModules } = require('./source-modules.cjs');
const { createExecutor } = require('tslab/dist/executor');
const jupyter = require('tslab/dist/jupyter');

/** What Jupyter calls an error: `traceback` is what a notebook shows. */
/** @typedef {{ ename: string, evalue: string, traceback: string[] }} CellError */
/** @typedef {(type: string, content: object) => void} Publish */
/** The number of the cell that runs, and what the executor reports about it. */
/** @typedef {{ number: number, reports: unknown[][] }} RunningCell */

/** Requests that come so soon after a failed cell were sent before the client could know of it, by "Run All" for one. */
const ABORT_MS = 200;

/** Runs cells one after the other; whatever a cell prints later still goes to the cell that ran last. */
class CellRunner extends jupyter.JupyterHandlerImpl {
  /**
   * @param {import('tslab/dist/executor').Executor} executor
   * @param {RunningCell} cell
   * @param {import('./interrupts.cjs').Interrupts} interrupts
   */
  constructor(executor, cell, interrupts) {
    super(executor, false);
    this.cell = cell;
    this.interrupts = interrupts;
    this.runCode = executor.execute;
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve();
    this.abortBefore = 0;
  }

  /**
   * @param {{ code: string, silent?: boolean, stop_on_error?: boolean }} request
   * @param {Publish} publish
   */
  runCell(request, publish) {
    const arrived = performance.now();
    const result = this.last.then(async () => {
      if (arrived < this.abortBefore) return { status: 'aborted' };
      if (!request.silent) this.cell.number++;
      const execution_count = this.cell.number;
      publish('execute_input', { code: request.code, execution_count });
      redirectOutput(publish);
      const error = await this.execute(request.code);
      if (!error) return { status: 'ok', execution_count, user_expressions: {} };
      if (request.stop_on_error !== false) this.abortBefore = performance.now() + ABORT_MS;
      publish('error', error);
      return { status: 'error', execution_count, ...error };
    });
    this.last = result;
    return result;
  }

  /** @param {string} code */
  async execute(code) {
    this.cell.reports = [];
    try {
      forgetEditedModules();
      return (await this.runCode(code)) ? undefined : describeFailure(this.cell);
    } catch (error) {
      // Not the cell's error, but one in compiling it: the next cell may fare better.
      return describeFailure({ ...this.cell, reports: [[error]] });
    } finally {
      this.interrupts.endCell();
    }
  }
}

/**
 * Returns tslab's executor of cells, which compiles and runs them.
 * @param {string} root
 * @param {RunningCell} cell
 * @param {import('./interrupts.cjs').Interrupts} interrupts
 */
function createCellExecutor(root, cell, { interruptible, interruptibleIterable }) {
  const executor = createExecutor(root, createConverters(cell), {
    log: console.log,
    error: (...report) => cell.reports.push(report),
  });
  // What compiled cells find in their only global name.
  Object.assign(/** @type {any} */ (globalThis).__tslab__, { interruptible, interruptibleIterable });
  return executor;
}

/**
 * @param {RunningCell} cell
 * @returns {import('tslab/dist/executor').ConverterSet}
 */
function createConverters(cell) {
  const cellNumber = () => cell.number;
  const node = createCellConverter({ isBrowser: false, cellNumber });
  /** @type {import('tslab/dist/converter').Converter | undefined} */
  let browser;
  return {
    node,
    get browser() {
      browser ??= createCellConverter({ isBrowser: true, cellNumber });
      return browser;
    },
    close() {
      node.close();
      browser?.close();
    },
  };
}

/** @param {Publish} publish */
function redirectOutput(publish) {
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    const decoder = new StringDecoder();
    process[name].write = (/** @type {string | Uint8Array} */ chunk, /** @type {unknown[]} */ ...[encoding, callback]) => {
      const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
      if (text !== '') publish('stream', { name, text });
      const written = typeof encoding === 'function' ? encoding : callback;
      if (typeof written === 'function') process.nextTick(/** @type {() => void} */ (written));
      return true;
    };
  }
  // tslab's `display` and this project's figures send through it.
  Object.assign(jupyter, {
    lastWriteDisplayData: (/** @type {object} */ data, /** @type {boolean} */ update) =>
      publish(update ? 'update_display_data' : 'display_data', data),
  });
}

/**
 * @param {RunningCell} cell its reports are either one thrown value, or the compiler's messages as format and values
 * @returns {CellError}
 */
function describeFailure({ number, reports }) {
  const thrown = reports[0][0];
  if (reports[0].length > 1) {
    const messages = reports.map(([format, file, ...rest]) => util.format(format, file || `cell [${number}] `, ...rest));
    return { ename: 'CompileError', evalue: messages[0], traceback: messages };
  }
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

class Server extends jupyter.ZmqServer {
  /**
   * @param {CellRunner} runner
   * @param {string} configPath
   */
  constructor(runner, configPath) {
    super(runner, configPath);
    this.runner = runner;
    /** @type {QueuedSocket[]} */
    this.queued = [];
    // tslab sets these when it starts.
    for (const name of ['iopub', 'shell', 'control']) {
      Object.defineProperty(this, name, {
        set: (socket) => {
          const queued = new QueuedSocket(socket);
          this.queued.push(queued);
          Object.defineProperty(this, name, { value: queued });
        },
        configurable: true,
      });
    }
  }

  /**
   * @override
   * @param {any} socket
   * @param {Parameters<jupyter.ZmqServer['handleExecute']>[1]} request
   */
  async handleExecute(socket, request) {
    const send = (/** @type {any} */ to, /** @type {string} */ type, /** @type {object} */ content) => {
      const message = request.createReply();
      message.header.msg_type = type;
      message.content = content;
      message.signAndSend(this.connInfo.key, to);
    };
    const code = /** @type {any} */ (request.content);
    const reply = await this.runner.runCell(code, (type, content) => send(this.iopub, type, content));
    send(socket, 'execute_reply', reply);
  }

  /**
   * Ends the process after a shutdown request: a running timer or browser would keep it alive.
   * @override
   */
  async close() {
    await Promise.all(this.queued.map((socket) => socket.flush()));
    super.close();
    process.exit(0);
  }
}

/**
 * Starts the kernel. A rejection or an exception that no cell awaits is shown with the cell that ran last, and the
 * kernel goes on.
 * @param {{ root: string, configPath: string, interrupts: import('./interrupts.cjs').Interrupts }} options
 */
function startServer({ root, configPath, interrupts }) {
  process.on('uncaughtException', (error) => console.error('Uncaught exception:', error));
  process.on('unhandledRejection', (reason) => console.error('Unhandled promise rejection:', reason));
  const cell = { number: 0, reports: [] };
  const executor = createCellExecutor(root, cell, interrupts);
  new Server(new CellRunner(executor, cell, interrupts), configPath).init();
}

module.exports = { startServer };
