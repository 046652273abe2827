import { readFileSync } from 'node:fs';
import type { Markdown } from '../base/media';

/**
 * A source file as it is on disk, for `show`: a report without the model's code is none.
 *
 * @param path From the project's root, such as `src/models/mlp.ts`.
 * @param name Of an export: its code alone, without what stands before it; default the whole file.
 * @throws Error where there is no such file, or it exports no such name.
 */
export function sourceCode(path: string, name?: string): Markdown {
  let code: string;
  try {
    code = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(
      `path must be that of a file, from the project's root, such as src/models/mlp.ts, but ${path} cannot be read; check ` +
        'the path.',
      { cause: error },
    );
  }
  if (name !== undefined) code = findExport(code, name, path);
  // Longer than any run of backticks inside, which would end the block.
  const runs = [...code.matchAll(/`{3,}/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(2, ...runs) + 1);
  return { markdown: `${fence}ts\n${code.trimEnd()}\n${fence}` };
}

/** From the line that exports `name` to the first one that ends it, which begins with a closing bracket or is blank. */
function findExport(code: string, name: string, path: string): string {
  const lines = code.split('\n');
  const first = lines.findIndex((line) => new RegExp(`^export .*\\b${name}\\b`).test(line));
  if (!/^[$\w]+$/.test(name) || first < 0) {
    throw new Error(`name must be what ${path} exports, but it exports no "${name}"; leave it out for the whole file.`);
  }
  const last = lines.findIndex((line, i) => i >= first && /^(?:[}\])]|.*;$)/.test(line) && !/^\s/.test(line));
  return lines.slice(first, last < 0 ? undefined : last + 1).join('\n');
}
