import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, draw, findPad, SEVEN } from './drawn-strokes';
import {
  type Cell,
  copyProject,
  type LabNotebook,
  type LabServer,
  launchBrowser,
  type Output,
  openNotebook,
  type ProjectCopy,
  startLab,
} from './jupyterlab';

const NOTEBOOKS = ['01-preprocessing', '02-mlp-search', '03-cnn-search', '04-evaluation'];

let project: ProjectCopy;
let lab: LabServer;
let browser: Browser;

beforeAll(async () => {
  project = copyProject();
  lab = await startLab(project);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await lab?.stop();
  project?.remove();
});

function open(name: string): Promise<LabNotebook> {
  return openNotebook(browser, lab, `notebooks/${name}.ipynb`);
}

function edit(file: string, from: string, to: string): void {
  const path = join(project.root, file);
  const text = readFileSync(path, 'utf8');
  expect(text, `${file} must hold the text to edit`).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

function textOf({ text = '' }: Output): string {
  return typeof text === 'string' ? text : text.join('');
}

/** What a cell printed, errors and warnings included. */
function printed(cell: Cell): string {
  return (cell.outputs ?? []).map(textOf).join('');
}

function htmlOf(cell: Cell): string[] {
  return (cell.outputs ?? []).map(({ data }) => String(data?.['text/html'] ?? ''));
}

/** What went wrong in a notebook: error outputs and whatever was written to the standard error. */
function problems(cells: readonly Cell[]): string[] {
  return cells.flatMap(({ outputs = [] }) =>
    outputs
      .filter(({ output_type, name }) => output_type === 'error' || name === 'stderr')
      .map((output) => output.evalue ?? textOf(output)),
  );
}

describe('the notebooks in JupyterLab', () => {
  // In order: the last one reads the models that the searches saved.
  it.each(NOTEBOOKS)('%s runs and shows every figure', { timeout: 180_000 }, async (name) => {
    edit(`notebooks/${name}.ipynb`, "= 'quick'", "= 'small'");
    const notebook = await open(name);
    expect((await notebook.kernel()).displayName).toBe('TypeScript');

    const ok = await notebook.runAll();

    const cells = await notebook.cells();
    expect(problems(cells)).toEqual([]);
    expect(ok).toBe(true);
    const figures = await notebook.figures();
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.filter(({ kind, clippedBy }) => kind !== 'live' || clippedBy > 0)).toEqual([]);
    await notebook.page.setViewportSize({ width: 1100, height: 800 });
    const resized = await notebook.figures();
    expect(resized.filter(({ height }) => height < 100)).toEqual([]);
    // A task that ended without a figure leaves a line, without the style of a running one.
    const unfinished = cells.flatMap(htmlOf).filter((html) => html.includes('"inkwell-progress" style='));
    expect(unfinished).toEqual([]);
    if (name === '04-evaluation') {
      await notebook.scrollTo(cells.findIndex(({ source }) => source.includes('drawingPad(')));
      const pad = await findPad(notebook.page);
      await draw(notebook.page, pad, SEVEN);
      await expect.poll(() => answers(pad)).toEqual([expect.stringMatching(/^\d$/), expect.stringMatching(/^\d$/)]);
    }
    expect(await notebook.interruptions()).toEqual([]);
    await notebook.save();
    await notebook.close();
  });

  it('as they were saved make a report that says all about their run', { timeout: 120_000 }, () => {
    const options = ['--no-execute', '--appendix', '--format', 'html', '--author', 'Ada <b>', '--course', 'Reading'];
    const { stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/report.ts', ...options], {
      cwd: project.root,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const report = readFileSync(join(project.root, 'reports/report.html'), 'utf8');
    const words = report
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
    for (const fact of [
      'Ada &lt;b&gt;',
      'Reading',
      'Data set mnist',
      'LeCun',
      'Profile small',
      'Seed 0',
      'Node 2',
      'Abstract How well',
    ]) {
      expect(words).toContain(fact);
    }
    // From the times that JupyterLab kept in the cells.
    expect(words).toMatch(/1 · Preprocessing: from files to tensors 2\d{3}-\d\d-\d\d \d\d:\d\d UTC \d+ s/);
    expect(words).toContain('Figure 4.18.');
    expect(words).not.toMatch(/did not run|out of order|ended with an error/);
  });
});

describe('working in JupyterLab', () => {
  it('sees an edited function after the import cell ran again', async () => {
    project.write('edit', [
      "import { mostConfused } from './src';",
      "console.log(mostConfused({ counts: [[9, 1], [3, 9]], classNames: ['a', 'b'] })[0].count);",
    ]);
    const notebook = await open('edit');
    expect(await notebook.runAll()).toBe(true);
    expect(printed((await notebook.cells())[1])).toBe('3\n');

    edit('lib/evaluation/confusion-matrix.ts', 'b.count - a.count', 'a.count - b.count');
    await notebook.run(0);
    await notebook.run(1);

    expect(printed((await notebook.cells())[1])).toBe('1\n');
    await notebook.close();
  });

  it('stops training at the stop button, skips what follows, and goes on', { timeout: 120_000 }, async () => {
    project.write('interrupt', [
      "import { fit, loadDataset, seedMlp } from './src';\n" + "const { train } = await loadDataset('mnist');",
      // Hours, so that coming to an end at all is due to the button.
      'const model = seedMlp.build(train);\n' + "await fit(model, train, { epochs: 10_000 });\nconsole.log('rest of the cell');",
      "console.log('next cell');",
    ]);
    const notebook = await open('interrupt');
    const running = notebook.runAll();
    const bars = async () => htmlOf((await notebook.cells())[1]);
    await expect.poll(bars, { timeout: 50_000 }).toEqual([expect.stringContaining('progressbar')]);

    await notebook.interrupt();
    expect(await running).toBe(false);

    const [, training, next] = await notebook.cells();
    expect(training.outputs?.[0].data?.['text/plain']).toContain('Training interrupted');
    expect(training.outputs?.some(({ output_type }) => output_type === 'error')).toBe(true);
    expect(printed(training)).not.toContain('rest of the cell');
    expect(next.outputs).toEqual([]);
    // For a moment after an error the kernel drops what arrives: cells that were queued behind it.
    await new Promise((done) => setTimeout(done, 500));
    expect(await notebook.run(2)).toBe(true);
    expect(printed((await notebook.cells())[2])).toBe('next cell\n');
    expect(await notebook.interruptions()).toEqual([]);
    await notebook.close();
  });

  it('takes up a training with a backup where the stop button ended it', { timeout: 120_000 }, async () => {
    project.write('backup', [
      "import { fit, loadDataset, seedMlp, takeSubset } from './src';\n" +
        "const train = takeSubset((await loadDataset('mnist')).train, 2_000);",
      'await fit(seedMlp.build(train), train, {\n' +
        "  epochs: 60, backup: 'runs/stopped', callbacks: [{ onEpochEnd: ({ epoch }) => console.log(epoch) }],\n});",
    ]);
    const notebook = await open('backup');
    const epochs = async () =>
      printed((await notebook.cells())[1])
        .match(/^\d+$/gm)
        ?.map(Number) ?? [];
    const running = notebook.runAll();
    await expect.poll(async () => (await epochs()).length, { timeout: 50_000 }).toBeGreaterThan(2);

    await notebook.interrupt();
    expect(await running).toBe(false);
    const last = (await epochs()).at(-1) as number;
    expect(last).toBeLessThan(60);
    // For a moment after an error the kernel drops what arrives.
    await new Promise((done) => setTimeout(done, 500));
    expect(await notebook.run(1)).toBe(true);

    const rest = await epochs();
    expect(rest.at(-1)).toBe(60);
    // The stop may fall between an epoch's line and its backup, or the next epoch's end and its line.
    expect([last, last + 1, last + 2]).toContain(rest[0]);
    await notebook.close();
  });

  it('shows figures and tables of a saved notebook that it does not trust', async () => {
    project.write('saved', [
      "import * as aq from 'arquero';\nimport { show } from './src';\n" +
        "await show({ data: [{ type: 'bar', y: [1, 2] }], layout: { title: { text: 'Bars' } } });",
      "await show(aq.table({ digit: ['one', 'two'] }));",
    ]);
    const first = await open('saved');
    expect(await first.runAll()).toBe(true);
    expect(await first.figures()).toMatchObject([{ cell: 0, kind: 'live', clippedBy: 0 }]);
    await first.save();
    await first.close();
    // A changed file no longer has the signature that this server gave it: as if another student sent it.
    edit('notebooks/saved.ipynb', "text: 'Bars'", "text: 'More bars'");

    const again = await open('saved');

    expect(await again.isTrusted()).toBe(false);
    expect(await again.figures()).toMatchObject([{ cell: 0, kind: 'picture', clippedBy: 0 }]);
    await again.page.hover('.jp-RenderedPlotly');
    await expect.poll(() => again.figures(), { timeout: 10_000 }).toMatchObject([{ cell: 0, kind: 'live', clippedBy: 0 }]);
    expect(await again.page.locator('.jp-OutputArea-output table').textContent()).toContain('two');
    await again.close();
  });
});
