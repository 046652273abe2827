import { type Caption, linkReferences, type Targets } from './captions';
import { type Notebook, sourceOf } from './notebook-file';
import { type Block, buildBlocks, captionOf, HEADING } from './report-blocks';
import { describeRun, type Facts, findProblems } from './report-facts';

/** What the title page says beside what the notebooks say themselves. */
export interface TitlePage {
  readonly title?: string;
  readonly authors?: readonly string[];
  readonly course?: string;
  readonly date?: string;
}

/** A notebook that a report is made of: its name, without `.ipynb`, and its contents with outputs. */
export interface NamedNotebook {
  readonly name: string;
  readonly notebook: Notebook;
}

/** One notebook in a report. */
export interface Chapter {
  /** Of its heading: `chapter-2`. */
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
  /** Whether the notebooks are chapters with headings and numbers of their own. */
  readonly bound: boolean;
  readonly chapters: readonly Chapter[];
}

/** A notebook's title (its metadata's, else its first heading of the first level, else its name) in Markdown. */
export function titleOf({ name, notebook }: NamedNotebook): string {
  const { title } = notebook.metadata;
  if (typeof title === 'string' && title !== '') return title;
  return findHeading(notebook) ?? name;
}

function findHeading(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    const found = cell.cell_type === 'markdown' ? HEADING.exec(sourceOf(cell)) : null;
    if (found !== null) return found[1];
  }
  return undefined;
}

function authorsOf(notebooks: readonly NamedNotebook[]): string[] {
  const names = notebooks.flatMap(({ notebook: { metadata } }) =>
    Array.isArray(metadata.authors) ? metadata.authors.map((author: { name?: unknown }) => author?.name) : [],
  );
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))];
}

/** The chapter's number: the one that its file begins with, `2` for `02-mlp-search`, else its place. */
function numberChapters(notebooks: readonly NamedNotebook[]): string[] {
  const numbers = notebooks.map(({ name }) => /^0*(\d+)/.exec(name)?.[1]);
  const given = numbers.filter((number) => number !== undefined);
  return given.length === notebooks.length && new Set(given).size === given.length
    ? (given as string[])
    : notebooks.map((_, i) => `${i + 1}`);
}

/**
 * What a report of these notebooks says, in their order. One notebook keeps its numbers; of several, each is a chapter,
 * and figures and tables are numbered by chapter (Figure 2.3). References lead to what they name.
 *
 * @param options.missing names of notebooks that the report should have had, and did not run
 * @param options.code false leaves all code out
 * @param options.today the date of a title page without one
 */
export function buildReport(
  notebooks: readonly NamedNotebook[],
  titlePage: TitlePage = {},
  options: { missing?: readonly string[]; code?: boolean; projectTitle?: string; today?: string } = {},
): ReportDocument {
  const [first] = notebooks;
  if (first === undefined) throw new RangeError('notebooks must hold at least one, but got none.');
  const { missing = [], code = true, projectTitle = 'Report', today = formatDate(new Date()) } = options;
  const bound = notebooks.length > 1;
  const numbers = numberChapters(notebooks);
  const idsOf = (number: string, { kind, numbers }: Caption) =>
    numbers.map((own) => `${kind}-${bound ? `${number}-` : ''}${own}`);

  const captions = notebooks.map(({ notebook }) =>
    notebook.cells.flatMap((cell) => (cell.cell_type === 'markdown' ? (captionOf(sourceOf(cell)).caption ?? []) : [])),
  );
  const targets = new Map<string, { href: string; label: string }>();
  for (const [i, number] of numbers.entries()) {
    for (const caption of captions[i] ?? []) {
      const ids = idsOf(number, caption);
      for (const [k, own] of caption.numbers.entries()) {
        const target = { href: `#${ids[k]}`, label: bound ? `${number}.${own}` : own };
        targets.set(`${number} ${caption.kind} ${own}`, target);
        // "Table 3" means Tables 3a to 3d.
        const whole = `${number} ${caption.kind} ${Number.parseInt(own, 10)}`;
        if (!targets.has(whole)) targets.set(whole, { ...target, label: target.label.replace(/[a-z]$/, '') });
      }
    }
  }
  const targetsFor = (own: string): Targets => ({
    numbered: (kind, number, chapter) =>
      bound || chapter === undefined || chapter === own ? targets.get(`${chapter ?? own} ${kind} ${number}`) : undefined,
    chapter: (number) => (bound && number !== own && numbers.includes(number) ? `#chapter-${number}` : undefined),
    file(path) {
      const name = /^(?:\.\/)?([^/]+)\.ipynb$/.exec(path)?.[1];
      const at = notebooks.findIndex((other) => other.name === name);
      if (name === undefined) return undefined;
      return bound && at >= 0 ? `#chapter-${numbers[at]}` : `${name}.html`;
    },
  });

  const facts = notebooks.map(({ notebook }) => describeRun(notebook));
  const problems = notebooks.flatMap((named) =>
    findProblems(named.notebook).map((problem) => (bound ? `${plain(titleOf(named))}: ${problem}` : problem)),
  );
  if (missing.length > 0) {
    problems.push(`${missing.join(' and ')} did not run and ${missing.length === 1 ? 'is' : 'are'} not in this report.`);
  }
  const given = authorsOf(notebooks);
  const title = titlePage.title ?? (bound ? projectTitle : plain(titleOf(first)));
  return {
    title,
    authors: titlePage.authors?.length ? titlePage.authors : given,
    course: titlePage.course ?? '',
    date: titlePage.date ?? today,
    problems,
    ...arrangeFacts(notebooks, facts),
    bound,
    chapters: notebooks.map((named, i) => {
      const number = numbers[i] as string;
      return {
        id: `chapter-${number}`,
        title: titleOf(named),
        headed: bound || title !== plain(titleOf(named)),
        blocks: buildBlocks(named.notebook.cells, {
          code,
          number: (_kind, own) => (bound ? `${number}.${own}` : own),
          ids: (caption) => idsOf(number, caption),
          link: (markdown) => linkReferences(markdown, targetsFor(number)),
        }),
      };
    }),
  };
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

/** Markdown without its marks, for places that take text alone. */
const plain = (markdown: string) => markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`]/g, '');

/** A date as it stands on a title page, in the local time zone: `23 November 2026`. */
function formatDate(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}
