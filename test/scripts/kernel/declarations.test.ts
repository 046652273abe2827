import { expect, it } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: the kernel's files are JavaScript
const { keepEvaluated } = require('../../../scripts/kernel/declarations.cjs') as any;

const before = "import { show, type Dataset } from './src';\ndeclare const a: string, b: string;\ndeclare class Model {\n}\n";
const after =
  "import * as tf from 'tfjs';\nimport { show, fit } from './src';\nimport fs from 'node:fs';\ndeclare const a: number, b: number;\n" +
  'declare let c: number;\ndeclare class Model {\n    deep: boolean;\n}\ninterface Shape {\n}\ndeclare function build(): Model;\n';

it('takes what a cell declared that came to its end', () => {
  expect(keepEvaluated(before, after, new Set())).toBe(after);
});

it('takes the former declaration of what a cell did not come to, where there is one', () => {
  const kept = keepEvaluated(before, after, new Set(['b', 'c', 'Model', 'fit', 'fs', 'tf']));
  expect(kept).toBe(
    "import { show } from './src';\ndeclare const a: number;\ninterface Shape {\n}\ndeclare function build(): Model;\n" +
      'declare const b: string;\ndeclare class Model {\n}\n',
  );
});
