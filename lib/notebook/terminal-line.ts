import type { WriteStream } from 'node:tty';

/** What is used of a stream such as `process.stdout`. */
export type TextStream = Pick<WriteStream, 'write' | 'isTTY' | 'columns'>;

/** The last line of a terminal, rewritten in place; elsewhere (a file, a build's log) only the lines that stay are written. */
export class TerminalLine {
  readonly #stream: TextStream;
  #text = '';

  constructor(stream: TextStream = process.stdout) {
    this.#stream = stream;
  }

  get isTerminal(): boolean {
    return Boolean(this.#stream.isTTY);
  }

  /** Writes a line that stays; the rewritten one goes on below it. */
  print(line: string): void {
    this.#erase();
    this.#stream.write(`${line}\n`);
    this.#draw();
  }

  /** Rewrites the line, without an argument to nothing. */
  rewrite(text = ''): void {
    this.#erase();
    this.#text = text;
    this.#draw();
  }

  #erase(): void {
    if (this.isTerminal && this.#text !== '') this.#stream.write('\r\x1b[2K');
  }

  #draw(): void {
    // A line longer than the terminal is wide wraps, and could not be rewritten.
    if (this.isTerminal && this.#text !== '') {
      this.#stream.write([...this.#text].slice(0, (this.#stream.columns || 80) - 1).join(''));
    }
  }
}
