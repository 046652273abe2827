import { describe, expect, it } from 'vitest';
import type { Cell, Notebook } from '../../../scripts/notebook/notebook-file';
import { injectParameters, literalFor, parametersOf, planParameters, UsageError } from '../../../scripts/notebook/parameters';

const code = (source: string | string[], ...tags: string[]): Cell => ({ cell_type: 'code', metadata: { tags }, source });
const notebook = (...cells: Cell[]): Notebook => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

const SOURCE = [
  "let dataset = '';  // 'a; b'\n",
  "let profile: 'quick' | 'full' = 'quick';\n",
  'let seed = 0;\n',
  'let trials: number | null = null;  // null: by the profile\n',
  'let resume = true;\n',
  'const fixed = 3;',
];
const parameters = parametersOf(notebook(code('let other = 1;'), code(SOURCE, 'parameters')));
const parameter = (name: string) => parameters.find((candidate) => candidate.name === name) as (typeof parameters)[0];

describe('parametersOf', () => {
  it('reads names, kinds and defaults from the tagged cell alone', () => {
    expect(parameters).toEqual([
      { name: 'dataset', kinds: ['string'], initial: "''" },
      { name: 'profile', kinds: ["'quick'", "'full'"], initial: "'quick'" },
      { name: 'seed', kinds: ['number'], initial: '0' },
      { name: 'trials', kinds: ['number', 'null'], initial: 'null' },
      { name: 'resume', kinds: ['boolean'], initial: 'true' },
    ]);
    expect(parametersOf(notebook(code('let a = 1;')))).toEqual([]);
  });
});

describe('literalFor', () => {
  it.each([
    ['dataset', 'emnist47', "'emnist47'"],
    ['dataset', '12', "'12'"],
    ['dataset', 'it\'s a "\\"\n', "'it\\'s a \"\\\\\"\\n'"],
    ['profile', 'full', "'full'"],
    ['seed', '42', '42'],
    ['seed', '1e3', '1000'],
    ['trials', 'null', 'null'],
    ['trials', '3', '3'],
    ['resume', 'false', 'false'],
  ])('%s = %s', (name, text, literal) => {
    expect(literalFor(parameter(name), text)).toBe(literal);
  });

  it.each([
    ['profile', 'slow', 'profile must be quick or full, but got "slow".'],
    ['seed', 'null', 'seed must be a number, but got "null".'],
    ['seed', '', 'seed must be a number, but got "".'],
    ['trials', 'three', 'trials must be a number or null, but got "three".'],
    ['resume', '1', 'resume must be a boolean, but got "1".'],
  ])('refuses %s = %j', (name, text, message) => {
    expect(() => literalFor(parameter(name), text)).toThrow(new UsageError(message));
  });

  it('writes literals that mean the text, whatever it holds', () => {
    for (const text of ["'", '"', '\\', '\\\'"', '$' + '{x}', '\u2028', "');process.exit('"]) {
      // biome-ignore lint/security/noGlobalEval: evaluating is what a kernel does with the literal.
      expect(eval(literalFor(parameter('dataset'), text))).toBe(text);
    }
  });
});

describe('injectParameters', () => {
  it('sets them in a cell after the tagged one, and again in its place', () => {
    const target = notebook(code('import'), code(SOURCE, 'parameters'), code('use'));
    injectParameters(target, new Map([['seed', '1']]));
    injectParameters(target, new Map([['seed', '2']]));
    expect(target.cells).toHaveLength(4);
    expect(target.cells[2]).toMatchObject({
      metadata: { tags: ['injected-parameters'] },
      source: '// Set by npm start.\nseed = 2;\nvoid 0;',
    });
  });

  it('leaves a notebook alone where nothing is set', () => {
    const target = notebook(code(SOURCE, 'parameters'));
    injectParameters(target, new Map());
    expect(target.cells).toHaveLength(1);
  });
});

describe('planParameters', () => {
  const notebooks = new Map([
    ['01', notebook(code('let seed = 0;', 'parameters'))],
    ['02', notebook(code('let seed = 0;\nlet trials: number | null = null;', 'parameters'))],
  ]);

  it('sets a parameter in every notebook that has it', () => {
    const settings = new Map([
      ['seed', '7'],
      ['trials', '3'],
    ]);
    expect(planParameters(notebooks, settings)).toEqual(
      new Map([
        ['01', new Map([['seed', '7']])],
        [
          '02',
          new Map([
            ['seed', '7'],
            ['trials', '3'],
          ]),
        ],
      ]),
    );
  });

  it('lists the parameters that there are', () => {
    expect(() => planParameters(notebooks, new Map([['trails', '3']]))).toThrow(
      '"trails" is no parameter of these notebooks; there are\n  01: seed\n  02: seed, trials',
    );
  });
});
