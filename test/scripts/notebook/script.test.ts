import { transformSync } from 'esbuild';
import { expect, it } from 'vitest';
import { toScript } from '../../../scripts/notebook/script';

const notebook = (...cells: [type: 'code' | 'markdown', source: string][]) => ({
  cells: cells.map(([cell_type, source]) => ({ cell_type, metadata: {}, source })),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

it('toScript merges imports, makes text comments, and lets cells declare a name again', () => {
  const script = toScript(
    notebook(
      ['markdown', '# Title\n\nText'],
      ['code', "import { a, type B } from './src';\nimport d, * as e from 'e';\nconst x = 1; // one\nconst { y: [z] } = f();"],
      ['code', "import { a, c } from './src';\n// again\nconst x = await a(c);\nfor (const x of []) {}\nx"],
    ),
    '01-a',
  );
  expect(script.split('\n').slice(1).join('\n')).toBe(`
import { a, type B, c } from './src';
import d from 'e';
import * as e from 'e';

// # Title
//
// Text

var x = 1; // one
const { y: [z] } = f();

// again
var x = await a(c);
for (const x of []) {}
x
`);
  expect(script.split('\n')[0]).toContain('npx tsx 01-a.mts');
  expect(() => transformSync(script, { loader: 'ts', format: 'esm' })).not.toThrow();
});
