import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckedFiles } from '../../../scripts/kernel/checked-files.cjs';
import { ts } from '../../../scripts/kernel/typescript.cjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'checked-'));
  write('node_modules/.package-lock.json', '{}');
  write('index.ts', "export * from './model';\nexport * from './plain';");
  write('model.ts', "import { units } from './units';\nexport const twice = 2 * units;");
  write('units.ts', 'export const units = 3;');
  write('plain.ts', 'export const plain = 1;');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): void {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const NAMES = ['index.ts', 'model.ts', 'units.ts', 'plain.ts'];

/** What a kernel that starts now does: the names of the files that it has to check, all of which are right then. */
function check(folder = join(root, 'cache'), options: object = {}): string[] {
  const program = ts.createProgram([join(root, 'index.ts')], { noLib: true, types: [], ...options });
  const checked = new CheckedFiles(root, folder);
  const files = NAMES.map((name) => program.getSourceFile(join(root, name)));
  const unknown = NAMES.filter((_name, i) => !checked.has(program, files[i]));
  for (const file of files) checked.add(program, file);
  checked.save();
  return unknown;
}

describe('CheckedFiles', () => {
  it('remembers across kernels what held no error', () => {
    expect(check()).toEqual(NAMES);
    expect(check()).toEqual([]);
  });

  it('asks for a file that was edited, and for those that see it, directly or not', () => {
    check();
    write('units.ts', "export const units = 'three';");
    expect(check()).toEqual(['index.ts', 'model.ts', 'units.ts']);
    expect(check()).toEqual([]);
  });

  it('knows them where the project was moved', () => {
    check(undefined, { rootDir: root });
    const before = root;
    root = `${before}-moved`;
    renameSync(before, root);
    expect(check(undefined, { rootDir: root })).toEqual([]);
  });

  it('asks for all where packages or options are others', () => {
    check();
    expect(check(undefined, { strict: true })).toEqual(NAMES);
    write('node_modules/.package-lock.json', '{"packages":{}}');
    expect(check(undefined, { strict: true })).toEqual(NAMES);
  });

  it('does not believe a file that was checked before a kernel of another text', () => {
    check();
    const before = readFileSync(join(root, 'plain.ts'), 'utf8');
    write('plain.ts', 'export const plain = 2;');
    check();
    write('plain.ts', before);
    expect(check()).toEqual(['index.ts', 'plain.ts']);
  });

  it('does without a cache that is damaged or cannot be written', () => {
    check();
    write('cache/checked.json', '{"index.ts":');
    expect(check()).toEqual(NAMES);
    write('file', '');
    expect(check(join(root, 'file'))).toEqual(NAMES);
    expect(check(join(root, 'file'))).toEqual(NAMES);
  });

  it('compares anew after `forget`', () => {
    const program = ts.createProgram([join(root, 'index.ts')], { noLib: true, types: [] });
    const checked = new CheckedFiles(root, join(root, 'cache'));
    const old = program.getSourceFile(join(root, 'units.ts'));
    expect(checked.has(program, old)).toBe(false);
    checked.add(program, old);
    expect(checked.has(program, old)).toBe(true);
    write('units.ts', 'export const units = 4;');
    const edited = ts.createProgram([join(root, 'index.ts')], { noLib: true, types: [] });
    checked.forget();
    expect(checked.has(edited, edited.getSourceFile(join(root, 'units.ts')))).toBe(false);
  });
});
