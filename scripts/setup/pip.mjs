import { join } from 'node:path';
import { mustRun } from './run-command.mjs';

/**
 * The project's own Python.
 * @param {string} root the project's folder
 */
export const venvPython = (root) => join(root, '.venv', 'bin', 'python');

/**
 * Runs the pip of the project's `.venv` with the user's settings: mirror, proxy, certificate.
 * @param {string} root the project's folder
 * @param {string} what the action, as an error names it
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function runPip(root, what, args, env) {
  const pip = ['-I', '-m', 'pip', '--disable-pip-version-check', '--no-input'];
  // `user = true`, sensible for other work, is an error in a virtual environment.
  return mustRun(what, venvPython(root), [...pip, ...args], { cwd: root, env: { PIP_USER: '0', ...env } });
}
