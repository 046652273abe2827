import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readNotebook } from './notebook/notebook-file';
import { UsageError } from './notebook/parameters';
import { exportReports, ROOT } from './notebook/python';
import { findNotebook } from './notebook/start-options';

const HELP = `npm run report [-- NAME...]

Writes notebooks/<name>.ipynb, as it stands with its outputs, to reports/<name>.html. Without names: every notebook that
holds outputs. To run the notebooks first: npm start.`;

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  if (names.includes('--help') || names.includes('-h')) {
    console.log(HELP);
    return;
  }
  const folder = join(ROOT, 'notebooks');
  const available = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ipynb') && !file.startsWith('.'))
        .map((file) => file.replace(/\.ipynb$/, ''))
        .sort()
    : [];
  const hasOutputs = (name: string) =>
    readNotebook(join(folder, `${name}.ipynb`)).cells.some(({ outputs = [] }) => outputs.length > 0);
  const chosen = names.map((name) => findNotebook(name, available));
  const empty = chosen.filter((name) => !hasOutputs(name));
  const reported = chosen.length > 0 ? chosen : available.filter(hasOutputs);
  if (empty.length > 0 || reported.length === 0) {
    const what = empty.length > 0 ? `${empty.join(', ')} without outputs` : 'no notebook with outputs';
    throw new UsageError(
      `A report shows a notebook's outputs, but got ${what}. Run it in JupyterLab (npm run lab) and save it; ` +
        'npm start runs all of them and writes their reports itself.',
    );
  }
  const reports = join(ROOT, 'reports');
  mkdirSync(reports, { recursive: true });
  for (const name of reported) {
    const target = join(reports, `${name}.html`);
    await exportReports([[join(folder, `${name}.ipynb`), target]]);
    console.log(relative(process.cwd(), target));
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
});
