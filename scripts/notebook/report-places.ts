import type { Caption, CaptionKind, Targets } from './captions';
import { type Notebook, sourceOf } from './notebook-file';
import { captionOf } from './report-blocks';

/** A notebook that a report is made of: its name, without `.ipynb`, and its contents with outputs. */
export interface NamedNotebook {
  readonly name: string;
  readonly notebook: Notebook;
}

/** Where whole notebooks, their figures and their tables stand in a report; notebooks by their index. */
export interface Places {
  /** The number of each notebook. */
  readonly numbers: readonly string[];
  /** A figure's or table's number in the report: `2.3` for `3`, or `3` where there is one notebook. */
  label(notebook: number, own: string): string;
  /** An id for each number that a caption gives. */
  ids(notebook: number, caption: { readonly kind: CaptionKind; readonly numbers: readonly string[] }): string[];
  /** Where references in a notebook lead. */
  targets(notebook: number): Targets;
}

/** The places of notebooks; where they do not stand in the report, references lead to the report of each alone, if anywhere. */
export function placeNotebooks(notebooks: readonly NamedNotebook[], areInReport: boolean): Places {
  const several = notebooks.length > 1;
  const numbers = numberNotebooks(notebooks);
  const label = (notebook: number, own: string) => (several ? `${numbers[notebook]}.${own}` : own);
  const ids: Places['ids'] = (notebook, { kind, numbers: own }) =>
    own.map((number) => `${kind}-${several ? `${numbers[notebook]}-` : ''}${number}`);

  const targets = new Map<string, { href: string; label: string }>();
  for (const [i, { notebook }] of areInReport ? notebooks.entries() : []) {
    for (const caption of captionsOf(notebook)) {
      for (const [k, own] of caption.numbers.entries()) {
        const target = { href: `#${ids(i, caption)[k]}`, label: label(i, own) };
        targets.set(`${numbers[i]} ${caption.kind} ${own}`, target);
        // "Table 3" means Tables 3a to 3d.
        const whole = `${numbers[i]} ${caption.kind} ${Number.parseInt(own, 10)}`;
        if (!targets.has(whole)) targets.set(whole, { ...target, label: target.label.replace(/[a-z]$/, '') });
      }
    }
  }
  return {
    numbers,
    label,
    ids,
    targets(notebook) {
      const self = numbers[notebook] as string;
      const isThere = several && areInReport;
      return {
        numbered: (kind, number, chapter) =>
          several || chapter === undefined || chapter === self ? targets.get(`${chapter ?? self} ${kind} ${number}`) : undefined,
        chapter: (number) => (isThere && number !== self && numbers.includes(number) ? `#chapter-${number}` : undefined),
        file(path) {
          const name = /^(?:\.\/)?([^/]+)\.ipynb$/.exec(path)?.[1];
          const at = notebooks.findIndex((other) => other.name === name);
          if (name === undefined) return undefined;
          return isThere && at >= 0 ? `#chapter-${numbers[at]}` : `${name}.html`;
        },
      };
    },
  };
}

/** The captions in a notebook, in their order. */
function captionsOf({ cells }: Notebook): Caption[] {
  return cells.flatMap((cell) => (cell.cell_type === 'markdown' ? (captionOf(sourceOf(cell)).caption ?? []) : []));
}

/** A notebook's number: the one that its file's name begins with, `2` for `02-mlp-search`, else its place. */
function numberNotebooks(notebooks: readonly NamedNotebook[]): string[] {
  const numbers = notebooks.map(({ name }) => /^0*(\d+)/.exec(name)?.[1]);
  const given = numbers.filter((number) => number !== undefined);
  return given.length === notebooks.length && new Set(given).size === given.length
    ? (given as string[])
    : notebooks.map((_, i) => `${i + 1}`);
}
