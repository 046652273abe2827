import { readFileSync } from 'node:fs';
import type { Markdown } from '../base/media';

/**
 * A source file as it is on disk, for `show`: a report without the model's code is none.
 *
 * @param path From the project's root, such as `src/models/mlp.ts`.
 * @throws Error where there is no such file.
 */
export function sourceCode(path: string): Markdown {
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
  // Longer than any run of backticks inside, which would end the block.
  const runs = [...code.matchAll(/`{3,}/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(2, ...runs) + 1);
  return { markdown: `${fence}ts\n${code.trimEnd()}\n${fence}` };
}
