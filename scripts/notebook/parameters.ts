import { type Cell, type Notebook, sourceOf } from './notebook-file';

/** A value that a notebook's parameters cell defines: `let trials: number | null = null;  // how many`. */
export interface Parameter {
  readonly name: string;
  /** What it may be: kinds, or texts in quotes: `['number', 'null']`, `["'quick'", "'full'"]`. */
  readonly kinds: readonly string[];
  /** Its default as it is written. */
  readonly initial: string;
}

/** Wrong input from the user, told without a stack trace. */
export class UsageError extends Error {}

const TAG = 'parameters';
const INJECTED_TAG = 'injected-parameters';
const DEFINITION =
  /^let\s+(?<name>\w+)\s*(?::\s*(?<type>[^=]+?)\s*)?=\s*(?<initial>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^;]+?)\s*;/gm;

const hasTag = (cell: Cell, tag: string) => cell.metadata.tags?.includes(tag) ?? false;

/** The parameters that a notebook defines in its cell tagged `parameters`; none without such a cell. */
export function parametersOf(notebook: Notebook): Parameter[] {
  const cell = notebook.cells.find((candidate) => hasTag(candidate, TAG));
  if (cell === undefined) return [];
  return [...sourceOf(cell).matchAll(DEFINITION)].map(({ groups }) => {
    const { name, type, initial } = groups as { name: string; type?: string; initial: string };
    return { name, initial, kinds: type?.split('|').map((kind) => kind.trim()) ?? [kindOf(initial)] };
  });
}

function kindOf(literal: string): string {
  if (/^['"]/.test(literal)) return 'string';
  if (literal === 'true' || literal === 'false') return 'boolean';
  return Number.isNaN(Number(literal.replaceAll('_', ''))) ? literal : 'number';
}

const quote = (text: string) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

/** The TypeScript literal for a parameter's value as given on the command line; a value of another kind is a usage error. */
export function literalFor(parameter: Parameter, text: string): string {
  const { name, kinds } = parameter;
  if (kinds.includes('null') && text === 'null') return text;
  if (kinds.includes('boolean') && (text === 'true' || text === 'false')) return text;
  if (kinds.includes('number') && text.trim() !== '' && Number.isFinite(Number(text))) {
    return String(Number(text));
  }
  if (kinds.includes('string') || kinds.includes(quote(text))) return quote(text);
  const allowed = kinds.map((kind) => (kind.startsWith("'") ? kind.slice(1, -1) : `a ${kind}`.replace('a null', 'null')));
  throw new UsageError(`${name} must be ${allowed.join(' or ')}, but got "${text}".`);
}

/**
 * Sets parameters in a notebook by a cell after the one tagged `parameters`, as papermill does; one from an earlier run
 * is replaced. `literals` by parameter name.
 */
export function injectParameters(notebook: Notebook, literals: ReadonlyMap<string, string>): void {
  notebook.cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED_TAG));
  if (literals.size === 0) return;
  const at = notebook.cells.findIndex((cell) => hasTag(cell, TAG));
  notebook.cells.splice(at + 1, 0, {
    id: INJECTED_TAG,
    cell_type: 'code',
    metadata: { tags: [INJECTED_TAG] },
    source: [
      '// Set by npm start.',
      ...[...literals].map(([name, literal]) => `${name} = ${literal};`),
      // tslab prints the value of a last expression.
      'void 0;',
    ].join('\n'),
    outputs: [],
    execution_count: null,
  });
}

/**
 * What to set in each notebook: for each name, in which it is defined, the literals of `settings`. A name that no
 * notebook defines is a usage error that lists those that there are.
 */
export function planParameters(
  notebooks: ReadonlyMap<string, Notebook>,
  settings: ReadonlyMap<string, string>,
): Map<string, Map<string, string>> {
  const parameters = new Map([...notebooks].map(([name, notebook]) => [name, parametersOf(notebook)]));
  for (const name of settings.keys()) {
    if (![...parameters.values()].flat().some((parameter) => parameter.name === name)) {
      const known = [...parameters].map(
        ([notebook, list]) => `  ${notebook}: ${list.map((parameter) => parameter.name).join(', ') || 'none'}`,
      );
      throw new UsageError(
        `"${name}" is no parameter of ${notebooks.size === 1 ? 'this notebook' : 'these notebooks'}; there ` +
          `are\n${known.join('\n')}`,
      );
    }
  }
  return new Map(
    [...parameters].map(([notebook, list]) => [
      notebook,
      new Map(
        list.flatMap((parameter) => {
          const text = settings.get(parameter.name);
          return text === undefined ? [] : [[parameter.name, literalFor(parameter, text)] as const];
        }),
      ),
    ]),
  );
}
