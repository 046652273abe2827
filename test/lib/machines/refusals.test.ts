import { rmSync } from 'node:fs';
import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../../lib/data/load-dataset';
import { checksumCode, checksumData, describeFunction } from '../../../lib/machines/fingerprint';
import { Presence } from '../../../lib/machines/presence';
import { forgetSearch, machinesKey, queueName, SEARCHES } from '../../../lib/machines/session';
import type { RemoteJob, SearchSetup } from '../../../lib/machines/wire';
import { startSearchProcess } from '../search/searching/run-search-process';
import { BUILDERS, Machine, makeDataFolder } from './machines';
import { hasServer, TestServer, until } from './server';

const ZEROS = '0'.repeat(64);

describe.skipIf(!hasServer)('a machine refuses', () => {
  const data = makeDataFolder();
  const other = makeDataFolder(1);
  let server: TestServer;
  let redis: Redis;
  let searches: Presence;
  let machine: Machine;
  let setup: SearchSetup;
  beforeAll(async () => {
    server = await TestServer.start();
    redis = server.connect();
    searches = new Presence(redis, SEARCHES);
    machine = new Machine(['--redis', server.url, '--data', data, '--module', BUILDERS]);
    const { train } = await loadDataset('stripes', { directory: data });
    setup = {
      search: ZEROS,
      code: checksumCode(),
      threads: 1,
      timeoutMs: 60_000,
      lostAfterMs: 60_000,
      data: { name: 'stripes', part: 'train', subsets: [], checksum: checksumData(train) },
      builder: describeFunction({ module: BUILDERS, name: 'buildSmall' }),
    };
  });
  afterAll(async () => {
    redis?.disconnect();
    await machine?.end('SIGKILL');
    await server?.remove();
    for (const folder of [data, other]) rmSync(folder, { recursive: true, force: true });
  });

  async function refusalOf(announcement: string): Promise<string> {
    const session = 'refused';
    await searches.renew(session, announcement, 60_000);
    let refusal = '';
    await until(async () => {
      const [card] = (await new Presence(redis, machinesKey(session)).list()).values();
      refusal = card === undefined ? '' : JSON.parse(card).refusal;
      return refusal !== '';
    });
    await forgetSearch(redis, session);
    await until(async () => !(await searches.has(session)));
    return refusal;
  }

  it('a search of another version, and says which', async () => {
    const mine = setup.code.slice(0, 8);
    expect(await refusalOf(JSON.stringify({ ...setup, code: ZEROS }))).toBe(
      `its code ${mine} differs from the search's 00000000; use the same version of the project on all machines.`,
    );
    expect(machine.output).toContain('A search is refused: its code');
  });

  it('a search with other data, or data that it has not', async () => {
    const wrong = { ...setup.data, checksum: ZEROS };
    expect(await refusalOf(JSON.stringify({ ...setup, data: wrong }))).toMatch(
      /^its data stripes [0-9a-f]{8} differs from the search's 00000000; put the same files on all machines\.$/,
    );
    const missing = { ...setup.data, name: 'letters' };
    expect(await refusalOf(JSON.stringify({ ...setup, data: missing }))).toMatch(/^it cannot read the data set: .*letters/);
  });

  it('a name of a data set that leads out of its folder', async () => {
    const outside = { ...setup.data, name: '../../../../etc/passwd' };
    expect(await refusalOf(JSON.stringify({ ...setup, data: outside }))).toMatch(/^it cannot read the data set: /);
  });

  it('a search whose builder is in no file that it was given', async () => {
    const builder = { name: 'buildSmall', module: ZEROS };
    expect(await refusalOf(JSON.stringify({ ...setup, builder }))).toMatch(
      /^it has no file with the content that exports buildSmall \(00000000\); start it with --module/,
    );
  });

  it.each(['', 'null', '{}', '[1', '"x"', `{"code":"${ZEROS}"}`])('what is no announcement: %s', async (text) => {
    expect(await refusalOf(text)).toMatch(/announcement is of another version/);
  });

  it('jobs that are not as they must be, and goes on', async () => {
    const session = 'jobs';
    await searches.renew(session, JSON.stringify(setup), 600_000);
    const connection = redis;
    const queue = new Queue(queueName(session), { connection });
    const events = new QueueEvents(queueName(session), { connection });
    await events.waitUntilReady();
    const job: RemoteJob = {
      setup,
      trial: 1,
      training: 0,
      seed: 0,
      epochs: 1,
      until: 1,
      hyperparameters: { units: 8, batchNormalization: false, dropout: 0, optimizer: 'sgd', learningRate: 0.01 },
      part: { kind: 'holdOut', share: 0.2, seed: 0 },
    };
    const builder = { ...setup.builder, name: 'constructor' };
    const wrong: [object | string | null, RegExp][] = [
      [{ ...job, directory: '/tmp/elsewhere' }, /directory must be left out/],
      [{ ...job, checkpoint: '../../checkpoint' }, /checkpoint must be left out/],
      [{ ...job, trial: -1 }, /trial must be a whole number from 0/],
      [{ ...job, epochs: 1e300 }, /epochs must be a whole number from 1/],
      [{ ...job, hyperparameters: { units: { toString: 'x' } } }, /hyperparameters\.units must be/],
      [{ ...job, ...JSON.parse('{"__proto__": [1]}') }, /__proto__/],
      [{ ...job, part: { kind: 'fold', fold: 0, folds: 1, seed: 0 } }, /part\.folds must be a whole number from 2/],
      ['rm -rf', /it must be JSON/],
      [null, /it must be an object/],
      [{ ...job, setup: { ...setup, builder } }, /code, data or functions are not those that its search announced/],
    ];
    for (const [data, reason] of wrong) {
      const added = await queue.add('train', data);
      await expect(added.waitUntilFinished(events)).rejects.toThrow(reason);
    }
    expect(machine.isThere).toBe(true);
    // Of a right one it asks what is done of it.
    const begun = new Promise((resolve) => events.once('progress', ({ data }) => resolve(data)));
    await queue.add('train', job);
    expect(await begun).toMatchObject({ kind: 'begin', attempt: 1 });
    await forgetSearch(redis, session);
    await Promise.all([queue.close(), events.close()]);
  });

  it('a search, which its notebook shows; the next machine trains it', async () => {
    const refusing = new Machine(['--redis', server.url, '--data', other, '--module', BUILDERS]);
    await machine.end('SIGTERM');
    const { ended, printed } = startSearchProcess({
      method: 'random',
      options: { maxTrials: 2 },
      images: 200,
      data,
      run: { epochs: 1, workers: { redis: server.url } },
    });
    await until(() => printed().includes('does not take part: its data stripes'));
    expect(printed()).toMatch(/Waiting for machines: npm run worker -- --redis redis:\/\/127\.0\.0\.1:\d+/);
    machine = new Machine(['--redis', server.url, '--data', data, '--module', BUILDERS]);
    expect((await ended).found?.trials).toHaveLength(2);
    expect(printed()).toContain('one worker on one machine.');
    await refusing.end('SIGKILL');
  });
});
