/** `npm run test:nodes`: the tests on the other releases of Node that Inkwell supports. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from './setup/cache-folder.mjs';

const ROOT = join(__dirname, '..');
/** The newest of each line when the packages were last renewed, and the oldest that is supported. */
const RELEASES = ['20.19.0', '22.12.0', '24.22.3', '26.12.1'];
/** Those that a newcomer has: the short run takes them alone. */
const SHORT = ['24', '26'];

/** The Node of a release, from npm, kept in the cache: complete or absent. */
function fetchNode(release: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cacheFolder(), `node-${release}`);
  const node = join('node_modules', name, 'bin', 'node');
  if (existsSync(join(folder, node))) return join(folder, node);
  mkdirSync(cacheFolder(), { recursive: true });
  const aside = mkdtempSync(join(cacheFolder(), '.node-'));
  try {
    const install = ['install', '--prefix', aside, '--ignore-scripts', '--no-save', '--loglevel=error', `${name}@${release}`];
    const { status } = spawnSync('npm', install, { cwd: aside, stdio: 'inherit' });
    if (status !== 0) throw new Error(`Node ${release} must come from npm as ${name}@${release}, but npm says the above.`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return join(folder, node);
}

/** Whether set-up and tests end well with a Node. */
function passes(node: string, tests: readonly string[]): boolean {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const commands = [['scripts/setup.mjs'], ['node_modules/vitest/vitest.mjs', 'run', ...tests]];
  return commands.every((args) => spawnSync(node, args, { cwd: ROOT, env, stdio: 'inherit' }).status === 0);
}

const HELP = `npm run test:nodes -- [options] [release ...]

Runs test/machine.test.ts on Node ${SHORT.join(' and ')}, or on those of ${RELEASES.join(', ')} that you
name: 26, 20.19. They come from npm.

  --long    all tests, on all of them
  --help    this text`;

function main(): void {
  const options = { long: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const wanted = positionals.length > 0 ? positionals : values.long ? RELEASES : SHORT;
  const chosen = RELEASES.filter((release) => wanted.some((word) => release === word || release.startsWith(`${word}.`)));
  if (chosen.length === 0) throw new Error(`Choose of the releases ${RELEASES.join(', ')}, but got ${wanted.join(', ')}.`);
  const failed = chosen.filter(
    (release) =>
      !passes(fetchNode(release), values.long ? ['--project=!browser'] : ['--project', 'unit', 'test/machine.test.ts']),
  );
  // The kernel belongs to this Node again.
  spawnSync(process.execPath, ['scripts/setup.mjs'], { cwd: ROOT, stdio: 'inherit' });
  console.log(failed.length > 0 ? `Failed on Node ${failed.join(', ')}.` : `Passed on Node ${chosen.join(', ')}.`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

main();
