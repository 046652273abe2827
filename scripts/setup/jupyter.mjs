import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The files that make `.venv`'s Jupyter offer the TypeScript kernel alone and ask no news server: path to content.
 * @param {string} root the project's folder
 * @param {string} node the Node that runs the kernel
 * @returns {Map<string, object>}
 */
export function jupyterFiles(root, node) {
  const venv = join(root, '.venv');
  return new Map([
    [
      join(venv, 'share/jupyter/kernels/inkwell/kernel.json'),
      {
        display_name: 'TypeScript',
        language: 'typescript',
        argv: [node, join(root, 'scripts/kernel/launcher.cjs'), '--config-path', '{connection_file}'],
        interrupt_mode: 'signal',
      },
    ],
    [
      // JupyterLab brings a Python kernel along, which no notebook here can use.
      join(venv, 'etc/jupyter/jupyter_config.json'),
      {
        KernelSpecManager: { allowed_kernelspecs: ['inkwell'], ensure_native_kernel: false },
        MultiKernelManager: { default_kernel_name: 'inkwell' },
      },
    ],
    [
      join(venv, 'share/jupyter/lab/settings/overrides.json'),
      {
        '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
        // The reports of notebooks run by hand take their run time from it.
        '@jupyterlab/notebook-extension:tracker': { recordTiming: true },
        // In milliseconds: the first list comes when the compiler has read what cells import, later than by default is waited for.
        '@jupyterlab/completer-extension:manager': { providerTimeout: 10_000 },
      },
    ],
  ]);
}

/**
 * The step that registers the kernel with `.venv`'s Jupyter, again when Node or the project moved.
 * @param {string} root the project's folder
 * @param {import('./set-up.mjs').Step[]} needs what installs Jupyter
 * @returns {import('./set-up.mjs').Step}
 */
export function jupyterKernel(root, needs) {
  const files = [...jupyterFiles(root, process.execPath)].map(([path, content]) => ({
    path,
    text: `${JSON.stringify(content, null, 2)}\n`,
  }));
  return {
    name: 'Jupyter kernel',
    needs,
    projectBytes: 0,
    cacheBytes: 0,
    downloadBytes: 0,
    isReady: () => files.every(({ path, text }) => existsSync(path) && readFileSync(path, 'utf8') === text),
    async run() {
      for (const { path, text } of files) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(`${path}.new`, text);
        renameSync(`${path}.new`, path);
      }
      return `TypeScript, with Node ${process.versions.node}`;
    },
  };
}
