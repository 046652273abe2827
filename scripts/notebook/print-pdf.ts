import { pathToFileURL } from 'node:url';
import { type Page, startBrowser } from '../../lib/notebook/browser';
import { runPython } from './python';

/** A report of many figures, on a slow machine. */
const DRAWING_TIMEOUT_MS = 180_000;

/**
 * The PDF of a report's HTML file. Printed twice: the first print tells on which pages the entries of the contents
 * stand, the second one has their numbers. `page` is a browser's.
 */
export async function printPdf(html: string, page: Page): Promise<Uint8Array> {
  await page.open(`${pathToFileURL(html).href}?paper`);
  await page.evaluate('paperReady', DRAWING_TIMEOUT_MS);
  const draft = await page.print();
  const pages = JSON.parse(await runPython('pdf_destinations.py', [], draft)) as Record<string, number>;
  await page.evaluate(`{
    const pages = ${JSON.stringify(pages)};
    for (const place of document.querySelectorAll('[data-page-of]')) {
      place.textContent = pages[place.dataset.pageOf] ?? '';
    }
  }`);
  return page.print();
}

let browser: Promise<Page | undefined> | undefined;

/** A browser to print with; undefined where none can be had, which is said once. */
export function openPrinter(): Promise<Page | undefined> {
  browser ??= startBrowser(() => {
    // The next report starts another.
    browser = undefined;
  }).catch((error: Error) => {
    console.warn(
      `No PDF: ${error.message.replace(/\.$/, '')}. The HTML reports are complete, and any browser prints them. For PDFs ` +
        'install Chrome or Chromium, or set CHROME_PATH to one.',
    );
    return undefined;
  });
  return browser;
}
