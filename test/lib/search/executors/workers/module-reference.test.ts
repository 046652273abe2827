import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { moduleReference, requireModuleReference } from '../../../../../lib/search/executors/workers/module-reference';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modules-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllGlobals());

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const defining = write('models/cnn.cjs', 'exports.buildCnn = () => {}; exports.settings = {}; exports.default = () => {};');
const barrel = write(
  'index.cjs',
  `const cnn = require('./models/cnn.cjs');
  Object.defineProperty(exports, 'build', { enumerable: true, get: () => cnn.buildCnn });
  Object.defineProperty(exports, 'broken', { enumerable: true, get() { throw new Error('Not loaded yet.'); } });
  exports.inPackage = require('./node_modules/package/index.js').inPackage;`,
);
write('node_modules/package/index.js', 'exports.inPackage = () => {};');
const exported = createRequire(barrel)(barrel);
const { buildCnn, default: anonymous } = createRequire(barrel)(defining);

describe('the reference of a function', () => {
  it('names the module that defines it rather than one that passes it on', () => {
    expect(exported.build).toBe(buildCnn);
    expect(moduleReference(buildCnn)).toEqual({ module: defining, name: 'buildCnn' });
    expect(moduleReference(anonymous)).toEqual({ module: defining, name: 'default' });
  });

  it("names the project's module where a package defines it", () => {
    expect(moduleReference(exported.inPackage)).toEqual({ module: barrel, name: 'inPackage' });
  });

  it('is undefined where no module exports it, and the error says how to move it', () => {
    const buildHere = () => {};
    expect(moduleReference(buildHere)).toBeUndefined();
    expect(() => requireModuleReference(buildHere, 'The model builder')).toThrow(
      /^The model builder must be exported by a module file.*no loaded module exports buildHere.*import \{ buildHere \} from/,
    );
    expect(() => requireModuleReference(() => {}, 'The callbacks function')).toThrow('exports myFunction');
  });

  it('says to run cells again where the kernel has loaded its module anew', () => {
    const buildMlp = () => {};
    vi.stubGlobal(Symbol.for('inkwell.formerExports') as unknown as string, new WeakMap([[buildMlp, resolve('src/mlp.ts')]]));
    expect(() => requireModuleReference(buildMlp, 'The model builder')).toThrow(
      /buildMlp was loaded anew, since src\/mlp\.ts or .* edited: run the cell that imports it and the cell that makes the search/,
    );
  });

  it('is undefined for the script of the process, which must not run again in each worker', () => {
    const source = resolve(__dirname, '../../../../../lib/search/executors/workers/module-reference');
    const other = write('other.ts', 'export function build() {}');
    const script = write(
      'script.ts',
      `import { moduleReference } from ${JSON.stringify(source)};
      import { build } from './other';
      export function own() {}
      console.log(JSON.stringify([moduleReference(own) ?? null, moduleReference(build)]));`,
    );
    const output = execFileSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([null, { module: other, name: 'build' }]);
  });
});
