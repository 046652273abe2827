import { type Caption, type CaptionKind, parseCaption, renumber } from './captions';
import { type Cell, findTitle, hiddenPartsOf, type Output, sourceOf } from './notebook-file';

/** One piece of a report's text, top to bottom. */
export type Block =
  | {
      readonly type: 'text';
      readonly source: string;
      /** Pictures that were pasted into the cell, by name and type. */
      readonly attachments?: Cell['attachments'];
    }
  | {
      /** A cell that Jupyter hands on as it is, to whoever knows its format; without one it is text. */
      readonly type: 'raw';
      readonly source: string;
      readonly format: string;
    }
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

const PLOTLY_TYPE = 'application/vnd.plotly.v1+json';
/** More classes than this are not readable on an upright page. */
const MAX_UPRIGHT_CLASSES = 26;

/** The caption with which a text begins, if it does, and the rest of the text. */
export function captionOf(source: string): { caption: Caption | undefined; rest: string } {
  const [paragraph = '', ...others] = source.trim().split(/\n\s*\n/);
  const caption = parseCaption(paragraph);
  return { caption, rest: caption === undefined ? source : others.join('\n\n') };
}

/**
 * The blocks of a notebook's cells, in their order; its title, the first heading of the first level, is left out.
 *
 * @param options.code false leaves all code out
 * @param options.number what a figure's or table's number in the notebook becomes in the report
 * @param options.ids an id for each number that a caption gives
 * @param options.link Markdown with its references as links
 */
export function buildBlocks(
  cells: readonly Cell[],
  options: {
    code: boolean;
    number(kind: CaptionKind, own: string): string;
    ids(caption: Caption): string[];
    link(markdown: string): string;
  },
): Block[] {
  const { number, ids, link } = options;
  const blocks: Block[] = [];
  const addCode = (source: string) => {
    if (options.code && source.trim() !== '') blocks.push({ type: 'code', source });
  };
  const addOutputs = (outputs: readonly Output[]) => {
    if (outputs.length > 0) blocks.push({ type: 'outputs', outputs });
  };
  // The code cells since the last text: a caption may claim outputs of several.
  let waiting: { source: string; outputs: Output[] }[] = [];
  const flush = (count = waiting.length) => {
    for (const { source, outputs } of waiting.splice(0, count)) {
      addCode(source);
      addOutputs(outputs);
    }
  };
  let titled = false;
  for (const cell of cells) {
    const source = sourceOf(cell);
    const hidden = hiddenPartsOf(cell);
    if (hidden.cell) continue;
    if (cell.cell_type === 'code') {
      const outputs = hidden.outputs ? [] : (cell.outputs ?? []);
      waiting.push({ source: hidden.input ? '' : source, outputs: outputs.map((output) => linkOutput(output, link)) });
      continue;
    }
    if (cell.cell_type !== 'markdown') {
      flush();
      const format = cell.metadata.raw_mimetype ?? cell.metadata.format ?? '';
      if (source.trim() !== '') blocks.push({ type: 'raw', source, format: String(format) });
      continue;
    }
    const { caption, rest } = captionOf(source);
    if (caption !== undefined) {
      const claimed = findCaptioned(waiting, caption);
      flush(claimed?.cell);
      const outputs: Output[] = [];
      for (const [i, { source, outputs: own }] of waiting.entries()) {
        addCode(source);
        const from = i === 0 ? (claimed?.output ?? 0) : 0;
        addOutputs(own.slice(0, from));
        outputs.push(...own.slice(from));
      }
      waiting = [];
      // What is said of a figure or a table stands below its caption.
      const after = outputs.splice(outputs.findLastIndex(isOf(caption.kind)) + 1 || outputs.length);
      blocks.push({
        type: 'numbered',
        kind: caption.kind,
        ids: ids(caption),
        label:
          `${caption.kind === 'figure' ? 'Figure' : 'Table'}${caption.numbers.length > 1 ? 's' : ''} ` +
          renumber(caption.numbering, (own) => number(caption.kind, own)),
        title: link(caption.title),
        rest: link(caption.rest),
        wide: outputs.some(needsWidePage),
        outputs,
      });
      addOutputs(after);
    }
    flush();
    const title: ReturnType<typeof findTitle> = titled ? undefined : findTitle(rest);
    titled ||= title !== undefined;
    const text = title?.rest ?? rest;
    if (text.trim() !== '') blocks.push({ type: 'text', source: link(text), attachments: cell.attachments });
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

const isOf = (kind: CaptionKind) => (kind === 'figure' ? isFigure : isTable);

/** Where a caption's outputs begin: it claims as many figures or tables as it numbers; undefined where there is none. */
function findCaptioned(
  cells: readonly { readonly outputs: readonly Output[] }[],
  { kind, numbers }: Caption,
): { cell: number; output: number } | undefined {
  const fits = isOf(kind);
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
