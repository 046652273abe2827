/** `npm run check -- --documents`: whether every npm command that a document names is there and takes the options it names. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENTS = ['README.md', 'environment.md', 'SECURITY.md', 'data/README.md', 'lib/README.md', 'bench/README.md'];

/** Of commands that take no `--help` of ours. */
const CHEAPEST: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  'run lab': (args) => [...args, '--version'],
  test: () => ['--passWithNoTests', 'no-such-test'],
  'run test:long': () => ['--passWithNoTests', 'no-such-test'],
  'run check': () => ['--help'],
};

/** The npm commands in code of a Markdown text, each once, as words: `['npm', 'start', '--', '--only', '02-mlp-search']`. */
export function findCommands(markdown: string): string[][] {
  const code = [...markdown.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].flatMap(([, block, span]) =>
    (block ?? span).split('\n'),
  );
  const commands = code.flatMap((line) => {
    const [, command] = /^(?:\w+=\S+ )*(npm (?:start|test|run)(?:\s.*)?)$/.exec(line.replace(/\s+#.*$/, '').trim()) ?? [];
    return command === undefined ? [] : [command];
  });
  return [...new Set(commands)].map((command) =>
    [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare),
  );
}

/** The cheapest form of a command that still fails where the command, or an option of it, is gone. */
export function cheapestForm(words: readonly string[]): string[] {
  const name = words[1] === 'run' ? words.slice(1, 3) : words.slice(1, 2);
  const args = words.slice(1 + name.length).filter((word) => word !== '--');
  const shorten = CHEAPEST[name.join(' ')] ?? (() => [...args, '--help']);
  return [...name, '--', ...shorten(args)];
}

/** Runs them. @returns whether all ended well. */
export function checkDocuments(root: string): boolean {
  const pages = [
    ...DOCUMENTS,
    ...readdirSync(join(root, 'docs'))
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  ];
  const commands = pages.flatMap((page) =>
    findCommands(readFileSync(join(root, page), 'utf8')).map((words) => ({ page, words })),
  );
  const ran = new Set<string>();
  let passed = true;
  for (const { page, words } of commands) {
    const form = cheapestForm(words);
    if (ran.has(form.join(' '))) continue;
    ran.add(form.join(' '));
    const { status, stdout, stderr } = spawnSync('npm', form, { cwd: root, encoding: 'utf8', timeout: 120_000 });
    if (status === 0) continue;
    console.error(`${page}: ${words.join(' ')} does not run, as \`npm ${form.join(' ')}\` says:\n${stdout}${stderr}`);
    passed = false;
  }
  console.log(`${ran.size} commands of ${pages.length} documents.`);
  return passed;
}
