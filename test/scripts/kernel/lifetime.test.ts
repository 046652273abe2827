import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../../processes';
import { Kernel } from './jupyter-client';

const startChild = `
  const { spawn } = require('node:child_process');
  const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
  console.log(process.pid, child.pid);`;

/** Resolves when the process is gone (or a zombie that nobody reaps), fails after ten seconds. */
async function untilGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (!isAlive(pid)) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`Process ${pid} still runs.`);
}

async function pidsAfterStart(kernel: Kernel): Promise<number[]> {
  return (await kernel.execute(startChild)).stdout.trim().split(' ').map(Number);
}

describe('the kernel', () => {
  it('answers a shutdown and ends, though timers and child processes run', async () => {
    const kernel = await Kernel.start();
    const [, child] = await pidsAfterStart(kernel);
    await kernel.execute('setInterval(() => {}, 1000);');
    expect(await kernel.shutdown()).toBe(0);
    await untilGone(child);
    await kernel.kill();
  });

  it('leaves when its parent was killed, and takes its child processes along', async () => {
    const parent = `require('node:child_process').spawn(process.execPath, process.argv.slice(1), {
      stdio: 'ignore' }); setInterval(() => {}, 1000);`;
    const kernel = await Kernel.start({ nodeArguments: ['-e', parent] });
    const [pid, child] = await pidsAfterStart(kernel);
    expect(pid).not.toBe(kernel.process.pid);
    kernel.process.kill('SIGKILL');
    await untilGone(pid);
    await untilGone(child);
    await kernel.kill();
  });

  it('takes its child processes along at SIGTERM', async () => {
    const kernel = await Kernel.start();
    const [, child] = await pidsAfterStart(kernel);
    kernel.process.kill('SIGTERM');
    expect(await kernel.exited).toBe(143);
    await untilGone(child);
    await kernel.kill();
  });

  it('says what is missing when it is not Jupyter that starts it', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/kernel/launcher.cjs'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('--config-path is missing');
  });
});
