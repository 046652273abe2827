import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventAnswer, TrainingEvent, TrainingJob, TrainingOutcome } from '../executor';
import type { Order, Report, WorkerSetup } from './messages';

export interface WorkerOptions {
  readonly setup: WorkerSetup;
  /** File descriptor of the data set in this process. */
  readonly data: number;
  readonly threads: number;
  readonly timeoutMs: number;
}

/** Loading takes a second or two, many times that on a busy machine, and is no part of a training's timeout. */
const START_TIMEOUT_MS = 120_000;
/** How long the last words of a dead worker may take: what it started itself may hold its output open. */
const LAST_WORDS_MS = 500;
/** A longer timer of Node's would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How many of the last characters of a worker's output are kept. */
const OUTPUT_KEPT = 10_000;

/** One worker, from its start to its end: after a job that failed with it, it is gone. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  /** Resolves when the process is gone and its output read. */
  readonly #closed: Promise<unknown>;
  readonly #timeoutMs: number;
  #ready = false;
  #output = '';

  constructor({ setup, data, threads, timeoutMs }: WorkerOptions) {
    this.#timeoutMs = Math.min(timeoutMs, LONGEST_TIMER_MS);
    this.#child = fork(join(__dirname, 'worker.ts'), [String(process.pid), JSON.stringify(setup)], {
      execArgv: ['--require', require.resolve('tsx/cjs')],
      serialization: 'advanced',
      // The order of MESSAGES and DATA_DESCRIPTOR.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', data],
      // Convolutions differ in their last bits with the number of threads, and must not with the number of workers.
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: '1' },
    });
    this.#closed = new Promise((resolve) => this.#child.once('close', resolve));
    // Also where the system refuses a process: what is to be read then says so.
    this.#child.on('error', (error) => this.#keepOutput(`${error}\n`));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#keepOutput(text));
    }
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How the job ended; `failed` where the worker did not live to its end or fell silent. Rejects where `onEvent` throws. */
  async run(job: TrainingJob, onEvent: (event: TrainingEvent) => EventAnswer): Promise<TrainingOutcome> {
    let hung = false;
    let silence: NodeJS.Timeout | undefined;
    const listen = () => {
      const timeoutMs = this.#ready ? this.#timeoutMs : START_TIMEOUT_MS;
      const mine = setTimeout(() => {
        // Where this process was busy for so long, what the worker sent is read first.
        setImmediate(() => {
          if (silence !== mine) return;
          hung = true;
          this.#child.kill('SIGKILL');
        });
      }, timeoutMs);
      silence = mine;
    };
    const stopListening = () => {
      clearTimeout(silence);
      silence = undefined;
    };
    // What an earlier job printed does not tell why this one fails.
    this.#output = '';
    try {
      this.#send({ kind: 'run', job });
      listen();
      for await (const report of this.#reports()) {
        stopListening();
        if (report.kind === 'outcome') return report.outcome;
        if (report.kind === 'ready') this.#ready = true;
        else {
          const answer = await onEvent(report.event);
          if (report.event.kind !== 'step') this.#send({ kind: 'answer', answer });
        }
        listen();
      }
    } finally {
      stopListening();
    }
    await Promise.race([this.#closed, sleep(LAST_WORDS_MS)]);
    const reason = hung
      ? `The worker sent nothing for ${(this.#ready ? this.#timeoutMs : START_TIMEOUT_MS) / 1000} s and was ended; where a ` +
        'step or a validation takes that long, raise timeoutMs.'
      : this.#causeOfDeath();
    return { kind: 'failed', reason, fatal: false };
  }

  /** Ends the process at once; resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** What the worker sends, until it is gone. */
  async *#reports(): AsyncGenerator<Report, void> {
    try {
      for await (const [report] of on(this.#child, 'message', { close: ['exit', 'close'] })) yield report;
    } catch {
      // Could not be started: `on` passes on what the `error` listener above has kept.
    }
  }

  #send(order: Order): void {
    // A worker that is gone cannot be reached, which `run` notices by its end.
    this.#child.send(order, () => {});
  }

  #keepOutput(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
  }

  #causeOfDeath(): string {
    const { exitCode, signalCode } = this.#child;
    if (this.#output.includes('JavaScript heap out of memory')) {
      return 'The worker ran out of memory (JavaScript heap); keep fewer or smaller arrays in builder and callbacks.';
    }
    if (signalCode === 'SIGKILL') {
      return 'The worker was killed by SIGKILL, as the system does where memory runs out; use fewer workers or smaller models.';
    }
    const end = signalCode ? `was ended by ${signalCode}` : `exited with code ${exitCode}`;
    const words = lastWords(this.#output);
    return `The worker ${end} before its training did${words ? `: ${words}` : '.'}`;
  }
}

/** The line that says most: an error's first, else the last one; TensorFlow's own remarks and Node's version say nothing. */
function lastWords(output: string): string | undefined {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(WARNING: All log messages before absl|[IW]\d{4} |Node\.js v)/.test(line));
  return lines.find((line) => /^(\w*Error\b|FATAL)/.test(line)) ?? lines.at(-1);
}
