import { readFileSync, writeFileSync } from 'node:fs';

/** An output of a code cell, as far as it is read here. */
export interface Output {
  output_type?: 'display_data' | 'execute_result' | 'stream' | 'error';
  data?: Record<string, unknown>;
}

/** A cell of a notebook file, as far as it is read here. */
export interface Cell {
  id?: string;
  cell_type: 'code' | 'markdown' | 'raw';
  metadata: { tags?: string[]; [key: string]: unknown };
  source: string | string[];
  outputs?: Output[];
  execution_count?: number | null;
}

/** A notebook file, nbformat 4.5. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** The notebook in a file. A file that is none is an error. */
export function readNotebook(path: string): Notebook {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is not a notebook (${(error as Error).message}): restore it, or save it anew.`);
  }
  if (!Array.isArray(notebook.cells)) throw new Error(`${path} is not a notebook: it holds no list of cells.`);
  return notebook;
}

/** Writes a notebook as Jupyter does. */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeFileSync(path, `${JSON.stringify(notebook, null, 1)}\n`);
}

/** A cell's text. */
export function sourceOf(cell: Cell): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}

/** For each cell the last heading at or before it, without its marks; empty before the first. */
export function headingsByCell(notebook: Notebook): string[] {
  let heading = '';
  return notebook.cells.map((cell) => {
    if (cell.cell_type === 'markdown') {
      const text = sourceOf(cell).replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
      const last = [...text.matchAll(/^#{1,6} +(.*?)[ #]*$/gm)].at(-1)?.[1];
      if (last !== undefined) heading = last.replace(/[*_`]/g, '');
    }
    return heading;
  });
}

/** The contents of all outputs of one MIME type, in their order. */
export function outputsOf(notebook: Notebook, mimeType: string): unknown[] {
  return notebook.cells.flatMap((cell) =>
    (cell.outputs ?? []).flatMap(({ data }) => (data !== undefined && mimeType in data ? [data[mimeType]] : [])),
  );
}
