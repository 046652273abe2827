import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { jupyterEnv, ROOT, venvProgram } from './notebook/python';

/** JupyterLab on this machine alone, in the project's folder; further arguments are passed on to `jupyter lab`. */
const env = jupyterEnv();
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

// Ctrl-C reaches the server itself; it shuts its kernels down, and we wait for that.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  // What tells other programs of the server, its token included: a server that is killed leaves it.
  for (const name of [`jpserver-${child.pid}.json`, `jpserver-${child.pid}-open.html`]) {
    rmSync(join(env.JUPYTER_RUNTIME_DIR, name), { force: true });
  }
  process.exit(code ?? 1);
});
