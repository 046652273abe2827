const { EventEmitter } = require('node:events');

/** How long a cell waits, after an interrupt, for training to stop by itself. */
const GRACE_MS = 5000;

class InterruptedError extends Error {
  /** @override */
  name = 'InterruptedError';
}

/**
 * Turns SIGINT, Jupyter's stop button, into an error in the running cell.
 *
 * - Training listens for `interrupt` on the emitter at `Symbol.for('inkwell.interrupts')`, stops after its running step
 *   and throws. The cell waits for that, `GRACE_MS` at most; a second interrupt ends the waiting.
 * - Every other `await` in a cell, or in a function that was written in a cell, throws an `InterruptedError` at once, so
 *   that what stands after it does not run. (The promise itself cannot be stopped, only the waiting for it.)
 * - The synchronous part of a cell, up to its first `await`, is stopped by Node's `breakOnSigint`, which tslab uses. It may
 *   miss a signal that comes in the very millisecond in which that part ends: the button works when pressed again.
 * - A synchronous loop without end after an `await` cannot be stopped: restart the kernel.
 */
class Interrupts {
  emitter = new EventEmitter();
  /** @type {Set<(error: Error) => void>} The `await`s of cells, by what makes them throw. */
  waiting = new Set();
  /** @type {NodeJS.Timeout | undefined} Set from the first interrupt of a cell to its end. */
  grace = undefined;

  interrupt() {
    const heard = this.emitter.emit('interrupt');
    if (heard && !this.grace) this.grace = setTimeout(() => this.stopWaiting(), GRACE_MS);
    else this.stopWaiting();
  }

  stopWaiting() {
    const error = new InterruptedError('Interrupted.');
    for (const reject of this.waiting) reject(error);
  }

  endCell() {
    clearTimeout(this.grace);
    this.grace = undefined;
  }

  /**
   * What `await value` awaits in a cell: the same, or the interrupt.
   * @param {unknown} value
   */
  interruptible = async (value) => {
    let open = () => {};
    /** @type {(error: Error) => void} */
    let stop = () => {};
    /** @type {Promise<void>} */
    const gate = new Promise((resolve, reject) => {
      open = resolve;
      stop = reject;
    });
    const settle = async () => {
      try {
        return await value;
      } finally {
        open();
      }
    };
    this.waiting.add(stop);
    try {
      // Not `race`, which the stack trace of an error could not be followed through.
      const [result] = await Promise.all([settle(), gate]);
      return result;
    } finally {
      this.waiting.delete(stop);
    }
  };

  /**
   * What `for await (... of iterable)` runs over in a cell.
   * @param {AsyncIterable<unknown> | Iterable<unknown>} iterable
   */
  interruptibleIterable = (iterable) => {
    const items = (async function* () {
      yield* iterable;
    })();
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => this.interruptible(items.next()),
        return: (/** @type {any} */ value) => items.return(value),
      }),
    };
  };
}

/** Returns the process's interrupts, with SIGINT connected to them. */
function listenForInterrupts() {
  const interrupts = new Interrupts();
  Object.assign(globalThis, { [Symbol.for('inkwell.interrupts')]: interrupts.emitter });
  process.on('SIGINT', () => interrupts.interrupt());
  return interrupts;
}

module.exports = { Interrupts, listenForInterrupts };
