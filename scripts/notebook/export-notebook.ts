import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseNotebook } from './notebook-file';
import { toScript } from './script';
import { writeReport } from './write-report';

/**
 * Writes one notebook, as it is with its outputs, to the standard output:
 * `export-notebook.ts html|pdf|script NAME FOLDER < NOTEBOOK`. JupyterLab's exporters (lab/inkwell_exporters.py) call it.
 */
async function main([format, name, folder]: readonly string[]): Promise<Uint8Array | string> {
  const notebook = parseNotebook(readFileSync(0, 'utf8'), name);
  if (format === 'script') return toScript(notebook, name);
  const temporary = mkdtempSync(join(tmpdir(), 'inkwell-export-'));
  try {
    const options = { formats: [format as 'html' | 'pdf'], titlePage: {} };
    const written = await writeReport([{ name, notebook }], join(temporary, 'report'), options, [], folder);
    const found = written.find((path) => path.endsWith(`.${format}`));
    // The last warning says why there is none.
    if (found === undefined) throw new Error('No PDF could be printed: is there a Chrome or Chromium? HTML needs none.');
    return readFileSync(found);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).then(
  (content) => process.stdout.write(content, () => process.exit(0)),
  (error: Error) => {
    console.error(error.message.replace(/\s+/g, ' '));
    process.exit(1);
  },
);
