import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findInstalledBrowser } from '../../lib/notebook/browser';
import { openPackedBrowser } from '../../lib/notebook/packed-browser';

const ROOT = resolve(__dirname, '../..');
const KERNEL = { display_name: 'TypeScript', language: 'typescript' };
/** The MIME type of a Plotly figure in an output. */
export const PLOTLY_TYPE = 'application/vnd.plotly.v1+json';
/** What JupyterLab reads of its Python environment, without the kernel: that of the copy works in the copy. */
const LAB_PARTS = ['lab', 'labextensions', 'nbconvert'].map((name) => join('.venv/share/jupyter', name));
const START_TIMEOUT_MS = 50_000;

/** A headless browser driven by playwright: an installed one, else that of the npm package `@sparticuz/chromium`. */
export async function launchBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];
  const executablePath = findInstalledBrowser();
  if (executablePath !== undefined) return chromium.launch({ executablePath, args });
  const packed = await openPackedBrowser();
  // With a single process, a page that closes takes the browser along.
  const own = packed.args.filter((arg) => arg !== '--single-process');
  return chromium.launch({ executablePath: packed.path, args: [...own, ...args], env: packed.env as Record<string, string> });
}

/** A copy of the project in a temporary folder, whose kernel works in the copy. */
export interface ProjectCopy {
  readonly root: string;
  /** Writes `notebooks/<name>.ipynb` with these code cells. */
  write(name: string, sources: readonly string[]): void;
  remove(): void;
}

/**
 * Copies the project and links its installed packages: `src` may be edited there, and the user's `runs`, `reports` and
 * JupyterLab settings stay as they are. It has no data folder, so its notebooks work on the built-in data.
 */
export function copyProject(): ProjectCopy {
  const root = mkdtempSync(join(tmpdir(), 'inkwell-lab-'));
  for (const name of ['src', 'lib', 'scripts', 'notebooks', 'package.json', 'tsconfig.json', '.venv/pyvenv.cfg']) {
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  }
  const kernel = join(root, '.venv/share/jupyter/kernels/inkwell');
  mkdirSync(kernel, { recursive: true });
  for (const name of ['node_modules', '.venv/bin', '.venv/etc', '.venv/lib', ...LAB_PARTS]) {
    symlinkSync(join(ROOT, name), join(root, name));
  }
  const launcher = join(root, 'scripts/kernel/launcher.cjs');
  const argv = [process.execPath, launcher, '--config-path', '{connection_file}'];
  writeFileSync(join(kernel, 'kernel.json'), JSON.stringify({ argv, ...KERNEL }));
  return {
    root,
    write(name, sources) {
      const cells = sources.map((source, index) => ({
        cell_type: 'code',
        execution_count: null,
        id: `cell-${index}`,
        metadata: {},
        outputs: [],
        source,
      }));
      const metadata = { kernelspec: { name: 'inkwell', ...KERNEL } };
      const notebook = { cells, metadata, nbformat: 4, nbformat_minor: 5 };
      writeFileSync(join(root, 'notebooks', `${name}.ipynb`), JSON.stringify(notebook));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A JupyterLab server of its own, on loopback. */
export interface LabServer {
  readonly url: string;
  readonly token: string;
  /** Of `npm run lab`, whose child the server is. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface LabOptions {
  /** Added to the environment of the server and of all that it starts. */
  readonly env?: NodeJS.ProcessEnv;
  /** A command that runs the one that follows it as its arguments, in the same process. */
  readonly within?: readonly string[];
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Starts JupyterLab in the copy as `npm run lab` does, and waits until it answers. */
export async function startLab({ root }: ProjectCopy, { env, within = [] }: LabOptions = {}): Promise<LabServer> {
  const port = await findFreePort();
  const token = 'browser-test';
  const [command, ...args] = [...within, process.execPath];
  const child = spawn(
    command,
    [
      ...args,
      '--import',
      'tsx',
      'scripts/lab.ts',
      '--no-browser',
      '--allow-root',
      `--ServerApp.port=${port}`,
      '--ServerApp.port_retries=0',
      `--IdentityProvider.token=${token}`,
      '--LabApp.expose_app_in_browser=True',
    ],
    { env: { ...process.env, DATA_DIR: '', ...env }, cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const url = `http://127.0.0.1:${port}`;
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`JupyterLab did not start:\n${log}`);
    }
    const answer = await fetch(`${url}/api/status?token=${token}`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((done) => setTimeout(done, 200));
  }
  return {
    url,
    token,
    pid: child.pid as number,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** An output as nbformat has it. */
export interface Output {
  output_type: 'display_data' | 'execute_result' | 'stream' | 'error';
  name?: 'stdout' | 'stderr';
  text?: string | string[];
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
}

export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  id: string;
  source: string;
  execution_count?: number | null;
  outputs?: Output[];
  metadata: { tags?: string[] };
}

/** How the page shows an output that holds a Plotly figure. */
export interface DrawnFigure {
  /** Index of its cell. */
  cell: number;
  /** `live` where Plotly drew it, `picture` where its PNG stands in, else the text that stands there. */
  kind: string;
  /** How far it goes past the right edge of the output, in CSS pixels. */
  clippedBy: number;
  /** In CSS pixels. */
  height: number;
}

/** The part of JupyterLab's own objects that this driver uses; they live in the page. */
interface JupyterApp {
  restored: Promise<void>;
  commands: { execute(id: string, args?: object): Promise<unknown> };
  shell: { currentWidget: NotebookPanel | null };
}
interface NotebookPanel {
  context: { path: string; ready: Promise<void>; model: { toJSON(): { cells: Cell[] }; dirty: boolean }; save(): Promise<void> };
  sessionContext: {
    ready: Promise<void>;
    kernelDisplayName: string;
    session: { kernel: { name: string; status: string } | null } | null;
  };
  content: {
    activeCellIndex: number;
    widgets: { node: PageElement }[];
    scrollToItem(index: number, align: 'center'): Promise<void>;
    model: {
      cells: Iterable<{ type: string; trusted: boolean }>;
      sharedModel: { getCell(index: number): { setSource(text: string): void } };
    };
  };
}
/** The project's types leave the DOM out: `src` and `scripts` have none. */
export interface PageElement {
  textContent: string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement>;
  getBoundingClientRect(): { right: number; height: number };
}
declare global {
  var jupyterapp: JupyterApp;
}

/** A notebook that is open in a JupyterLab page. Its cells are read from the model: those off screen are not drawn. */
export class LabNotebook {
  constructor(readonly page: Page) {}

  /** What the notebook holds now, outputs included. */
  cells(): Promise<Cell[]> {
    return this.page.evaluate(() => jupyterapp.shell.currentWidget?.context.model.toJSON().cells ?? []);
  }

  /** The kernel's name for users and its status, such as `idle` or `busy`. */
  kernel(): Promise<{ displayName: string; status: string | undefined }> {
    return this.page.evaluate(() => {
      const context = jupyterapp.shell.currentWidget?.sessionContext;
      return { displayName: context?.kernelDisplayName ?? '', status: context?.session?.kernel?.status };
    });
  }

  /** Replaces a cell's source. */
  async write(index: number, source: string): Promise<void> {
    await this.page.evaluate(
      ([at, text]) => jupyterapp.shell.currentWidget?.content.model.sharedModel.getCell(at).setSource(text),
      [index, source] as const,
    );
  }

  /** Runs every cell; resolves when the kernel is done with them, to whether all ran without error. */
  async runAll(): Promise<boolean> {
    return (await this.page.evaluate(() => jupyterapp.commands.execute('notebook:run-all-cells'))) as boolean;
  }

  /** Runs one cell; resolves when the kernel is done with it, to whether it ran without error. */
  async run(index: number): Promise<boolean> {
    return (await this.page.evaluate((at) => {
      const panel = jupyterapp.shell.currentWidget;
      if (panel === null) throw new Error('no notebook is open');
      panel.content.activeCellIndex = at;
      return jupyterapp.commands.execute('notebook:run-cell');
    }, index)) as boolean;
  }

  /** Presses the toolbar's stop button. */
  async interrupt(): Promise<void> {
    await this.page.evaluate(() => jupyterapp.commands.execute('notebook:interrupt-kernel'));
  }

  /** Whether JupyterLab trusts the outputs of every code cell: it runs no script of one that it does not. */
  isTrusted(): Promise<boolean> {
    return this.page.evaluate(() => {
      const cells = Array.from(jupyterapp.shell.currentWidget?.content.model.cells ?? []);
      return cells.every(({ type, trusted }) => type !== 'code' || trusted);
    });
  }

  async save(): Promise<void> {
    await this.page.evaluate(() => jupyterapp.shell.currentWidget?.context.save());
  }

  /** Whether it differs from what was last saved. */
  isDirty(): Promise<boolean> {
    return this.page.evaluate(() => jupyterapp.shell.currentWidget?.context.model.dirty ?? false);
  }

  /** Shuts the kernel down and closes the page. */
  async close(): Promise<void> {
    await this.page.evaluate(() => jupyterapp.commands.execute('notebook:shutdown-kernel'));
    await this.page.close();
  }

  /** The text of every dialog and notification on the page: users expect none. */
  interruptions(): Promise<string[]> {
    return this.page.locator('.jp-Dialog, .Toastify__toast').allInnerTexts();
  }

  /** Brings a cell into view: those off screen are not drawn. */
  async scrollTo(index: number): Promise<void> {
    await this.page.evaluate((at) => jupyterapp.shell.currentWidget?.content.scrollToItem(at, 'center'), index);
  }

  /** What the dialog says that is on the page or comes soon; closes it. */
  async closeDialog(): Promise<string> {
    const dialog = this.page.locator('.jp-Dialog');
    const text = await dialog.innerText();
    await dialog.locator('.jp-Dialog-button').last().click();
    await dialog.waitFor({ state: 'detached' });
    return text;
  }

  /** Scrolls from figure to figure and tells how each stands on the page. */
  async figures(): Promise<DrawnFigure[]> {
    const figures: DrawnFigure[] = [];
    for (const [cell, { outputs = [] }] of (await this.cells()).entries()) {
      for (const [output, { data }] of outputs.entries()) {
        if (data?.[PLOTLY_TYPE] === undefined) continue;
        figures.push({ cell, ...(await this.#look(cell, output)) });
      }
    }
    return figures;
  }

  async #look(cell: number, output: number): Promise<Omit<DrawnFigure, 'cell'>> {
    return this.page.evaluate(
      async ([cellIndex, outputIndex]) => {
        const content = jupyterapp.shell.currentWidget?.content;
        await content?.scrollToItem(cellIndex, 'center');
        const end = performance.now() + 10_000;
        let place: PageElement | undefined;
        let drawn: PageElement | null | undefined;
        let picture: PageElement | null | undefined;
        do {
          await new Promise((done) => setTimeout(done, 50));
          // Looked up anew each time: JupyterLab makes an output's element when its cell comes into view.
          place = content?.widgets[cellIndex]?.node.querySelectorAll('.jp-OutputArea-child')[outputIndex];
          drawn = place?.querySelector('.plot-container .main-svg');
          // It gets its source where the output holds a PNG, and then Plotly draws only when the mouse comes.
          picture = place?.querySelector('img[src]');
        } while (!drawn && !picture && performance.now() < end);
        const { right = 0, height = 0 } = (drawn ?? picture)?.getBoundingClientRect() ?? {};
        const edge = place?.getBoundingClientRect().right ?? 0;
        return {
          kind: drawn ? 'live' : picture ? 'picture' : (place?.textContent ?? 'nothing'),
          clippedBy: Math.max(0, Math.round(right - edge)),
          height: Math.round(height),
        };
      },
      [cell, output] as const,
    );
  }
}

/** Opens a notebook, given by its path below the server's root, in a page of its own. */
export async function openNotebook(browser: Browser, lab: LabServer, path: string): Promise<LabNotebook> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${lab.url}/lab/tree/${path}?token=${lab.token}&reset`);
  await page.waitForFunction((wanted) => globalThis.jupyterapp?.shell.currentWidget?.context?.path === wanted, path, {
    timeout: START_TIMEOUT_MS,
  });
  await page.evaluate(async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel?.context.ready;
    await panel?.sessionContext.ready;
  });
  return new LabNotebook(page);
}
