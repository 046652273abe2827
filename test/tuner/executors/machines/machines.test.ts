import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Trial } from '../../../../src/tuner/trial';
import { startSearchProcess } from '../../searching/run-search-process';
import type { SearchPlan } from '../../searching/search-process';
import { BUILDERS, essence, Machine, makeDataFolder } from './machines';
import { hasServer, TestServer, untilEmpty } from './server';

const data = makeDataFolder();
let server: TestServer;
const machines: Machine[] = [];
beforeAll(async () => {
  if (hasServer) server = await TestServer.start();
});
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.end('SIGKILL')));
});
afterAll(async () => {
  await server?.remove();
  rmSync(data, { recursive: true, force: true });
});

function startMachine(...args: string[]): Machine {
  const machine = new Machine(['--redis', server.url, '--data', data, '--module', BUILDERS, ...args]);
  machines.push(machine);
  return machine;
}

async function search(plan: SearchPlan, workers?: SearchPlan['run']['workers']) {
  const { ended } = startSearchProcess({ ...plan, data, run: { ...plan.run, workers } });
  return (await ended).found as { trials: Trial[]; best: number };
}

describe.skipIf(!hasServer)(
  'a search over several machines (skipped where there is no build of Valkey)',
  () => {
    it.each<[string, SearchPlan]>([
      [
        'random search with folds, racing, pruning and early stopping',
        {
          method: 'random',
          options: { maxTrials: 8, folds: 2, racing: true, prune: true, seed: 3 },
          run: { epochs: 3, batchSize: 8, earlyStopping: true },
          images: 240,
        },
      ],
      [
        'Hyperband',
        {
          method: 'hyperband',
          options: { seed: 1 },
          run: { epochs: 4, batchSize: 8 },
          images: 120,
        },
      ],
    ])(
      '%s: the same trials and scores as on this one',
      async (_name, plan) => {
        const local = await search(plan, 1);
        const two = await search(plan, 2);
        for (let i = 0; i < 3; i++) startMachine('--concurrency', i === 0 ? '2' : '1');
        const remote = await search(plan, { redis: server.url });
        expect(local.trials.some(({ status }) => status === 'pruned')).toBe(true);
        expect(essence(two.trials)).toEqual(essence(local.trials));
        expect(essence(remote.trials)).toEqual(essence(local.trials));
        expect(remote.best).toBe(local.best);
        const redis = server.connect();
        await untilEmpty(redis);
        redis.disconnect();
      },
      300_000,
    );
  },
);
