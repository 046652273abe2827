import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../../lib/search/journal/search-event';
import type { Trial } from '../../../lib/search/trial';
import { Journal } from '../../../lib/storage/journal';
import { hasSmallDisk } from '../../faults/small-disk';
import { isLong } from '../../long';
import { isAlive } from '../../processes';
import { Kernel } from '../../scripts/kernel/jupyter-client';
import { type SearchProcess, startSearchProcess } from '../search/searching/run-search-process';
import type { SearchPlan } from '../search/searching/search-process';
import { BUILDERS, essence, Machine, type MachineOptions, makeDataFolder } from './machines';
import { hasServer, TestServer, until, untilEmpty } from './server';

/** How long Redis is gone. */
const GONE_MS = isLong ? 60_000 : 6000;
const LOST_AFTER_MS = 3000;
const TIMEOUT_MS = 300_000 + GONE_MS;

const folder = mkdtempSync(join(tmpdir(), 'inkwell-faults-'));
const data = makeDataFolder();
const plan: SearchPlan = {
  method: 'random',
  options: { maxTrials: 4, seed: 5, keepModels: 1 },
  run: { epochs: 4, batchSize: 2 },
  images: 3000,
  data,
};

let server: TestServer;
let expected: unknown;
let searches = 0;
const machines: Machine[] = [];
const processes: SearchProcess[] = [];
const servers: TestServer[] = [];

beforeAll(async () => {
  if (!hasServer) return;
  server = await openServer();
  const { found } = await startSearchProcess({ ...plan, run: { ...plan.run, workers: 2 } }).ended;
  expected = essence(found?.trials as Trial[]);
}, TIMEOUT_MS);
afterEach(() => {
  for (const { child } of processes.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await Promise.all(machines.map((machine) => machine.end('SIGKILL')));
  await Promise.all(servers.map((one) => one.remove()));
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
});

async function openServer(...settings: string[]): Promise<TestServer> {
  const opened = await TestServer.start(...settings);
  servers.push(opened);
  return opened;
}

function startMachine(of = server, options: MachineOptions = {}): Machine {
  const machine = new Machine(['--redis', of.url, '--data', data, '--module', BUILDERS], options);
  machines.push(machine);
  return machine;
}

/** Two machines of the server, those of the test before where they live. */
function twoMachines(): [Machine, Machine] {
  const there = machines.filter((machine) => machine.isThere && machine.url === server.url);
  while (there.length < 2) there.push(startMachine());
  return [there[0], there[1]];
}

class RunningSearch {
  readonly directory = join(folder, `search-${++searches}`);
  readonly #server: TestServer;
  readonly #process: SearchProcess;

  constructor(of = server) {
    this.#server = of;
    this.#process = startSearchProcess({
      ...plan,
      options: { ...plan.options, directory: this.directory },
      run: { ...plan.run, workers: { redis: of.url, lostAfterMs: LOST_AFTER_MS } },
    });
    processes.push(this.#process);
  }

  async epochs(count: number): Promise<void> {
    await until(() => countEpochs(this.directory) >= count || this.#process.child.exitCode !== null);
  }

  async printed(words: RegExp): Promise<void> {
    await until(() => words.test(this.#process.printed()) || this.#process.child.exitCode !== null);
    expect(this.#process.printed()).toMatch(words);
  }

  /**
   * It found what the undisturbed search found, without a failure or an epoch that counted twice, and leaves nothing in Redis.
   */
  async endsAsExpected(): Promise<void> {
    const { found } = await this.#process.ended;
    expect(essence(found?.trials ?? [])).toEqual(expected);
    expectCountedOnce(this.directory);
    await expectForgotten(this.#server);
  }
}

function countEpochs(directory: string): number {
  try {
    return readFileSync(join(directory, 'journal.jsonl'), 'utf8').split('"kind":"epoch"').length - 1;
  } catch {
    return 0;
  }
}

function expectCountedOnce(directory: string): void {
  const { events } = Journal.open<SearchEvent>(join(directory, 'journal.jsonl'));
  const epochs = events.flatMap((event) =>
    event.kind === 'epoch' ? [`${event.trial}/${event.training}/${event.record.epoch}`] : [],
  );
  expect(epochs).toHaveLength(new Set(epochs).size);
  expect(events.filter(({ kind }) => kind === 'attempt')).toEqual([]);
}

async function expectForgotten(by: TestServer): Promise<void> {
  const redis = by.connect();
  await untilEmpty(redis);
  redis.disconnect();
}

/** Faults that go the way of the others: `npm run test:long` has them. */
const rare = it.runIf(isLong);

describe.skipIf(!hasServer)('a search over several machines ends as if nothing had happened', () => {
  it(
    'when a machine is killed in mid-epoch',
    async () => {
      const [machine] = twoMachines();
      const search = new RunningSearch();
      await search.epochs(3);
      const { trainers } = machine;
      expect(trainers).toHaveLength(1);
      await machine.end('SIGKILL');
      await search.printed(/Trial \d lost the machine that it was trained on, and goes on (after epoch \d|from the start) on /);
      await search.endsAsExpected();
      expect(trainers.filter(isAlive)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  rare(
    'when a machine hangs, and comes back after another has taken over',
    async () => {
      const [machine] = twoMachines();
      const search = new RunningSearch();
      await search.epochs(3);
      machine.child.kill('SIGSTOP');
      await search.printed(/lost the machine/);
      machine.child.kill('SIGCONT');
      await search.endsAsExpected();
    },
    TIMEOUT_MS,
  );

  rare(
    'when a machine is told to end, which gives its training to another at once',
    async () => {
      const [machine] = twoMachines();
      const search = new RunningSearch();
      await search.epochs(3);
      expect(await machine.end('SIGTERM')).toBe(0);
      await search.endsAsExpected();
    },
    TIMEOUT_MS,
  );

  it(
    'when Redis is restarted and has forgotten all',
    async () => {
      twoMachines();
      const search = new RunningSearch();
      await search.epochs(3);
      await server.kill();
      await sleep(500);
      await server.start();
      await search.endsAsExpected();
    },
    TIMEOUT_MS,
  );

  rare(
    'when Redis is restarted and remembers',
    async () => {
      const persistent = await openServer('--appendonly', 'yes', '--appendfsync', 'always');
      const own = [startMachine(persistent), startMachine(persistent)];
      const search = new RunningSearch(persistent);
      await search.epochs(3);
      await persistent.kill();
      await sleep(500);
      await persistent.start();
      await search.endsAsExpected();
      await Promise.all(own.map((machine) => machine.end('SIGKILL')));
    },
    TIMEOUT_MS,
  );

  rare.each<[string, () => unknown, () => unknown]>([
    ['hangs', () => server.signal('SIGSTOP'), () => server.signal('SIGCONT')],
    ['is away', () => server.kill(), () => server.start()],
  ])(
    'when Redis %s for longer than its locks last',
    async (_what, leave, comeBack) => {
      twoMachines();
      const search = new RunningSearch();
      await search.epochs(3);
      await leave();
      await search.printed(/Redis at redis:\/\/127\.0\.0\.1:\d+ has not answered for \d+ s; trying on\./);
      await sleep(GONE_MS);
      await comeBack();
      await search.endsAsExpected();
    },
    TIMEOUT_MS,
  );

  rare(
    'when the memory of Redis is full for a while',
    async () => {
      twoMachines();
      const redis = server.connect();
      const search = new RunningSearch();
      await search.epochs(3);
      await redis.config('SET', 'maxmemory', '1mb');
      await search.printed(/its memory is full, so trainings wait; raise its maxmemory\./);
      await sleep(LOST_AFTER_MS);
      await redis.config('SET', 'maxmemory', '0');
      redis.disconnect();
      await search.endsAsExpected();
    },
    TIMEOUT_MS,
  );

  it(
    'when each job is delivered three times at once, while others train it',
    async () => {
      twoMachines();
      startMachine();
      const redis = server.connect();
      const search = new RunningSearch();
      let over = false;
      const ended = search.endsAsExpected().finally(() => {
        over = true;
      });
      const again = new Set<string>();
      while (!over) {
        await sleep(100);
        const [session] = await redis.smembers('inkwell:searches');
        if (session === undefined) continue;
        const queue = `bull:inkwell-${session}`;
        for (const id of await redis.lrange(`${queue}:active`, 0, -1)) {
          // With an epoch behind it that must not be lost.
          const progress = await redis.hget(`${queue}:${id}`, 'progress');
          if (again.has(id) || !progress?.includes('"epoch":2')) continue;
          again.add(id);
          await redis.multi().lpush(`${queue}:wait`, id, id).zadd(`${queue}:marker`, 0, '0').exec();
        }
      }
      await ended;
      expect(again.size).toBeGreaterThan(1);
      redis.disconnect();
    },
    TIMEOUT_MS,
  );

  it.runIf(isLong && hasSmallDisk)(
    'when the disk of a machine is full, which takes part again when there is room',
    async () => {
      const own = await openServer();
      const path = join(folder, 'small');
      mkdirSync(path);
      const machine = startMachine(own, { env: { TMPDIR: path }, smallDisk: { path, size: '8m' } });
      const search = new RunningSearch(own);
      await search.epochs(2);
      // As the machine sees it.
      const disk = `/proc/${machine.child.pid}/root${path}`;
      // Again and again: a checkpoint that is removed makes room for the next.
      const filling = setInterval(() => {
        const { bavail, bsize } = statfsSync(disk);
        try {
          writeFileSync(join(disk, 'filler'), new Uint8Array(bavail * bsize), { flag: 'a' });
        } catch {
          // The machine was faster, and it is full.
        }
      }, 10);
      await search
        .printed(/does not take part: .*(cannot be written: the disk is full\. Make room|ENOSPC.*make room)/)
        .finally(() => clearInterval(filling));
      rmSync(join(disk, 'filler'));
      await search.endsAsExpected();
    },
    TIMEOUT_MS,
  );

  rare(
    "when machines' clocks are hours apart and one is set back",
    async () => {
      const own = await openServer();
      const shift = (name: string, shiftMs: string) => {
        const file = join(folder, name);
        const clock = `const now = Date.now, hour = 3_600_000, start = now();
          Date.now = () => now() + ${shiftMs};
          const construct = (T, args) => new T(...(args.length ? args : [Date.now()]));
          globalThis.Date = new Proxy(Date, { construct });`;
        writeFileSync(file, clock);
        return startMachine(own, { script: ['--require', file] });
      };
      shift('ahead.cjs', 'hour');
      shift('back.cjs', '(now() - start > 8000 ? -2 * hour : 0)');
      const search = new RunningSearch(own);
      await search.endsAsExpected();
    },
    TIMEOUT_MS,
  );

  rare(
    'when its kernel is killed, the stop button interrupts it, it stops itself, and the cell is run again each time',
    async () => {
      const own = await openServer();
      const pair = [startMachine(own), startMachine(own)];
      const directory = join(folder, 'kernel');
      const workers = `machines('${own.url}', { lostAfterMs: ${LOST_AFTER_MS} })`;
      const cell = (onTrialEnd: string) => `
        import { loadDataset, machines, RandomSearch, takeSubset } from './src';
        import { buildSmall } from './test/lib/search/searching/builders';
        const { train } = await loadDataset('stripes', { directory: ${JSON.stringify(data)} });
        const options = ${JSON.stringify({ ...plan.options, directory })};
        const search = new RandomSearch(buildSmall, { ...options, workers: ${workers} });
        const images = takeSubset(train, ${plan.images});
        await search.run(images, { ...${JSON.stringify(plan.run)}, onTrialEnd: () => ${onTrialEnd} });
        console.log(JSON.stringify(search.trials));`;
      const rest = cell('{}');
      /** Begins the cell, and resolves when two epochs more are finished. */
      const runTwoEpochs = async () => {
        const before = countEpochs(directory);
        const execution = kernel.execute(rest);
        execution.catch(() => {});
        await Promise.race([execution, until(() => countEpochs(directory) >= before + 2)]);
        return { execution };
      };
      const expectFree = () => until(() => pair.every(({ trainers }) => trainers.length === 0));
      let kernel = await Kernel.start();
      try {
        await runTwoEpochs();
        await kernel.kill();
        kernel = await Kernel.start();

        const { execution } = await runTwoEpochs();
        kernel.interrupt();
        expect((await execution).error?.ename).toBe('InterruptedError');
        await expectFree();

        const stopped = await kernel.execute(cell('search.stop()'));
        expect(stopped.error).toBeUndefined();
        await expectFree();

        const { stdout, error } = await kernel.execute(rest);
        expect(error).toBeUndefined();
        expect(essence(JSON.parse(stdout.trim().split('\n').at(-1) as string))).toEqual(expected);
        expectCountedOnce(directory);
        expect(readFileSync(join(directory, 'journal.jsonl'), 'utf8')).not.toContain('redis');
        // Also by machines that are still there, a while later.
        await sleep(LOST_AFTER_MS);
        await expectForgotten(own);
      } finally {
        await kernel.kill();
      }
    },
    TIMEOUT_MS,
  );
});
