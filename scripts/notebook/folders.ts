import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './python';

export const NOTEBOOKS = join(ROOT, 'notebooks');
export const REPORTS = join(ROOT, 'reports');

/** Names of the notebooks in a folder, without `.ipynb`, in their order; none where there is no folder. */
export function listNotebooks(folder = NOTEBOOKS): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ipynb') && !file.startsWith('.'))
    .map((file) => file.replace(/\.ipynb$/, ''))
    .sort();
}
