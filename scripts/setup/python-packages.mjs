import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MB } from './disk-space.mjs';
import { runPip } from './pip.mjs';
import { describeEnvironment, environmentStamp, virtualEnvironment } from './virtual-environment.mjs';

/**
 * The steps that make `.venv` and install requirements.txt into it.
 * @param {string} root the project's folder
 * @param {string[]} [unhashed] files with requirements that are installed after those of requirements.txt, and not checked
 * against hashes
 * @returns {[environment: import('./set-up.mjs').Step, packages: import('./set-up.mjs').Step]}
 */
export function pythonPackages(root, unhashed = []) {
  const stamp = join(root, '.venv', 'inkwell-packages.json');
  const requirements = join(root, 'requirements.txt');
  const all = [requirements, ...unhashed];
  const environment = virtualEnvironment(root, all);
  const packages = {
    name: 'Python packages',
    needs: [environment],
    projectBytes: 330 * MB,
    cacheBytes: 120 * MB,
    downloadBytes: 100 * MB,
    isReady: async () => existsSync(stamp) && readFileSync(stamp, 'utf8') === (await describeEnvironment(root, all)),
    async run() {
      // Whoever is killed meanwhile leaves half a package, which pip may take for a whole one: .venv is then made anew.
      for (const path of [stamp, environmentStamp(root)]) rmSync(path, { force: true });
      // Python compiles what it imports when it does; all at once would take longer than the rest, and a fifth of the disk.
      const install = ['install', '--quiet', '--no-compile', '--only-binary=:all:'];
      const args = [...install, '--require-hashes', '--requirement', requirements];
      await runPip(root, 'installing Python packages', args);
      for (const file of unhashed) {
        await runPip(root, `installing ${basename(file)}`, [...install, '--requirement', file]);
      }
      const state = await describeEnvironment(root, all);
      for (const path of [environmentStamp(root), stamp]) writeFileSync(path, state);
      return 'from requirements.txt';
    },
  };
  return [environment, packages];
}
