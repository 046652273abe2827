import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from './find-python.mjs';
import { venvPython } from './pip.mjs';
import { mustRun, runCommand } from './run-command.mjs';

/**
 * What `.venv` and its packages are made from, as text that differs when any of it does. Scripts in a virtual environment carry
 * its path, so a moved project gets a new one, and so does one whose Python is gone or was replaced, or whose requirements changed.
 * @param {string} root the project's folder
 * @param {string[]} requirements files
 */
export async function describeEnvironment(root, requirements) {
  const script = 'import sys; print(sys.version.split()[0])';
  const { succeeded, output } = await runCommand(venvPython(root), ['-I', '-S', '-c', script]);
  const hash = createHash('sha256');
  for (const file of requirements) hash.update(readFileSync(file));
  const python = succeeded ? output.trim() : 'none';
  return JSON.stringify({ python, folder: join(root, '.venv'), requirements: hash.digest('hex') });
}

/** Says that `.venv` is whole. @param {string} root */
export const environmentStamp = (root) => join(root, '.venv', 'inkwell-python.json');

/**
 * The step that makes `.venv`, without packages.
 * @param {string} root the project's folder
 * @param {string[]} requirements files that will be installed into it
 * @returns {import('./set-up.mjs').Step}
 */
export function virtualEnvironment(root, requirements) {
  const folder = join(root, '.venv');
  const stamp = environmentStamp(root);
  return {
    name: 'Python',
    projectBytes: 0,
    cacheBytes: 0,
    downloadBytes: 0,
    isReady: async () => existsSync(stamp) && readFileSync(stamp, 'utf8') === (await describeEnvironment(root, requirements)),
    async check() {
      await findPython(process.env.PYTHON);
    },
    async run() {
      const python = await findPython(process.env.PYTHON);
      rmSync(stamp, { force: true });
      rmSync(folder, { recursive: true, force: true });
      await mustRun('making the virtual environment .venv', python.executable, ['-I', '-m', 'venv', folder]);
      writeFileSync(stamp, await describeEnvironment(root, requirements));
      return `${python.version.join('.')}, in .venv`;
    },
  };
}
