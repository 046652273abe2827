import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(__dirname, '..', '..');

/** A program of the project's Python environment. */
export function venvProgram(name: string): string {
  return join(ROOT, '.venv', 'bin', name);
}

/** The environment in which Jupyter reads and writes only inside the project. */
export function jupyterEnv(): NodeJS.ProcessEnv & { JUPYTER_CONFIG_DIR: string; JUPYTER_RUNTIME_DIR: string } {
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

/** What one of the Python scripts beside this file prints, given `input`; an error with its complaint if it fails. */
export async function runPython(script: string, args: readonly string[], input: string | Uint8Array): Promise<string> {
  const child = startPython(script, args);
  let [output, errors] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  // A script that fails before it has read all says why itself.
  child.stdin?.on('error', () => {}).end(input);
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (status !== 0) throw new Error(`${script} failed (status ${status}):\n${errors.trim()}`);
  return output;
}
