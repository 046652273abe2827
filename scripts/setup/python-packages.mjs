import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MB } from './disk-space.mjs';
import { findPython } from './find-python.mjs';
import { runPip, venvPython } from './pip.mjs';
import { mustRun, runCommand } from './run-command.mjs';

/**
 * The step that makes `.venv` and installs requirements.txt into it. Scripts in a virtual environment carry its
 * path, so a moved project gets a new one, and so does one whose Python is gone or was replaced.
 * @param {string} root the project's folder
 * @param {string[]} [unhashed] files with requirements that are installed after those of requirements.txt, and not checked
 * against hashes
 * @returns {import('./set-up.mjs').Step}
 */
export function pythonPackages(root, unhashed = []) {
  const folder = join(root, '.venv');
  const stamp = join(folder, 'inkwell-packages.json');
  const requirements = join(root, 'requirements.txt');
  const hash = createHash('sha256');
  for (const file of [requirements, ...unhashed]) hash.update(readFileSync(file));
  const digest = hash.digest('hex');

  async function describeState() {
    const script = 'import sys; print(sys.version.split()[0])';
    const { succeeded, output } = await runCommand(venvPython(root), ['-I', '-S', '-c', script]);
    return JSON.stringify({ python: succeeded ? output.trim() : 'none', folder, requirements: digest });
  }

  return {
    name: 'Python packages',
    projectBytes: 330 * MB,
    cacheBytes: 120 * MB,
    downloadBytes: 100 * MB,
    isReady: async () => existsSync(stamp) && readFileSync(stamp, 'utf8') === (await describeState()),
    async check() {
      await findPython(process.env.PYTHON);
    },
    async run() {
      const python = await findPython(process.env.PYTHON);
      rmSync(stamp, { force: true });
      rmSync(folder, { recursive: true, force: true });
      await mustRun('making the virtual environment .venv', python.executable, ['-I', '-m', 'venv', folder]);
      const install = ['install', '--quiet', '--only-binary=:all:'];
      const args = [...install, '--require-hashes', '--requirement', requirements];
      await runPip(root, 'installing Python packages', args);
      for (const file of unhashed) {
        await runPip(root, `installing ${basename(file)}`, [...install, '--requirement', file]);
      }
      writeFileSync(stamp, await describeState());
      return `in .venv, Python ${python.version.join('.')}`;
    },
  };
}
