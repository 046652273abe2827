import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Trial } from '../../../lib/search/trial';
import { startSearchProcess } from '../search/searching/run-search-process';
import type { SearchPlan } from '../search/searching/search-process';
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

/** The line of docs/several-machines.md, with `secret` as the password. */
function readAclRule(): string[] {
  const text = readFileSync(join(__dirname, '../../../docs/several-machines.md'), 'utf8');
  const [, rule] = /ACL SETUSER (inkwell [^`]+)`/.exec(text) as RegExpExecArray;
  return rule.replace('>a-password', '>secret').split(' ');
}

describe.skipIf(!hasServer)('a search over several machines (skipped where there is no build of Valkey)', () => {
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
    ['Hyperband', { method: 'hyperband', options: { seed: 1 }, run: { epochs: 4, batchSize: 8 }, images: 120 }],
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

  it('serves a user who may do no more than docs/several-machines.md says', async () => {
    const admin = server.connect();
    await admin.call('ACL', 'SETUSER', ...readAclRule());
    startMachine('--redis', server.url.replace('//', '//inkwell:secret@'));
    const workers = { redis: server.url.replace('//', '//inkwell:secret@') };
    const plan: SearchPlan = { method: 'random', options: { maxTrials: 2 }, run: { epochs: 2 }, images: 120 };
    expect((await search(plan, workers)).trials).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
    await untilEmpty(admin);
    const denied = (await admin.call('ACL', 'LOG')) as unknown[];
    expect(denied).toEqual([]);
    admin.disconnect();
  });
});
