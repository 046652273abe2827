import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NOTEBOOKS, REPORTS } from './folders';
import { readNotebook } from './notebook-file';
import type { NamedNotebook } from './report-places';

/** A notebook with outputs, and the file they came from. */
export interface ExecutedNotebook extends NamedNotebook {
  readonly path: string;
}

/**
 * The notebook of this name with its outputs: the newer of what was saved in JupyterLab (`notebooks`) and what
 * `npm start` left (`reports`); undefined where neither holds outputs.
 */
export function findExecuted(name: string, folders: readonly string[] = [NOTEBOOKS, REPORTS]): ExecutedNotebook | undefined {
  return folders
    .map((folder) => join(folder, `${name}.ipynb`))
    .filter((path) => existsSync(path))
    .map((path) => ({ name, path, notebook: readNotebook(path), time: statSync(path).mtimeMs }))
    .filter(({ notebook }) => notebook.cells.some(({ outputs = [] }) => outputs.length > 0))
    .sort((a, b) => b.time - a.time)
    .map(({ name, path, notebook }) => ({ name, path, notebook }))[0];
}
