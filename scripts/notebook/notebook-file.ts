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
  /** Pictures that were pasted into it, by name and then by MIME type. */
  attachments?: Record<string, Record<string, string | string[]>>;
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
  return parseNotebook(readFileSync(path, 'utf8'), path);
}

/** The notebook that a text holds; `name` names it in errors. */
export function parseNotebook(text: string, name: string): Notebook {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is not a notebook (${(error as Error).message}): restore it, or save it anew.`);
  }
  if (notebook.nbformat < 4) {
    throw new Error(`${name} is a notebook of the old format ${notebook.nbformat}: open it in JupyterLab and save it.`);
  }
  if (!Array.isArray(notebook.cells)) throw new Error(`${name} is not a notebook: it holds no list of cells.`);
  return notebook;
}

/** Writes a notebook as Jupyter does. */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeFileSync(path, `${JSON.stringify(notebook, null, 1)}\n`);
}

/** A cell's text. */
export function sourceOf({ source }: Cell): string {
  return Array.isArray(source) ? source.join('') : String(source ?? '');
}

/**
 * What of a cell its author wants out of reports: by the tags of nbconvert and JupyterBook (`remove-cell`, `hide-input`, ...),
 * and by what is folded in JupyterLab.
 */
export function hiddenPartsOf({ metadata = {} }: Cell): { cell: boolean; input: boolean; outputs: boolean } {
  const tags = new Set((Array.isArray(metadata.tags) ? metadata.tags : []).map((tag) => String(tag).replace(/_/g, '-')));
  const { source_hidden, outputs_hidden } = (metadata.jupyter ?? {}) as { source_hidden?: boolean; outputs_hidden?: boolean };
  const has = (part: string) => tags.has(`remove-${part}`) || tags.has(`hide-${part}`);
  return {
    cell: has('cell'),
    input: has('input') || source_hidden === true,
    outputs: has('output') || has('outputs') || outputs_hidden === true || metadata.collapsed === true,
  };
}

const TITLE = /^ {0,3}(?:# +(?<atx>.*?)(?: +#+)? *|(?<setext>\S.*)\n {0,3}=+ *)$/m;
const FENCED = /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[`~]* *$|$(?![\s\S]))/gm;

/** The first heading of the first level in a text, in either of Markdown's forms, and the text without it. Code holds none. */
export function findTitle(source: string): { title: string; rest: string } | undefined {
  const text = source.replace(FENCED, (code) => code.replace(/[^\n]/g, ' '));
  const found = TITLE.exec(text);
  if (found === null) return undefined;
  const { atx, setext } = found.groups as Record<string, string | undefined>;
  const rest = source.slice(0, found.index) + source.slice(found.index + found[0].length);
  return { title: (atx ?? setext ?? '').trim(), rest };
}

/** Markdown of one line without its marks, for places that take text alone; formulas stay as they are. */
export function plainText(markdown: string): string {
  return markdown.replace(
    /(\$[^$]+\$)|`([^`]*)`|!?\[([^\]]*)\]\([^)]*\)|\*\*?|(?<!\w)__?|__?(?!\w)/g,
    (_mark, formula?: string, code?: string, words?: string) => formula ?? code ?? words ?? '',
  );
}

/** For each cell the last heading at or before it, without its marks; empty before the first. */
export function headingsByCell(notebook: Notebook): string[] {
  let heading = '';
  return notebook.cells.map((cell) => {
    if (cell.cell_type === 'markdown') {
      const text = sourceOf(cell).replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
      const last = [...text.matchAll(/^#{1,6} +(.*?)[ #]*$/gm)].at(-1)?.[1];
      if (last !== undefined) heading = plainText(last);
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
