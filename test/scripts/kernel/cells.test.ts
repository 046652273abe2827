import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from './jupyter-client';
import { TemporaryProject } from './temporary-project';

const project = new TemporaryProject({
  'src/index.ts': "export * from './search';\nexport * from './model';\n",
  'src/search.ts': `
    export interface SearchOptions {
      /** Configurations to try; default 10. */
      maxTrials?: number;
      seed?: number;
    }
    export type RangeOptions = { min: number; max: number } & Partial<{ step: number }>;
    /** Random search: every hyperparameter drawn independently. */
    export class RandomSearch {
      constructor(readonly builder: () => number, readonly options: SearchOptions = {}) {}
    }
    export class HyperParameters {
      /** An integer from \`min\` to \`max\`. */
      int(name: string, range: RangeOptions): number { return range.min; }
    }`,
  'src/model.ts': 'export const build = () => 1;\nexport interface Model { weights: number }\n',
  'src/careless.ts': 'export function careless(x) { return x; }\n',
  'src/caught.ts': 'export function caught() { try { return 1; } catch (e) { return e.message; } }\n',
});
let kernel: Kernel;
beforeAll(async () => {
  kernel = await Kernel.start({ root: project.root });
});
afterAll(async () => {
  await kernel.kill();
  project.remove();
});

/** Runs cells, of which the last is looked at. */
async function run(...cells: string[]) {
  for (const cell of cells.slice(0, -1)) await kernel.execute(cell);
  return kernel.execute(cells[cells.length - 1]);
}

async function print(...cells: string[]) {
  const { stdout, error } = await run(...cells);
  expect(error).toBeUndefined();
  return stdout;
}

describe('a cell that fails', () => {
  it('keeps the variables, functions, classes and imports that it came to', async () => {
    const failed = await run(`import { build, type Model } from './src';
      import * as path from 'node:path';
      const model: Model = { weights: build() }, other = ((): number => { throw new Error('half way'); })(), third = 3;
      class Late {}
      interface Settings { depth: number }
      function double(x: number) { return 2 * x; }`);
    expect(failed.error?.evalue).toBe('half way');
    expect(
      await print("const settings: Settings = { depth: double(model.weights) };\npath.join('a', String(settings.depth))"),
    ).toBe('a/2\n');
    for (const name of ['other', 'third', 'Late']) expect((await run(name)).error?.evalue).toMatch(`Cannot find name '${name}'`);
  });

  it('leaves what it did not come to as it was', async () => {
    const { error } = await run('let count = 5;\nlet word = "a";', 'word = "b";\nthrow new Error();\nlet count = "five";');
    expect(error?.ename).toBe('Error');
    expect(await print('word + count.toFixed(1)')).toBe('b5.0\n');
    expect((await run('const wrong: string = 1;\nlet count = 7;')).error?.ename).toBe('CompileError');
    expect(await print('count')).toBe('5\n');
  });

  it('keeps them when it is stopped, too', async () => {
    const waiting = kernel.printed('waiting');
    const cell = kernel.execute(
      "const trained = { epochs: 3 };\nconsole.log('waiting');\nconst history = await new Promise(() => {});",
    );
    await waiting;
    await new Promise((done) => setTimeout(done, 100));
    kernel.interrupt();
    expect((await cell).error?.ename).toBe('InterruptedError');
    expect(await print('trained.epochs')).toBe('3\n');
    expect((await run('history')).error?.evalue).toContain("Cannot find name 'history'");
  });
});

describe('a cell', () => {
  it('may leave out types, null checks and what else only strict code has', async () => {
    expect(await print('const xs = [];', 'xs.push(1);\nxs')).toBe('[ 1 ]\n');
    expect(await print('function f(x) { return x + 1; }\nf(2)')).toBe('3\n');
    expect(await print("try { throw new Error('why'); } catch (e) { const { name } = e; console.log(name, e.message); }")).toBe(
      'Error why\n',
    );
    const partly = `let best;
      let found = [1, 2].find((x) => x > 1);
      const half = (x: number) => x / 2;
      class Point { x: number; }
      best = half(found);
      console.log(found.toFixed(1), best, new Map([['a', 1]]).get('a') + 1);`;
    expect(await print(partly)).toBe('2.0 1 2\n');
    expect(await print('const Own = class { private x = 1; see() { return this.x; } };', 'new Own().see()')).toBe('1\n');
  });

  it('may be a piece of a file', async () => {
    expect(await print('export const depth = 2;\nexport function deeper(n: number) { return n + depth; }', 'deeper(1)')).toBe(
      '3\n',
    );
  });

  it('is told of wrong types, and src of careless ones', async () => {
    expect((await run('const n: number = "one";')).error?.evalue).toContain("'string' is not assignable to type 'number'");
    expect((await run('[1].map((x) => x.length)')).error?.evalue).toContain("Property 'length' does not exist on type 'number'");
    expect((await run("import { careless } from './src/careless';")).error?.traceback).toEqual([
      "src/careless.ts 1:26 - Parameter 'x' implicitly has an 'any' type.",
    ]);
    expect((await run("import { caught } from './src/caught';")).error?.traceback).toEqual([
      "src/caught.ts 1:65 - 'e' is of type 'unknown'.",
    ]);
  });

  it('is told of no line that it does not have', async () => {
    for (const code of ['function open() {\n  if (true) {', 'const a = 1;\nconsole.log(`a', 'const list = [1,\n2', '/* open']) {
      const { error } = await run(code);
      expect(error?.ename).toBe('CompileError');
      for (const line of error?.traceback ?? []) {
        expect(Number(/\] (\d+):/.exec(line)?.[1])).toBeLessThanOrEqual(code.split('\n').length);
      }
    }
  });

  it('is told of the first fault in what cannot be read, not of those that follow from it', async () => {
    const { error } = await run('const size = 3;\nfor (const x of [1, 2] {\n  console.log(x);\n}\nconst other = (1;\n');
    expect(error?.traceback).toHaveLength(1);
    expect(error?.evalue).toMatch(/ 2:24 - '\)' expected\.$/);
  });

  it('ends when what its statements began has ended, and shows its errors', async () => {
    await run(`const later = async (x: number) => {
      await new Promise((done) => setTimeout(done, 50));
      if (x > 5) throw new RangeError('too large');
      console.log('later', x);
      return x;
    };`);
    expect(await print("later(1);\nfor (const x of [2, 3]) later(x);\nconsole.log('first');")).toBe(
      'first\nlater 1\nlater 2\nlater 3\n',
    );
    expect(await print('later(4)')).toBe('later 4\n4\n');
    expect(await run('later(6);')).toMatchObject({ status: 'error', error: { ename: 'RangeError' } });
    expect(await run('const unseen = Promise.reject(new Error("at once"));')).toMatchObject({ error: { evalue: 'at once' } });
    expect(await print("void later(5);\nconsole.log('went on');")).toBe('went on\n');
  });

  it('is told what to do instead of importing what needs a page', async () => {
    for (const code of [
      "import Plotly from 'plotly.js-dist';\nPlotly",
      "require('plotly.js-dist')",
      "await import('plotly.js-dist')",
    ]) {
      expect((await run(code)).error?.evalue).toMatch(/^plotly\.js-dist works in a browser.*await show\(\{ data:/);
    }
    expect((await run("import type { Data } from 'plotly.js-dist';\nconst data: Data[] = [];")).status).toBe('ok');
    const drawing = "import * as dfd from 'danfojs-node';\nnew dfd.DataFrame([{ a: 1 }]).plot('nowhere');";
    expect((await run(drawing)).error?.evalue).toMatch(/^plot draws in the page of a browser.*show a figure instead/);
  });
});

describe('Shift-Tab', () => {
  async function inspect(code: string) {
    const position = code.indexOf('|');
    const request = { code: code.replace('|', ''), cursor_pos: position, detail_level: 0 };
    const { content } = await kernel.request('inspect_request', request);
    return content.data['text/plain'] as string | undefined;
  }

  it('between the brackets of a call shows its signature and its options', async () => {
    await run("import { RandomSearch, HyperParameters, build } from './src';\nconst hp = new HyperParameters();");
    for (const code of [
      'const s = new RandomSearch(|',
      'new RandomSearch(build, { maxTrials: 3, | })',
      'new Random|Search(build)',
    ]) {
      const text = await inspect(code);
      expect(text).toMatch(/^new RandomSearch\(builder: \(\) => number, options\?: SearchOptions/);
      expect(text).toContain('Random search: every');
      expect(text).toContain('options:\n  maxTrials?: number\n      Configurations to try; default 10.\n  seed?: number');
    }
    const text = await inspect("hp.int('units', |");
    expect(text).toMatch(/^hp\.int\(name: string, range: RangeOptions\): number\n\nAn integer/);
    expect(text).toContain('  min: number\n  max: number\n  step?: number');
  });

  it('on a name shows what it is', async () => {
    expect(await inspect('new RandomSearch(bui|ld)')).toContain('build');
    expect(await inspect('new RandomSearch(bui|ld)')).not.toContain('options');
    expect(await inspect('1 + |')).toBeUndefined();
  });
});

it('what an edited file exported is known as such', async () => {
  await run("import { build } from './src';\nconst before = build;");
  project.write('src/model.ts', 'export const build = () => 2;\n');
  expect(await print("(globalThis as any)[Symbol.for('inkwell.formerExports')].get(before)")).toBe(
    `${project.root}/src/model.ts\n`,
  );
});
