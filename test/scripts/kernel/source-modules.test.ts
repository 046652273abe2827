import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from './jupyter-client';
import { TemporaryProject } from './temporary-project';

const project = new TemporaryProject({
  'src/index.ts': "export { total } from './data/total';\nexport { instance } from './state';\n",
  'src/data/total.ts': "import { STEP } from './step';\nexport const total = (n: number): number => n * STEP;\n",
  'src/data/step.ts': 'export const STEP = 2;\n',
  'src/state.ts': 'export const instance = Math.random();\n',
  'src/cycle/a.ts': "import { b } from './b';\nexport const a = () => b();\nexport const one = 1;\n",
  'src/cycle/b.ts': "import { one } from './a';\nexport const b = () => one + 1;\n",
  'src/broken.ts': 'export const fine = 1;\n',
  'src/fails.ts': [
    'interface Unused {',
    '  a: number;',
    '}',
    'export function fail(x: Unused) {',
    "  throw new Error('deep');",
    '}',
  ].join('\n'),
  'notebooks/deep/empty.txt': '',
});
let kernel: Kernel;
beforeAll(async () => {
  kernel = await Kernel.start({ root: project.root, cwd: `${project.root}/notebooks/deep` });
});
afterAll(async () => {
  await kernel.kill();
  project.remove();
});

const importAll = "import { total, instance } from './src';\nconsole.log(total(10), instance);";

describe('a source file', () => {
  it('takes effect at the next import cell after an edit, through the index', async () => {
    const before = await kernel.execute(importAll);
    expect(before.error).toBeUndefined();
    expect(before.stdout).toMatch(/^20 /);
    project.write('src/data/step.ts', 'export const STEP = 3;\n');
    expect((await kernel.execute('console.log(total(10))')).stdout).toBe('20\n');
    const after = await kernel.execute(importAll);
    expect(after.stdout).toMatch(/^30 /);
    // The module that did not change, and imports nothing that did, is the same instance.
    expect(after.stdout.split(' ')[1]).toBe(before.stdout.split(' ')[1]);
  });

  it('takes effect with a new name, in a new file', async () => {
    project.write('src/data/more.ts', 'export const more = 7;\n');
    project.write('src/index.ts', "export * from './data/total';\nexport { more } from './data/more';\n");
    const { stdout, error } = await kernel.execute("import { more } from './src';\nconsole.log(more);");
    expect(error).toBeUndefined();
    expect(stdout).toBe('7\n');
  });

  it('is found after a cell asked for it in vain', async () => {
    const missing = await kernel.execute("import { late } from './src/late';\nlate");
    expect(missing.error?.evalue).toContain("Cannot find module './src/late'");
    project.write('src/late.ts', 'export const late = 1;\n');
    expect((await kernel.execute("import { late } from './src/late';\nlate")).stdout).toBe('1\n');
  });

  it('is named with line and column when it has an error in types or syntax, and works when cured', async () => {
    const cell = "import { fine } from './src/broken';\nconsole.log(fine);";
    expect((await kernel.execute(cell)).stdout).toBe('1\n');
    project.write('src/broken.ts', "export const fine: number = 'text';\n");
    expect((await kernel.execute(cell)).error?.traceback).toEqual([
      "src/broken.ts 1:14 - Type 'string' is not assignable to type 'number'.",
    ]);
    project.write('src/broken.ts', '\nexport const fine = ;\n');
    expect((await kernel.execute(cell)).error?.traceback).toEqual(['src/broken.ts 2:21 - Expression expected.']);
    project.write('src/broken.ts', 'export const fine = 2;\n');
    expect((await kernel.execute(cell)).stdout).toBe('2\n');
  });

  it('shows its own lines in a stack trace', async () => {
    const { executionCount: count, error } = await kernel.execute("import { fail } from './src/fails';\nfail({ a: 1 });");
    expect(error?.traceback).toEqual(['Error: deep', '    at fail (src/fails.ts:5:9)', `    at cell [${count}]:2:5`]);
  });

  it('may be part of a cycle', async () => {
    expect((await kernel.execute("import { a } from './src/cycle/a';\na()")).stdout).toBe('2\n');
  });

  it('is imported by path, dynamically too', async () => {
    const { stdout } = await kernel.execute("const { STEP } = await import('./src/data/step');\nconsole.log(STEP);");
    expect(stdout).toBe('3\n');
  });
});

describe('what a kernel compiled', () => {
  /** A kernel's loading of a module, without the kernel. */
  const load = (module: string) => {
    const loader = "require('./scripts/kernel/source-modules.cjs').loadSourceModules(); console.log(require(process.argv[1]))";
    return spawnSync(process.execPath, ['-e', loader, module], { cwd: project.root, encoding: 'utf8' }).stdout.trim();
  };

  it('is taken by the next one as long as the file holds the same', () => {
    project.write('src/kept.ts', "export = 'written' as string;\n");
    expect(load('./src/kept.ts')).toBe('written');
    const name = 'node_modules/.cache/inkwell/compiled/src/kept.ts.json';
    const kept = readFileSync(join(project.root, name), 'utf8');
    project.write(name, kept.replace("'written'", "'kept'"));
    expect(load('./src/kept.ts')).toBe('kept');
    project.write('src/kept.ts', "export = 'edited' as string;\n");
    expect(load('./src/kept.ts')).toBe('edited');
    expect(load('./src/kept.ts')).toBe('edited');
  });

  it('is compiled again where the kept text is damaged', () => {
    project.write('src/damaged.ts', "export = 'whole' as string;\n");
    load('./src/damaged.ts');
    project.write('node_modules/.cache/inkwell/compiled/src/damaged.ts.json', '{"key":');
    expect(load('./src/damaged.ts')).toBe('whole');
  });
});
