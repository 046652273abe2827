import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sourceCode } from '../../../lib/notebook/source-code';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-source-code-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('sourceCode', () => {
  it('is a block of code with the whole file', () => {
    const code = readFileSync('src/models/mlp.ts', 'utf8').trimEnd();
    expect(sourceCode('src/models/mlp.ts')).toEqual({ markdown: `\`\`\`ts\n${code}\n\`\`\`` });
  });

  it('ends where the file ends, whatever stands in it', () => {
    const file = join(folder, 'fence.ts');
    writeFileSync(file, '/** ```ts\n * a ````\n */\n');
    expect(sourceCode(file).markdown).toBe('`````ts\n/** ```ts\n * a ````\n */\n`````');
  });

  it('is the code of one export alone on demand', () => {
    const { markdown } = sourceCode('src/models/mlp.ts', 'buildMlp');
    expect(markdown).toMatch(/^```ts\nexport const buildMlp: ModelBuilder = \(hp, data\) => \{\n {2}const layers/);
    expect(markdown).toMatch(/\n};\n```$/);
    const file = join(folder, 'several.ts');
    writeFileSync(
      file,
      '/** a */\nexport const a = [\n  1,\n];\nexport const b = 2;\nexport class C {\n  d() {}\n}\nconst e = 1;\n',
    );
    const told = ['a', 'b', 'C'].map((name) => sourceCode(file, name).markdown.split('\n').slice(1, -1).join('\n'));
    expect(told).toEqual(['export const a = [\n  1,\n];', 'export const b = 2;', 'export class C {\n  d() {}\n}']);
    for (const missing of ['e', 'build', '.*']) {
      expect(() => sourceCode(file, missing)).toThrow(`exports no "${missing}"; leave it out for the whole file.`);
    }
  });

  it('says what the path must be', () => {
    expect(() => sourceCode('src/models/none.ts')).toThrow(
      "path must be that of a file, from the project's root, such as src/models/mlp.ts, but src/models/none.ts cannot be read",
    );
  });
});
