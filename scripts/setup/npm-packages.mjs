import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MB } from './disk-space.mjs';
import { mustRun } from './run-command.mjs';

// An older one, such as Debian's 9.2, cannot read the aliases in `overrides`.
const OLDEST_NPM = 10;
const NEWER_NPM = 'npm@11.21.2';

/**
 * The words that call an npm which can install this project: the npm that runs us, else the one on `PATH`; where that is too
 * old, a newer one that it fetches into its own cache.
 * @param {(what: string, command: string, args: string[]) => Promise<string>} [run] for tests
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<[command: string, ...args: string[]]>}
 */
export async function npmCommand(run = mustRun, env = process.env) {
  const cli = env.npm_execpath;
  /** @type {[string, ...string[]]} */
  const npm = cli?.endsWith('npm-cli.js') ? [process.execPath, cli] : ['npm'];
  const [command, ...args] = npm;
  const version = await run('asking npm for its version', command, [...args, '--version']);
  if (Number.parseInt(version, 10) >= OLDEST_NPM) return npm;
  return [...npm, 'exec', '--yes', '--loglevel=error', `--package=${NEWER_NPM}`, '--', 'npm'];
}

/**
 * The step that installs what package-lock.json lists. Packages' own install scripts do not run: tfjs-node's would
 * download from a storage host, and the others ship their binaries.
 * @param {string} root the project's folder
 * @returns {import('./set-up.mjs').Step}
 */
export function npmPackages(root) {
  const stamp = join(root, 'node_modules', '.inkwell-packages');
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
  return {
    name: 'npm packages',
    projectBytes: 750 * MB,
    cacheBytes: 300 * MB,
    downloadBytes: 300 * MB,
    isReady: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted,
    async run() {
      const [command, ...npm] = await npmCommand();
      const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--prefer-offline'];
      const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
      await mustRun('installing npm packages', command, [...npm, ...args, ...quiet], { cwd: root });
      removeSourceMaps(join(root, 'node_modules'));
      writeFileSync(stamp, wanted);
      return 'from package-lock.json';
    },
  };
}

/**
 * Removes the source maps of packages: a third of what lies there, read by debuggers alone, and by Node when it starts.
 * @param {string} folder
 */
export function removeSourceMaps(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeSourceMaps(path);
    else if (/\.([cm]?[jt]s|css)\.map$/.test(entry.name)) rmSync(path);
  }
}
