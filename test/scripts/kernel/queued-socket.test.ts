import { expect, it } from 'vitest';
import { Kernel } from './jupyter-client';

it('loses no message of 5,000 that a cell sends at once', async () => {
  const kernel = await Kernel.start();
  try {
    const { status, displays, messages } = await kernel.execute(`
      const { lastWriteDisplayData: write } = require('tslab/dist/jupyter');
      for (let i = 0; i < 5_000; i++) write({ data: { 'text/plain': i }, metadata: {}, transient: {} }, false);`);
    expect(status).toBe('ok');
    expect(displays.map(({ data }) => data['text/plain'])).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
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
