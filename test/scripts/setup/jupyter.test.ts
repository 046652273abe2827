import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jupyterFiles, jupyterKernel } from '../../../scripts/setup/jupyter.mjs';

describe('jupyterFiles', () => {
  it('starts the launcher with the Node given and interrupts it by signal', () => {
    const kernel = jupyterFiles('/home/ada/inkwell', '/opt/node/bin/node').get(
      '/home/ada/inkwell/.venv/share/jupyter/kernels/inkwell/kernel.json',
    );
    expect(kernel).toEqual({
      display_name: 'TypeScript',
      language: 'typescript',
      argv: ['/opt/node/bin/node', '/home/ada/inkwell/scripts/kernel/launcher.cjs', '--config-path', '{connection_file}'],
      interrupt_mode: 'signal',
    });
  });
});

describe('jupyterKernel', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'inkwell-jupyter-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is ready once it ran, until something changes', async () => {
    const step = jupyterKernel(root, []);
    expect(await step.isReady()).toBe(false);
    await step.run();
    expect(await step.isReady()).toBe(true);
    const path = join(root, '.venv/share/jupyter/kernels/inkwell/kernel.json');
    expect(JSON.parse(readFileSync(path, 'utf8')).argv[0]).toBe(process.execPath);
    rmSync(path);
    expect(await step.isReady()).toBe(false);
  });
});
