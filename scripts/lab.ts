import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { jupyterEnv, ROOT, venvProgram } from './notebook/python';

/** JupyterLab on this machine alone, in the project's folder; further arguments are passed on to `jupyter lab`. */
const child = spawn(
  venvProgram('python'),
  [
    '-m',
    'jupyterlab',
    `--config=${join(ROOT, 'scripts', 'notebook', 'lab_config.py')}`,
    `--ServerApp.root_dir=${ROOT}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, env: jupyterEnv(), stdio: 'inherit' },
);

// Ctrl-C reaches the server itself; it shuts its kernels down, and we wait for that.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 0));
