const { CellExecutor } = require('./cell-executor.cjs');
const { CellRunner } = require('./cell-runner.cjs');
const { QueuedSocket } = require('./queued-socket.cjs');
const { warmUp } = require('./warm-up.cjs');
const jupyter = require('tslab/dist/jupyter');

class Server extends jupyter.ZmqServer {
  /**
   * @param {CellRunner} runner
   * @param {string} configPath
   */
  constructor(runner, configPath) {
    super(runner, configPath);
    this.runner = runner;
    /** @type {Set<any>} Requests whose cells run or wait, in their order. */
    this.running = new Set();
    /** @type {Promise<void> | undefined} */
    this.warm = undefined;
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
   * Each request has its `busy` and its `idle`; but clients take whichever comes last for the kernel's own state, and
   * completions are answered while a cell runs.
   * @override
   * @param {'busy' | 'idle'} status
   * @param {any} request
   */
  publishStatus(status, request) {
    if (request.header.msg_type === 'execute_request') {
      if (status === 'busy') this.running.add(request);
      else this.running.delete(request);
    }
    super.publishStatus(status, request);
    // tslab leaves this one open, for which some clients wait; it keeps no history.
    if (status === 'busy' && request.header.msg_type === 'history_request') {
      this.answer(this.shell, request, 'history_reply', { status: 'ok', history: [] });
    }
    const [running] = this.running;
    if (status === 'idle' && running) super.publishStatus('busy', running);
  }

  /**
   * The first request of every client, after which it waits for the user.
   * @override
   * @param {any} socket
   * @param {Parameters<jupyter.ZmqServer['handleKernelInfo']>[1]} request
   */
  handleKernelInfo(socket, request) {
    super.handleKernelInfo(socket, request);
    this.warm ??= this.#warmUp(request);
  }

  /**
   * Busy meanwhile: a cell that comes within a step waits for its end.
   * @param {any} request
   */
  async #warmUp(request) {
    this.running.add(request);
    await warmUp(this.runner.cells.root, this.runner.cells, () => this.runner.output !== undefined);
    this.running.delete(request);
    this.publishStatus('idle', request);
  }

  /**
   * @override
   * @param {any} socket
   * @param {Parameters<jupyter.ZmqServer['handleExecute']>[1]} request
   */
  async handleExecute(socket, request) {
    const code = /** @type {any} */ (request.content);
    const reply = await this.runner.runCell(code, (type, content) => this.answer(this.iopub, request, type, content));
    this.answer(socket, request, 'execute_reply', reply);
  }

  /**
   * tslab calls its answer a `complete_reply`.
   * @override
   * @param {any} socket
   * @param {any} request
   */
  handleCommInfoRequest(socket, request) {
    this.answer(socket, request, 'comm_info_reply', { status: 'ok', comms: {} });
  }

  /**
   * @param {any} socket
   * @param {any} request
   * @param {string} type
   * @param {object} content
   */
  answer(socket, request, type, content) {
    const message = request.createReply();
    message.header.msg_type = type;
    message.content = content;
    message.signAndSend(this.connInfo.key, socket);
  }

  /**
   * Ends the process after a shutdown request: a running timer or browser would keep it alive.
   * @override
   */
  async close() {
    this.runner.output?.flush();
    await Promise.all(this.queued.map((socket) => socket.flush()));
    super.close();
    process.exit(0);
  }
}

/**
 * Starts the kernel, which goes on after a rejection or an exception that no cell awaits.
 * @param {{ root: string, configPath: string, interrupts: import('./interrupts.cjs').Interrupts }} options
 */
function startServer({ root, configPath, interrupts }) {
  const cell = { number: 0 };
  const runner = new CellRunner(new CellExecutor(root, () => cell.number, interrupts), cell, interrupts);
  process.on('uncaughtException', (error) => {
    runner.showStray(error, 'It was thrown by a timer or a listener, outside of what a cell waits for.');
  });
  process.on('unhandledRejection', (reason) => {
    runner.showStray(reason, 'Nothing waited for this: put `await` before what failed.');
  });
  new Server(runner, configPath).init();
}

module.exports = { startServer };
