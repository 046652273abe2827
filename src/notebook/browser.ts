import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Duplex } from 'node:stream';

const COMMANDS = [
  'google-chrome',
  'google-chrome-stable',
  'chromium',
  'chromium-browser',
  'microsoft-edge',
  'microsoft-edge-stable',
];
const PLACES = [
  '/opt/google/chrome/chrome',
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];
const START_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 30_000;

/** A browser page that runs JavaScript and shows itself to nobody. */
export interface Page {
  /** The value of a JavaScript expression in the page, awaited; it must survive JSON. Throws what the page throws. */
  evaluate(expression: string): Promise<unknown>;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The path of an installed Chrome, Chromium or Edge: the environment variable `CHROME_PATH`, else one on the `PATH`,
 * else one in the usual places of Linux and macOS; undefined if there is none. A `CHROME_PATH` that cannot be run is
 * an error.
 */
export function findInstalledBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env.CHROME_PATH;
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new Error(
      `CHROME_PATH must name a program that can be run, but got ${chosen}: correct or unset it.`,
    );
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command))), ...PLACES].find(
    isExecutable,
  );
}

/** The browser to use and its own arguments: an installed one, else the npm package `@sparticuz/chromium`. */
async function chooseBrowser(): Promise<{ path: string; args: readonly string[] }> {
  const path = findInstalledBrowser();
  if (path !== undefined) return { path, args: ['--headless', '--disable-gpu'] };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('no Chrome, Chromium or Edge was found');
  }
  const { default: chromium } = await import('@sparticuz/chromium').catch(() => {
    throw new Error('no Chrome, Chromium or Edge was found, nor the npm package @sparticuz/chromium');
  });
  return { path: await chromium.executablePath(), args: chromium.args };
}

/**
 * Starts a headless browser with one empty page and no access to the network.
 *
 * It is driven over two pipes by the Chrome DevTools Protocol, and leaves when the pipes close: also when this process
 * is killed. It does not keep this process alive while nobody waits for an answer.
 */
export async function startBrowser(): Promise<Page> {
  const { path, args } = await chooseBrowser();
  const profile = mkdtempSync(join(tmpdir(), 'inkwell-browser-'));
  const child = spawn(
    'sh',
    [
      '-c',
      // The shell outlives us, and removes the profile also where we are killed.
      '"$@"; status=$?; rm -rf "$0"; exit $status',
      profile,
      path,
      ...args,
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      // The sandbox fails as root and in most containers; the page runs plotly.js on our own figures, nothing else.
      '--no-sandbox',
      '--proxy-server=127.0.0.1:9',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-dev-shm-usage',
      '--disable-extensions',
      '--disable-quic',
      '--disable-sync',
      '--hide-scrollbars',
      '--no-default-browser-check',
      '--no-first-run',
      'about:blank',
    ],
    // Its own process group: an interrupt of the kernel's group must not end the browser.
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  process.once('exit', () => {
    try {
      // All of its processes, or the last of them write into the profile while it is removed.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has left already.
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  });
  const send = connect(child);
  const { targetInfos } = (await send('Target.getTargets', {}, START_TIMEOUT_MS)) as {
    targetInfos: { targetId: string; type: string }[];
  };
  const targetId =
    targetInfos.find(({ type }) => type === 'page')?.targetId ??
    ((await send('Target.createTarget', { url: 'about:blank' })) as { targetId: string }).targetId;
  const { sessionId } = (await send('Target.attachToTarget', { targetId, flatten: true })) as {
    sessionId: string;
  };
  return {
    async evaluate(expression) {
      const parameters = { expression, awaitPromise: true, returnByValue: true };
      const answer = (await send('Runtime.evaluate', parameters, ANSWER_TIMEOUT_MS, sessionId)) as {
        result: { value?: unknown };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      };
      const failure = answer.exceptionDetails;
      if (failure !== undefined) throw new Error(failure.exception?.description ?? failure.text);
      return answer.result.value;
    },
  };
}

type Send = (method: string, params: object, timeoutMs?: number, sessionId?: string) => Promise<unknown>;

/** Speaks the DevTools Protocol over pipes: JSON messages, each ended by a zero byte. */
function connect(child: ChildProcess): Send {
  // Sockets, which the types do not say: only they can stop keeping the process alive.
  const [, , , output, input] = child.stdio as unknown as (Duplex & { ref(): void; unref(): void })[];
  if (output === undefined || input === undefined) throw new Error('the browser was started without pipes');
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  let gone: Error | undefined;

  const keepAlive = (alive: boolean) => {
    for (const handle of [child, input, output]) alive ? handle.ref() : handle.unref();
  };
  const fail = (error: Error) => {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    keepAlive(false);
  };
  child.on('error', (error) => fail(new Error(`the browser did not start: ${error.message}`)));
  child.on('exit', (code, signal) => fail(new Error(`the browser ended with ${signal ?? `status ${code}`}`)));
  output.on('error', () => fail(new Error('the browser closed its pipe')));
  input.on('error', () => fail(new Error('the browser closed its pipe')));

  let parts: string[] = [];
  input.setEncoding('utf8');
  input.on('data', (chunk: string) => {
    const pieces = chunk.split('\0');
    for (const [i, piece] of pieces.entries()) {
      parts.push(piece);
      if (i === pieces.length - 1) break;
      const message = JSON.parse(parts.join('')) as {
        id?: number;
        result?: unknown;
        error?: { message: string };
      };
      parts = [];
      const receiver = waiting.get(message.id ?? 0);
      if (message.error) receiver?.reject(new Error(message.error.message));
      else receiver?.resolve(message.result);
    }
  });
  keepAlive(false);

  return async (method, params, timeoutMs = ANSWER_TIMEOUT_MS, sessionId) => {
    if (gone) throw gone;
    const id = ++lastId;
    let timer: NodeJS.Timeout | undefined;
    keepAlive(true);
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        timer = setTimeout(
          () => reject(new Error(`the browser gave no answer in ${timeoutMs / 1000} s`)),
          timeoutMs,
        );
        output.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      });
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
      if (waiting.size === 0) keepAlive(false);
    }
  };
}
