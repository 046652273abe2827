import { type ChildProcess, spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';

const SYSTEMS = join(__dirname, 'systems');

/** What a program of `systems/` says when it is ready: everything imported, the data read, one round run for warming up. */
export interface Ready {
  /** Names and versions, for instance `Keras 3.15.0, TensorFlow 2.21.0`. */
  readonly versions: string;
  /** Trainable weights, where it trains one model. */
  readonly weights?: number;
}

/** What it says after a round; the rest depends on the program. */
export interface Round {
  readonly seconds: number;
  readonly [name: string]: unknown;
}

/**
 * A program of `systems/` in a process of its own. It takes its task as JSON in its first argument, runs a round for each line on
 * its standard input, and says what came of it in a line of JSON on file descriptor 3, so that rounds of several systems can be
 * interleaved.
 */
export class SystemProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly #program: string;
  #log = '';

  private constructor(program: string, task: object, python: string) {
    this.#program = program;
    const script = join(SYSTEMS, program);
    const [command, args] =
      extname(program) === '.py' ? [python, ['-s', '-E', script]] : [process.execPath, ['--import', 'tsx', script]];
    this.#child = spawn(command, [...args, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-4000);
      });
    }
    // A program that has ended is reported by the line that it does not write.
    this.#child.stdin?.on('error', () => {});
    this.#reader = createInterface({ input: this.#child.stdio[3] as Readable });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** A process and what it said when it was ready; `python` is the Python that runs the programs ending in `.py`. */
  static async start(program: string, task: object, python: string): Promise<{ process: SystemProcess; ready: Ready }> {
    const started = new SystemProcess(program, task, python);
    return { process: started, ready: await started.#read<Ready>() };
  }

  /** What came of a round; `onProgress` gets the lines that the program says on its way. */
  async run<Answer = Round>(onProgress?: (line: string) => void): Promise<Answer> {
    this.#child.stdin?.write('\n');
    for (;;) {
      const message = await this.#read<Answer & { progress?: string }>();
      if (message.progress === undefined) return message;
      onProgress?.(message.progress);
    }
  }

  /** Lets the program end and resolves when it has. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
    this.#reader.close();
  }

  async #read<Message>(): Promise<Message> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`bench/systems/${this.#program} ended early. The end of what it printed:\n${this.#log}`);
    return JSON.parse(value);
  }
}
