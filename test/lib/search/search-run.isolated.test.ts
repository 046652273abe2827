import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Random, random } from '../../../lib/base/random';
import type { EventAnswer, Executor, TrainingEvent, TrainingJob, TrainingOutcome } from '../../../lib/search/executors/executor';
import { checkpointPath } from '../../../lib/search/executors/training-job';
import { SearchFolder } from '../../../lib/search/journal/search-folder';
import { HyperbandOracle } from '../../../lib/search/oracles/hyperband';
import type { Oracle } from '../../../lib/search/oracles/oracle';
import { RandomOracle } from '../../../lib/search/oracles/random';
import { Proposals } from '../../../lib/search/proposals';
import { medianPruner } from '../../../lib/search/pruners/median';
import { SearchRun, type SearchRunOptions } from '../../../lib/search/search-run';
import type { HyperParameters } from '../../../lib/search/space/hyperparameters';
import type { Trial } from '../../../lib/search/trial';
import type { EpochRecord } from '../../../lib/training/history';

// No power is cut here, and thousands of events would each wait for the disk.
vi.mock('node:fs', async (original) => ({ ...(await original<object>()), fdatasyncSync() {} }));

const root = mkdtempSync(join(tmpdir(), 'inkwell-search-run-'));
let folders = 0;
const newFolder = () => join(root, String(++folders));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = {
  name: 'made up',
  source: 'made up',
  classNames: ['a', 'b'],
  size: 12,
  images: new Uint8Array(12 * 784),
  labels: Uint8Array.from({ length: 12 }, (_, i) => i % 2),
};

/** What comes of a training, epoch by epoch, however often it is interrupted. */
interface Fate {
  readonly values: readonly number[];
  /** The epoch after which early stopping ends it, and the one whose weights it restores. */
  readonly stopsAt: number;
  readonly bestEpoch: number;
  /** The epoch in which it fails, so many times. */
  readonly failsIn: number;
  readonly failures: number;
  readonly divergesIn: number;
}

/** All of it drawn from the job's own seed. */
function drawFate({ seed, epochs }: TrainingJob): Fate {
  const draw = random(seed, 'fate');
  const level = draw.next();
  const values = Array.from({ length: epochs }, () => level + 0.3 * draw.next());
  const sometimes = (share: number) => (draw.next() < share ? 1 + draw.integer(epochs) : Number.POSITIVE_INFINITY);
  const stopsAt = sometimes(0.3);
  const bestEpoch = 1 + draw.integer(Math.min(stopsAt, epochs));
  const failsIn = sometimes(0.25);
  return { values, stopsAt, bestEpoch, failsIn, failures: 1 + draw.integer(2), divergesIn: sometimes(0.1) };
}

/** Trains nothing; jobs take turns in an order drawn at random. After so many `events` it dies, as if the process were killed. */
class MadeUpExecutor implements Executor {
  readonly slots: number;
  readonly #order: Random;
  readonly #failed: Map<string, number>;
  #events: number;
  #closed = false;

  constructor(slots: number, order: Random, failed = new Map<string, number>(), events = Number.POSITIVE_INFINITY) {
    this.slots = slots;
    this.#order = order;
    this.#failed = failed;
    this.#events = events;
  }

  async run(job: TrainingJob, onEvent: (event: TrainingEvent) => EventAnswer): Promise<TrainingOutcome> {
    const { values, stopsAt, bestEpoch, failsIn, failures, divergesIn } = drawFate(job);
    const key = `${job.trial}/${job.training}`;
    for (let epoch = job.records.length + 1; epoch <= Math.min(job.until, stopsAt); epoch++) {
      await this.#turn();
      const failed = this.#failed.get(key) ?? 0;
      if (epoch === failsIn && failed < failures) {
        this.#failed.set(key, failed + 1);
        return { kind: 'failed', reason: `failure ${failed + 1} in epoch ${epoch} of ${key}`, fatal: false };
      }
      if (epoch === divergesIn) return { kind: 'diverged', reason: 'The loss became NaN' };
      const record: EpochRecord = { epoch, loss: 1, accuracy: 0, valAccuracy: values[epoch - 1], learningRate: 0.1, seconds: 1 };
      const checkpoint = join(job.directory, `${job.training}-${epoch}`);
      if ((await onEvent({ kind: 'epoch', record, checkpoint, batchSize: 1 })) === 'stop') {
        return { kind: 'cancelled' };
      }
    }
    await this.#turn();
    return stopsAt <= job.until ? { kind: 'stopped', reason: 'enough', bestEpoch } : { kind: 'reached' };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #turn(): Promise<void> {
    for (let turns = this.#order.integer(6); turns >= 0; turns--) await Promise.resolve();
    if (this.#events-- <= 0 || this.#closed) throw new Error('killed');
  }
}

interface MadeUpSearch {
  readonly oracle: () => Oracle;
  readonly maxTrials: number;
  readonly options: Partial<SearchRunOptions>;
}

const objective = { name: 'valAccuracy', direction: 'max' } as const;

function openSearch({ oracle, maxTrials, options }: MadeUpSearch, seed: number, path = newFolder()) {
  const run: Omit<SearchRunOptions, 'plan'> = {
    objective,
    pruners: [],
    racing: false,
    epochs: 4,
    batchSize: 1,
    folds: 3,
    executionsPerTrial: 1,
    validationSplit: 0.2,
    seed,
    maxEpochs: Infinity,
    maxTimeMs: Infinity,
    maxRetriesPerTrial: 1,
    title: null,
    figure: true,
    isStopped: () => false,
    observers: [],
    ...options,
  };
  const { racing, folds, executionsPerTrial, validationSplit, epochs, batchSize } = run;
  const folder = new SearchFolder(
    path,
    {
      objective,
      racing,
      folds,
      executionsPerTrial,
      validationSplit,
      seed,
      oracle: {},
      pruners: [],
      startWithDefault: true,
      given: null,
    },
    { overwrite: false, keepModels: 1 },
  );
  const proposals = new Proposals(buildNothing, oracle(), folder, {
    seed,
    maxTrials,
    maxEpochs: Infinity,
    maxModelWeights: Infinity,
    startWithDefault: true,
    space: {},
  });
  return {
    folder,
    async run(executor: Executor, more: Partial<SearchRunOptions> = {}): Promise<Trial[]> {
      folder.open();
      try {
        const dataset = { name: data.name, size: data.size, classNames: data.classNames, checksum: '' };
        folder.beginRun({ epochs, batchSize, dataset }, []);
        const plan = { trials: maxTrials, epochs: maxTrials * epochs };
        await new SearchRun(folder, proposals, executor, data, { ...run, ...more, plan }).toEnd();
      } finally {
        folder.close();
      }
      return folder.state.results();
    },
  };
}

/** A model as far as a search looks at it. */
function buildNothing(hp: HyperParameters): unknown {
  hp.float('x', { min: 0, max: 1 });
  return { countParams: () => 1, dispose() {} };
}

const searches: Record<string, MadeUpSearch> = {
  'with pruning and racing': {
    oracle: () => new RandomOracle(),
    maxTrials: 12,
    options: { racing: true, pruners: [medianPruner({ startupTrials: 2 })] },
  },
  'with executions': { oracle: () => new RandomOracle(), maxTrials: 6, options: { folds: 2, executionsPerTrial: 2 } },
  'by Hyperband': { oracle: () => new HyperbandOracle({ factor: 2 }), maxTrials: Infinity, options: { folds: 2 } },
};

/** How a search ends, also where three trials in a row failed. */
async function outcomeOf(run: Promise<Trial[]>): Promise<readonly Trial[] | string> {
  return run.catch((error: Error) => error.message);
}

describe.each(Object.entries(searches))('a search %s', (_name, plan) => {
  it('ends the same for any number of jobs at a time, done in any order', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const one = await outcomeOf(openSearch(plan, seed).run(new MadeUpExecutor(1, random(seed, 'one'))));
      for (const slots of [2, 3, 7]) {
        const several = openSearch(plan, seed).run(new MadeUpExecutor(slots, random(seed, 'several', slots)));
        expect(await outcomeOf(several), `seed ${seed}, ${slots} slots`).toEqual(one);
      }
    }
  });

  it('ends the same when it is ended after any event and goes on, with other numbers of jobs at a time', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const whole = await outcomeOf(openSearch(plan, seed).run(new MadeUpExecutor(1, random(seed, 'whole'))));
      // Failures in a row are counted from the start of a run.
      if (typeof whole === 'string') continue;
      const path = newFolder();
      const failed = new Map<string, number>();
      const draw = random(seed, 'deaths');
      let found: readonly Trial[] | string = 'killed';
      while (found === 'killed') {
        const executor = new MadeUpExecutor(1 + draw.integer(4), draw, failed, 5 + draw.integer(20));
        found = await outcomeOf(openSearch(plan, seed, path).run(executor));
      }
      expect(found, `seed ${seed}`).toEqual(whole);
    }
  });
});

describe('run', () => {
  const plain: MadeUpSearch = { oracle: () => new RandomOracle(), maxTrials: 4, options: { folds: 2 } };

  /** Each job ends as the test says. */
  function executorOf(slots: number, run: Executor['run']): Executor {
    return { slots, run, close: async () => {} };
  }
  const record: EpochRecord = { epoch: 1, loss: 1, accuracy: 0, valAccuracy: 0.5, learningRate: 0.1, seconds: 1 };
  const trained: Executor['run'] = async (job, onEvent) => {
    for (let epoch = job.records.length + 1; epoch <= job.until; epoch++) {
      await onEvent({ kind: 'epoch', record: { ...record, epoch }, checkpoint: checkpointPath(job, epoch), batchSize: 1 });
    }
    return { kind: 'reached' };
  };

  it('begins no more trials than can fail in a row while an earlier one is open', async () => {
    let finish = () => {};
    const first = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const search = openSearch({ ...plain, maxTrials: 1000, options: { folds: 1 } }, 0);
    const executor = executorOf(2, async (job, onEvent) => {
      if (job.trial > 1) return { kind: 'failed', reason: `bad luck with ${job.trial}`, fatal: false };
      await first;
      return trained(job, onEvent);
    });
    const running = search.run(executor);
    setTimeout(finish, 20);
    await expect(running).rejects.toThrow(/^3 trials failed in a row.*\(trial 2\): bad luck with 2$/);
    expect(search.folder.state.trials).toHaveLength(4);
  });

  it('gives each job the lowest free worker, and notes what it trained when, over all sessions', async () => {
    const search = openSearch({ ...plain, maxTrials: 3, options: { folds: 1, epochs: 2 } }, 0);
    let failed = false;
    // The first training ends at once, so that the third trial takes its place while the second goes on.
    let release = () => {};
    const third = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run: Executor['run'] = async (job, onEvent) => {
      if (job.trial === 2) await third;
      if (job.trial === 3 && !failed) {
        failed = true;
        return { kind: 'failed', reason: 'bad luck', fatal: false };
      }
      const outcome = await trained(job, onEvent);
      if (job.trial === 3) release();
      return outcome;
    };
    await search.run(executorOf(2, run));
    const spans = search.folder.state.activity.map(({ worker, trial, training, epoch, failed }) =>
      [`${trial}/${training}`, epoch, failed ? 'failed' : 'trained', worker].join(' '),
    );
    expect(spans).toEqual([
      ...['1/0 1 trained 1', '1/0 2 trained 1', '3/0 1 failed 1'],
      ...['3/0 1 trained 1', '3/0 2 trained 1', '2/0 1 trained 2', '2/0 2 trained 2'],
    ]);
    const { elapsedMs, activity } = search.folder.state;
    for (const { from, to, failed } of activity) {
      if (failed) expect(to).toBeGreaterThanOrEqual(from);
      else expect(to - from).toBeCloseTo(record.seconds, 9);
    }
    // A second session goes on with the clock of the first.
    const longer = openSearch({ ...plain, maxTrials: 4, options: { folds: 1, epochs: 2 } }, 0, search.folder.path);
    expect(longer.folder.state.activity).toEqual(activity);
    await longer.run(executorOf(2, trained));
    const added = longer.folder.state.activity.slice(activity.length);
    expect(added.map(({ trial, worker }) => [trial, worker])).toEqual([
      [4, 1],
      [4, 1],
    ]);
    expect(added[0].to * 1000).toBeGreaterThanOrEqual(elapsedMs);
  });

  it('ends with an error that came while the user was told of a trial', async () => {
    const search = openSearch({ ...plain, maxTrials: 2, options: { folds: 1 } }, 0);
    let told = () => {};
    const telling = new Promise<void>((resolve) => {
      told = resolve;
    });
    const executor = executorOf(2, async (job, onEvent) => {
      if (job.trial === 1) return trained(job, onEvent);
      await telling;
      return { kind: 'failed', reason: 'no such file', fatal: true };
    });
    let stopped = false;
    const onTrialEnd = async () => {
      told();
      await new Promise((resolve) => setTimeout(resolve, 20));
      stopped = true;
    };
    const running = search.run(executor, { onTrialEnd, isStopped: () => stopped });
    await expect(running).rejects.toThrow('no such file');
  });

  it('tells of every trial that ended, also of those that the oracle ended', async () => {
    const search = openSearch({ ...plain, oracle: () => new HyperbandOracle({ factor: 2 }), maxTrials: Infinity }, 0);
    const told: [number, string][] = [];
    const trials = await search.run(executorOf(2, trained), { onTrialEnd: ({ id, status }) => void told.push([id, status]) });
    expect(trials.filter(({ status }) => status === 'pruned').length).toBeGreaterThan(3);
    expect(told.sort(([a], [b]) => a - b)).toEqual(trials.map(({ id, status }) => [id, status]));
  });

  it('ends with what onTrialEnd throws, and goes on when run again', async () => {
    const search = openSearch(plain, 0);
    const onTrialEnd = () => {
      throw new Error('no disk to write the report to');
    };
    await expect(search.run(executorOf(1, trained), { onTrialEnd })).rejects.toThrow('no disk to write');
    expect(search.folder.state.trials.map(({ status }) => status)).toEqual(['completed']);
    expect((await search.run(executorOf(1, trained))).map(({ status }) => status)).toEqual(Array(4).fill('completed'));
  });

  it('leaves the folder of a trial alone while a training of it runs, though the trial has ended', async () => {
    const swept: number[][] = [];
    const search = openSearch(
      { ...plain, maxTrials: 2, options: { folds: 2, pruners: [{ config: {}, judge: () => 'bad' }] } },
      0,
    );
    const sweep = search.folder.sweep.bind(search.folder);
    search.folder.sweep = (inTraining = []) => {
      swept.push([...inTraining]);
      sweep(inTraining);
    };
    let release = () => {};
    const second = new Promise<void>((resolve) => {
      release = resolve;
    });
    const executor = executorOf(2, async (job, onEvent) => {
      if (job.training === 1) await second;
      const outcome = await trained(job, onEvent);
      release();
      return outcome;
    });
    const [trial] = await search.run(executor);
    expect(trial.status).toBe('pruned');
    expect(swept[0]).toContain(1);
  });
});
