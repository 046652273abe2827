import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type BrowserProgram, openPackedBrowser } from './packed-browser';

const COMMANDS = [
  'google-chrome',
  'google-chrome-stable',
  'chromium',
  'chromium-browser',
  'microsoft-edge',
  'microsoft-edge-stable',
];
/** Applications of macOS, which every user may keep at home as well. */
const APPLICATIONS = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (name) => `Applications/${name}.app/Contents/MacOS/${name}`,
);
const PLACES = [
  '/opt/google/chrome/chrome',
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
  ...['/', homedir()].flatMap((folder) => APPLICATIONS.map((path) => join(folder, path))),
];
const TIMEOUT_MS = 30_000;
/** For a long document on a slow machine. */
const PRINT_TIMEOUT_MS = 180_000;

/** A browser page that runs JavaScript and shows itself to nobody. */
export interface Page {
  /** The value of a JavaScript expression in the page, awaited; it must survive JSON. Throws what the page throws. */
  evaluate(expression: string, timeoutMs?: number): Promise<unknown>;
  /** Opens a file of this machine and waits until it has loaded. */
  open(url: string): Promise<void>;
  /** The page as a PDF with bookmarks and tags, in the size that its style says. */
  print(): Promise<Uint8Array>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** What is used of playwright-core: the compiler would need 0.2 s for its own types at each start of the kernel. */
interface Playwright {
  chromium: { launchPersistentContext(profile: string, options: object): Promise<Context> };
}
interface Context {
  close(): Promise<void>;
  on(event: 'close', listener: () => void): void;
  pages(): {
    evaluate(expression: string): Promise<unknown>;
    goto(url: string, options: object): Promise<unknown>;
    pdf(options: object): Promise<Uint8Array>;
    on(event: 'crash', listener: () => void): void;
  }[];
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
 * The path of an installed Chrome, Chromium or Edge: the environment variable `CHROME_PATH`, else one on the `PATH`, else one in
 * the usual places of Linux and macOS; undefined if there is none. A `CHROME_PATH` that cannot be run is an error.
 */
export function findInstalledBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env.CHROME_PATH;
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new Error(`CHROME_PATH must name a program that can be run, but got ${chosen}: correct or unset it.`);
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command))), ...PLACES].find(isExecutable);
}

/** The browser to use: an installed one, else that of the npm package `@sparticuz/chromium`. */
async function chooseBrowser(): Promise<BrowserProgram> {
  const path = findInstalledBrowser();
  if (path !== undefined) return { path, args: ['--headless', '--disable-gpu'] };
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('no Chrome, Chromium or Edge was found');
  return openPackedBrowser();
}

/**
 * Starts a headless browser with one empty page and no access to the network; `onClose` is called when it has ended.
 *
 * It leaves with this process, also where that is killed, and keeps it alive only while an answer is awaited.
 */
export async function startBrowser(onClose: () => void): Promise<Page> {
  const { path, args, env } = await chooseBrowser();
  // The sandbox fails as root and in most containers.
  const unsandboxed = [...args, '--no-sandbox'];
  const context =
    process.getuid?.() === 0
      ? await launch({ path, args: unsandboxed, env })
      : await launch({ path, args, env }).catch(() => launch({ path, args: unsandboxed, env }));
  const close = () => void context.close().catch(() => {});
  context.on('close', onClose);
  const page = context.pages()[0];
  if (page === undefined) throw new Error('the browser opened no page');
  page.on('crash', close);
  const answer = async <T>(work: Promise<T>, timeoutMs: number): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    // It keeps this process alive, too.
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`the browser gave no answer in ${timeoutMs / 1000} s`));
        close();
      }, timeoutMs);
    });
    try {
      return await Promise.race([work, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    evaluate: (expression, timeoutMs = TIMEOUT_MS) => answer(page.evaluate(expression), timeoutMs),
    async open(url) {
      await answer(page.goto(url, { timeout: 0 }), PRINT_TIMEOUT_MS);
    },
    print: () =>
      answer(page.pdf({ preferCSSPageSize: true, printBackground: true, outline: true, tagged: true }), PRINT_TIMEOUT_MS),
    close: () => context.close(),
  };
}

/** A browser that keeps this process alive only until it has started. */
async function launch({ path, args, env }: BrowserProgram): Promise<Context> {
  const { chromium } = require('playwright-core') as Playwright;
  const profile = mkdtempSync(join(tmpdir(), 'inkwell-browser-'));
  const started: ChildProcess[] = [];
  const note = (message: unknown) => started.push((message as { process: ChildProcess }).process);
  subscribe('child_process', note);
  try {
    return await chromium.launchPersistentContext(profile, {
      // The shell outlives us and, whatever signal we pass on, the browser: it removes the profile that this writes at its end.
      executablePath: '/bin/sh',
      ignoreDefaultArgs: true,
      env,
      args: [
        '-c',
        'trap : TERM; "$@"; rm -rf "$0"',
        profile,
        path,
        ...args,
        `--user-data-dir=${profile}`,
        '--remote-debugging-pipe',
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
      artifactsDir: profile,
      timeout: TIMEOUT_MS,
      // An interrupt of the kernel is not for the browser.
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
    });
  } catch (error) {
    throw new Error(`the browser ${path} did not start`, { cause: error });
  } finally {
    unsubscribe('child_process', note);
    const browser = started.find(({ spawnargs }) => spawnargs.includes(profile));
    // The streams are sockets, which the types do not say.
    for (const handle of [browser, ...(browser?.stdio ?? [])]) (handle as ChildProcess | null)?.unref();
    // After playwright's own listener, which ends the browser.
    process.once('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }));
  }
}
