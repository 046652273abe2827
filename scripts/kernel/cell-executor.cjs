const path = require('node:path');
const { createCellConverter } = require('./compiler.cjs');
const { showLastValue } = require('./last-value.cjs');
const { createExecutor } = require('tslab/dist/executor');

/** How a cell ended: with an error that was thrown, or the compiler's messages. */
/** @typedef {{ thrown: unknown } | { messages: unknown[][] }} Failure */

/** @typedef {ReturnType<typeof createCellConverter>} CellConverter */

/** Packages that need a page to draw on, by the beginning of their names, and what to do instead. */
const OF_BROWSERS = new Map([
  ['plotly.js', 'Give show() the figure: await show({ data: [{ x: [1, 2], y: [3, 4] }], layout: { title: { text: "..." } } }).'],
  ['@tensorflow/tfjs-vis', 'Use figures.learningCurves and the other figures of ./src with show().'],
]);

/** Compiles and runs cells, by tslab's executor, and knows how far a cell that failed has come. */
class CellExecutor {
  /**
   * @param {string} root
   * @param {() => number} cellNumber
   * @param {import('./interrupts.cjs').Interrupts} interrupts
   */
  constructor(root, cellNumber, { interruptible, interruptibleIterable }) {
    this.root = root;
    this.cellNumber = cellNumber;
    /** @type {CellConverter | undefined} */
    this.converter = undefined;
    this.executor = this.#create();
    this.interruptible = interruptible;
    /** @type {Set<string>} Names that were assigned since the cell began. */
    this.evaluated = new Set();
    /** @type {Promise<unknown>[]} What statements of the cell returned that did not wait for it. */
    this.pending = [];
    /** @type {unknown[][]} What tslab reports about the cell: one thrown value, or the compiler's messages as formats and values. */
    this.reports = [];
    /** @type {unknown} Of the expression that stands last in the cell. */
    this.lastValue = undefined;
    // What compiled cells find in their only global name.
    const cells = /** @type {any} */ (globalThis).__tslab__;
    const { exports, require: load } = cells;
    Object.assign(cells, {
      interruptible,
      interruptibleIterable,
      waitAtEnd: this.waitAtEnd,
      exports: new Proxy(exports, {
        defineProperty: (target, name, descriptor) => {
          this.evaluated.add(String(name));
          return Reflect.defineProperty(target, name, descriptor);
        },
      }),
      require: Object.assign((/** @type {string} */ id) => {
        const name = [...OF_BROWSERS.keys()].find((start) => id.startsWith(start));
        // As the project's tables have it, which says more than it does by itself.
        if (id === 'danfojs-node') return require(path.join(root, 'lib/tables/libraries')).danfo();
        if (name === undefined) return load(id);
        throw new Error(`${id} works in a browser's page, not in the kernel. ${OF_BROWSERS.get(name)}`);
      }, load),
    });
  }

  /** The converter of cells, made when it is first asked for: that takes a second, and a client waits for the kernel's first answer. */
  get node() {
    this.converter ??= createCellConverter({ isBrowser: false, cellNumber: this.cellNumber });
    return this.converter;
  }

  #create() {
    const cells = this;
    /** @type {CellConverter | undefined} */
    let browser;
    const converters = {
      get node() {
        return cells.node;
      },
      get browser() {
        browser ??= createCellConverter({ isBrowser: true, cellNumber: cells.cellNumber });
        return browser;
      },
      close() {
        cells.converter?.close();
        browser?.close();
      },
    };
    return createExecutor(this.root, converters, {
      log: (value) => {
        this.lastValue = value;
      },
      error: (...report) => this.reports.push(report),
    });
  }

  /**
   * Runs a cell until all that it began as a statement has ended. What it declared until an error stays declared.
   * @param {string} code
   * @returns {Promise<Failure | undefined>}
   */
  async execute(code) {
    this.evaluated.clear();
    this.pending = [];
    this.reports = [];
    this.lastValue = undefined;
    try {
      const done = await this.executor.execute(code);
      this.node.settle(done ? undefined : new Set(this.evaluated));
      if (!done) return this.reports[0].length > 1 ? { messages: this.reports } : { thrown: this.reports[0][0] };
      const ended = Promise.allSettled(this.pending);
      await this.interruptible(ended);
      // A promise that was rejected at once is known as such only then.
      await new Promise((resolve) => setImmediate(resolve));
      for (const result of await ended) if (result.status === 'rejected') return { thrown: result.reason };
      // One that the cell has waited for has a value now.
      const value = this.pending.includes(/** @type {any} */ (this.lastValue)) ? await this.lastValue : this.lastValue;
      if (value !== undefined && value !== null) await showLastValue(this.root, value);
      return undefined;
    } catch (error) {
      // The interrupt of the waiting; or not the cell's error, but one in compiling it: the next cell may fare better.
      return { thrown: error };
    }
  }

  /**
   * What the expression of a statement is in a cell: the same, but the cell does not end before that.
   * @param {unknown} value
   */
  waitAtEnd = (value) => {
    if (value instanceof Promise) this.pending.push(value);
    return value;
  };
}

module.exports = { CellExecutor };
