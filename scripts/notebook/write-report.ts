import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { explainWriteError } from '../../lib/storage/write-error';
import { NOTEBOOKS } from './folders';
import { setFormulas } from './formulas';
import { openPrinter, printPdf } from './print-pdf';
import { runPython } from './python';
import { type BuildOptions, buildReport, type TitlePage } from './report-document';
import type { NamedNotebook } from './report-places';

/** A form in which reports are written. */
export type ReportFormat = 'html' | 'pdf';

/** What `npm start` and `npm run report` let the user choose about reports. */
export interface ReportOptions {
  readonly formats: readonly ReportFormat[];
  readonly titlePage: TitlePage;
  /** What the report is made with. */
  readonly build?: Pick<BuildOptions, 'code' | 'sections' | 'appendix'>;
}

/**
 * Writes one report of the notebooks, in their order, in every format asked for: `<target>.html`, `<target>.pdf`. Returns the
 * paths of what was written: no PDF where no browser can be had or it fails. A file is replaced when its new contents are whole.
 *
 * @param target path without extension
 * @param missing names of notebooks that did not run and should have been in it
 * @param folder that of the notebooks, beside which the pictures lie that their text names
 */
export async function writeReport(
  notebooks: readonly NamedNotebook[],
  target: string,
  { formats, titlePage, build }: ReportOptions,
  missing: readonly string[] = [],
  folder = NOTEBOOKS,
): Promise<string[]> {
  const document = buildReport(notebooks, titlePage, { ...build, missing });
  const written: string[] = [];
  const place = (extension: string) => join(dirname(target), `.${basename(target)}.part.${extension}`);
  const html = place('html');
  const finish = (part: string, extension: string) => {
    renameSync(part, `${target}.${extension}`);
    written.push(`${target}.${extension}`);
  };
  try {
    await runPython('export.py', [html, folder], JSON.stringify(document));
    writeFileSync(html, setFormulas(readFileSync(html, 'utf8')));
    const page = formats.includes('pdf') ? await openPrinter() : undefined;
    const pdf = page && (await printPdf(html, page).catch((error: Error) => warn(target, error)));
    // An earlier run's would stand beside this one's HTML.
    if (formats.includes('pdf') && pdf === undefined) rmSync(`${target}.pdf`, { force: true });
    if (pdf !== undefined) {
      writeFileSync(place('pdf'), pdf);
      finish(place('pdf'), 'pdf');
    }
    if (formats.includes('html') || pdf === undefined) finish(html, 'html');
  } catch (error) {
    throw explainWriteError(error, target);
  } finally {
    for (const part of [html, place('pdf')]) rmSync(part, { force: true });
  }
  return written.sort();
}

function warn(target: string, { message }: Error): undefined {
  console.warn(`No PDF of ${basename(target)}, whose HTML is complete: ${message.split('\n')[0]}`);
}
