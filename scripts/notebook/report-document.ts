import { type Caption, type CaptionKind, linkReferences, parseCaption, prefixNumbers, type Targets } from './captions';
import { type Notebook, type Output, sourceOf } from './notebook-file';
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

/** One piece of a report's text, top to bottom. */
export type Block =
  | { readonly type: 'text'; readonly source: string }
  | { readonly type: 'code'; readonly source: string }
  | { readonly type: 'outputs'; readonly outputs: readonly Output[] }
  | {
      /** Outputs that belong together with their caption. */
      readonly type: 'numbered';
      readonly kind: CaptionKind;
      /** One for each number that the caption gives; the first names the whole. */
      readonly ids: readonly string[];
      /** `Figure 2.3`, `Tables 3a to 3d`. */
      readonly label: string;
      readonly title: string;
      readonly rest: string;
      /** Whether it needs a page of its own across. */
      readonly wide: boolean;
      readonly outputs: readonly Output[];
    };

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

const PLOTLY_TYPE = 'application/vnd.plotly.v1+json';
/** More classes than this are not readable on an upright page. */
const MAX_UPRIGHT_CLASSES = 26;

/** A notebook's title (its metadata's, else its first heading of the first level, else its name) in Markdown. */
export function titleOf({ name, notebook }: NamedNotebook): string {
  const { title } = notebook.metadata;
  if (typeof title === 'string' && title !== '') return title;
  return findHeading(notebook) ?? name;
}

const HEADING = /^# +(.*?)[ #]*$/m;

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
        blocks: buildBlocks(named.notebook, {
          code,
          prefix: bound ? `${number}.` : '',
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

/** The caption with which a text begins, if it does, and the rest of the text. */
function captionOf(source: string): { caption: Caption | undefined; rest: string } {
  const [paragraph = '', ...others] = source.trim().split(/\n\s*\n/);
  const caption = parseCaption(paragraph);
  return { caption, rest: caption === undefined ? source : others.join('\n\n') };
}

function buildBlocks(
  notebook: Notebook,
  options: { code: boolean; prefix: string; ids(caption: Caption): string[]; link(markdown: string): string },
): Block[] {
  const { prefix, ids, link } = options;
  const blocks: Block[] = [];
  const addCode = (source: string) => {
    if (options.code && source.trim() !== '') blocks.push({ type: 'code', source });
  };
  const addOutputs = (outputs: readonly Output[]) => {
    if (outputs.length > 0) blocks.push({ type: 'outputs', outputs });
  };
  // The code cells since the last text: a caption may claim outputs of several.
  let cells: { source: string; outputs: Output[] }[] = [];
  const flush = (count = cells.length) => {
    for (const { source, outputs } of cells.splice(0, count)) {
      addCode(source);
      addOutputs(outputs);
    }
  };
  let titled = false;
  for (const cell of notebook.cells) {
    const source = sourceOf(cell);
    if (cell.cell_type === 'code') {
      cells.push({ source, outputs: (cell.outputs ?? []).map((output) => linkOutput(output, link)) });
      continue;
    }
    if (cell.cell_type !== 'markdown') continue;
    const { caption, rest } = captionOf(source);
    if (caption !== undefined) {
      const claimed = findCaptioned(cells, caption);
      flush(claimed?.cell);
      const outputs: Output[] = [];
      for (const [i, { source, outputs: own }] of cells.entries()) {
        addCode(source);
        const from = i === 0 ? (claimed?.output ?? 0) : 0;
        addOutputs(own.slice(0, from));
        outputs.push(...own.slice(from));
      }
      cells = [];
      blocks.push({
        type: 'numbered',
        kind: caption.kind,
        ids: ids(caption),
        label:
          `${caption.kind === 'figure' ? 'Figure' : 'Table'}${caption.numbers.length > 1 ? 's' : ''} ` +
          `${prefixNumbers(caption.numbering, prefix)}`,
        title: link(caption.title),
        rest: link(caption.rest),
        wide: outputs.some(needsWidePage),
        outputs,
      });
    }
    flush();
    const text: string = titled ? rest : rest.replace(HEADING, '');
    titled ||= text !== rest;
    if (text.trim() !== '') blocks.push({ type: 'text', source: link(text) });
  }
  flush();
  return blocks;
}

/** HTML that does something, such as the drawing pad: a figure, though a table may stand in it where no script runs. */
const isInteractive = ({ data = {} }: Output) => /<script[\s>]/.test(textOf(data['text/html']));
const isFigure = (output: Output) => {
  const types = Object.keys(output.data ?? {});
  return (
    types.includes(PLOTLY_TYPE) ||
    isInteractive(output) ||
    (!types.includes('text/html') && types.some((type) => type.startsWith('image/')))
  );
};
const isTable = (output: Output) => /<table[\s>]/.test(textOf(output.data?.['text/html'])) && !isInteractive(output);

/** Where a caption's outputs begin: it claims as many figures or tables as it numbers; undefined where there is none. */
function findCaptioned(
  cells: readonly { readonly outputs: readonly Output[] }[],
  { kind, numbers }: Caption,
): { cell: number; output: number } | undefined {
  const fits = kind === 'figure' ? isFigure : isTable;
  const places = cells.flatMap(({ outputs }, cell) =>
    outputs.flatMap((candidate, output) => (fits(candidate) ? [{ cell, output }] : [])),
  );
  return places.at(-numbers.length) ?? places[0];
}

/** A matrix of many classes. */
function needsWidePage({ data = {} }: Output): boolean {
  const figure = data[PLOTLY_TYPE] as { data?: { type?: string; z?: unknown; y?: unknown; x?: unknown }[] } | undefined;
  return (figure?.data ?? []).some(
    ({ type, z, x, y }) =>
      type === 'heatmap' &&
      Array.isArray(z) &&
      Array.isArray(x) &&
      Array.isArray(y) &&
      z.length > MAX_UPRIGHT_CLASSES &&
      x.length === y.length,
  );
}

function linkOutput(output: Output, link: (markdown: string) => string): Output {
  const markdown = output.data?.['text/markdown'];
  if (markdown === undefined) return output;
  return { ...output, data: { ...output.data, 'text/markdown': link(textOf(markdown)) } };
}

const textOf = (value: unknown) => (Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '');

/** Markdown without its marks, for places that take text alone. */
const plain = (markdown: string) => markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`]/g, '');

/** A date as it stands on a title page, in the local time zone: `23 November 2026`. */
function formatDate(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}
