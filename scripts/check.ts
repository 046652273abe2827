/** `npm run check`: types (strict), lint and format, and that the committed notebooks are clean; other checks by options. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from './audit';
import { checkDocuments } from './check-documents';

const root = join(__dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

interface Notebook {
  cells: { cell_type: string; outputs?: unknown[]; execution_count?: number | null; metadata: { tags?: string[] } }[];
  metadata: { kernelspec?: { name?: string } };
}

/** What is wrong with a notebook as it would be committed: outputs, execution counts, another kernel, no parameters. */
export function findNotebookFaults(notebook: Notebook): string[] {
  const faults: string[] = [];
  const run = notebook.cells.filter((cell) => cell.outputs?.length || cell.execution_count != null).length;
  if (run > 0) {
    faults.push(`${run} cells hold outputs or execution counts: "Clear Outputs of All Cells" in JupyterLab, then save`);
  }
  if (notebook.metadata.kernelspec?.name !== 'inkwell') {
    faults.push(`its kernel must be "inkwell" (TypeScript), but it is "${notebook.metadata.kernelspec?.name}"`);
  }
  const parameters = notebook.cells.filter((cell) => cell.metadata.tags?.includes('parameters')).length;
  if (parameters !== 1) faults.push(`one cell must carry the tag "parameters", but ${parameters} do`);
  return faults;
}

function checkNotebooks(): boolean {
  const folder = join(root, 'notebooks');
  let clean = true;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ipynb'))) {
    for (const fault of findNotebookFaults(JSON.parse(readFileSync(join(folder, name), 'utf8')))) {
      console.error(`notebooks/${name}: ${fault}.`);
      clean = false;
    }
  }
  return clean;
}

function run(command: string, args: string[]): boolean {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

const HELP = `npm run check [-- --documents | --audit]

Types, lint, format, and whether the notebooks are clean; or instead

  --documents  whether each npm command that a document names runs
  --audit      which advisories are known of the packages; asks the audit services of npm and Python`;

function main(): void {
  const option = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { audit: option, documents: option, help: option } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const usual: [string, () => boolean][] = [
    ['types', () => run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit'])],
    ['lint and format', () => run(bin('biome'), ['check', '--error-on-warnings'])],
    ['notebooks', checkNotebooks],
  ];
  const asked: [string, () => boolean][] = [
    ...(values.documents ? [['documents', () => checkDocuments(root)] as [string, () => boolean]] : []),
    ...(values.audit ? [['advisories', () => audit(root)] as [string, () => boolean]] : []),
  ];
  const checks = asked.length > 0 ? asked : usual;
  const failed = checks.filter(([name, check]) => {
    const passed = check();
    console.log(`${passed ? 'passed' : 'FAILED'}  ${name}`);
    return !passed;
  });
  process.exitCode = failed.length > 0 ? 1 : 0;
}

if (require.main === module) main();
