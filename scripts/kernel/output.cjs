const { StringDecoder } = require('node:string_decoder');
const jupyter = require('tslab/dist/jupyter');

/** @typedef {(type: string, content: object) => void} Publish */

/** Texts of one cell that are sent one by one in this time; those that follow are sent together, at its end. */
const WINDOW_MS = 100;
const TEXTS_PER_WINDOW = 50;

/**
 * What one cell prints and shows, in order. Clients read ten thousand short messages for many seconds: JupyterLab's server
 * drops what comes faster than a thousand a second, and others do not wait for the last of them.
 */
class Output {
  /** @param {Publish} publish */
  constructor(publish) {
    this.send = publish;
    this.name = 'stdout';
    this.text = '';
    this.windowEnd = 0;
    this.texts = 0;
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined;
  }

  /**
   * @param {'stdout' | 'stderr'} name
   * @param {string} text
   */
  write(name, text) {
    if (text === '') return;
    if (name !== this.name) this.flush();
    this.name = name;
    this.text += text;
    const now = performance.now();
    if (now > this.windowEnd) {
      this.windowEnd = now + WINDOW_MS;
      this.texts = 0;
    }
    if (this.texts++ < TEXTS_PER_WINDOW) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), WINDOW_MS);
  }

  /**
   * Sends a message of another type, after all text that was written before.
   * @type {Publish}
   */
  publish = (type, content) => {
    this.flush();
    this.send(type, content);
  };

  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { name, text } = this;
    this.text = '';
    if (text !== '') this.send('stream', { name, text });
  }

  /** Makes this the output of all that is printed and displayed from now on. */
  redirect() {
    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      const decoder = new StringDecoder();
      process[name].write = (/** @type {string | Uint8Array} */ chunk, /** @type {unknown[]} */ ...[encoding, callback]) => {
        this.write(name, typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
        const written = typeof encoding === 'function' ? encoding : callback;
        if (typeof written === 'function') process.nextTick(/** @type {() => void} */ (written));
        return true;
      };
    }
    // tslab's `display` and this project's figures send through it.
    Object.assign(jupyter, {
      lastWriteDisplayData: (/** @type {object} */ data, /** @type {boolean} */ update) =>
        this.publish(update ? 'update_display_data' : 'display_data', data),
    });
  }
}

module.exports = { Output };
