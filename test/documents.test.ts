import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(__dirname, '..');
const README = join(ROOT, 'readme-example.ts');
/** What the examples of the other documents take from the README's, which runs before them. */
const FROM_README = ['train', 'test', 'search'];

function examples(path: string): string[] {
  return [...readFileSync(join(ROOT, path), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
}

/** The examples as files of the project, each with the document that it stands in. */
function asFiles(): Map<string, { document: string; text: string }> {
  const files = new Map([
    [README, { document: 'README.md', text: `${examples('README.md').join('')}\nexport { ${FROM_README} };` }],
  ]);
  const documents = [...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`), 'data/README.md', 'lib/README.md'];
  for (const document of documents.filter((name) => name.endsWith('.md'))) {
    for (const [i, code] of examples(document).entries()) {
      const text = `import { ${FROM_README} } from './readme-example';\n${code}`;
      files.set(join(ROOT, `example-${files.size}-${i}.ts`), { document, text });
    }
  }
  return files;
}

describe('the examples of the documents', () => {
  const files = asFiles();

  it('have all that they use, in the types that it has: a reader copies them into a cell', () => {
    const config = ts.getParsedCommandLineOfConfigFile(
      join(ROOT, 'tsconfig.json'),
      { noEmit: true },
      {
        ...ts.sys,
        onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
          throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '));
        },
      },
    );
    const options = {
      ...config?.options,
      noUnusedLocals: false,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile } = host;
    host.fileExists = (path) => files.has(resolve(path)) || fileExists(path);
    host.readFile = (path) => files.get(resolve(path))?.text ?? readFile(path);
    const program = ts.createProgram([...files.keys()], options, host);
    const errors = [...files].flatMap(([path, { document }]) => {
      const file = program.getSourceFile(path);
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return found.map(({ messageText }) => `${document}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    });
    expect(errors).toEqual([]);
    expect(files.size).toBeGreaterThan(2);
  });
});
