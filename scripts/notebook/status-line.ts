import type { WriteStream } from 'node:tty';

const QUIET_MS = 30_000;

/**
 * Says on the terminal how a long run stands. On a terminal one line is rewritten; elsewhere (a file, a build's log)
 * headings are lines of their own and progress is told every half minute.
 */
export class StatusLine {
  readonly #stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>;
  #text = '';
  #heading = '';
  #lastSaid = Date.now();

  constructor(stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'> = process.stdout) {
    this.#stream = stream;
  }

  /** A line that stays. */
  print(line: string): void {
    this.#clear();
    this.#stream.write(`${line}\n`);
    this.#draw();
  }

  /** What runs now: `place` is a notebook and a cell, `heading` the cell's, `progress` how far it is, if it tells. */
  update(place: string, heading: string, progress: string, elapsed: string): void {
    if (this.#stream.isTTY) {
      this.#clear();
      this.#text = [place, elapsed, progress || heading].join(' · ');
      this.#draw();
      return;
    }
    const now = Date.now();
    if (heading !== this.#heading) {
      this.#heading = heading;
      this.#lastSaid = now;
      this.#stream.write(`  ${place} · ${heading} · ${elapsed}\n`);
    } else if (progress !== '' && now - this.#lastSaid >= QUIET_MS) {
      this.#lastSaid = now;
      this.#stream.write(`    ${progress} · ${elapsed}\n`);
    }
  }

  /** Takes the rewritten line away. */
  end(): void {
    this.#clear();
    this.#text = '';
  }

  #clear(): void {
    if (this.#stream.isTTY && this.#text !== '') this.#stream.write('\r\x1b[2K');
  }

  #draw(): void {
    // A line longer than the terminal is wide wraps, and could not be rewritten.
    if (this.#stream.isTTY && this.#text !== '') {
      this.#stream.write([...this.#text].slice(0, (this.#stream.columns || 80) - 1).join(''));
    }
  }
}
