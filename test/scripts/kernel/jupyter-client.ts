import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Dealer, Subscriber } from 'zeromq';

/** A message of the Jupyter protocol, as far as the tests look at it. */
export interface Message {
  readonly type: string;
  /** The `msg_id` of the request that caused it. */
  readonly parentId: string;
  // biome-ignore lint/suspicious/noExplicitAny: each message type has its own content.
  readonly content: any;
}

/** What became of one cell. */
export interface Execution {
  readonly status: 'ok' | 'error' | 'aborted';
  readonly executionCount: number;
  readonly stdout: string;
  readonly stderr: string;
  /** `display_data` and `update_display_data`, in order: `{ data, metadata, transient }`. */
  // biome-ignore lint/suspicious/noExplicitAny: MIME bundles hold any JSON.
  readonly displays: readonly { readonly data: any; readonly metadata: any; readonly transient: any }[];
  readonly error?: { readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] };
  /** All messages on the publishing channel that belong to the cell, in order, `busy` to `idle`. */
  readonly messages: readonly Message[];
}

export interface KernelOptions {
  /** The project's folder; default: this project's. */
  readonly root?: string;
  /** Where the process starts, like the folder of a notebook; default: `root`. */
  readonly cwd?: string;
  /** Put before the launcher on Node's command line. */
  readonly nodeArguments?: readonly string[];
}

const DELIMITER = '<IDS|MSG>';
const KEY = 'key';
const LAUNCHER = 'scripts/kernel/launcher.cjs';

/** A kernel in a child process, started through the project's launcher, and the client that talks to it. */
export class Kernel {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kernel-'));
  readonly #session = randomUUID();
  readonly #shell = new Dealer();
  readonly #control = new Dealer();
  readonly #published = new Subscriber();
  readonly #listeners = new Set<(message: Message) => void>();
  readonly #replies = new Map<string, (message: Message) => void>();
  readonly process: ChildProcess;
  /** Resolves with the exit status when the process is gone, null after a signal. */
  readonly exited: Promise<number | null>;
  /** What the process itself, not a cell, wrote to its standard error. */
  ownStderr = '';

  constructor(options: KernelOptions = {}) {
    const root = options.root ?? resolve(__dirname, '../../..');
    const config = join(this.#folder, 'connection.json');
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    const ip = join(this.#folder, 'socket');
    writeFileSync(config, JSON.stringify({ transport: 'ipc', ip, key: KEY, signature_scheme: 'hmac-sha256', ...ports }));
    const launch = [...(options.nodeArguments ?? []), join(root, LAUNCHER), '--config-path', config];
    this.process = spawn(process.execPath, launch, { cwd: options.cwd ?? root, stdio: ['ignore', 'ignore', 'pipe'] });
    this.exited = once(this.process, 'exit').then(([status]) => status);
    this.process.stderr?.on('data', (chunk) => {
      this.ownStderr += chunk;
    });
    this.#shell.connect(`ipc://${ip}:${ports.shell_port}`);
    this.#control.connect(`ipc://${ip}:${ports.control_port}`);
    this.#published.connect(`ipc://${ip}:${ports.iopub_port}`);
    this.#published.receiveHighWaterMark = 0;
    this.#published.subscribe();
    void this.#receive(this.#shell, (message) => this.#replies.get(message.parentId)?.(message));
    void this.#receive(this.#control, (message) => this.#replies.get(message.parentId)?.(message));
    void this.#receive(this.#published, (message) => {
      for (const listener of this.#listeners) listener(message);
    });
  }

  /** Starts a kernel and resolves when it answers on all channels. */
  static async start(options: KernelOptions = {}): Promise<Kernel> {
    const kernel = new Kernel(options);
    await kernel.ready();
    return kernel;
  }

  /** Runs a cell and resolves at its end: after its reply and `idle`. Queued cells survive an error by default. */
  async execute(code: string, { stopOnError = false } = {}): Promise<Execution> {
    const id = randomUUID();
    const messages: Message[] = [];
    const idle = new Promise<void>((done) => {
      const listener = (message: Message) => {
        if (message.parentId !== id) return;
        messages.push(message);
        if (message.type !== 'status' || message.content.execution_state !== 'idle') return;
        this.#listeners.delete(listener);
        done();
      };
      this.#listeners.add(listener);
    });
    const { content } = await this.request('execute_request', { code, stop_on_error: stopOnError }, id);
    await idle;
    const streamText = (name: string) =>
      messages
        .filter(({ type, content }) => type === 'stream' && content.name === name)
        .map((message) => message.content.text)
        .join('');
    return {
      status: content.status,
      executionCount: content.execution_count,
      stdout: streamText('stdout'),
      stderr: streamText('stderr'),
      displays: messages.filter(({ type }) => type.endsWith('display_data')).map(({ content }) => content),
      error: messages.find(({ type }) => type === 'error')?.content,
      messages,
    };
  }

  /** Sends any request on the shell channel and resolves with its reply. */
  request(type: string, content: object, id: string = randomUUID()): Promise<Message> {
    return this.#send(this.#shell, type, content, id);
  }

  /** Resolves with the next published message that `accept` takes, from whichever cell. */
  next(accept: (message: Message) => boolean): Promise<Message> {
    return new Promise((done) => {
      const listener = (message: Message) => {
        if (!accept(message)) return;
        this.#listeners.delete(listener);
        done(message);
      };
      this.#listeners.add(listener);
    });
  }

  /** Calls back for each published message, until the function that is returned is called. */
  listen(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the running cell prints `text`. */
  async printed(text: string): Promise<void> {
    await this.next(({ type, content }) => type === 'stream' && content.text.includes(text));
  }

  /** What Jupyter's stop button sends. */
  interrupt(): void {
    this.process.kill('SIGINT');
  }

  /** Asks the kernel to end and resolves with its exit status once it is gone. */
  async shutdown(): Promise<number | null> {
    await this.#send(this.#control, 'shutdown_request', { restart: false });
    return this.exited;
  }

  /** Ends the process at once if it still runs, and closes the client. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
    for (const socket of [this.#shell, this.#control, this.#published]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A subscription takes a moment: asks until an `idle` comes through. */
  async ready(): Promise<void> {
    let ready = false;
    const idle = this.next(({ type }) => type === 'status').then(() => {
      ready = true;
    });
    while (!ready) {
      await this.request('kernel_info_request', {});
      await Promise.race([idle, new Promise((done) => setTimeout(done, 50))]);
    }
  }

  async #send(socket: Dealer, type: string, content: object, id: string = randomUUID()): Promise<Message> {
    const header = { msg_id: id, msg_type: type, session: this.#session, username: 'test', version: '5.3' };
    const parts = [{ ...header, date: new Date().toISOString() }, {}, {}, content].map((part) => JSON.stringify(part));
    const hmac = createHmac('sha256', KEY);
    for (const part of parts) hmac.update(part);
    const reply = new Promise<Message>((done) => this.#replies.set(id, done));
    await socket.send([DELIMITER, hmac.digest('hex'), ...parts]);
    const death = this.exited.then((status) => {
      throw new Error(`The kernel ended with status ${status} before it answered:\n${this.ownStderr}`);
    });
    return Promise.race([reply, death]).finally(() => this.#replies.delete(id));
  }

  async #receive(socket: AsyncIterable<Buffer[]>, accept: (message: Message) => void): Promise<void> {
    for await (const parts of socket) {
      const start = parts.findIndex((part) => part.toString() === DELIMITER) + 2;
      const [header, parent, , content] = parts.slice(start).map((part) => JSON.parse(part.toString()));
      accept({ type: header.msg_type, parentId: parent.msg_id, content });
    }
  }
}
