import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../lib/search/journal/search-event';
import { lockFolder } from '../../lib/storage/folder-lock';
import { Journal } from '../../lib/storage/journal';
import { childrenOf, isAlive, processesWith } from '../processes';
import {
  copyProject,
  type LabNotebook,
  type LabServer,
  launchBrowser,
  openNotebook,
  type ProjectCopy,
  startLab,
} from './jupyterlab';

/** What the cells import besides `src`. */
const BUILDERS = ['test/lib/search/searching/builders.ts', 'test/lib/training/striped-images.ts'];
/** How long the processes of a killed one may live. */
const GONE_MS = 30_000;
const TIMEOUT = 180_000;

const IMPORTS = `
  import { RandomSearch } from './src';
  import { stripedImages } from './test/lib/training/striped-images';
  import { buildSmall } from './test/lib/search/searching/builders';
  const images = stripedImages(240);
  // Without a directory: what it keeps is in the folder for temporary files.
  await new RandomSearch(buildSmall, { maxTrials: 1 }).run(images, { epochs: 1, title: null });`;
const searchIn = (name: string) => `
  const search = new RandomSearch(buildSmall, { maxTrials: 6, folds: 2, seed: 3, directory: 'runs/${name}' });
  await search.run(images, { epochs: 12, batchSize: 8, workers: 2 });
  console.log(JSON.stringify(search.trials, (key, value) => (/seconds|versions/.test(key) ? undefined : value)));`;
const EPOCHS = 6 * 2 * 12;
/** The cell of each search. */
const CELLS = { whole: 1, kernel: 2, server: 3, command: 4 };

let project: ProjectCopy;
/** The folder for temporary files of the server and of all that it starts, and of nobody else. */
let temporary: string;
let browser: Browser;
let lab: LabServer;
let notebook: LabNotebook;
/** What the search found that nothing disturbed. */
let undisturbed: { trials: unknown; files: string[] };

beforeAll(async () => {
  project = copyProject();
  for (const name of BUILDERS) {
    mkdirSync(dirname(join(project.root, name)), { recursive: true });
    cpSync(name, join(project.root, name));
  }
  project.write('search', [IMPORTS, ...Object.keys(CELLS).map(searchIn)]);
  temporary = mkdtempSync(join(tmpdir(), 'lab-'));
  browser = await launchBrowser();
  await openLab();
  expect(await notebook.run(CELLS.whole)).toBe(true);
  undisturbed = { trials: await trialsIn('whole'), files: filesOf('whole') };
  expect(undisturbed.trials).toHaveLength(6);
}, TIMEOUT);

afterAll(async () => {
  await browser?.close();
  await lab?.stop();
  // Where a test fails: what it was to find gone.
  for (const id of processesWith(temporary)) process.kill(id, 'SIGKILL');
  project?.remove();
  rmSync(temporary, { recursive: true, force: true });
});

/** Starts JupyterLab, opens the notebook and runs the first cell. */
async function openLab(): Promise<void> {
  await notebook?.page.close();
  lab = await startLab(project, { env: { TMPDIR: temporary } });
  notebook = await openNotebook(browser, lab, 'notebooks/search.ipynb');
  expect(await notebook.run(0)).toBe(true);
}

const folderOf = (name: string) => join(project.root, 'runs', name);

function eventsOf(name: string): SearchEvent[] {
  const path = join(folderOf(name), 'journal.jsonl');
  return existsSync(path) ? Journal.open<SearchEvent>(path).events : [];
}

function epochsOf(name: string): string[] {
  return eventsOf(name).flatMap((event) =>
    event.kind === 'epoch' ? [`trial ${event.trial} training ${event.training} epoch ${event.record.epoch}`] : [],
  );
}

/** All that a search keeps, but its locks. */
function filesOf(name: string): string[] {
  const files = readdirSync(folderOf(name), { recursive: true }).map(String);
  return files.filter((file) => !file.startsWith('.lock/')).sort();
}

async function trialsIn(name: keyof typeof CELLS): Promise<unknown> {
  const { outputs = [] } = (await notebook.cells())[CELLS[name]];
  const printed = outputs.filter((output) => output.name === 'stdout').flatMap(({ text = '' }) => text);
  return JSON.parse(printed.join(''));
}

/** Runs the cell of a search, which something is about to end; resolves when so many epochs are finished. */
async function searchUntil(name: keyof typeof CELLS, epochs: number): Promise<void> {
  notebook.run(CELLS[name]).catch(() => {});
  await expect.poll(() => epochsOf(name).length, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(epochs);
}

const kernelOf = (server: number) => childrenOf(server, 'launcher.cjs')[0];
const serverOf = ({ pid }: LabServer) => childrenOf(pid, 'jupyterlab')[0];
/** What there is in the folder for temporary files, but the cache of compiled TypeScript, which stays. */
const temporaryFiles = () => readdirSync(temporary).filter((name) => !/^tsx-\d+$|^node-compile-cache$/.test(name));
/** Of searches without a directory. */
const searchFolders = () => temporaryFiles().filter((name) => name.startsWith('inkwell-search-'));
/** What Jupyter writes for a server, two files, and for each kernel. */
const runtimeFiles = () =>
  readdirSync(join(project.root, '.venv/jupyter/runtime')).filter((name) => /^(kernel|jpserver)-/.test(name));

/** Runs the cell of a search again and checks that it went on from `before`. */
async function expectToGoOn(name: keyof typeof CELLS, before: readonly SearchEvent[]): Promise<void> {
  expect(await notebook.run(CELLS[name])).toBe(true);
  expect(await trialsIn(name)).toEqual(undisturbed.trials);
  const events = eventsOf(name);
  expect(before.length).toBeLessThan(events.length);
  expect(events.slice(0, before.length)).toEqual(before);
  const epochs = epochsOf(name);
  expect(epochs).toHaveLength(EPOCHS);
  expect(new Set(epochs).size).toBe(EPOCHS);
  const begun = events.flatMap((event) => (event.kind === 'begun' ? [event.trial] : []));
  expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
  expect(filesOf(name)).toEqual(undisturbed.files);
}

describe('a search with workers in a notebook', () => {
  it('goes on in the kernel that JupyterLab starts after one was killed', { timeout: TIMEOUT }, async () => {
    await searchUntil('kernel', 10);
    const kernel = kernelOf(serverOf(lab));
    const workers = childrenOf(kernel, 'worker.ts');
    expect(workers).toHaveLength(2);

    process.kill(kernel, 'SIGKILL');

    await expect.poll(() => [kernel, ...workers].filter(isAlive), { timeout: GONE_MS }).toEqual([]);
    const [left, ...others] = searchFolders();
    expect(others).toEqual([]);
    const before = eventsOf('kernel');
    lockFolder(folderOf('kernel')).release();
    expect(await notebook.closeDialog()).toContain('appears to have died. It will restart automatically.');
    expect(await notebook.run(0)).toBe(true);
    // The new kernel has its own, and has removed what the other left.
    expect(temporaryFiles()).toEqual(searchFolders());
    expect(searchFolders()).toEqual([expect.not.stringMatching(left)]);
    await expectToGoOn('kernel', before);
  });

  it.each(['server', 'command'] as const)(
    'goes on in another JupyterLab after the %s of one was killed',
    async (killed) => {
      await searchUntil(killed, 10);
      const server = serverOf(lab);
      expect(childrenOf(kernelOf(server), 'worker.ts')).toHaveLength(2);
      expect(searchFolders()).toHaveLength(1);
      expect(runtimeFiles()).toHaveLength(3);

      process.kill(killed === 'server' ? server : lab.pid, 'SIGKILL');

      await expect.poll(() => processesWith(temporary), { timeout: GONE_MS }).toEqual([]);
      const before = eventsOf(killed);
      lockFolder(folderOf(killed)).release();
      // A worker may have been at loading a graph, for which it needs a folder for some milliseconds.
      expect(temporaryFiles().filter((name) => !name.startsWith('inkwell-graph-'))).toEqual([]);
      expect(runtimeFiles()).toEqual([]);
      await openLab();
      expect(temporaryFiles()).toEqual(searchFolders());
      await expectToGoOn(killed, before);
    },
    TIMEOUT,
  );

  it('leaves nothing when JupyterLab is stopped', async () => {
    await lab.stop();
    await expect.poll(() => processesWith(temporary), { timeout: GONE_MS }).toEqual([]);
    expect(temporaryFiles()).toEqual([]);
    expect(runtimeFiles()).toEqual([]);
  });
});
