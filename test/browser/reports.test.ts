import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, type Output, type PageElement, PLOTLY_TYPE } from './jupyterlab';

const REPORTS = resolve(__dirname, '../../reports');
const CONFUSION_MATRIX = '04-evaluation';

/** The reports beside which the executed notebook stands: `npm start` writes both. */
const names = (existsSync(REPORTS) ? readdirSync(REPORTS) : [])
  .filter((file) => file.endsWith('.ipynb') && existsSync(join(REPORTS, file.replace(/ipynb$/, 'html'))))
  .map((file) => file.replace(/\.ipynb$/, ''));

function countFigures(name: string): number {
  const { cells } = JSON.parse(readFileSync(join(REPORTS, `${name}.ipynb`), 'utf8')) as {
    cells: { outputs?: Output[] }[];
  };
  return cells.flatMap(({ outputs = [] }) => outputs).filter(({ data }) => data?.[PLOTLY_TYPE]).length;
}

/** Opens a report in a page that reaches nothing but the report's file, and notes what it asked for and complained of. */
async function openReport(browser: Browser, name: string) {
  const url = pathToFileURL(join(REPORTS, `${name}.html`)).href;
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
  documentElement: { scrollWidth: number; clientWidth: number };
};

async function waitForFigures(page: Page, count: number): Promise<void> {
  await expect
    .poll(() => page.locator('.js-plotly-plot .main-svg:first-of-type').count(), { timeout: 30_000 })
    .toBe(count);
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
      page
        .locator('.figure')
        .evaluateAll((figures) => figures.map((figure) => Math.round(figure.getBoundingClientRect().height)));
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

  it.runIf(names.includes(CONFUSION_MATRIX))('a cell of the confusion matrix tells its count', async () => {
    const { page, errors } = await openReport(browser, CONFUSION_MATRIX);
    await waitForFigures(page, countFigures(CONFUSION_MATRIX));
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

    const words = `true ${y[0]}, predicted ${x[1]}: ${customdata[0][1]} images`;
    await expect.poll(() => figure.locator('.hoverlayer .hovertext').allTextContents()).toEqual([words]);
    expect(errors).toEqual([]);
    await page.close();
  });
});
