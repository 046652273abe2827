import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPython } from '../../scripts/notebook/python';
import type { NamedNotebook } from '../../scripts/notebook/report-places';
import { writeReport } from '../../scripts/notebook/write-report';
import { answers, draw, findPad, SEVEN } from './drawn-strokes';
import { launchBrowser, type Output, type PageElement, PLOTLY_TYPE } from './jupyterlab';

const REPORTS = resolve(__dirname, '../../reports');
const EVALUATION = '04-evaluation';

/** The reports beside which the executed notebook stands: `npm start` writes both. */
const names = (existsSync(REPORTS) ? readdirSync(REPORTS) : [])
  .filter((file) => file.endsWith('.ipynb') && existsSync(join(REPORTS, file.replace(/ipynb$/, 'html'))))
  .map((file) => file.replace(/\.ipynb$/, ''));

function countFigures(name: string): number {
  const { cells } = JSON.parse(readFileSync(join(REPORTS, `${name}.ipynb`), 'utf8')) as { cells: { outputs?: Output[] }[] };
  return cells.flatMap(({ outputs = [] }) => outputs).filter(({ data }) => data?.[PLOTLY_TYPE]).length;
}

/** Opens a report in a page that reaches nothing but the report's file, and notes what it asked for and complained of. */
async function openReport(browser: Browser, name: string, folder = REPORTS) {
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const requests: string[] = [];
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.route(
    () => true,
    (route) => {
      const wanted = route.request().url();
      if (wanted === url || /^(data|blob):/.test(wanted)) return route.continue();
      requests.push(wanted);
      return route.abort();
    },
  );
  await page.goto(url);
  return { page, requests, errors };
}

/** A figure on the page, as Plotly extends its element. */
interface PlotlyElement extends PageElement {
  data: { type: string; x: string[]; y: string[]; customdata: number[][] }[];
}
declare const document: {
  querySelectorAll(selector: string): ArrayLike<PlotlyElement>;
  getElementById(id: string): PageElement | null;
  documentElement: { scrollWidth: number; clientWidth: number };
};

async function waitForFigures(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator('.js-plotly-plot .main-svg:first-of-type').count(), { timeout: 30_000 }).toBe(count);
}

describe.skipIf(names.length === 0)('the reports (skipped where `npm start` has written none)', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
  });

  it.each(names)('%s shows every figure without the network', async (name) => {
    const { page, requests, errors } = await openReport(browser, name);
    const count = countFigures(name);
    expect(count).toBeGreaterThan(0);

    await waitForFigures(page, count);

    const heights = () =>
      page.locator('.plot').evaluateAll((figures) => figures.map((figure) => Math.round(figure.getBoundingClientRect().height)));
    const before = await heights();
    await page.setViewportSize({ width: 1100, height: 700 });
    await page.waitForTimeout(500);
    expect(await heights(), 'figures keep their height when the window changes').toEqual(before);

    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    expect(scrollWidth, 'the page must not be wider than its window').toBeLessThanOrEqual(clientWidth);
    expect(requests).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it.each(existsSync(join(REPORTS, 'report.html')) ? [...names, 'report'] : names)(
    '%s has no table under 7 points on paper, and no link that leads nowhere',
    async (name) => {
      const page = await browser.newPage();
      await page.goto(`${pathToFileURL(join(REPORTS, `${name}.html`)).href}?paper`);
      await page.evaluate('paperReady');
      // In points, of the words of every table.
      const size = '(table) => 0.75 * parseFloat(getComputedStyle(table).fontSize) * table.currentCSSZoom';
      const sizes = (await page.evaluate(`[...document.querySelectorAll('.chapter table')].map(${size})`)) as number[];
      expect(sizes.length).toBeGreaterThan(0);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(6.99);
      const hrefs = await page
        .locator('a[href^="#"]')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
      const missing = (all: string[]) => all.filter((href) => document.getElementById(href.slice(1)) === null);
      expect(await page.evaluate(missing, hrefs)).toEqual([]);
      await page.close();
    },
  );

  it.runIf(names.includes(EVALUATION))('a cell of the confusion matrix tells its count', async () => {
    const { page, errors } = await openReport(browser, EVALUATION);
    await waitForFigures(page, countFigures(EVALUATION));
    const figures = page.locator('.js-plotly-plot');
    const index = await page.evaluate(() =>
      Array.from(document.querySelectorAll('.js-plotly-plot')).findIndex(
        ({ data: [trace] }) => trace.type === 'heatmap' && trace.customdata?.length === trace.y?.length,
      ),
    );
    expect(index).toBeGreaterThanOrEqual(0);
    const figure = figures.nth(index);
    const { x, y, customdata } = (await figure.evaluate(
      (element) => (element as unknown as PlotlyElement).data[0],
    )) as PlotlyElement['data'][0];
    const plane = figure.locator('.nsewdrag').first();
    await plane.scrollIntoViewIfNeeded();
    const box = await plane.boundingBox();
    if (box === null) throw new Error('the confusion matrix has no plane to hover over');

    // First row, second column: the diagonal may be muted.
    await page.mouse.move(box.x + (1.5 / x.length) * box.width, box.y + (0.5 / y.length) * box.height);

    const words = `true ${y[0]}, predicted ${x[1]}: ${customdata[0][1].toLocaleString('en-US')} images, `;
    await expect.poll(() => figure.locator('.hoverlayer .hovertext').allTextContents()).toEqual([expect.stringContaining(words)]);
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe.runIf(names.includes(EVALUATION))('the drawing pad of the report', () => {
  it('reads along without the network', async () => {
    const browser = await launchBrowser();
    try {
      const { page, requests, errors } = await openReport(browser, EVALUATION);
      // One thing with its caption, which the list of figures leads to.
      expect(await page.locator('figure:has(.inkwell-drawing) figcaption').count()).toBe(1);
      const pad = await findPad(page);
      expect(await answers(pad)).toEqual(['–', '–']);
      await draw(page, pad, SEVEN);
      await expect.poll(() => answers(pad)).toEqual([expect.stringMatching(/^[^–]$/), expect.stringMatching(/^[^–]$/)]);
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

const output = (data: Record<string, unknown>): Output => ({ output_type: 'display_data', data }) as Output;
const CLASSES = Array.from({ length: 47 }, (_, i) => `class ${i}`);
const matrix = {
  data: [{ type: 'heatmap', x: CLASSES, y: CLASSES, z: CLASSES.map((_, i) => CLASSES.map((_, j) => i * j)) }],
  layout: { height: 800 },
};
const lines = (count: number, cells: string) =>
  output({
    'text/html': `<table><thead><tr><th>head of all pages</th></tr></thead><tbody>${Array.from(
      { length: count },
      (_, i) => `<tr><td>row ${i + 1}${cells}</td></tr>`,
    ).join('')}</tbody></table>`,
  });
const curve = { data: [{ x: [1, 2], y: [3, 4] }], layout: { xaxis: { title: { text: 'Epochs of training' } } } };

/** A notebook of text, code with outputs, and text. */
function makeNotebook(name: string, cells: readonly (string | { code: string; outputs: Output[] })[]): NamedNotebook {
  return {
    name,
    notebook: {
      cells: cells.map((cell, i) =>
        typeof cell === 'string'
          ? { cell_type: 'markdown', metadata: {}, source: cell }
          : { cell_type: 'code', metadata: {}, source: cell.code, outputs: cell.outputs as never, execution_count: i + 1 },
      ),
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    },
  };
}

const FIRST = makeNotebook('01-first', [
  '# 1 · First & *foremost*',
  '## Long table',
  { code: 'const secret = 1;', outputs: [lines(120, ' of a table that is much too wide for several columns')] },
  '*Table 1. Rows without end.* Compare Figure 1 of notebook 2.',
]);
const SECOND = makeNotebook('02-second', [
  '# 2 · Second',
  '## Curves',
  { code: 'draw();', outputs: [output({ [PLOTLY_TYPE]: curve, 'text/plain': '[Figure]' })] },
  '*Figure 1. A curve.*',
  { code: 'confuse();', outputs: [output({ [PLOTLY_TYPE]: matrix, 'text/plain': '[Figure]' })] },
  '*Figure 2. The matrix of 47 classes.*',
  'As Figure 1 shows, and Figure 2.',
]);

/** What a PDF says: the size in points and the text of each page, and its bookmarks. */
interface PdfContents {
  readonly pages: readonly { readonly width: number; readonly height: number; readonly text: string }[];
  readonly bookmarks: readonly string[];
}

describe('a coursework', () => {
  const tagged = (notebook: NamedNotebook, ...tags: readonly string[]): NamedNotebook => ({
    ...notebook,
    notebook: {
      ...notebook.notebook,
      cells: notebook.notebook.cells.map((cell, i) => ({ ...cell, metadata: { tags: [tags[i] ?? 'default-results'] } })),
    },
  });
  const columns = Array.from({ length: 30 }, (_, i) => `column${i}`);
  const wide = output({
    'text/html':
      `<table><thead><tr>${columns.map((name) => `<th>${name}</th>`).join('')}</tr></thead>` +
      `<tbody><tr>${columns.map((_, i) => `<td>value ${i}</td>`).join('')}</tr></tbody></table>`,
  });
  const CITED = '[Ada 1843](https://example.org/notes "A. Ada. Notes. 1843.")';
  const first = tagged(
    makeNotebook('01-first', [
      `We compare, after ${CITED}.`,
      { code: 'secret();', outputs: [wide] },
      `*Table 4. All columns.* As ${CITED} did, and [Bob 1900](https://example.org/bob "B. Bob. On $x$ & y. 1900."), [here](#x).`,
    ]),
    'abstract',
  );
  const second = tagged(
    makeNotebook('02-second', [
      'Generated.',
      { code: 'confuse();', outputs: [output({ [PLOTLY_TYPE]: matrix, 'text/plain': '[Figure]' })] },
      '*Figure 9. The matrix of 47 classes.* Beside Table 4 of notebook 1.',
    ]),
    'default-abstract',
  );

  it('has its abstract on the title page, its tables cut to the page, matrices upright, and numbered references', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkwell-coursework-'));
    try {
      const target = join(folder, 'report');
      await writeReport([first, second], target, { formats: ['pdf'], titlePage: { title: 'T' } });
      const { pages } = JSON.parse(
        await runPython('../../test/browser/read_pdf.py', [], readFileSync(`${target}.pdf`)),
      ) as PdfContents;
      const text = pages.map((page) => page.text).join('\n');
      expect(pages[0]?.text).toMatch(/Abstract\s+We compare, after Ada 1843\s+\[1\]\./);
      expect(text).not.toMatch(/Generated|secret|confuse/);
      expect(pages.every(({ width, height }) => width < height)).toBe(true);
      for (const [i, name] of columns.entries()) {
        expect(text).toContain(name);
        expect(text).toContain(`value ${i}`);
      }
      // Each part of the table begins with its first column.
      expect(text.match(/\bvalue 0\b/g)?.length).toBeGreaterThan(1);
      expect(text).toMatch(/Table 1\. All columns\. As Ada 1843\s+\[1\] did, and Bob 1900\s+\[2\], here\./);
      expect(text).toMatch(/Figure 1\. The matrix of 47 classes\. Beside Table 1 of notebook 1\./);
      expect(text).toMatch(/References\s+1\.\s+A\. Ada\. Notes\. 1843\.\s+2\.\s+B\. Bob\. On \$x\$ & y\. 1900\./);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a bound report', () => {
  let folder: string;
  let browser: Browser;
  let pdf: PdfContents;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inkwell-report-'));
    browser = await launchBrowser();
    const titlePage = { title: 'A <b>bold</b> title', authors: ['Ada & Bob'], course: 'ML', date: 'May 2026' };
    const options = { formats: ['html', 'pdf'] as const, code: true, titlePage };
    const target = join(folder, 'report');
    const written = await writeReport([FIRST, SECOND], target, options, ['03-third']);
    expect(written).toEqual([`${target}.html`, `${target}.pdf`]);
    pdf = JSON.parse(await runPython('../../test/browser/read_pdf.py', [], readFileSync(`${target}.pdf`)));
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens without the network, and every link in it leads somewhere', async () => {
    const { page, requests, errors } = await openReport(browser, 'report', folder);
    await waitForFigures(page, 2);
    expect(await page.title()).toBe('A <b>bold</b> title');
    expect(await page.locator('.authors').textContent()).toBe('Ada & Bob');
    const hrefs = await page.locator('a[href^="#"]').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(hrefs).toEqual(
      expect.arrayContaining(['#chapter-2', '#chapter-1-long-table', '#table-1-1', '#figure-2-1', '#figure-2-2']),
    );
    const missing = await page.evaluate(
      (all: string[]) => all.filter((href) => document.getElementById(href.slice(1)) === null),
      hrefs,
    );
    expect(missing).toEqual([]);
    expect(await page.locator('figcaption .label').allTextContents()).toEqual(['Table 1.1.', 'Figure 2.1.', 'Figure 2.2.']);
    expect(await page.locator('[role=alert] li').allTextContents()).toEqual(['03-third did not run and is not in this report.']);
    expect(requests).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('folds its code, each and all', async () => {
    const { page } = await openReport(browser, 'report', folder);
    const code = page.locator('.highlight').first();
    expect(await code.isVisible()).toBe(false);
    await page.locator('details.code summary').first().click();
    expect(await code.isVisible()).toBe(true);
    const all = page.locator('details.code');
    const open = () => all.evaluateAll((details) => details.map((one) => one.hasAttribute('open')));
    await page.getByRole('button', { name: 'Show all code' }).click();
    expect(await open()).toEqual([true, true, true]);
    await page.getByRole('button', { name: 'Hide all code' }).click();
    expect(await open()).toEqual([false, false, false]);
    await page.close();
  });

  it('is a PDF with a title page, numbered pages and bookmarks, whose text can be searched', () => {
    const { pages, bookmarks } = pdf;
    expect(pages[0]?.text).toMatch(/A <b>bold<\/b> title\s+Ada & Bob\s+May 2026[\s\S]*03-third did not run/);
    expect(pages[0]?.text).not.toMatch(/^1\D/);
    for (const [i, { text }] of pages.slice(1).entries()) expect(text.startsWith(`${i + 2}`)).toBe(true);
    const place = (words: string) => pages.findIndex(({ text }, i) => i > 2 && text.includes(words));
    const contents = pages
      .slice(1, 3)
      .map(({ text }) => text)
      .join('\n');
    // What the contents say is where it stands.
    expect(contents).toMatch(new RegExp(`Curves\\s+${place('Curves') + 1}\\b`));
    expect(contents).toMatch(new RegExp(`A curve\\.\\s+${place('Figure 2.1.') + 1}\\b`));
    // The words inside a figure, too.
    expect(place('Epochs of training')).toBe(place('Figure 2.1.'));
    expect(place('const secret = 1;')).toBeGreaterThan(2);
    expect(bookmarks).toEqual(expect.arrayContaining(['1 · First & foremost', '2 · Second', 'Curves']));
  });

  it('gives the big matrix a page of its own across, and repeats the head of a table that goes on', () => {
    const { pages } = pdf;
    const across = pages.filter(({ width, height }) => width > height);
    expect(across).toHaveLength(1);
    expect(across[0]?.text).toMatch(/class 46[\s\S]*Figure 2\.2\. The matrix of 47 classes/);
    const rows = pages.filter(({ text }) => /row \d+ of a table/.test(text));
    expect(rows.length).toBeGreaterThan(1);
    for (const { text } of rows) expect(text).toContain('head of all pages');
    const all = rows.flatMap(({ text }) => [...text.matchAll(/row (\d+) of a table/g)].map(([, row]) => Number(row)));
    expect(all).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });

  it('leaves code out on demand, and writes the formats asked for alone', async () => {
    const target = join(folder, 'short');
    const written = await writeReport([SECOND], target, { formats: ['pdf'], build: { code: false }, titlePage: {} });
    expect(written).toEqual([`${target}.pdf`]);
    expect(readdirSync(folder).filter((file) => file.includes('short'))).toEqual(['short.pdf']);
    const { pages } = JSON.parse(
      await runPython('../../test/browser/read_pdf.py', [], readFileSync(`${target}.pdf`)),
    ) as PdfContents;
    const text = pages.map((page) => page.text).join('\n');
    expect(text).not.toContain('confuse();');
    expect(text).toContain('Figure 1. A curve.');
  });
});

describe('a report as students write them', () => {
  const wide = Array.from({ length: 12 }, (_, i) => `<td>column number ${i}</td>`).join('');
  const cells = [
    '# Mine',
    'A formula $x^2$ and\n\n```mermaid\ngraph LR\n  A[Input] --> B[Softmax]\n```\n\n```mermaid\nno diagram\n```',
    {
      code: 'draw();',
      outputs: [
        output({ [PLOTLY_TYPE]: { data: [{ type: 'bar', y: [1, 2] }] }, 'text/plain': '[Figure]' }),
        output({ [PLOTLY_TYPE]: { data: [{ y: [1, 2] }], layout: { title: 'Of old' } }, 'text/plain': '[Figure]' }),
        output({ 'text/html': `<table><tr>${wide}</tr></table>` }),
      ],
    },
  ];

  it('draws figures without layout, formulas and diagrams, dark in the dark, and fits a narrow window', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkwell-report-'));
    const browser = await launchBrowser();
    try {
      const target = join(folder, 'mine');
      await writeReport([makeNotebook('mine', cells)], target, { formats: ['html', 'pdf'], titlePage: {} });
      const { page, requests, errors } = await openReport(browser, 'mine', folder);
      await waitForFigures(page, 2);
      await expect.poll(() => page.locator('.mermaid-diagram svg').count()).toBe(1);
      expect(await page.locator('.mermaid-diagram').innerText()).toMatch(/Input\s+Softmax/);
      expect(await page.locator('.missing').allInnerTexts()).toEqual([expect.stringMatching(/^\[This could not be drawn: /)]);
      expect(await page.locator('pre.mermaid').innerText()).toBe('no diagram');
      expect(await page.locator('.gtitle').allTextContents()).toEqual(['Of old']);
      expect(await page.locator('.katex-html').isVisible()).toBe(true);

      await page.setViewportSize({ width: 700, height: 900 });
      const fits = () => page.evaluate("document.querySelector('td').closest('.output').scrollWidth <= innerWidth");
      await expect.poll(fits).toBe(true);
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);

      const filter = () => page.evaluate("getComputedStyle(document.querySelector('.plot')).filter");
      expect(await filter()).toBe('none');
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await filter()).toContain('invert');
      const { pages } = JSON.parse(
        await runPython('../../test/browser/read_pdf.py', [], readFileSync(`${target}.pdf`)),
      ) as PdfContents;
      const text = pages.map((each) => each.text).join('\n');
      expect(text).toMatch(/Input[\s\S]*Softmax[\s\S]*Of old/);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
