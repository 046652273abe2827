import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from './jupyter-client';
import { TemporaryProject } from './temporary-project';

const project = new TemporaryProject({
  'src/train.ts': `
    import { watchInterrupts } from '../lib/training/interrupt';

    export const progress = { steps: 0, interrupts: 0 };
    const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

    export async function train() {
      const interrupts = watchInterrupts();
      try {
        for (;;) {
          await sleep(5);
          if (progress.steps++ === 3) console.log('training');
          interrupts.check();
        }
      } finally {
        interrupts.stop();
        progress.steps = 0;
      }
    }

    /** Hears every interrupt, but takes long to stop. */
    export async function trainSlowly() {
      const interrupts = watchInterrupts();
      console.log('slow');
      await sleep(60_000);
      interrupts.stop();
    }`,
});
let kernel: Kernel;
beforeAll(async () => {
  kernel = await Kernel.start({ root: project.root });
  await kernel.execute("import { train, trainSlowly, progress } from './src/train';");
});
afterAll(async () => {
  await kernel.kill();
  project.remove();
});

/** Interrupts a cell some time after it has printed `text`: when its synchronous part has ended, if it ends at all. */
async function interruptAfter(text: string, code: string, times = 1) {
  const printed = kernel.printed(text);
  const cell = kernel.execute(code);
  await printed;
  for (let i = 0; i < times; i++) {
    await new Promise((done) => setTimeout(done, 200));
    kernel.interrupt();
  }
  return cell;
}

describe('an interrupt', () => {
  it('stops training, and the rest of the cell does not run', async () => {
    for (let times = 0; times < 2; times++) {
      const cell = await interruptAfter('training', "await train();\nconsole.log('went on');");
      expect(cell.status).toBe('error');
      expect(cell.error?.ename).toBe('InterruptedError');
      expect(cell.error?.evalue).toContain('training stopped');
      expect(cell.stdout).toBe('training\n');
      // Ended, not just abandoned.
      expect((await kernel.execute('progress.steps')).stdout).toBe('0\n');
    }
  });

  it('ends any other await of a cell, in its functions too, and clean-up runs', async () => {
    const cell = await interruptAfter(
      'waiting',
      `async function wait() {
        try {
          console.log('waiting');
          await new Promise(() => {});
          console.log('went on in the function');
        } finally {
          console.log('cleaned up');
        }
      }
      await wait();
      console.log('went on');`,
    );
    expect(cell.error).toEqual({
      ename: 'InterruptedError',
      evalue: 'Interrupted.',
      traceback: ['InterruptedError: Interrupted.'],
    });
    expect(cell.stdout).toBe('waiting\ncleaned up\n');
  });

  it('ends a loop over an async iterator', async () => {
    const cell = await interruptAfter(
      'first',
      `async function* endless() { yield 1; await new Promise(() => {}); }
      for await (const i of endless()) console.log('first');
      console.log('went on');`,
    );
    expect(cell.error?.ename).toBe('InterruptedError');
    expect(cell.stdout).toBe('first\n');
  });

  it('ends a synchronous loop', async () => {
    const cell = await interruptAfter('turning', "console.log('turning');\nfor (;;) {}");
    expect(cell.error?.ename).toBe('InterruptedError');
    expect((await kernel.execute("console.log('alive')")).stdout).toBe('alive\n');
  });

  it('that comes twice ends the waiting for training that does not stop', async () => {
    const code = "await trainSlowly();\nconsole.log('went on');";
    const { error, stdout } = await interruptAfter('slow', code, 2);
    expect(error?.ename).toBe('InterruptedError');
    expect(stdout).toBe('slow\n');
  });

  it('between cells changes nothing', async () => {
    kernel.interrupt();
    await new Promise((done) => setTimeout(done, 100));
    expect((await kernel.execute('await Promise.resolve(1)')).status).toBe('ok');
    expect(kernel.process.exitCode).toBeNull();
  });
});
