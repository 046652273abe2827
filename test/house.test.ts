import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** The rooms of `lib` from the ground up, as lib/README.md lists them: none imports one that stands after it. */
const ROOMS = [...readFileSync('lib/README.md', 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map(([, room]) => room);

const list = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file).split(sep).join('/'))
    .filter((file) => file.endsWith('.ts'));

/** The source files that each file imports, those of `import type` and `require` among them. */
const imports = new Map(
  [...list('src'), ...list('lib')].map((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
    const local = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
    return [file, local.map(({ fileName }) => resolveImport(file, fileName))] as const;
  }),
);

function resolveImport(from: string, name: string): string {
  const path = normalize(join(dirname(from), name))
    .split(sep)
    .join('/');
  const found = [`${path}.ts`, `${path}/index.ts`, path].find((file) => existsSync(file) && /\.\w+$/.test(file));
  if (found === undefined) throw new Error(`${from} imports ${name}, which is no file.`);
  return found;
}

/** Files that import one another in a circle, each circle once. */
function findCircles(): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file]);
    else if (!done.has(file)) {
      for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}

const room = (file: string) => (file.startsWith('lib/') ? ROOMS.indexOf(file.split('/')[1]) : ROOMS.length);

describe('the house', () => {
  it('has the rooms of lib/README.md, and no others', () => {
    const folders = readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...ROOMS].sort());
  });

  it('has no arrow upward: no room imports one above it, and lib never imports src', () => {
    const upward = [...imports].flatMap(([file, imported]) =>
      imported.filter((other) => room(other) > room(file)).map((other) => `${file} imports ${other}`),
    );
    expect(upward).toEqual([]);
    // The reading of imports itself.
    expect(imports.get('src/models/mlp.ts')).toContain('lib/data/dataset.ts');
    expect(imports.get('lib/machines/machines.ts')).toContain('lib/machines/redis-executor.ts');
  });

  it('has no circles', () => {
    expect(findCircles()).toEqual([]);
  });

  it("has a small students' room", () => {
    const files = list('src');
    const lines = files.map((file) => readFileSync(file, 'utf8').split('\n').length - 1);
    expect(files.length).toBeLessThanOrEqual(16);
    expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1500);
  });

  it('keeps to one width of line, comments too; only a regular expression, which cannot be broken, may be longer', () => {
    const { lineWidth } = JSON.parse(readFileSync('biome.json', 'utf8')).formatter;
    const files = ['src', 'lib', 'scripts', 'bench', 'test'].flatMap(list);
    const longer = files.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line, i) => ({ line, place: `${file}:${i + 1}` }))
        .filter(({ line }) => line.length > lineWidth && !/^\s*\/[^*/].*\/\w*,?;?$|String\.raw`/.test(line)),
    );
    expect(longer.map(({ place }) => place)).toEqual([]);
    expect(files.length).toBeGreaterThan(500);
  });

  it('says in its first comment why a file has more than 300 lines', () => {
    const unexplained = [...list('src'), ...list('lib')].filter((file) => {
      const text = readFileSync(file, 'utf8');
      return text.split('\n').length > 301 && !/^\/\*\*[^/]*\*\//.test(text);
    });
    expect(unexplained).toEqual([]);
  });

  it('links to files that are there', () => {
    const documents = ['README.md', 'environment.md', 'lib/README.md', 'bench/README.md', 'data/README.md', 'SECURITY.md'];
    const pages = [...documents, ...readdirSync('docs').map((file) => `docs/${file}`)].filter((file) => file.endsWith('.md'));
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s:]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => join(dirname(page), target))
        .filter((target) => !existsSync(target))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it.each(['02-mlp-search', '03-cnn-search'])('has a short notebook %s: at most 14 names to import, 22 cells of code', (name) => {
    const { cells } = JSON.parse(readFileSync(`notebooks/${name}.ipynb`, 'utf8'));
    const code: string[] = cells
      .filter(({ cell_type }: { cell_type: string }) => cell_type === 'code')
      .map(({ source }: { source: string[] }) => source.join(''));
    const [, names] = /^import \{([^}]*)\} from '.\/src';/.exec(code[0]) ?? [];
    expect(names.split(',').filter((each) => each.trim() !== '').length).toBeLessThanOrEqual(14);
    expect(code.length).toBeLessThanOrEqual(22);
  });

  it('lists each name for notebooks once', () => {
    const text = readFileSync('src/index.ts', 'utf8');
    expect(text).not.toMatch(/export \* from/);
    const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, inner]) =>
      inner.split(',').map((name) => name.trim().replace(/^type /, '')),
    );
    const exported = names.filter((name) => name !== '');
    expect(exported.length).toBeGreaterThan(100);
    expect(exported.filter((name, i) => exported.indexOf(name) !== i)).toEqual([]);
  });

  it.each([
    ...['README.md', 'environment.md', 'SECURITY.md', 'lib/README.md', 'bench/README.md'],
    ...readdirSync('docs')
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  ])('is as %s says: each path of src, lib, test, bench and scripts is there', (document) => {
    const paths = [...readFileSync(document, 'utf8').matchAll(/`((?:src|lib|test|bench|scripts)\/[\w./-]*)`/g)];
    // What commands make is no part of it, such as `bench/.venv`.
    const named = paths.map(([, path]) => path).filter((path) => !path.includes('/.'));
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });
});
