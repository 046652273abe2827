import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(__dirname, '..', '..');

/** A program of the project's Python environment. */
export function venvProgram(name: string): string {
  return join(ROOT, '.venv', 'bin', name);
}

/** The environment in which Jupyter reads and writes only inside the project. */
export function jupyterEnv(): NodeJS.ProcessEnv {
  const own = join(ROOT, '.venv', 'share', 'jupyter');
  const state = join(ROOT, '.venv', 'jupyter');
  return {
    ...process.env,
    JUPYTER_PATH: own,
    JUPYTER_CONFIG_DIR: join(state, 'config'),
    JUPYTER_DATA_DIR: join(state, 'data'),
    JUPYTER_RUNTIME_DIR: join(state, 'runtime'),
    JUPYTER_PLATFORM_DIRS: '1',
    PYTHONNOUSERSITE: '1',
    PYTHONUTF8: '1',
  };
}

/**
 * Starts one of the Python scripts beside this file in a process group of its own, so that Ctrl-C reaches it through us
 * alone. It sees its standard input end when we are gone.
 */
export function startPython(script: string, args: readonly string[]): ChildProcess {
  return spawn(venvProgram('python'), [join(__dirname, script), ...args], {
    cwd: ROOT,
    env: jupyterEnv(),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Writes HTML reports of notebooks: `[notebook, html]` paths. */
export async function exportReports(pairs: readonly (readonly [string, string])[]): Promise<void> {
  const child = startPython('export.py', pairs.flat());
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`The report could not be written:\n${errors.trim()}`);
}
