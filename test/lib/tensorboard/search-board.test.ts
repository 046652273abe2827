import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { compileModel } from '../../../lib/recipe/compile';
import type { SearchConfig, SearchEvent } from '../../../lib/search/journal/search-event';
import { SearchState } from '../../../lib/search/journal/search-state';
import type { ModelBuilder } from '../../../lib/search/model-builder';
import { GridSearch, Hyperband, RandomSearch } from '../../../lib/search/searches';
import type { Trial } from '../../../lib/search/trial';
import { SearchBoard, tensorBoardLogs } from '../../../lib/tensorboard/search-board';
import type { EpochRecord } from '../../../lib/training/history';
import { Stack } from '../../../src/models/stack';
import { buildSmall } from '../search/searching/builders';
import { startSearchProcess } from '../search/searching/run-search-process';
import { stripedImages } from '../training/striped-images';
import { eventFiles, readCurves, readEvents } from './event-reader';

const folder = mkdtempSync(join(tmpdir(), 'inkwell-board-'));
let folders = 0;
const newFolder = () => join(folder, String(++folders));

afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = stripedImages(60);

interface Row {
  readonly hyperparameters: Record<string, unknown>;
  readonly metrics: Record<string, number>;
  /** 1 success, 2 failure. */
  readonly status?: number;
}

/** A row of the HParams table as TensorBoard shows it: hyperparameters and status as written first, metrics as written last. */
function readRow(run: string): Row {
  const values = eventFiles(run)
    .flatMap((path) => readEvents(readFileSync(path)))
    .flatMap(({ summary }) => (summary as { values: HparamsValue[] } | undefined)?.values ?? []);
  const contents = values.flatMap(({ metadata }) => metadata?.pluginData.content ?? []);
  const start = contents.find(({ sessionStart }) => sessionStart)?.sessionStart;
  const status = contents.find(({ sessionEnd }) => sessionEnd)?.sessionEnd?.status;
  return {
    hyperparameters: Object.fromEntries(
      (start?.hparams ?? []).map(({ key, value }) => [
        key,
        'boolean' in value ? Boolean(value.boolean) : Object.values(value)[0],
      ]),
    ),
    metrics: Object.fromEntries(Object.entries(readCurves(run)).map(([tag, points]) => [tag, points[points.length - 1][1]])),
    ...(status === undefined ? {} : { status }),
  };
}

interface HparamsValue {
  readonly metadata?: {
    readonly pluginData: {
      readonly content: {
        readonly sessionStart?: { readonly hparams?: readonly { key: string; value: object }[] };
        readonly sessionEnd?: { readonly status: number };
      };
    };
  };
}

/** That TensorBoard shows each epoch of each trial once, no other, and a row for each trial. */
function expectLogsOf(trials: readonly Trial[], logDir: string): void {
  const folders = readdirSync(logDir).filter((name) => name.startsWith('trial-'));
  expect(folders.sort()).toEqual(trials.map(({ id }) => `trial-${id}`).sort());
  for (const trial of trials) {
    const run = join(logDir, `trial-${trial.id}`);
    const trainings = readdirSync(run).filter((name) => name.startsWith('training-'));
    expect(trainings.sort()).toEqual(trial.histories.map((_, i) => `training-${i + 1}`));
    for (const [i, { epochs }] of trial.histories.entries()) {
      const curve = (read: (record: EpochRecord) => number | undefined) =>
        epochs.map((record) => [record.epoch, Math.fround(read(record) as number)]);
      expect(readCurves(join(run, `training-${i + 1}`, 'train'))).toEqual({
        epoch_loss: curve(({ loss }) => loss),
        epoch_accuracy: curve(({ accuracy }) => accuracy),
        epoch_learning_rate: curve(({ learningRate }) => learningRate),
      });
      expect(readCurves(join(run, `training-${i + 1}`, 'validation'))).toEqual({
        epoch_loss: curve(({ valLoss }) => valLoss),
        epoch_accuracy: curve(({ valAccuracy }) => valAccuracy),
      });
    }
    const metrics = { valAccuracy: trial.score, seconds: trial.seconds };
    // NaN is null after it went through JSON.
    const known = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
    expect(readRow(run)).toEqual({
      hyperparameters: trial.hyperparameters,
      metrics: Object.fromEntries(known.map(([name, value]) => [name, Math.fround(value)])),
      status: trial.status === 'failed' ? 2 : 1,
    });
  }
}

/** Each file's path, size and time of the last change. */
const filesOf = (root: string) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { size, mtimeMs, ino } = statSync(join(root, name));
    return { name, size, mtimeMs, ino };
  });

describe('a search with tensorBoardLogs', () => {
  it('writes curves and rows, of trials that diverged or failed too', async () => {
    const build: ModelBuilder = (hp, { classNames, seed }) => {
      const fate = hp.choice('fate', ['learns', 'diverges', 'throws']);
      if (fate === 'throws') throw new Error('No such layer.');
      const learningRate = fate === 'diverges' ? 1e30 : 0.01;
      return compileModel(new Stack(seed).input([784]).dense(8, 'relu').output(classNames.length), {
        optimizer: { kind: 'sgd', learningRate },
      });
    };
    const logDir = newFolder();
    const search = new GridSearch(build, { folds: 2 });
    await search.run(data, { epochs: 2, batchSize: 16, observers: [tensorBoardLogs(logDir)] });
    expect(search.trials.map(({ status }) => status)).toEqual(['completed', 'pruned', 'failed']);
    expectLogsOf(search.trials, logDir);
  });

  it('shows of trials that workers trained further than they count what counts', async () => {
    const logDir = newFolder();
    const { found } = await startSearchProcess({
      method: 'random',
      images: 120,
      options: { maxTrials: 8, startWithDefault: false, folds: 3, racing: true, prune: true, seed: 3 },
      run: { epochs: 4, batchSize: 8, workers: 2, logDir },
    }).ended;
    const trials = found?.trials as Trial[];
    expect(trials.filter(({ status }) => status === 'pruned').length).toBeGreaterThan(1);
    expectLogsOf(trials, logDir);
  });

  it('goes on with the curves of trials that Hyperband continues', async () => {
    const logDir = newFolder();
    const search = new Hyperband(buildSmall, { factor: 2, seed: 5 });
    await search.run(data, { epochs: 4, batchSize: 16, observers: [tensorBoardLogs(logDir)] });
    expect(new Set(search.trials.map(({ histories }) => histories[0].epochs.length))).toEqual(new Set([1, 2, 4]));
    expectLogsOf(search.trials, logDir);
  });

  it('writes nothing when a search that has ended is run again', async () => {
    const [logDir, directory] = [newFolder(), newFolder()];
    const run = async () => {
      const search = new RandomSearch(buildSmall, { maxTrials: 2, directory });
      await search.run(data, { epochs: 2, batchSize: 16, observers: [tensorBoardLogs(logDir)] });
      return search;
    };
    await run();
    const before = filesOf(logDir);
    const search = await run();
    expect(filesOf(logDir)).toEqual(before);
    expectLogsOf(search.trials, logDir);
  });

  it('writes what an earlier run without it has trained', async () => {
    const [logDir, directory] = [newFolder(), newFolder()];
    const first = new RandomSearch(buildSmall, { maxTrials: 3, folds: 2, directory });
    await first.run(data, { epochs: 2, batchSize: 16, onTrialEnd: () => first.stop() });
    expect(first.trials).toHaveLength(1);
    const search = new RandomSearch(buildSmall, { maxTrials: 3, folds: 2, directory });
    await search.run(data, { epochs: 2, batchSize: 16, observers: [tensorBoardLogs(logDir)] });
    expectLogsOf(search.trials, logDir);
  });

  it('moves the logs of another search aside, and nothing else', async () => {
    const [logDir, directory] = [newFolder(), newFolder()];
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const run = async (maxTrials: number, seed: number) => {
      const search = new RandomSearch(buildSmall, { maxTrials, seed, directory, overwrite: true });
      await search.run(data, { epochs: 1, batchSize: 16, observers: [tensorBoardLogs(`${logDir}/`)] });
      return search.trials;
    };
    const first = await run(3, 0);
    mkdirSync(join(logDir, 'mlp'));
    expect(warn).not.toHaveBeenCalled();
    const second = await run(2, 1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(`which are in ${logDir}.1 now`));
    expectLogsOf(second, logDir);
    expectLogsOf(first, `${logDir}.1`);
    expect(existsSync(join(logDir, 'mlp'))).toBe(true);
    expect(existsSync(join(`${logDir}.1`, 'mlp'))).toBe(false);
  });

  it('has each epoch once after kills', async () => {
    const [logDir, directory] = [newFolder(), newFolder()];
    const start = () =>
      startSearchProcess({
        method: 'random',
        images: 120,
        options: { maxTrials: 3, folds: 2, seed: 3, directory },
        run: { epochs: 4, batchSize: 8, logDir },
      });
    for (const epochs of [3, 10]) {
      const process = start();
      const journal = join(directory, 'journal.jsonl');
      while (!existsSync(journal) || readFileSync(journal, 'utf8').split('"kind":"epoch"').length <= epochs) {
        await sleep(2);
      }
      process.child.kill('SIGKILL');
      expect(await process.ended).toMatchObject({ signal: 'SIGKILL' });
    }
    const { found } = await start().ended;
    expect(found?.trials).toHaveLength(3);
    expectLogsOf(found?.trials as Trial[], logDir);
  });

  it('says what is wrong with a folder that is a file', async () => {
    const search = new RandomSearch(buildSmall, { maxTrials: 1 });
    await expect(search.run(data, { epochs: 1, observers: [tensorBoardLogs(__filename)] })).rejects.toThrow(
      `logDir must be a folder, or the path of one to create, but ${__filename} cannot be one`,
    );
  });
});

/** Two trainings of one trial, told by hand. */
class Story {
  readonly state = new SearchState();

  constructor() {
    const objective = { name: 'valAccuracy', direction: 'max' } as const;
    this.#apply(
      { kind: 'search', config: { objective } as SearchConfig },
      { kind: 'session', pid: 1, at: '2026-01-01T00:00:00.000Z', versions: {} },
      {
        kind: 'begun',
        trial: 1,
        hyperparameters: { units: 8 },
        space: {},
        origin: 'oracle',
        epochs: 4,
        trainings: 2,
        parameters: 10,
        seed: 0,
      },
    );
  }

  board(logDir: string): SearchBoard {
    return new SearchBoard(logDir, { name: 'valAccuracy', direction: 'max' }, this.state);
  }

  record(epoch: number): EpochRecord {
    const numbers = { loss: 1 / epoch, accuracy: 0.5, valLoss: 1, valAccuracy: epoch / 8 };
    return { epoch, ...numbers, learningRate: 0.25, seconds: 1 };
  }

  train(training: number, epochs: readonly number[]): void {
    for (const epoch of epochs) {
      const record = this.record(epoch);
      const size = { trainSize: 8, validationSize: 4 };
      this.#apply({ kind: 'epoch', trial: 1, training, record, checkpoint: '', ...size, elapsedMs: 0 });
    }
  }

  settle(kept: readonly (number | null)[]): void {
    this.#apply({ kind: 'settled', trial: 1, status: 'pruned', kept, reason: 'it lost' });
  }

  #apply(...events: SearchEvent[]): void {
    for (const event of events) this.state.apply(event);
  }
}

describe('SearchBoard', () => {
  const steps = (logDir: string) => readCurves(join(logDir, 'trial-1', 'training-1', 'train')).epoch_loss;

  it.each(['the same process', 'another process'])('takes back in %s what a verdict cuts off', (where) => {
    const [logDir, story] = [newFolder(), new Story()];
    const first = story.board(logDir);
    for (const epoch of [1, 2, 3]) first.onEpochEnd({ trial: 1, training: 0 }, story.record(epoch));
    first.onEpochEnd({ trial: 1, training: 1 }, story.record(1));
    story.train(0, [1, 2, 3]);
    story.train(1, [1]);
    expect(steps(logDir)).toHaveLength(3);
    story.settle([2, null]);
    if (where === 'the same process') first.onTrialsEnd(story.state);
    else story.board(logDir);
    expect(steps(logDir).map(([step]) => step)).toEqual([1, 2]);
    expectLogsOf(story.state.results(), logDir);
  });

  it('lets an epoch that was written but not recorded give way when it is trained again', () => {
    const [logDir, story] = [newFolder(), new Story()];
    story.board(logDir).onEpochEnd({ trial: 1, training: 0 }, { ...story.record(1), loss: 7 });
    const second = story.board(logDir);
    for (const epoch of [1, 2]) second.onEpochEnd({ trial: 1, training: 0 }, story.record(epoch));
    expect(steps(logDir)).toEqual([
      [1, 1],
      [2, 0.5],
    ]);
  });

  it.each(['', '{', 'null', '"rows":-1', '"rows":1e308', '"rows":{}', '"row":1'])(
    'moves logs aside whose marker was damaged to %s, and writes its own',
    (content) => {
      vi.spyOn(console, 'warn').mockImplementation(() => {});
      const [logDir, story] = [newFolder(), new Story()];
      story.board(logDir).onEpochEnd({ trial: 1, training: 0 }, story.record(7));
      const marker = content.startsWith('"') ? `{"search":"2026-01-01T00:00:00.000Z 1",${content}}` : content;
      writeFileSync(join(logDir, '.inkwell-search'), marker);
      story.train(0, [1, 2]);
      story.board(logDir);
      expect(steps(logDir).map(([step]) => step)).toEqual([1, 2]);
      expect(steps(`${logDir}.1`).map(([step]) => step)).toEqual([7]);
    },
  );
});
