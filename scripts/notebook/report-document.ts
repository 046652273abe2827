import { linkReferences, type Targets } from './captions';
import { type Coursework, gatherCoursework, type SectionName } from './coursework';
import { findTitle, type Notebook, plainText as plain, sourceOf } from './notebook-file';
import { type Block, buildBlocks } from './report-blocks';
import { describeRun, describeRuns, type Facts, findProblems } from './report-facts';
import { type NamedNotebook, type Places, placeNotebooks } from './report-places';

/** What the title page says beside what the notebooks say themselves. */
export interface TitlePage {
  readonly title?: string;
  readonly authors?: readonly string[];
  readonly course?: string;
  readonly date?: string;
}

/** A part of a report under a heading of its own. */
export interface Chapter {
  /** Whether it is a section of the coursework, or a whole notebook, which begins on a page of its own. */
  readonly kind: 'section' | 'notebook';
  /** Of its heading: `data`, `chapter-2`. */
  readonly id: string;
  /** Markdown of its heading. */
  readonly title: string;
  /** Whether it needs the heading: not where the title page says the same. */
  readonly headed: boolean;
  readonly blocks: readonly Block[];
}

/** All that a report says, before it is set as HTML. */
export interface ReportDocument {
  readonly title: string;
  readonly authors: readonly string[];
  readonly course: string;
  readonly date: string;
  /** What its first page must say about runs that are not whole. */
  readonly problems: readonly string[];
  /** What holds for all notebooks: label and words. */
  readonly facts: readonly (readonly [string, string])[];
  /** What differs: a table with a row for each notebook; empty for one notebook. */
  readonly factsByChapter: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** Whether there are several chapters, with ids of their own for their headings. */
  readonly bound: boolean;
  readonly chapters: readonly Chapter[];
}

/** Of a coursework, and of other notebooks bound together, where no title is given. */
const COURSEWORK_TITLE = 'Reading handwriting: a dense and a convolutional network';
const BOUND_TITLE = 'Report';

/** A notebook's title (its metadata's, else its first heading of the first level, else its name) in Markdown. */
export function titleOf({ name, notebook }: NamedNotebook): string {
  const { title } = notebook.metadata;
  if (typeof title === 'string' && title !== '') return title;
  return findHeading(notebook) ?? name;
}

function findHeading(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    const found = cell.cell_type === 'markdown' ? findTitle(sourceOf(cell)) : undefined;
    if (found !== undefined) return found.title;
  }
  return undefined;
}

function authorsOf(notebooks: readonly NamedNotebook[]): string[] {
  const names = notebooks.flatMap(({ notebook: { metadata } }) =>
    Array.isArray(metadata.authors) ? metadata.authors.map((author: { name?: unknown }) => author?.name) : [],
  );
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))];
}

/** What a report is made with beside its notebooks and its title page. */
export interface BuildOptions {
  /** Names of notebooks that the report should have had, and did not run. */
  readonly missing?: readonly string[];
  /** False leaves all code out. */
  readonly code?: boolean;
  /** Sections of a coursework; default all that have cells. */
  readonly sections?: readonly SectionName[];
  /** True lets the whole notebooks follow a coursework. */
  readonly appendix?: boolean;
  /** The date of a title page without one. */
  readonly today?: string;
}

/**
 * What a report of these notebooks says. One notebook is set whole and keeps its numbers. Several are a coursework, made of their
 * cells that are tagged with its sections, and the whole notebooks after it where they are asked for, or alone where no cell is
 * tagged: each a chapter, figures and tables numbered by chapter (Figure 2.3). References lead to what they name.
 */
export function buildReport(
  notebooks: readonly NamedNotebook[],
  titlePage: TitlePage = {},
  options: BuildOptions = {},
): ReportDocument {
  const [first] = notebooks;
  if (first === undefined) throw new RangeError('notebooks must hold at least one, but got none.');
  const { missing = [], code = true, sections, today = formatDate(new Date()) } = options;
  const several = notebooks.length > 1;
  const runs = notebooks.map(({ notebook }) => notebook);
  const coursework = several ? gatherCoursework(runs, { sections, code }) : undefined;
  const isWhole = coursework === undefined || options.appendix === true;
  const problems = notebooks.flatMap((named) =>
    findProblems(named.notebook).map((problem) => (several ? `${plain(titleOf(named))}: ${problem}` : problem)),
  );
  if (missing.length > 0) {
    problems.push(`${missing.join(' and ')} did not run and ${missing.length === 1 ? 'is' : 'are'} not in this report.`);
  }
  const given = authorsOf(notebooks);
  const untitled = coursework !== undefined ? COURSEWORK_TITLE : several ? BOUND_TITLE : plain(titleOf(first));
  const title = titlePage.title ?? untitled;
  const places = placeNotebooks(notebooks, isWhole);
  return {
    title,
    authors: titlePage.authors?.length ? titlePage.authors : given,
    course: titlePage.course ?? '',
    date: titlePage.date ?? today,
    problems,
    ...arrangeFacts(notebooks, isWhole ? runs.map(describeRun) : describeRuns(runs)),
    bound: several,
    chapters: [
      ...(coursework === undefined ? [] : buildSections(coursework, places)),
      ...(isWhole ? buildChapters(notebooks, places, { code, title }) : []),
    ],
  };
}

/** The sections of a coursework, where references lead to its own figures first. */
function buildSections({ sections, number }: Coursework, places: Places): Chapter[] {
  return sections.map(({ name, title, passages }) => ({
    kind: 'section',
    id: name,
    title,
    headed: true,
    blocks: passages.flatMap(({ notebook, cells }) => {
      const targets: Targets = {
        ...places.targets(notebook),
        numbered(kind, own, chapter) {
          const owner = chapter === undefined ? notebook : places.numbers.indexOf(chapter);
          const label = number(owner, kind, own);
          return label === undefined
            ? places.targets(notebook).numbered(kind, own, chapter)
            : { href: `#${kind}-${label}`, label };
        },
      };
      return buildBlocks(cells, {
        code: false,
        number: (kind, own) => number(notebook, kind, own) ?? own,
        ids: ({ kind, numbers }) => numbers.map((own) => `${kind}-${number(notebook, kind, own)}`),
        link: (markdown) => linkReferences(markdown, targets),
      });
    }),
  }));
}

/** Notebooks as a whole. */
function buildChapters(
  notebooks: readonly NamedNotebook[],
  { numbers, label, ids, targets }: Places,
  { code, title }: { code: boolean; title: string },
): Chapter[] {
  return notebooks.map((named, i) => ({
    kind: 'notebook',
    id: `chapter-${numbers[i]}`,
    title: titleOf(named),
    headed: notebooks.length > 1 || title !== plain(titleOf(named)),
    blocks: buildBlocks(named.notebook.cells, {
      code,
      number: (_kind, own) => label(i, own),
      ids: (caption) => ids(i, caption),
      link: (markdown) => linkReferences(markdown, targets(i)),
    }),
  }));
}

/** Facts that all notebooks share once, the others by notebook. */
function arrangeFacts(
  notebooks: readonly NamedNotebook[],
  facts: readonly Facts[],
): Pick<ReportDocument, 'facts' | 'factsByChapter'> {
  const labels = [...new Set(facts.flatMap((known) => [...known.keys()]))];
  const [first] = facts;
  const shared = labels.filter((label) => facts.every((known) => known.get(label) === first?.get(label)));
  const columns = labels.filter((label) => !shared.includes(label));
  return {
    facts: shared.map((label) => [label, first?.get(label) ?? '']),
    factsByChapter: {
      columns,
      rows:
        columns.length === 0
          ? []
          : notebooks.map((named, i) => [plain(titleOf(named)), ...columns.map((label) => facts[i]?.get(label) ?? '–')]),
    },
  };
}

/** A date as it stands on a title page, in the local time zone: `23 November 2026`. */
function formatDate(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}
