import { type CaptionKind, expandNumbers } from './captions';
import { type Cell, type Notebook, sourceOf } from './notebook-file';
import { UsageError } from './parameters';
import { captionOf } from './report-blocks';

/**
 * The sections of a coursework in their order. A cell stands in the section that its tag names: `results`. Where no cell has that
 * tag, those tagged `default-results` stand there, which the notebooks bring along; a section without either is left out.
 */
export const SECTIONS = [
  { name: 'abstract', title: 'Abstract' },
  { name: 'question', title: 'Question' },
  { name: 'data', title: 'Data' },
  { name: 'models', title: 'Models' },
  { name: 'search', title: 'Search' },
  { name: 'results', title: 'Results' },
  { name: 'discussion', title: 'Discussion' },
  { name: 'conclusion', title: 'Conclusion' },
  { name: 'limits', title: 'Limits' },
] as const;

export type SectionName = (typeof SECTIONS)[number]['name'];

/** Cells with this tag show code, and stand in no report without it. */
const CODE_TAG = 'code';

/** Cells of one notebook that follow each other in a section. */
export interface Passage {
  /** Index of the notebook. */
  readonly notebook: number;
  readonly cells: readonly Cell[];
}

export interface Section {
  readonly name: SectionName;
  /** `2 Data`; the abstract has no number. */
  readonly title: string;
  readonly passages: readonly Passage[];
}

/** A coursework made of the tagged cells of notebooks. */
export interface Coursework {
  readonly sections: readonly Section[];
  /**
   * The number in the coursework of a notebook's figure or table, `4` or `3a`; undefined for one that does not stand in it. `4`
   * means 4a to 4d, too.
   */
  number(notebook: number, kind: CaptionKind, own: string): string | undefined;
}

/**
 * The coursework in the notebooks; undefined where no cell is tagged with a section.
 *
 * @param options.sections those to have, in the order of `SECTIONS`; default all that have cells
 * @param options.code false leaves cells tagged `code` out
 */
export function gatherCoursework(
  notebooks: readonly Notebook[],
  options: { sections?: readonly SectionName[]; code?: boolean } = {},
): Coursework | undefined {
  const { sections: wanted, code = true } = options;
  const filled = SECTIONS.flatMap(({ name, title }) => {
    const passages = wanted === undefined || wanted.includes(name) ? gatherPassages(notebooks, name, code) : [];
    return passages.length > 0 ? [{ name, title, passages }] : [];
  });
  if (filled.length === 0) return undefined;
  let count = 0;
  const sections = filled.map((section) =>
    section.name === 'abstract' ? section : { ...section, title: `${++count} ${section.title}` },
  );
  return { sections, number: numberCaptions(sections) };
}

/** Throws a usage error unless the notebooks hold a cell for each section that the user asked for: before anything has run. */
export function requireSections(notebooks: readonly Notebook[], sections: readonly SectionName[] = []): void {
  if (sections.length > 0 && notebooks.length < 2) {
    throw new UsageError(
      '--sections chooses from the coursework, made of several notebooks, but there is one. Leave the option out.',
    );
  }
  const empty = sections.find((name) => gatherPassages(notebooks, name, true).length === 0);
  if (empty !== undefined) {
    throw new UsageError(
      `--sections must name sections that the notebooks have cells for, but no cell has the tag "${empty}" or ` +
        `"default-${empty}". Give one the tag in JupyterLab (the gears at the upper right), or leave the section out.`,
    );
  }
}

function gatherPassages(notebooks: readonly Notebook[], name: SectionName, code: boolean): Passage[] {
  for (const tag of [name, `default-${name}`]) {
    const passages = notebooks.flatMap(({ cells }, notebook) => {
      const tagged = cells.filter(({ metadata: { tags = [] } }) => tags.includes(tag) && (code || !tags.includes(CODE_TAG)));
      return tagged.length > 0 ? [{ notebook, cells: tagged }] : [];
    });
    if (passages.length > 0) return passages;
  }
  return [];
}

/** Figures and tables count through all sections, as their captions come. */
function numberCaptions(sections: readonly Section[]): Coursework['number'] {
  const counts = { figure: 0, table: 0 };
  const known = new Map<string, number>();
  for (const { notebook, cells } of sections.flatMap(({ passages }) => passages)) {
    for (const cell of cells) {
      const caption = cell.cell_type === 'markdown' ? captionOf(sourceOf(cell)).caption : undefined;
      if (caption === undefined) continue;
      for (const own of expandNumbers(caption.numbering)) {
        const key = `${notebook} ${caption.kind} ${Number.parseInt(own, 10)}`;
        if (!known.has(key)) known.set(key, ++counts[caption.kind]);
      }
    }
  }
  return (notebook, kind, own) => {
    const number = known.get(`${notebook} ${kind} ${Number.parseInt(own, 10)}`);
    return number === undefined ? undefined : `${number}${own.replace(/^\d+/, '')}`;
  };
}
