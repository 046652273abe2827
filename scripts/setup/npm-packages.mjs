import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MB } from './disk-space.mjs';
import { mustRun } from './run-command.mjs';

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
      const cli = process.env.npm_execpath;
      const isNpm = cli?.endsWith('npm-cli.js');
      const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--prefer-offline'];
      const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
      await mustRun(
        'installing npm packages',
        isNpm ? process.execPath : 'npm',
        [...(isNpm && cli ? [cli] : []), ...args, ...quiet],
        { cwd: root },
      );
      writeFileSync(stamp, wanted);
      return 'from package-lock.json';
    },
  };
}
