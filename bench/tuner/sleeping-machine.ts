// A machine of `machines.ts`: `sleeping-machine.ts <URL> <folder of the data> <checkpoint> <milliseconds>`.
import { copyFile, mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineWorker } from '../../lib/machines/machine-worker';
import type { Executor } from '../../lib/search/executors/executor';

const [redis, directory, checkpoint, ms] = process.argv.slice(2);

/** Its trainings sleep, and bring the same checkpoint after each epoch. */
class SleepingExecutor implements Executor {
  readonly slots = 1;

  async run(...[job, onEvent]: Parameters<Executor['run']>): ReturnType<Executor['run']> {
    await mkdir(job.directory, { recursive: true });
    for (let epoch = job.records.length + 1; epoch <= job.until; epoch++) {
      await sleep(Number(ms) / job.until);
      const path = `${job.directory}/${epoch}.checkpoint`;
      await copyFile(checkpoint, path);
      const loss = 1 / (job.trial + epoch);
      const record = { epoch, loss, accuracy: 1 - loss, valLoss: loss, valAccuracy: 1 - loss };
      const event = { record: { ...record, learningRate: 0.1, seconds: 1 }, checkpoint: path, batchSize: 1 };
      if ((await onEvent({ kind: 'epoch', ...event })) === 'stop') return { kind: 'cancelled' };
    }
    return { kind: 'reached' };
  }

  async close(): Promise<void> {}
}

const modules = [require.resolve('../../test/lib/search/searching/builders')];
void new MachineWorker({ redis, directory, modules, openExecutor: () => new SleepingExecutor() }).run();
