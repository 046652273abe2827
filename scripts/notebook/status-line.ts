import { TerminalLine, type TextStream } from '../../lib/notebook/terminal-line';

/**
 * Says how a long run stands. On a terminal one line is rewritten; elsewhere (a file, a build's log) headings are lines of their
 * own, and so is each epoch or trial.
 */
export class StatusLine {
  readonly #line: TerminalLine;
  #heading = '';

  constructor(stream: TextStream = process.stdout) {
    this.#line = new TerminalLine(stream);
  }

  /** A line that stays. */
  print(line: string): void {
    this.#line.print(line);
  }

  /** What runs now: `place` is a notebook and a cell, `heading` the cell's, `progress` how far it is, if it tells. */
  update(place: string, heading: string, progress: string, elapsed: string): void {
    this.#line.rewrite([place, elapsed, progress || heading].join(' · '));
    if (!this.#line.isTerminal && heading !== this.#heading) {
      this.#heading = heading;
      this.print(`  ${place} · ${heading} · ${elapsed}`);
    }
  }

  /** What came to its end: for logs alone, a terminal shows the running line. */
  note(ended: string, elapsed: string): void {
    if (!this.#line.isTerminal) this.print(`    ${ended} · ${elapsed}`);
  }

  /** Takes the rewritten line away. */
  end(): void {
    this.#line.rewrite();
  }
}
