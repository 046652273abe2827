/** `npm run sheet [name]`: writes a sheet with boxes to print and fill in, for `readScan`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { COLUMNS, ROWS, SHEETS, type SheetName } from '../lib/scan/sheet';
import { PAPERS, type PaperName, sheetPage } from '../lib/scan/sheet-page';
import { explainWriteError } from '../lib/storage/write-error';
import { openPrinter } from './notebook/print-pdf';

const WORDS: Readonly<Record<SheetName, string>> = {
  balanced: 'the 47 classes of EMNIST Balanced, four boxes each (the default)',
  digits: '0 to 9, 19 boxes each',
  letters: 'A to Z and a to z, three boxes each',
  blank: `${COLUMNS * ROWS} boxes for a text of your own`,
};

const HELP = `npm run sheet [name] -- [options]

Writes a sheet with boxes to print, fill in and photograph: a PDF, or a page of HTML where no browser is found that prints.
readScan reads the photograph, and knows what was to be written.

Sheets:
${Object.entries(WORDS)
  .map(([name, words]) => `  ${name.padEnd(10)}${words}`)
  .join('\n')}

Options:
  --paper NAME   ${Object.keys(PAPERS).join(' or ')}; default a4. Either prints on the other as well
  --out FILE     default reports/sheet-NAME.pdf; a name that ends in .html writes a page for any browser
  --help         shows this
`;

/** Writes the sheet and says where it is. */
export async function writeSheet(name: SheetName, paper: PaperName, out?: string): Promise<string> {
  const page = sheetPage(name, paper);
  const printer = out?.endsWith('.html') ? undefined : await openPrinter();
  const file = out ?? join('reports', `sheet-${name}.${printer ? 'pdf' : 'html'}`);
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-sheet-'));
  try {
    mkdirSync(dirname(file), { recursive: true });
    if (!printer) writeFileSync(file, page);
    else {
      const html = join(folder, 'sheet.html');
      writeFileSync(html, page);
      await printer.open(pathToFileURL(html).href);
      writeFileSync(file, await printer.print());
    }
    return file;
  } catch (error) {
    throw explainWriteError(error, file);
  } finally {
    rmSync(folder, { recursive: true });
    await printer?.close();
  }
}

async function main(): Promise<void> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { paper: { type: 'string', default: 'a4' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return;
    }
    const [name = 'balanced', ...others] = positionals;
    if (others.length > 0) throw new Error(`One sheet at a time, but got ${positionals.join(', ')}.`);
    if (!Object.hasOwn(SHEETS, name))
      throw new Error(`The sheet must be one of ${Object.keys(SHEETS).join(', ')}, but got '${name}'.`);
    const paper = `${values.paper}`.toLowerCase();
    if (!Object.hasOwn(PAPERS, paper)) {
      throw new Error(`--paper must be one of ${Object.keys(PAPERS).join(', ')}, but got '${values.paper}'.`);
    }
    const file = await writeSheet(name as SheetName, paper as PaperName, values.out);
    process.stdout.write(
      `${file} is written. Print it, fill it in with a dark pen and photograph it with all four black squares in the ` +
        `picture; then\n` +
        '  npm start -- --only 04-evaluation -p scan=photograph.jpg\n',
    );
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm run sheet -- --help shows what there is.\n`);
    process.exitCode = 2;
  }
}

if (require.main === module) void main();
