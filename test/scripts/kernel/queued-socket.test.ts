import { expect, it } from 'vitest';
import { Kernel } from './jupyter-client';

it('loses no message of 20,000 that a cell sends at once', async () => {
  const kernel = await Kernel.start();
  try {
    const { status, stdout, messages } = await kernel.execute('for (let i = 0; i < 20_000; i++) console.log(i);');
    expect(status).toBe('ok');
    expect(stdout).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
    expect(messages.at(-1)?.content).toEqual({ execution_state: 'idle' });
  } finally {
    await kernel.kill();
  }
});

it('sends while a cell is busy', async () => {
  const kernel = await Kernel.start();
  try {
    const printed = kernel.printed('early');
    const cell = kernel.execute(`
      console.log('early');
      const { existsSync } = require('node:fs');
      while (!existsSync('/nowhere')) if (process.uptime() > 60) break;`);
    await printed;
    kernel.interrupt();
    expect((await cell).status).toBe('error');
  } finally {
    await kernel.kill();
  }
});

it('goes on after an interrupt that struck while a cell was printing', async () => {
  const kernel = await Kernel.start();
  try {
    for (let round = 0; round < 20; round++) {
      const printed = kernel.printed(`round ${round}`);
      const cell = kernel.execute(`for (let n = 0; n < 1e5; n++) console.log('round ${round}');`);
      await printed;
      kernel.interrupt();
      await cell;
      expect((await kernel.execute('console.log(1 + 1)')).stdout).toBe('2\n');
    }
  } finally {
    await kernel.kill();
  }
});
