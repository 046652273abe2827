/**
 * A ZeroMQ socket that sends everything in order, whenever `send` is called.
 *
 * zeromq.js throws EBUSY when a send is still under way, which happens after some 500 messages in one tick; tslab
 * does not wait for its sends, so all later ones would be lost, `idle` among them, and the client would wait for ever.
 * The native object is sealed: it is wrapped, not extended.
 */
class QueuedSocket {
  /** @param {import('zeromq').Publisher | import('zeromq').Router} socket */
  constructor(socket) {
    // Without a limit: a publisher drops what exceeds it when a client reads slowly.
    socket.sendHighWaterMark = 0;
    this.socket = socket;
    /** @type {Buffer[][]} Messages that wait for `last`. */
    this.queue = [];
    /** @type {Promise<void>} The operation under way, binding or sending. */
    this.last = Promise.resolve();
    /** Whether `sendQueue` runs again when `last` is done. */
    this.waiting = false;
  }

  /** @param {string} address */
  bind(address) {
    this.last = this.socket.bind(address);
    return this.last;
  }

  /** @param {Buffer[]} message */
  send(message) {
    this.queue.push(message);
    if (!this.waiting) this.sendQueue();
  }

  // A message goes out at once when the socket is free, so that a long synchronous cell shows its output while it runs.
  // An interrupt of such a cell may end this function between any two statements. Whatever it leaves behind, the next
  // send goes on: at worst one message goes out twice, none is stuck.
  sendQueue() {
    while (this.queue.length > 0) {
      try {
        this.last = /** @type {import('zeromq').Publisher} */ (this.socket).send(this.queue[0]);
        this.last.catch((error) => console.error('A message to the notebook was lost:', error));
        this.queue.shift();
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EBUSY') throw error;
        const resume = () => {
          this.waiting = false;
          this.sendQueue();
        };
        this.last.then(resume, resume);
        this.waiting = true;
        return;
      }
    }
  }

  [Symbol.asyncIterator]() {
    return /** @type {import('zeromq').Router} */ (this.socket)[Symbol.asyncIterator]();
  }

  /** Resolves when all messages were handed to ZeroMQ. */
  async flush() {
    while (this.queue.length > 0) await this.last.catch(() => {});
    await this.last.catch(() => {});
  }

  close() {
    this.socket.close();
  }
}

module.exports = { QueuedSocket };
