import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jupyterEnv, ROOT, venvProgram } from './notebook/python';

/** JupyterLab on this machine alone, in the project's folder; further arguments are passed on to `jupyter lab`. */
const env = { ...jupyterEnv(), NODE: process.execPath };
const custom = join(env.JUPYTER_CONFIG_DIR, 'custom');
mkdirSync(custom, { recursive: true });
copyFileSync(join(ROOT, 'scripts', 'notebook', 'lab', 'custom.css'), join(custom, 'custom.css'));
const child = spawn(
  venvProgram('python'),
  [
    '-m',
    'jupyterlab',
    `--config=${join(ROOT, 'scripts', 'notebook', 'lab_config.py')}`,
    `--ServerApp.root_dir=${ROOT}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, env, stdio: 'inherit' },
);

/** A server that has not stopped after so long never does: once its kernels were gone, its threads waited for each other. */
const STOP_MS = 20_000;

function stop(): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
}

// Ctrl-C reaches the server itself; it shuts its kernels down, and we wait for that.
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);
process.on('SIGHUP', stop);
child.on('exit', (code) => {
  // What tells other programs of the server, its token included: a server that is killed leaves it.
  for (const name of [`jpserver-${child.pid}.json`, `jpserver-${child.pid}-open.html`]) {
    rmSync(join(env.JUPYTER_RUNTIME_DIR, name), { force: true });
  }
  process.exit(code ?? 1);
});
