import { expect, it } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: the kernel's files are JavaScript
const { keepEvaluated } = require('../../../scripts/kernel/declarations.cjs') as any;

const before = `import { show, type Dataset } from './src';
declare const a: string, b: string;
declare class Model {
}
`;
const after = `import * as tf from 'tfjs';
import { show, fit } from './src';
import fs from 'node:fs';
declare const a: number, b: number;
declare let c: number;
declare class Model {
    deep: boolean;
}
interface Shape {
}
declare function build(): Model;
`;

it('takes what a cell declared that came to its end', () => {
  expect(keepEvaluated(before, after, new Set())).toBe(after);
});

it('takes the former declaration of what a cell did not come to, where there is one', () => {
  const kept = keepEvaluated(before, after, new Set(['b', 'c', 'Model', 'fit', 'fs', 'tf']));
  expect(kept).toBe(`import { show } from './src';
declare const a: number;
interface Shape {
}
declare function build(): Model;
declare const b: string;
declare class Model {
}
`);
});
