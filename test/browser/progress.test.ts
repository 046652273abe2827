import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  copyProject,
  type LabNotebook,
  type LabServer,
  launchBrowser,
  type Output,
  openNotebook,
  PLOTLY_TYPE,
  type ProjectCopy,
  startLab,
} from './jupyterlab';

let project: ProjectCopy;
let lab: LabServer;
let browser: Browser;
let notebook: LabNotebook;

const TRAIN = 'const run = await fit(seedMlp.build(sample), sample, ';
const CELLS = {
  // Long enough to be looked at.
  training: `${TRAIN}{ epochs: 4, validationSplit: 0.2 });`.replace('sample, {', 'train, {'),
  search: "await new RandomSearch(buildMlp, { maxTrials: 6 }).run(sample, { epochs: 3, workers: 2, title: 'Two workers' });",
  endless: `${TRAIN}{ epochs: 10_000, validationSplit: 0.2 });`.replace('run', 'endless'),
  failing:
    `${TRAIN}{ epochs: 5, callbacks: [{ onEpochEnd({ epoch }) { if (epoch === 3) throw new Error('<b>enough'); } }] });`.replace(
      'run',
      'failing',
    ),
  hopeless:
    'const hopeless = new RandomSearch(() => { throw new Error("no <script>model"); });\nawait hopeless.run(sample, { ' +
    'epochs: 1 });',
};
const cellOf = (name: keyof typeof CELLS) => Object.keys(CELLS).indexOf(name) + 1;

beforeAll(async () => {
  project = copyProject();
  project.write('progress', [
    "import { buildMlp, fit, loadDataset, RandomSearch, seedMlp, takeSubset } from './src';\n" +
      "const { train } = await loadDataset('mnist');\nconst sample = takeSubset(train, 6000, 0);",
    ...Object.values(CELLS),
  ]);
  lab = await startLab(project);
  browser = await launchBrowser();
  notebook = await openNotebook(browser, lab, 'notebooks/progress.ipynb');
  expect(await notebook.run(0)).toBe(true);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await lab?.stop();
  project?.remove();
});

/** Runs a cell that fails. For a moment after an error the kernel drops what arrives. */
async function runFailing(cell: number): Promise<void> {
  expect(await notebook.run(cell)).toBe(false);
  await new Promise((done) => setTimeout(done, 500));
}

async function outputs(cell: number): Promise<Output[]> {
  return (await notebook.cells())[cell].outputs ?? [];
}

async function html(cell: number): Promise<string> {
  return (await outputs(cell)).map(({ data }) => String(data?.['text/html'] ?? '')).join();
}

async function height(cell: number): Promise<number | undefined> {
  return notebook.page.evaluate(
    (at) =>
      jupyterapp.shell.currentWidget?.content.widgets[at].node.querySelector('.jp-OutputArea-output')?.getBoundingClientRect()
        .height,
    cell,
  );
}

/** The words above a cell's figure, which is its only display. */
async function titleOf(cell: number): Promise<string> {
  const shown = (await outputs(cell)).filter(({ output_type }) => output_type === 'display_data');
  expect(shown).toHaveLength(1);
  expect(shown[0].data?.['text/html']).toBeUndefined();
  const figure = shown[0].data?.[PLOTLY_TYPE] as { layout: { title: { text: string } } };
  return figure.layout.title.text;
}

describe('progress in JupyterLab', () => {
  it.each([
    ['training', 'validation</span>', /^Training: 4 epochs in [\d.:]+( s)?, validation accuracy \d\d\.\d %$/],
    [
      'search',
      '>worker 2: trial',
      /^Two workers: 6 trials in .*, best validation accuracy \d\d\.\d\d % \(trial \d(, the default)?\)$/,
    ],
  ] as const)('is one output, which becomes a live figure: %s', { timeout: 120_000 }, async (name, words, title) => {
    const cell = cellOf(name);
    const running = notebook.run(cell);
    await expect.poll(() => html(cell), { timeout: 60_000, interval: 50 }).toContain(words);
    expect(await html(cell)).toContain('role="progressbar"');
    expect(await outputs(cell)).toHaveLength(1);
    const before = await height(cell);
    expect(await running).toBe(true);

    expect(await titleOf(cell)).toMatch(title);
    expect(await outputs(cell)).toHaveLength(1);
    const drawn = async () => (await notebook.figures()).filter((figure) => figure.cell === cell);
    expect(await drawn()).toMatchObject([{ kind: 'live', clippedBy: 0 }]);
    expect(await height(cell)).toBe(before);
  });

  it('keeps the finished epochs at an interrupt, and says so', { timeout: 120_000 }, async () => {
    const cell = cellOf('endless');
    const running = notebook.run(cell);
    await expect.poll(() => html(cell), { timeout: 60_000 }).toMatch(/epoch ([3-9]|\d\d)/);
    await notebook.interrupt();
    expect(await running).toBe(false);
    await new Promise((done) => setTimeout(done, 500));
    expect(await titleOf(cell)).toMatch(/^Training interrupted after \d+ of 10000 epochs, .*, validation accuracy \d\d\.\d %$/);
  });

  it('keeps the finished epochs where training fails, and says so', { timeout: 120_000 }, async () => {
    const cell = cellOf('failing');
    await runFailing(cell);
    expect(await titleOf(cell)).toMatch(/^Training failed after 2 of 5 epochs, .*, training accuracy \d\d\.\d %$/);
  });

  it('is one line where there is nothing to draw', { timeout: 120_000 }, async () => {
    const cell = cellOf('hopeless');
    await runFailing(cell);
    expect(await html(cell)).toMatch(/^<div class="inkwell-progress">Search failed after 3 of 10 trials, .* s<\/div>,*$/);
  });

  it('is saved as one output a task', async () => {
    await notebook.save();
    const path = join(project.root, 'notebooks/progress.ipynb');
    const { cells } = JSON.parse(readFileSync(path, 'utf8')) as { cells: { outputs: Output[] }[] };
    const counts = cells.map(({ outputs }) => outputs.filter(({ data }) => data !== undefined).length);
    expect(counts).toEqual([0, 1, 1, 1, 1, 1]);
    expect(await notebook.interruptions()).toEqual([]);
  });
});
