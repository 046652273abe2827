/** What a caption numbers. */
export type CaptionKind = 'figure' | 'table';

/** A numbered caption: `*Figure 3. What is seen.* More words.` */
export interface Caption {
  readonly kind: CaptionKind;
  /** As written between the word and the full stop: `3`, `4 and 5`, `3a to 3d`. */
  readonly numbering: string;
  /** Each number that it gives: `['3']`, `['4', '5']`, `['3a', '3b', '3c', '3d']`. */
  readonly numbers: readonly string[];
  /** Markdown of what is seen, without the number. */
  readonly title: string;
  /** Markdown of the words after it in the same paragraph; may be empty. */
  readonly rest: string;
}

const NUMBER = String.raw`\d+[a-z]?`;
const LIST = `${NUMBER}(?:(?:, | and | or | to )${NUMBER})*`;
const CAPTION = new RegExp(
  String.raw`^\*(Figure|Table)s? (${LIST})[.:]\s*((?:[^*]|\*\*|(?<=\s)\*(?=\s))*?)(?<!\s)\*(?!\*)[ \t]*([\s\S]*)$`,
);

/** The caption that a paragraph of Markdown is; undefined for any other paragraph. */
export function parseCaption(paragraph: string): Caption | undefined {
  const [, word, numbering, title, rest] = CAPTION.exec(paragraph.trim()) ?? [];
  if (word === undefined || numbering === undefined) return undefined;
  return {
    kind: word === 'Figure' ? 'figure' : 'table',
    numbering,
    numbers: expandNumbers(numbering),
    title: title.trim(),
    rest: rest.trim(),
  };
}

/** Each number that a list of numbers means: `3a to 3d` is 3a, 3b, 3c and 3d. */
export function expandNumbers(list: string): string[] {
  const parts = list.split(/(, | and | or | to )/);
  const numbers: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const number = parts[i] as string;
    const last = numbers.at(-1);
    if (parts[i - 1] === ' to ' && last !== undefined) numbers.push(...numbersBetween(last, number));
    numbers.push(number);
  }
  return numbers;
}

/** The numbers after `first` and before `last`: letters within one number, else whole numbers. */
function numbersBetween(first: string, last: string): string[] {
  const [from, to] = [first, last].map((number) => ({
    whole: Number.parseInt(number, 10),
    letter: number.replace(/^\d+/, ''),
  })) as [{ whole: number; letter: string }, { whole: number; letter: string }];
  const between: string[] = [];
  if (from.whole === to.whole && from.letter !== '' && to.letter !== '') {
    for (let code = from.letter.charCodeAt(0) + 1; code < to.letter.charCodeAt(0); code++) {
      between.push(`${from.whole}${String.fromCharCode(code)}`);
    }
  } else if (from.letter === '' && to.letter === '') {
    for (let whole = from.whole + 1; whole < to.whole; whole++) between.push(`${whole}`);
  }
  return between;
}

/** A list of numbers with each replaced: `3a to 3d` with a prefix of `2.` is `2.3a to 2.3d`. */
export function renumber(list: string, replace: (number: string) => string): string {
  return list.replace(new RegExp(NUMBER, 'g'), replace);
}

/** Where references lead; undefined for what is not there, whose words stay as they are. */
export interface Targets {
  /** `chapter` as the text names a notebook; undefined for the text's own. */
  numbered(
    kind: CaptionKind,
    number: string,
    chapter: string | undefined,
  ): { readonly href: string; readonly label: string } | undefined;
  chapter(number: string): string | undefined;
  /** A notebook's file, as Markdown links to it: `02-mlp-search.ipynb`. */
  file(path: string): string | undefined;
}

/** What is no text: code, formulas, tags and what stands between those that hold no text, addresses, links. */
const PROTECTED = [
  String.raw`(?<fence>^ {0,3}(?<marks>\x60{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\k<marks>[\x60~]* *$|$(?![\s\S])))`,
  String.raw`(?<indented>(?<=^|\n[ \t]*\n)(?:(?: {4}|\t)[^\n]*(?:\n|$))+)`,
  String.raw`(?<code>(?<ticks>\x60+)[\s\S]*?\k<ticks>)`,
  String.raw`(?<math>\$\$[\s\S]*?\$\$|(?<![\\$])\$(?:[^$\\]|\\.)+?(?<!\s)\$(?!\d))`,
  String.raw`(?<environment>\\begin\{(?<name>[a-z]+\*?)\}[\s\S]*?\\end\{\k<name>\})`,
  String.raw`(?<element><(?<element_name>script|style|pre|a)[\s>][\s\S]*?<\/\k<element_name>>|<!--[\s\S]*?-->)`,
  '(?<tag><[^>]+>)',
  String.raw`(?<definition>^ {0,3}\[[^\]]+\]:[^\n]*$)`,
  String.raw`(?<link>!?\[(?:[^\]\\]|\\.)*\](?:\([^)]*\)|\[[^\]]*\]))`,
].join('|');
const REFERENCE = String.raw`(?:\bnotebook (?<owner>\d+)['’]s )?\b(?<kind>Figure|Table)(?:s (?<list>${LIST})| (?<one>${NUMBER}))\b(?: of notebook (?<of>\d+)\b)?`;
const NOTEBOOK = String.raw`\bnotebook(?:s (?<chapters>\d+(?:(?:, | and | or | to )\d+)*)| (?<chapter>\d+))\b`;
const TOKEN = new RegExp(`${PROTECTED}|${REFERENCE}|${NOTEBOOK}`, 'gm');

/** A year, a citation or an owner before a figure's number, and an owner or a source behind it: the figure is in another work. */
const OWNER_BEFORE = /(?:\bet al\.|['’]s|\]|\b(?:1[89]|20)\d\d\)?)[,;:]? $/;
const OWNER_BEHIND = /^ (?:of (?!this (?:notebook|report)\b)|(?:in|from|by) (?:[[(\p{Lu}]|their |the (?:paper|article|book)\b))/u;

/**
 * Markdown in which references are links: `Figure 3`, `Tables 3a to 3d`, `Table 3 of notebook 2`,
 * `notebook 2's Figure 1`, `notebook 4`, and links to a notebook's file. Code, formulas and other links stay as they are, and so
 * do figures of other works: `Figure 1 of Cohen et al.`, `Table 2 in [3]`, `Cohen's Figure 1`.
 */
export function linkReferences(markdown: string, targets: Targets): string {
  return markdown.replace(TOKEN, (...args) => {
    const match = args[0] as string;
    const groups = args.at(-1) as Record<string, string | undefined>;
    if (groups.link !== undefined) {
      return match.replace(/\]\(([^)\s]+)\)$/, (whole, path: string) => {
        const href = targets.file(path);
        return href === undefined ? whole : `](${href})`;
      });
    }
    if (groups.kind !== undefined) {
      const offset = args.at(-3) as number;
      const isOwned = groups.owner !== undefined || groups.of !== undefined;
      const [before, behind] = [markdown.slice(0, offset), markdown.slice(offset + match.length)];
      if (!isOwned && (OWNER_BEFORE.test(before) || OWNER_BEHIND.test(behind))) return match;
      const kind = groups.kind === 'Figure' ? 'figure' : 'table';
      const numbers = (groups.list ?? groups.one) as string;
      // The word stands inside the link of the first number.
      const word = `${groups.kind}${groups.list === undefined ? '' : 's'} `;
      let first = true;
      const linked = numbers.replace(new RegExp(NUMBER, 'g'), (number) => {
        const target = targets.numbered(kind, number, groups.owner ?? groups.of);
        const before = first ? word : '';
        first = false;
        return target === undefined ? before + number : `[${before}${target.label}](${target.href})`;
      });
      const owner = groups.owner === undefined ? '' : `notebook ${groups.owner}'s `;
      return owner + linked + (groups.of === undefined ? '' : ` of notebook ${groups.of}`);
    }
    if (groups.chapter !== undefined) {
      const href = targets.chapter(groups.chapter);
      return href === undefined ? match : `[${match}](${href})`;
    }
    if (groups.chapters !== undefined) {
      return match.replace(/\d+/g, (number) => {
        const href = targets.chapter(number);
        return href === undefined ? number : `[${number}](${href})`;
      });
    }
    return match;
  });
}
