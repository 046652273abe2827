import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Figure } from '../figures/figure';
import { type Page, startBrowser } from './browser';

let page: Promise<Page | undefined> | undefined;

/** A page with plotly.js; undefined where no browser can be had, which is said once. */
async function openPlotlyPage(): Promise<Page | undefined> {
  try {
    const opened = await startBrowser(() => {
      // The next figure starts another.
      page = undefined;
    });
    const resolve = createRequire(join(process.cwd(), 'package.json')).resolve;
    await opened.evaluate(`${readFileSync(resolve('plotly.js-dist'), 'utf8')}\n;void 0`);
    return opened;
  } catch (error) {
    console.warn(
      `Figures have no still picture here: ${(error as Error).message}. They are drawn in JupyterLab and in the ` +
        'reports all the same. For pictures install Chrome or Chromium, or set CHROME_PATH to one.',
    );
    return undefined;
  }
}

/**
 * A figure's picture as base64 of a PNG, `width * scale` by `height * scale` pixels; undefined where no browser can
 * be had. The first picture starts the browser (seconds), the others take about 0.2 s.
 */
export async function renderPng(
  figure: Figure,
  size: { width: number; height: number; scale: number },
): Promise<string | undefined> {
  page ??= openPlotlyPage();
  const plotly = await page;
  if (plotly === undefined) return undefined;
  try {
    const url = (await plotly.evaluate(
      `Plotly.toImage(${JSON.stringify(figure)}, ${JSON.stringify({ format: 'png', ...size })})`,
    )) as string;
    return url.slice(url.indexOf(',') + 1);
  } catch (error) {
    // Playwright's name of the call stands before the reason, and the page's stack after it.
    const [reason] = (error as Error).message.replace(/^page\.evaluate: (Error: )?/, '').split('\n');
    console.warn(`This figure has no still picture: ${reason}`);
    return undefined;
  }
}
